import { ConchError, textOf } from "../base/errors.ts";
import type { RepositorySource } from "../repositories/source.ts";

/** Told after each part of a copy: bytes copied, bytes in all. */
export type CopyProgress = (done: number, total: number) => void;

const FOLDER = "workspaces";

/** Whether this browser has a private file system that the page can write to. */
export function canStoreFiles(): boolean {
  return (
    typeof navigator.storage?.getDirectory === "function" &&
    typeof FileSystemFileHandle !== "undefined" &&
    "createWritable" in FileSystemFileHandle.prototype
  );
}

/**
 * Copies a repository into the browser's private file system, file by file as streams. Leaves nothing behind when it fails. Throws STORAGE_FULL, or
 * the signal's reason.
 */
export async function storeFiles(id: string, source: RepositorySource, signal?: AbortSignal, progress?: CopyProgress): Promise<void> {
  const total = source.files.reduce((sum, file) => sum + file.size, 0);
  await checkRoom(total);
  try {
    const root = await workspaceFolder(id, true);
    for (const folder of source.emptyFolders) await folderAt(root, folder.split("/"));
    let done = 0;
    for (const file of source.files) {
      signal?.throwIfAborted();
      const parts = file.path.split("/");
      const name = parts.pop() as string;
      const handle = await (await folderAt(root, parts)).getFileHandle(name, { create: true });
      const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(chunk, controller) {
          done += chunk.byteLength;
          progress?.(done, total);
          controller.enqueue(chunk);
        },
      });
      const blob = await file.blob();
      const target = await handle.createWritable();
      await blob.stream().pipeThrough(counter).pipeTo(target, signal === undefined ? {} : { signal });
    }
  } catch (error) {
    await removeFiles(id);
    throw isQuota(error) ? full(total, error) : error;
  }
}

/** The folder that {@link storeFiles} filled. Throws WORKSPACE_MISSING where the browser has cleared it. */
export async function storedFolder(id: string): Promise<FileSystemDirectoryHandle> {
  try {
    return await workspaceFolder(id, false);
  } catch (cause) {
    throw new ConchError("WORKSPACE_MISSING", `The browser no longer holds the files of this workspace (${textOf(cause)}): open them again`, {
      data: { workspace: id },
      cause,
    });
  }
}

/** Removes what {@link storeFiles} stored; nothing happens where there is nothing. */
export async function removeFiles(id: string): Promise<void> {
  if (!canStoreFiles()) return;
  try {
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER);
    await root.removeEntry(id, { recursive: true });
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "NotFoundError")) throw error;
  }
}

/** True for the error of a full disk or an exhausted quota. */
export function isQuota(error: unknown): boolean {
  return typeof error === "object" && error !== null && "name" in error && error.name === "QuotaExceededError";
}

/** STORAGE_FULL for `bytes` that did not fit. */
export function full(bytes: number, cause?: unknown): ConchError {
  const message = `The browser's storage has no room for ${bytes} bytes: remove recent repositories, or open the folder by handle instead of copying it`;
  return new ConchError("STORAGE_FULL", message, { data: { bytes }, cause });
}

async function checkRoom(bytes: number): Promise<void> {
  const { quota, usage = 0 } = await navigator.storage.estimate();
  if (quota !== undefined && quota - usage < bytes) throw full(bytes);
}

async function workspaceFolder(id: string, create: boolean): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return (await root.getDirectoryHandle(FOLDER, { create })).getDirectoryHandle(id, { create });
}

async function folderAt(root: FileSystemDirectoryHandle, parts: readonly string[]): Promise<FileSystemDirectoryHandle> {
  let folder = root;
  for (const part of parts) folder = await folder.getDirectoryHandle(part, { create: true });
  return folder;
}
