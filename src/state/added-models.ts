import { ConchError } from "../base/errors.ts";
import { applyEdits } from "../base/text-edit.ts";
import type { Drop } from "../repositories/dropped/read-drop.ts";
import type { OpenedEntry, RepositorySource } from "../repositories/source.ts";
import { freshName } from "../triton/ensemble/tensor-uses.ts";
import { parseConfig } from "../triton/model-config/decode.ts";
import { setValue } from "../triton/pbtxt/edit.ts";
import { readRepository } from "../triton/repository/repository.ts";
import type { DocumentEdit } from "./document.ts";
import { readTexts } from "./opened-files.ts";

/** Models that were dropped onto, or chosen for, the open repository: what is added to it as one entry of the history. */
export interface AddedModels {
  /** Their folders, in path order. */
  readonly models: readonly string[];
  /** Their files, for `document.edit` as one entry of the history. The repository has none of them yet. */
  readonly edits: readonly DocumentEdit[];
  /** Models whose name the repository had already: name in the drop → folder that they got. Their configurations follow. */
  readonly renamed: ReadonlyMap<string, string>;
  /** What was dropped with them but is no part of a model, with the reason. */
  readonly leftOut: readonly OpenedEntry[];
  /** Files that are no part of a repository but may be inputs of a model. */
  readonly inputs: readonly File[];
}

/** What adding needs to know. */
export interface AddingOptions {
  /** The first parts of the open repository's paths: names that a model's folder cannot have any more. */
  readonly taken: ReadonlySet<string>;
  /** The text of a config.pbtxt for a lone .onnx file, to bear this name. */
  describe(name: string, file: Blob): Promise<string>;
  readonly signal?: AbortSignal;
}

/**
 * The models in a drop, ready to be added: folders as they are, a lone .onnx file as version 1 of a model named after it, with the configuration that
 * is made of it; one that cannot be described comes without. A taken name gets a number, in the configurations of the drop as well. Throws
 * NO_MODEL_FOUND where there are neither models nor inputs, and what opening the drop throws.
 */
export async function addedModels(drop: Drop, { taken, describe, signal = new AbortController().signal }: AddingOptions): Promise<AddedModels> {
  const { openDrop } = await import("../repositories/open.ts");
  const { source, inputs } = await openDrop(drop, { signal });
  const directories = source === undefined ? undefined : readRepository(pathsOf(source), "").models;
  if (source === undefined || directories === undefined || directories.size === 0) {
    if (inputs.length === 0) throw nothingFound(drop);
    return { models: [], edits: [], renamed: new Map(), leftOut: [], inputs };
  }
  const texts = await readTexts(source, signal);
  const renamed = freshFolders([...directories.keys()], taken);
  const folderOf = (model: string): string => renamed.get(model) ?? model;
  const added = (path: string): string | undefined => {
    const [model = "", ...rest] = path.split("/");
    return directories.has(model) && rest.length > 0 ? [folderOf(model), ...rest].join("/") : undefined;
  };

  const edits: DocumentEdit[] = [];
  const leftOut = source.report.entries.filter(({ outcome }) => outcome === "skipped");
  for (const file of source.files) {
    const path = added(file.path);
    if (path === undefined) leftOut.push({ path: file.path, outcome: "skipped", reason: "outside" });
    else {
      const text = texts.get(file.path);
      if (text === undefined) edits.push({ path, add: { ...file, path } });
      else edits.push({ path, create: /^[^/]+\/config\.pbtxt$/.test(path) ? renamedConfig(text, path, renamed) : text });
    }
  }
  // Edits know files only: an empty version folder is kept by one.
  for (const folder of source.emptyFolders) {
    const path = added(folder);
    if (path !== undefined) edits.push({ path: `${path}/.gitkeep`, create: "" });
  }
  for (const { name, config, versions } of directories.values()) {
    const model = versions.flatMap((version) => version.files).find((path) => path.endsWith(".onnx"));
    const handle = config === undefined && model !== undefined ? source.files.find(({ path }) => path === model) : undefined;
    if (handle === undefined) continue;
    const text = await describe(folderOf(name), await handle.blob()).catch(() => undefined);
    if (text !== undefined) edits.push({ path: `${folderOf(name)}/config.pbtxt`, create: text });
  }
  return { models: [...directories.keys()].map(folderOf).sort(), edits, renamed, leftOut, inputs };
}

function pathsOf({ files, emptyFolders }: RepositorySource): string[] {
  return [...files.map(({ path }) => path), ...emptyFolders.map((folder) => `${folder}/`)];
}

/** New folders for the models whose names are taken. */
function freshFolders(models: readonly string[], taken: ReadonlySet<string>): Map<string, string> {
  const names = new Set([...taken, ...models]);
  const renamed = new Map<string, string>();
  for (const model of models) {
    if (!taken.has(model)) continue;
    const folder = freshName(names, model);
    names.add(folder);
    renamed.set(model, folder);
  }
  return renamed;
}

/** A configuration that names its model and its steps as they are named now. One that does not parse stays as it is. */
function renamedConfig(text: string, path: string, renamed: ReadonlyMap<string, string>): string {
  const folder = path.slice(0, path.indexOf("/"));
  let result = text;
  const set = (at: readonly (string | number)[], value: string): void => {
    result = applyEdits(result, setValue(parseConfig(result, path).tree, at, value));
  };
  const { config, valid } = parseConfig(text, path);
  if (!valid) return text;
  if (config.name !== "" && renamed.get(config.name) === folder) set(["name"], folder);
  for (const [index, { model_name }] of (config.ensemble_scheduling?.step ?? []).entries()) {
    const name = renamed.get(model_name);
    if (name !== undefined) set(["ensemble_scheduling", "step", index, "model_name"], name);
  }
  return result;
}

function nothingFound({ directory, files }: Drop): ConchError {
  const names = directory === undefined ? files.map(({ path }) => path) : [directory.name];
  const listed = names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
  return new ConchError("NO_MODEL_FOUND", `There is no model in ${listed || "what was dropped"}: expected .onnx files, or folders with a config.pbtxt or a version folder`, {
    data: { files: names.slice(0, 3) },
  });
}
