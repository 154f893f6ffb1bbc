import { ConchError, textOf } from "../../base/errors.ts";
import { arrangeRepository, type FoundItem } from "../layout.ts";
import { isHidden, joinPath } from "../paths.ts";
import type { OpenedEntry, OpenOptions, OpenReport, RepositorySource } from "../source.ts";
import { repositoryFolder } from "./repository-folder.ts";

/** Files and depth beyond which a folder is no model repository (somebody's home folder, a whole disk). */
const MOST_FILES = 20_000;
const DEEPEST = 12;
/** Files whose sizes are asked for at once. */
const AT_ONCE = 32;

interface DirectoryItem extends FoundItem {
  handle: FileSystemHandle;
}

/**
 * Opens a folder by its handle, recursively; nothing but names and sizes is read. Files can be written back where the browser offers it,
 * except into a folder of loose model files. Throws REPOSITORY_UNREADABLE, or REPOSITORY_PERMISSION when access was not granted (see permission.ts).
 */
export async function openDirectory(root: FileSystemDirectoryHandle, options: OpenOptions = {}): Promise<RepositorySource> {
  const items: DirectoryItem[] = [];
  const skipped: OpenedEntry[] = [];
  await list(root, "", 0, items, skipped, options);
  const found = await withSizes(items, skipped, options);
  const layout = arrangeRepository(found, root.name, skipped);
  const files = layout.files.map(({ path, item }) => ({
    path,
    size: item.size as number,
    blob: () => fileOf(item.handle as FileSystemFileHandle, path),
  }));
  const source: RepositorySource = { kind: "directory", name: root.name, files, emptyFolders: layout.emptyFolders, report: layout.report };
  const locate = locator(layout.report);
  const folder = locate === undefined ? undefined : repositoryFolder(root, locate);
  return folder === undefined ? source : { ...source, folder };
}

/** From a repository path to its path below the opened folder; undefined where loose files were given places that the folder does not have. */
function locator(report: OpenReport): ((path: string) => string) | undefined {
  if (report.entries.some((entry) => entry.reason === "loose-model")) return undefined;
  const model = report.entries.find((entry) => entry.reason === "model-folder")?.to;
  if (model === undefined) return (path) => joinPath(report.root, path);
  return (path) => (path.startsWith(`${model}/`) ? path.slice(model.length + 1) : path);
}

async function list(
  folder: FileSystemDirectoryHandle,
  path: string,
  depth: number,
  items: DirectoryItem[],
  skipped: OpenedEntry[],
  options: OpenOptions,
): Promise<void> {
  items.push(...(path === "" ? [] : [{ path, handle: folder }]));
  try {
    for await (const handle of folder.values()) {
      options.signal?.throwIfAborted();
      const inside = joinPath(path, handle.name);
      if (isHidden(handle.name)) skipped.push({ path: inside, outcome: "skipped", reason: "hidden" });
      else if (items.length >= MOST_FILES) {
        skipped.push({ path: inside, outcome: "skipped", reason: "too-many" });
        return;
      } else if (handle.kind === "file") items.push({ path: inside, handle });
      else if (depth >= DEEPEST) skipped.push({ path: inside, outcome: "skipped", reason: "too-deep" });
      else await list(handle as FileSystemDirectoryHandle, inside, depth + 1, items, skipped, options);
    }
  } catch (cause) {
    if (options.signal?.aborted === true) throw cause;
    if (path === "") throw accessError(folder.name, cause);
    skipped.push({ path, outcome: "skipped", reason: "unreadable" });
  }
}

async function withSizes(items: readonly DirectoryItem[], skipped: OpenedEntry[], options: OpenOptions): Promise<DirectoryItem[]> {
  const result: DirectoryItem[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    options.signal?.throwIfAborted();
    const sized = await Promise.all(
      items.slice(from, from + AT_ONCE).map(async (item) => {
        if (item.handle.kind === "directory") return item;
        try {
          return { ...item, size: (await (item.handle as FileSystemFileHandle).getFile()).size };
        } catch {
          skipped.push({ path: item.path, outcome: "skipped", reason: "unreadable" });
          return undefined;
        }
      }),
    );
    result.push(...sized.filter((item) => item !== undefined));
    options.progress?.(result.length);
  }
  return result;
}

async function fileOf(handle: FileSystemFileHandle, path: string): Promise<Blob> {
  try {
    return await handle.getFile();
  } catch (cause) {
    throw accessError(path, cause);
  }
}

function accessError(path: string, cause: unknown): ConchError {
  const denied = cause instanceof DOMException && (cause.name === "NotAllowedError" || cause.name === "SecurityError");
  return denied
    ? new ConchError("REPOSITORY_PERMISSION", `The browser does not allow access to ${path}: allow it and try again`, { data: { path }, cause })
    : new ConchError("REPOSITORY_UNREADABLE", `${path} cannot be read (${textOf(cause)}): was it moved or deleted?`, { data: { path }, cause });
}
