import type { ModelView } from "../../state/derived.ts";
import type { DocumentFile } from "../../state/document.ts";

/** Paths of a model's text files in the order of their tabs: config.pbtxt, the newest version's files, older ones', all others. */
export function textFilesOf({ directory }: ModelView, files: ReadonlyMap<string, DocumentFile>): string[] {
  const versions = [...directory.versions].reverse().flatMap((version) => version.files);
  const all = [...(directory.config === undefined ? [] : [directory.config]), ...versions, ...directory.files];
  return all.filter((path) => files.get(path)?.text !== undefined);
}
