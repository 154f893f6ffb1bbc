import type { Finding } from "../../findings.ts";
import { nearest } from "../../nearest.ts";
import { type AdviceCase, advise } from "./report.ts";

const PLACEHOLDERS = [".gitkeep", ".keep"];

/** An ensemble needs a version folder, and Git, S3 and many archives keep no empty folder. */
export function emptyVersionFolders(one: AdviceCase): Finding[] {
  const { directory, model, content } = one;
  if (model.config.platform !== "ensemble") return [];
  const served = directory.versions.filter(({ number }) => model.versions?.includes(number) ?? true);
  const kept = served.some(({ path, files }) => files.length > 0 || PLACEHOLDERS.some((name) => content.size(`${path}/${name}`) !== undefined));
  const [folder] = served;
  if (folder === undefined || kept) return [];
  return [
    advise(one, {
      code: "ADVICE_EMPTY_VERSION_FOLDER",
      severity: "info",
      message: `version folder '${folder.path}' is empty: Git and object stores do not keep it, and the ensemble needs it`,
      hint: `Put an empty file into it: ${folder.path}/.gitkeep.`,
      at: [],
    }),
  ];
}

/** Configurations where Triton does not look for them. */
export function misplacedConfigs(one: AdviceCase): Finding[] {
  const { directory } = one;
  const { name, versions, config } = directory;
  const inVersions = versions.flatMap(({ path, files }) => files.filter((file) => file === `${path}/config.pbtxt`));
  const findings = inVersions.map((file) =>
    advise(one, {
      code: "ADVICE_CONFIG_PLACE",
      severity: config === undefined ? "warning" : "info",
      message: config === undefined ? `'${file}' is not read: Triton looks for ${name}/config.pbtxt` : `'${file}' is not read beside ${config}`,
      hint: config === undefined ? `Move it to ${name}/config.pbtxt.` : "Remove it, or it misleads.",
      at: [],
      file,
    }),
  );
  if (config !== undefined || inVersions.length > 0) return findings;
  return [...findings, ...misnamedConfigs(one)];
}

/** Only where there is no config.pbtxt. */
function misnamedConfigs(one: AdviceCase): Finding[] {
  const { name, files } = one.directory;
  const inside = files.map((file) => file.slice(name.length + 1));
  const alternative = inside.find((file) => /^configs\/[^/]+\.pbtxt$/.test(file));
  if (alternative !== undefined) {
    const choice = alternative.slice("configs/".length, -".pbtxt".length);
    return [
      advise(one, {
        code: "ADVICE_CONFIG_PLACE",
        severity: "info",
        message: `'${name}/${alternative}' is read only by a server that was started with --model-config-name=${choice}`,
        hint: `Add ${name}/config.pbtxt for all other servers.`,
        at: [],
        file: `${name}/${alternative}`,
      }),
    ];
  }
  const top = inside.filter((file) => !file.includes("/"));
  const misnamed = top.find((file) => /^config\.pbtxt\.\w+$|^config\.(?:txt|prototxt)$/i.test(file)) ?? nearest("config.pbtxt", top);
  if (misnamed === undefined) return [];
  return [
    advise(one, {
      code: "ADVICE_CONFIG_PLACE",
      severity: "warning",
      message: `'${name}/${misnamed}' is not read: the configuration's name is config.pbtxt`,
      hint: `Rename it to ${name}/config.pbtxt.`,
      at: [],
      file: `${name}/${misnamed}`,
    }),
  ];
}
