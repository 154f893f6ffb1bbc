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

/** The document's files: the repository's, each with its text as edited in an earlier visit where there was one, and files that only exist here. */
export function documentFiles(source: RepositorySource, present: ReadonlyMap<string, string>, kept?: ReadonlyMap<string, WorkspaceText>): DocumentFile[] {
  const files = source.files.map((file): DocumentFile => {
    const saved = present.get(file.path);
    if (saved === undefined) return { path: file.path, file };
    return { path: file.path, text: kept?.get(file.path)?.text ?? saved, saved, file };
  });
  const known = new Set(files.map(({ path }) => path));
  for (const { path, text } of kept?.values() ?? []) if (!known.has(path) && text !== null) files.push({ path, text, saved: null });
  return files;
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

/** The input that dropped files are for: the first that is no matrix and has to be given, else the first that is no matrix. */
export function inputForFiles(view: RepositoryView, model: string): string | undefined {
  const inputs = view.models.get(model)?.config.input ?? [];
  const data = inputs.filter(({ data_type, dims }) => !(data_type === "TYPE_FP64" && dims.length === 2));
  return (data.find(({ optional }) => !optional) ?? data[0])?.name;
}

/** Groups example files by their name up to the first dot, and leaves out what only describes them (.json beside data). */
export function exampleGroups(examples: readonly RepositoryFile[]): ReadonlyMap<string, readonly RepositoryFile[]> {
  const groups = new Map<string, RepositoryFile[]>();
  for (const file of examples) {
    const stem = file.path.split(".")[0] ?? file.path;
    groups.set(stem, [...(groups.get(stem) ?? []), file]);
  }
  for (const [stem, files] of groups) {
    const data = files.filter(({ path }) => !path.endsWith(".json"));
    if (data.length > 0) groups.set(stem, data);
  }
  return groups;
}
