import { byPath, cleanPath, folderOf, joinPath, nameOf } from "./paths.ts";
import { MOST_ENTRIES, type OpenedEntry, type OpenReport } from "./source.ts";

/** Something found: a file, or a folder that holds none (`size` absent). */
export interface FoundItem {
  readonly path: string;
  readonly size?: number;
}

/** Where everything found goes in the repository. */
export interface Layout<T extends FoundItem> {
  readonly files: readonly { readonly path: string; readonly item: T }[];
  readonly emptyFolders: readonly string[];
  readonly report: OpenReport;
}

/** A model's own file, in a version folder or alone. */
const MODEL_FILE = /\.(onnx|plan|pt|pt2|graphdef|xml|tl|ubj|savedmodel)$|^(model\.(py|txt|json|dali|joblib)|xgboost\.(json|model|ubj)|checkpoint\.tl)$/i;
/** What a dropped file without a repository is a model by. */
const LOOSE_MODEL = /\.onnx$/i;
/** What belongs to a loose model, by where it goes: beside the model file, or beside config.pbtxt. */
const LOOSE_WEIGHTS = /\.(onnx[._]data|data|weights?|bin)$/i;
const LOOSE_SIDE = /^(config\.pbtxt|.*labels?.*\.txt)$/i;
const INPUT_FILE = /\.(nii|nii\.gz|hdr|img|hdr\.gz|img\.gz|npy|npz|dcm|png|jpe?g|webp|bmp)$/i;
const VERSION = /^\d+$/;
/** A folder of a model with further configurations of it. */
const CONFIGS = "configs";

/**
 * Finds the repository in what was opened: strips folders in front of the models, wraps a single model folder, makes models of loose .onnx files,
 * and reports the rest. `name` is what was opened (a folder's or archive's name), for a model folder without one. `skipped` is what the reader
 * already left out.
 */
export function arrangeRepository<T extends FoundItem>(items: readonly T[], name: string, skipped: readonly OpenedEntry[] = []): Layout<T> {
  const entries: OpenedEntry[] = [...skipped];
  const clean = cleanItems(items, entries);
  const models = modelFolders(clean.map((item) => item.path));
  const taken = models.length === 0 ? arrangeLoose(clean, entries) : arrangeModels(clean, models, name, entries);
  const files = taken.items.filter(({ item }) => item.size !== undefined).sort(byPath);
  const folders = taken.items.filter(({ item }) => item.size === undefined).map(({ path }) => path);
  return {
    files,
    emptyFolders: innermost(folders, files.map(({ path }) => path)),
    report: {
      root: taken.root,
      files: files.length,
      bytes: files.reduce((sum, { item }) => sum + (item.size ?? 0), 0),
      entries: entries.slice(0, MOST_ENTRIES),
      more: Math.max(entries.length - MOST_ENTRIES, 0),
    },
  };
}

interface Taken<T> {
  root: string;
  items: { path: string; item: T }[];
}

interface CleanItem<T> {
  path: string;
  item: T;
}

function cleanItems<T extends FoundItem>(items: readonly T[], entries: OpenedEntry[]): CleanItem<T>[] {
  const result: CleanItem<T>[] = [];
  const seen = new Set<string>();
  for (const item of items) {
    const cleaned = cleanPath(item.path);
    if ("reason" in cleaned) entries.push({ path: item.path, outcome: "skipped", reason: cleaned.reason });
    else if (seen.has(cleaned.path)) {
      if (item.size !== undefined) entries.push({ path: item.path, outcome: "skipped", reason: "duplicate" });
    } else {
      seen.add(cleaned.path);
      result.push({ path: cleaned.path, item });
    }
  }
  return result;
}

/** Folders that are models: they hold config.pbtxt, or a version folder with a model file. "" is what was opened itself. */
function modelFolders(paths: readonly string[]): string[] {
  const folders = new Set<string>();
  const withVersions = new Set<string>();
  for (const path of paths) {
    const above = foldersAbove(path);
    for (const folder of above) if (VERSION.test(nameOf(folder))) withVersions.add(folderOf(folder));
    const [folder = ""] = above;
    const isVersion = VERSION.test(nameOf(folder));
    if (nameOf(path) === "config.pbtxt" && nameOf(folder) !== CONFIGS) folders.add(isVersion && folder.includes("/") ? folderOf(folder) : folder);
    else if (isVersion && MODEL_FILE.test(nameOf(path))) folders.add(folderOf(folder));
  }
  if (!withVersions.has("") && paths.some((path) => LOOSE_MODEL.test(path))) folders.delete("");
  // A configuration beside models is none of a model: readRepository says so.
  for (const folder of new Set([...folders].flatMap(foldersAbove))) if (!withVersions.has(folder)) folders.delete(folder);
  // What lies inside another model (its own files) is no model of the repository.
  return [...folders].filter((folder) => !foldersAbove(folder).some((other) => folders.has(other)));
}

/** The folders that a path lies in, the innermost first; "" is the last. None of "". */
function foldersAbove(path: string): string[] {
  const above: string[] = [];
  for (let inner = path; inner !== ""; inner = folderOf(inner)) above.push(folderOf(inner));
  return above;
}

function arrangeModels<T extends FoundItem>(items: CleanItem<T>[], models: readonly string[], name: string, entries: OpenedEntry[]): Taken<T> {
  if (models.includes("")) {
    const model = cleanModelName(name);
    entries.push({ path: name, outcome: "renamed", reason: "model-folder", to: model });
    return { root: "", items: items.map(({ path, item }) => ({ path: joinPath(model, path), item })) };
  }
  const root = commonest(models.map(folderOf));
  const folders = new Set(models);
  const inside: Taken<T>["items"] = [];
  for (const { path, item } of items) {
    if (root === "" || path.startsWith(`${root}/`)) inside.push({ path: root === "" ? path : path.slice(root.length + 1), item });
    else if (item.size !== undefined) entries.push(leftOver(path, foldersAbove(path).some((folder) => folders.has(folder)) ? "other-repository" : "outside"));
  }
  return { root, items: inside.filter(({ path }) => keepBesideModels(path, root, entries)) };
}

/** Files directly in the repository's root: an input is no part of it; pages and lists about it are. */
function keepBesideModels(path: string, root: string, entries: OpenedEntry[]): boolean {
  if (path.includes("/") || !INPUT_FILE.test(path)) return true;
  entries.push({ path: joinPath(root, path), outcome: "input", reason: "input-file" });
  return false;
}

function arrangeLoose<T extends FoundItem>(items: CleanItem<T>[], entries: OpenedEntry[]): Taken<T> {
  const files = items.filter(({ item }) => item.size !== undefined);
  const names = new Set<string>();
  const models = files
    .filter(({ path }) => LOOSE_MODEL.test(path))
    .map((file) => {
      const name = freeName(cleanModelName(nameOf(file.path).replace(LOOSE_MODEL, "")), names);
      names.add(name);
      return { file, name };
    });
  const only = models.length === 1 ? (models[0] as { name: string }).name : undefined;
  const placed: Taken<T>["items"] = [];
  const place = (file: CleanItem<T>, path: string, reason: "loose-model" | "loose-companion") => {
    placed.push({ path, item: file.item });
    entries.push({ path: file.path, outcome: "renamed", reason, to: path });
  };
  for (const file of files) {
    const name = nameOf(file.path);
    const model = models.find((each) => each.file === file);
    if (model !== undefined) place(file, `${model.name}/1/model.onnx`, "loose-model");
    else if (only !== undefined && LOOSE_WEIGHTS.test(name)) place(file, `${only}/1/${name}`, "loose-companion");
    else if (only !== undefined && LOOSE_SIDE.test(name)) place(file, `${only}/${name}`, "loose-companion");
    else entries.push(leftOver(file.path, "unknown"));
  }
  return { root: "", items: placed };
}

function leftOver(path: string, reason: "outside" | "other-repository" | "unknown"): OpenedEntry {
  return INPUT_FILE.test(path) ? { path, outcome: "input", reason: "input-file" } : { path, outcome: "skipped", reason };
}

/** A directory name that Triton takes for a model: letters, digits, `_`, `-`, `.`. */
function cleanModelName(name: string): string {
  return name.replace(/\.zip$/i, "").replaceAll(/[^\w.-]+/g, "_").replace(/^[.]+/, "") || "model";
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let candidate = name;
  for (let n = 2; taken.has(candidate); n++) candidate = `${name}_${n}`;
  return candidate;
}

/** Folders below which nothing lies, in path order. */
function innermost(folders: readonly string[], files: readonly string[]): string[] {
  const filled = new Set<string>();
  for (const path of [...files, ...folders]) for (let folder = folderOf(path); folder !== ""; folder = folderOf(folder)) filled.add(folder);
  return folders.filter((folder) => !filled.has(folder)).sort();
}

/** The most frequent folder; of several the shortest, then the first by name. */
function commonest(folders: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const folder of folders) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  const order = (a: [string, number], b: [string, number]) => b[1] - a[1] || a[0].length - b[0].length || (a[0] < b[0] ? -1 : 1);
  return ([...counts].sort(order)[0] as [string, number])[0];
}
