import type { Fix } from "../../../base/diagnostic.ts";
import { removing, setting } from "../../ensemble/changes.ts";
import { changing, type FixCase, type FixRule } from "./fix-case.ts";

/** An empty file stands for an empty version folder. */
const PLACEHOLDER = ".gitkeep";

function addVersion(model: string, version = 1): Fix {
  return { title: `Add version folder ${model}/${version}`, edits: [{ path: `${model}/${version}/${PLACEHOLDER}`, create: "" }] };
}

/** A version folder where there is none, as the policy wants it; else a policy that serves the folders there are. */
const serveSomething: FixRule = (one) => {
  const { directory, parsed } = one;
  const { latest, specific } = parsed.config.version_policy ?? {};
  const newest = directory.versions.at(-1)?.number;
  if (newest !== undefined && latest !== undefined) return changing(one, "Serve the latest version", setting(["version_policy", "latest", "num_versions"], 1));
  if (newest !== undefined && specific !== undefined) return changing(one, `Serve version ${newest}`, setting(["version_policy", "specific", "versions"], [newest]));
  // A folder that is no version is one that was meant: it wants another name.
  if (newest !== undefined || directory.ignoredFolders.length > 0) return undefined;
  const wanted = specific === undefined ? 1 : specific.versions.find((version) => version >= 0);
  if (wanted === undefined) return undefined;
  const folder = addVersion(directory.name, wanted);
  if (latest?.num_versions !== 0) return folder;
  const policy = changing(one, folder.title, removing(["version_policy"]));
  return { title: folder.title, edits: [...folder.edits, ...(policy?.edits ?? [])] };
};

/** A list of the versions that are there. */
const presentVersions: FixRule = (one) => {
  const { versions } = one.parsed.config.version_policy?.specific ?? { versions: [] };
  const present = versions.filter((version) => one.directory.versions.some(({ number }) => number === version));
  return present.length === 0 ? undefined : changing(one, `Serve version ${present.join(", ")}`, setting(["version_policy", "specific", "versions"], present));
};

/** The version folder that a step's model lacks. */
const addStepVersion: FixRule = ({ finding, model, content }) => {
  const name = model.config.ensemble_scheduling?.step[finding.subject?.step ?? -1]?.model_name ?? "";
  const directory = content.directories.get(name);
  return directory?.versions.length === 0 && directory.ignoredFolders.length === 0 ? addVersion(name) : undefined;
};

const keepFolder: FixRule = ({ directory, model }) => {
  const folder = directory.versions.find(({ number }) => model.versions?.includes(number) ?? true);
  return folder && { title: `Add ${folder.path}/${PLACEHOLDER}`, edits: [{ path: `${folder.path}/${PLACEHOLDER}`, create: "" }] };
};

const takeDirectoryName: FixRule = (one) => changing(one, `Change to ${one.directory.name}`, setting(["name"], one.directory.name));

/** Where no other file is in the way. */
const copyConfig: FixRule = ({ finding, content, directory }: FixCase) => {
  const text = content.text(finding.file);
  if (text === undefined || directory.config !== undefined) return undefined;
  return { title: `Copy to ${directory.name}/config.pbtxt`, edits: [{ path: `${directory.name}/config.pbtxt`, create: text }] };
};

/** Names, version folders and the place of files. */
export const DIRECTORY_FIXES: Readonly<Record<string, FixRule>> = {
  REPOSITORY_NO_VERSION: serveSomething,
  REPOSITORY_VERSION_ABSENT: presentVersions,
  REPOSITORY_NAME: takeDirectoryName,
  ENSEMBLE_STEP_NO_VERSION: addStepVersion,
  ADVICE_EMPTY_VERSION_FOLDER: keepFolder,
  ADVICE_CONFIG_PLACE: copyConfig,
};
