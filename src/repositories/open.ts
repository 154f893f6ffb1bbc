import { openDirectory } from "./directory/open-directory.ts";
import { openDropped } from "./dropped/open-dropped.ts";
import type { Drop } from "./dropped/read-drop.ts";
import type { OpenOptions, RepositorySource } from "./source.ts";
import { isZip, openZip } from "./zip/open-zip.ts";

/** What a drop or a file choice turned out to be. */
export interface Opened {
  /** Absent when nothing of a repository was there. */
  readonly source?: RepositorySource;
  /** Kept to reopen the folder later. */
  readonly directory?: FileSystemDirectoryHandle;
  /** Files that are no part of a repository but may be inputs, by their path in the report. */
  readonly inputs: readonly File[];
}

/** Opens what was dropped or chosen: a folder by handle, a zip, or files and folders. Throws what the kind throws. */
export async function openDrop(drop: Drop, options: OpenOptions = {}): Promise<Opened> {
  if (drop.directory !== undefined) {
    return { source: await openDirectory(drop.directory, options), directory: drop.directory, inputs: [] };
  }
  const [only] = drop.files;
  if (only !== undefined && drop.files.length === 1 && !/\.npz$/i.test(only.path) && isZip(new Uint8Array(await only.file.slice(0, 4).arrayBuffer()))) {
    return { source: await openZip(only.file, only.file.name, options), inputs: [] };
  }
  const source = openDropped(drop);
  const isInput = new Set(source.report.entries.filter((entry) => entry.outcome === "input").map((entry) => entry.path));
  const inputs = drop.files.filter(({ path }) => isInput.has(path)).map(({ file }) => file);
  return source.files.length === 0 ? { inputs } : { source, inputs };
}
