import { ConchError } from "../../base/errors.ts";
import { decodeSourceText } from "../../base/source-text.ts";
import { readHeader, type OnnxHeader } from "../../onnx/header.ts";
import type { Finding } from "../../triton/findings.ts";
import type { RepositoryContent } from "../../triton/loading/content.ts";
import { parseConfig, type ParsedConfig } from "../../triton/model-config/decode.ts";
import { refusedConfig, tooLargeConfig } from "../../triton/model-config/refused-config.ts";
import { readRepository, type ModelDirectory } from "../../triton/repository/repository.ts";
import { reasonOf, type RepositoryFolder } from "./repository-folder.ts";

/** Bytes above which a text is not read: no configuration or list of labels comes near, and reading one takes seconds. */
const MOST_TEXT = 8 * 1024 * 1024;
/** Headers that are read at the same time. */
const AT_ONCE = 16;

/** Several folders as the one repository that a server makes of them. */
export interface JoinedContent extends RepositoryContent {
  /** What is found before any model is loaded: models in two folders, folders that cannot be read, remarks on the directories. */
  readonly findings: readonly Finding[];
  /** The folder that a model is read from: the first that has it. Undefined for a model that none has. */
  folderOf(model: string): RepositoryFolder | undefined;
  /** Reads the headers that `onnx` was asked for and did not have. False where there was none to read. */
  readWanted(): Promise<boolean>;
}

/** Joins the models of the folders. One that two folders have is in neither: a server loads none of the two. */
export function joinFolders(folders: readonly RepositoryFolder[]): JoinedContent {
  const owners = new Map<string, RepositoryFolder[]>();
  const directories = new Map<string, ModelDirectory>();
  const findings: Finding[] = [];
  for (const folder of folders) {
    const { models, diagnostics } = readRepository(folder.paths, "");
    findings.push(...diagnostics);
    for (const [name, directory] of models) {
      if (folder.unlisted.has(name)) continue;
      owners.set(name, [...(owners.get(name) ?? []), folder]);
      directories.set(name, directory);
    }
    for (const [path, reason] of folder.unlisted) findings.push(unlistedFolder(path, reason));
  }
  for (const [name, [first, second]] of owners) {
    if (first === undefined || second === undefined) continue;
    directories.delete(name);
    findings.push(modelTwice(name, first, second));
  }
  const folderOf = (model: string): RepositoryFolder | undefined => owners.get(model)?.[0];
  const owner = (path: string): RepositoryFolder | undefined => folderOf(path.slice(0, path.indexOf("/")));
  const configs = new Map<string, ParsedConfig>();
  const headers = new Map<string, OnnxHeader | ConchError>();
  const wanted = new Set([...directories.values()].flatMap(({ versions }) => versions.flatMap(({ files }) => files.filter((file) => file.endsWith(".onnx")))));

  return {
    directories,
    findings,
    folderOf,
    config(model) {
      const path = directories.get(model)?.config;
      const folder = folderOf(model);
      if (path === undefined || folder === undefined) return undefined;
      const known = configs.get(model) ?? readConfig(folder, path);
      configs.set(model, known);
      return known;
    },
    onnx(path) {
      const known = headers.get(path);
      if (known === undefined && owner(path)?.size(path) !== undefined) wanted.add(path);
      return known;
    },
    text(path) {
      const folder = owner(path);
      const size = folder?.size(path);
      if (folder === undefined || size === undefined || size > MOST_TEXT) return undefined;
      try {
        return decodeSourceText(folder.bytes(path));
      } catch {
        return undefined;
      }
    },
    size: (path) => owner(path)?.size(path),
    async readWanted() {
      const paths = [...wanted].filter((path) => !headers.has(path));
      wanted.clear();
      for (let from = 0; from < paths.length; from += AT_ONCE) {
        const batch = paths.slice(from, from + AT_ONCE);
        const read = await Promise.all(batch.map((path) => headerOf(owner(path), path)));
        for (const [index, path] of batch.entries()) headers.set(path, read[index] as OnnxHeader | ConchError);
      }
      return paths.length > 0;
    },
  };
}

/** The configuration; one that cannot be read, or is too long to be, is refused as a whole. */
function readConfig(folder: RepositoryFolder, path: string): ParsedConfig {
  const size = folder.size(path) ?? 0;
  if (size > MOST_TEXT) return tooLargeConfig(path, size, MOST_TEXT);
  let bytes: Uint8Array;
  try {
    bytes = folder.bytes(path);
  } catch (thrown) {
    const message = `failed to open text file for read ${path}: ${reasonOf(thrown)}`;
    return refusedConfig(path, { code: "CONFIG_UNREADABLE", message, hint: "It has to be a file that the server's user may read." });
  }
  return parseConfig(decodeSourceText(bytes), path);
}

async function headerOf(folder: RepositoryFolder | undefined, path: string): Promise<OnnxHeader | ConchError> {
  try {
    if (folder === undefined) throw new Error("no folder has it");
    const file = await folder.open(path);
    try {
      return await readHeader(file);
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if (thrown instanceof ConchError) return thrown;
    return new ConchError("REPOSITORY_UNREADABLE", `${path} cannot be read (${reasonOf(thrown)})`, { data: { path }, cause: thrown });
  }
}

/** A server cannot read a model whose directory it cannot list; what it makes of a deeper folder depends on the model. */
function unlistedFolder(path: string, reason: string): Finding {
  const [model = path, ...deeper] = path.split("/");
  const base = { code: "REPOSITORY_UNREADABLE", model, file: path, from: 0, to: 0 } as const;
  if (deeper.length > 0) return { ...base, severity: "warning", stage: "load", message: `${path} cannot be read (${reason}): what it holds is not checked` };
  const hint = "It has to be a folder that the server's user may list.";
  return { ...base, severity: "error", stage: "poll", first: true, message: `failed to open directory ${path}: ${reason}`, hint };
}

/** MODEL_READY_REASON_DUPLICATE in the core's model_repository_manager.h: Triton loads neither. */
function modelTwice(model: string, first: RepositoryFolder, second: RepositoryFolder): Finding {
  return {
    code: "REPOSITORY_MODEL_TWICE",
    severity: "error",
    stage: "poll",
    first: true,
    model,
    file: `${model}/config.pbtxt`,
    from: 0,
    to: 0,
    message: "model appears in two or more repositories",
    hint: `Rename it in ${first.name} or in ${second.name}; Triton loads neither.`,
  };
}
