import { isTextFile, readText, type RepositoryFile, type RepositorySource } from "../repositories/source.ts";
import type { RepositoryView } from "./derived.ts";
import type { DocumentFile, DocumentState } from "./document.ts";
import type { WorkspaceText } from "./journal.ts";

/** Texts read at once: a repository over http answers them in parallel. */
const AT_ONCE = 16;

/** The texts of a repository by path. A file that is text by its name but not by its bytes is left out. Throws REPOSITORY_UNREADABLE for one that is gone. */
export async function readTexts(source: RepositorySource, signal: AbortSignal): Promise<Map<string, string>> {
  const wanted = source.files.filter(({ path, size }) => isTextFile(path, size));
  const texts = new Map<string, string>();
  for (let from = 0; from < wanted.length; from += AT_ONCE) {
    signal.throwIfAborted();
    const batch = wanted.slice(from, from + AT_ONCE);
    const read = await Promise.all(batch.map(readText));
    for (const [index, text] of read.entries()) if (text !== undefined) texts.set(batch[index]!.path, text);
  }
  return texts;
}

/** What an earlier visit left of files: texts brought together with the repository's, and bytes added and removed. */
export interface KeptFiles {
  readonly texts: ReadonlyMap<string, WorkspaceText>;
  readonly added: ReadonlyMap<string, Blob>;
  readonly removed: readonly string[];
}

/** The document's files: the repository's, each as edited in an earlier visit where there was one, and files that only exist here. */
export function documentFiles(source: RepositorySource, present: ReadonlyMap<string, string>, kept?: KeptFiles): DocumentFile[] {
  const removed = kept === undefined ? new Map<string, null>() : removedFiles(source, kept);
  const files: DocumentFile[] = [];
  for (const file of source.files) {
    const { path } = file;
    if (removed.has(path) || kept?.added.has(path) === true) continue;
    const saved = present.get(path);
    const text = kept?.texts.get(path)?.text ?? saved;
    files.push(text === undefined ? { path, file } : { path, text, saved: saved ?? null, file });
  }
  const known = new Set(source.files.map(({ path }) => path));
  for (const { path, text } of kept?.texts.values() ?? []) if (!known.has(path) && text !== null) files.push({ path, text, saved: null });
  for (const [path, blob] of kept?.added ?? []) files.push({ path, file: { path, size: blob.size, blob: () => Promise.resolve(blob) }, added: true });
  return files;
}

/** Files that an earlier visit removed and that the repository holds still, as {@link DocumentState.removed} has them. */
export function removedFiles({ files }: RepositorySource, { texts, removed }: KeptFiles): Map<string, string | null> {
  const gone = new Map<string, string | null>();
  const bytes = new Set(removed);
  for (const { path } of files) {
    const text = texts.get(path);
    if (bytes.has(path)) gone.set(path, null);
    else if (text?.text === null && text.saved !== null) gone.set(path, text.saved);
  }
  return gone;
}

/** Paths at which the repository is not as the document has it: texts that are not the saved ones, added bytes, removed files. */
export function unsavedPaths({ files, removed }: Pick<DocumentState, "files" | "removed">): string[] {
  const changed = [...files.values()].filter(({ text, saved, added }) => (text === undefined ? added === true : text !== saved));
  return [...changed.map(({ path }) => path), ...removed.keys()];
}

/** The model to show first: an ensemble that no other one has as a step, else any ensemble, else the first model; by name. */
export function firstModel(view: RepositoryView): string | null {
  const models = [...view.models.values()].sort((a, b) => a.name.localeCompare(b.name));
  const inner = new Set(models.flatMap(({ config }) => config.ensemble_scheduling?.step.map((step) => step.model_name) ?? []));
  const found = models.find(({ isEnsemble, name }) => isEnsemble && !inner.has(name)) ?? models.find(({ isEnsemble }) => isEnsemble) ?? models[0];
  return found?.name ?? null;
}

/** What stands between the name of an example and its ending: the input that it is for, where there is one of that name. */
export function inputOf(path: string): string | undefined {
  return /^[^.]+\.([^.]+)\.[^.]+$/.exec(path)?.[1];
}

/** Names of encoded pictures. */
const PICTURE = /\.(png|jpe?g|gif|webp|bmp|tiff?|avif|heic|jp2)$/i;

/**
 * Groups example files by their name up to the first dot, and leaves out what only describes them: `.truth.json`, and `.json` beside data that names no
 * input, as NAME.INPUT.json does. Each picture is a group of its own.
 */
export function exampleGroups(examples: readonly RepositoryFile[]): ReadonlyMap<string, readonly RepositoryFile[]> {
  const groups = new Map<string, RepositoryFile[]>();
  for (const file of examples) {
    const stem = file.path.split(".")[0] ?? file.path;
    groups.set(stem, [...(groups.get(stem) ?? []), file]);
  }
  for (const [stem, files] of groups) {
    const data = files.filter(({ path }) => !path.endsWith(".json") || (inputOf(path) !== undefined && !path.endsWith(".truth.json")));
    if (data.length > 0) groups.set(stem, data);
    if (data.length < 2 || !data.every(({ path }) => PICTURE.test(path))) continue;
    groups.delete(stem);
    for (const file of data) groups.set(file.path, [file]);
  }
  return groups;
}

/** The files of all examples that an input may be given: those that name it, and those that name none of the model's inputs. */
export function examplesFor(groups: ReadonlyMap<string, readonly RepositoryFile[]>, inputs: readonly string[], input: string): readonly RepositoryFile[] {
  return [...groups.values()].flat().filter(({ path }) => {
    const named = inputOf(path);
    return named === undefined || named === input || !inputs.includes(named);
  });
}
