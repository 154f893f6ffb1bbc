import { joinPath } from "../paths.ts";
import type { OpenedEntry } from "../source.ts";

/** A dropped or chosen file with the path that the user knows it by. */
export interface DroppedFile {
  readonly path: string;
  readonly file: File;
}

/** What was dropped, before it is opened. */
export interface Drop {
  /** The only thing dropped, where it is a folder that the browser gives by handle: it can be written back. */
  readonly directory?: FileSystemDirectoryHandle;
  /** The files, folders walked; empty when `directory` is there. */
  readonly files: readonly DroppedFile[];
  /** Folders without files. */
  readonly folders: readonly string[];
  /** What could not be read, and where a drop of too many files was cut. */
  readonly skipped: readonly OpenedEntry[];
}

/** Files beyond which a drop is cut. */
const MOST_FILES = 20_000;

interface HandleItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}

/**
 * Reads a drop. Call it inside the event handler: the browser empties the list of items when the handler returns, so every item is asked for its
 * entry before the first wait.
 */
export function readDrop(transfer: DataTransfer): Promise<Drop> {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const handles = items.map((item) => (item as HandleItem).getAsFileSystemHandle?.());
  const entries = items.map((item) => (typeof item.webkitGetAsEntry === "function" ? item.webkitGetAsEntry() : null));
  const files = items.map((item) => item.getAsFile());
  return settle(handles, entries, files);
}

/** Files of an `<input type=file>`, with `webkitdirectory` or without. */
export function readFileList(list: Iterable<File>): Drop {
  return { files: [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file })), folders: [], skipped: [] };
}

async function settle(
  handles: readonly (Promise<FileSystemHandle | null> | undefined)[],
  entries: readonly (FileSystemEntry | null)[],
  plain: readonly (File | null)[],
): Promise<Drop> {
  if (handles.length === 1) {
    // Refused for some drops (other windows, virtual files): the entry below still works then.
    const handle = await handles[0]?.catch(() => null);
    if (handle?.kind === "directory") return { directory: handle as FileSystemDirectoryHandle, files: [], folders: [], skipped: [] };
  }
  const files: DroppedFile[] = [];
  const folders: string[] = [];
  const skipped: OpenedEntry[] = [];
  for (const [index, entry] of entries.entries()) {
    const file = plain[index];
    if (entry !== null) await walk(entry, "", files, folders, skipped);
    else if (file !== null && file !== undefined) files.push({ path: file.name, file });
  }
  return { files, folders, skipped };
}

async function walk(entry: FileSystemEntry, folder: string, files: DroppedFile[], folders: string[], skipped: OpenedEntry[]): Promise<void> {
  const path = joinPath(folder, entry.name);
  if (files.length >= MOST_FILES) {
    skipped.push({ path, outcome: "skipped", reason: "too-many" });
    return;
  }
  try {
    if (entry.isFile) {
      files.push({ path, file: await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)) });
      return;
    }
    folders.push(path);
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    // A reader gives at most 100 entries at a time, and none when it is done.
    for (;;) {
      const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (batch.length === 0) return;
      for (const child of batch) await walk(child, path, files, folders, skipped);
      if (files.length >= MOST_FILES) return;
    }
  } catch {
    skipped.push({ path, outcome: "skipped", reason: "unreadable" });
  }
}
