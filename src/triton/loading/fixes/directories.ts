import type { Fix } from "../../../base/diagnostic.ts";
import { changing, type FixCase, type FixRule, removing, setting } from "./fix-case.ts";

/** An empty file stands for an empty version folder. */
const PLACEHOLDER = ".gitkeep";

function addVersion(model: string): Fix {
  return { title: `Add version folder ${model}/1`, edits: [{ path: `${model}/1/${PLACEHOLDER}`, create: "" }] };
}

/** A version folder where there is none; else a policy that serves the folders there are. */
const serveSomething: FixRule = (one) => {
  const { directory, parsed } = one;
  const versions = directory.versions.map(({ number }) => number);
  if (versions.length === 0) return directory.ignoredFolders.length === 0 ? addVersion(directory.name) : undefined;
  const { latest, specific } = parsed.config.version_policy ?? {};
  if (latest !== undefined) return changing(one, "Serve the latest version", setting(["version_policy", "latest", "num_versions"], 1));
  if (specific === undefined) return undefined;
  if (specific.versions.length === 0) return changing(one, "Remove version_policy", removing(["version_policy"]));
  const newest = Math.max(...versions);
  return changing(one, `Serve version ${newest}`, setting(["version_policy", "specific", "versions"], [newest]));
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
  REPOSITORY_NAME: takeDirectoryName,
  ENSEMBLE_STEP_NO_VERSION: addStepVersion,
  ADVICE_EMPTY_VERSION_FOLDER: keepFolder,
  ADVICE_CONFIG_PLACE: copyConfig,
};
