import type { Diagnostic } from "../../base/diagnostic.ts";
import { type Finding, withIds } from "../findings.ts";

/** One numeric folder of a model. */
export interface ModelVersion {
  number: number;
  /** Repository path of the folder, without a slash at its end: "unet/1". */
  path: string;
  /** Repository paths of the files in it, at any depth. */
  files: readonly string[];
}

/** One model directory. */
export interface ModelDirectory {
  name: string;
  /** Repository path of its config.pbtxt; absent where there is none. */
  config?: string;
  /** By number, ascending. */
  versions: readonly ModelVersion[];
  /** Repository paths of all other files: labels, further configurations, warm-up data. */
  files: readonly string[];
  /** Folders that Triton would take for versions but does not ("01", "v1"). */
  ignoredFolders: readonly string[];
}

/** A model repository as a tree of files. */
export interface Repository {
  /** What stands before every repository path in the given list: "" or "download/models/". */
  root: string;
  models: ReadonlyMap<string, ModelDirectory>;
  /** Given paths, root included, that belong to no model. */
  ignored: readonly string[];
  diagnostics: readonly Diagnostic[];
}

/** Folders of a model that are no versions: Triton passes them over in silence. */
const RESERVED_FOLDERS = ["warmup", "initial_state", "configs"];
/** What file systems, archives and version control leave behind. */
const DEBRIS = /(?:^|\/)(?:\.DS_Store|Thumbs\.db|desktop\.ini|__MACOSX\/.*|\.git\/.*|\.gitattributes|\.gitignore)$/;
/** A model that was put beside the version folders, where Triton does not look for it. */
const MODEL_FILE = /^[^/]+\/model\.(?:onnx|plan|pt2?|py|xml|graphdef)$/;
/** A file that only keeps an otherwise empty folder alive. */
const PLACEHOLDER = /(?:^|\/)\.(?:gitkeep|keep)$/;

/**
 * The models in a list of file paths (a path that ends with "/" is an empty folder). The repository may lie deeper in the list:
 * the folder whose sub-folders hold the most models is its root. `root` says where it lies instead: "" for the paths as they are.
 */
export function readRepository(paths: readonly string[], root?: string): Repository {
  const clean = [...new Set(paths.map((path) => path.replaceAll("\\", "/").replace(/^(?:\.?\/)+/, "")))].filter((path) => path !== "");
  const kept = clean.filter((path) => !DEBRIS.test(path)).sort(byPath);
  const before = root ?? findRoot(kept);
  const models = new Map<string, string[]>();
  const ignored = clean.filter((path) => DEBRIS.test(path));
  for (const path of kept) {
    const [, name] = path.startsWith(before) ? /^([^/]+)\/./.exec(path.slice(before.length)) ?? [] : [];
    if (name === undefined) ignored.push(path);
    else {
      const files = models.get(name) ?? [];
      if (files.length === 0) models.set(name, files);
      files.push(path.slice(before.length));
    }
  }
  const directories = new Map<string, ModelDirectory>();
  for (const [name, files] of models) {
    const directory = readModel(name, files);
    if (directory.config === undefined && directory.versions.length === 0 && !directory.files.some((file) => MODEL_FILE.test(file))) ignored.push(...files.map((file) => before + file));
    else directories.set(name, directory);
  }
  const stray = ignored.filter((path) => path.startsWith(before) && /(?:^|\/)config\.pbtxt$/.test(path) && !DEBRIS.test(path));
  const findings = [...stray.map((path) => strayConfig(path.slice(before.length))), ...[...directories.values()].flatMap(directoryFindings)];
  return { root: before, models: directories, ignored, diagnostics: withIds(findings) };
}

function byPath(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The folder of a model's folder, for every sign of a model: a config.pbtxt, or a model file in a numeric folder. */
function findRoot(paths: readonly string[]): string {
  const counts = new Map<string, Set<string>>();
  for (const path of paths) {
    const match = /^((?:[^/]+\/)*?)([^/]+)\/(?:config\.pbtxt|\d+\/model\.[^/]+)$/.exec(path);
    if (match === null) continue;
    const [, root = "", model = ""] = match;
    counts.set(root, (counts.get(root) ?? new Set()).add(model));
  }
  let best = "";
  for (const [root, names] of [...counts].sort(([a], [b]) => a.length - b.length)) {
    if (names.size > (counts.get(best)?.size ?? 0)) best = root;
  }
  return best;
}

function readModel(name: string, paths: readonly string[]): ModelDirectory {
  const versions = new Map<number, { path: string; files: string[] }>();
  const ignoredFolders = new Set<string>();
  const files: string[] = [];
  let config: string | undefined;
  for (const path of paths) {
    const inner = path.slice(name.length + 1);
    const slash = inner.indexOf("/");
    const folder = slash < 0 ? undefined : inner.slice(0, slash);
    const number = folder === undefined ? undefined : versionNumber(folder);
    if (inner === "config.pbtxt") config = path;
    else if (folder !== undefined && number !== undefined) {
      const version = versions.get(number) ?? { path: `${name}/${folder}`, files: [] };
      versions.set(number, version);
      if (!path.endsWith("/") && !PLACEHOLDER.test(path)) version.files.push(path);
    } else {
      if (folder !== undefined && /^\d/.test(folder)) ignoredFolders.add(folder);
      else if (folder !== undefined && !RESERVED_FOLDERS.includes(folder) && /^v\d+$/i.test(folder)) ignoredFolders.add(folder);
      if (!path.endsWith("/") && !PLACEHOLDER.test(path)) files.push(path);
    }
  }
  const directory: ModelDirectory = {
    name,
    versions: [...versions].map(([number, version]) => ({ number, ...version })).sort((a, b) => a.number - b.number),
    files,
    ignoredFolders: [...ignoredFolders],
  };
  return config === undefined ? directory : { ...directory, config };
}

/** A configuration that belongs to no model. (Of one elsewhere in a model's folder the advice speaks.) */
function strayConfig(path: string): Finding {
  return {
    code: "REPOSITORY_STRAY_CONFIG",
    severity: "warning",
    stage: "poll",
    file: path,
    from: 0,
    to: 0,
    message: `'${path}' is not read: Triton reads '<model>/config.pbtxt' of each folder in the repository`,
    hint: "Move it into the folder of its model, and that folder into the repository.",
  };
}

/** The version that a folder name stands for: its leading integer, as std::stoll reads it. "01" is none, nor is a negative one. */
export function versionNumber(folder: string): number | undefined {
  const match = /^\d+/.exec(folder);
  if (match === null || (folder.startsWith("0") && folder.length > 1)) return undefined;
  return Number(match[0]);
}

function directoryFindings(model: ModelDirectory): Finding[] {
  const findings: Finding[] = [];
  const file = model.config ?? `${model.name}/config.pbtxt`;
  const base = { model: model.name, file, from: 0, to: 0 };
  if (model.config === undefined) {
    findings.push({
      ...base,
      code: "REPOSITORY_NO_CONFIG",
      severity: "info",
      stage: "poll",
      message: `model '${model.name}' has no config.pbtxt`,
      hint: "Triton completes the configuration from the model file where its backend can.",
    });
  }
  for (const folder of model.ignoredFolders) {
    findings.push({
      ...base,
      code: "REPOSITORY_IGNORED_FOLDER",
      severity: "warning",
      stage: "load",
      message: `folder '${model.name}/${folder}' is not a version: a version folder is named by a number without leading zero`,
    });
  }
  return findings;
}
