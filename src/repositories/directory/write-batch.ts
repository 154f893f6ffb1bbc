import { ConchError, textOf } from "../../base/errors.ts";
import { encodeSourceText } from "../../base/source-text.ts";
import type { FileWrite } from "../source.ts";

/** Where a file lies below the folder that is written to. */
export interface Place {
  /** As messages name it. */
  readonly path: string;
  readonly folders: readonly string[];
  readonly name: string;
}

/** Something that was made for the batch. */
interface Made {
  readonly parent: FileSystemDirectoryHandle;
  readonly name: string;
}

/** New content that waits beside its file; closing it replaces the file. */
interface Pending {
  readonly path: string;
  readonly writable: FileSystemWritableFileStream;
  /** The file, where it was made for the batch. */
  readonly made: Made | undefined;
}

/**
 * Writes files below `root`, and makes the folders `emptyFolders`: first all content beside the files, then one file after the other is replaced by
 * it, then files are removed. See {@link RepositoryFolder.write} for what it throws.
 */
export async function writeBatch(root: FileSystemDirectoryHandle, batch: readonly (FileWrite & Place)[], emptyFolders: readonly (readonly string[])[]): Promise<void> {
  const made: Made[] = [];
  const pending: Pending[] = [];
  let present = batch[0]?.path ?? root.name;
  try {
    for (const { path, folders, name, content } of batch) {
      if (content === null) continue;
      present = path;
      const parent = await folderAt(root, folders, made);
      const isNew = !(await hasFile(parent, name));
      const handle = await parent.getFileHandle(name, { create: true });
      const own = isNew ? { parent, name } : undefined;
      if (own !== undefined) made.push(own);
      const writable = await handle.createWritable();
      pending.push({ path, writable, made: own });
      if (typeof content === "string") await writable.write(encodeSourceText(content));
      else await content.stream().pipeTo(writable, { preventClose: true, preventAbort: true });
    }
    for (const folders of emptyFolders) {
      present = folders.join("/");
      await folderAt(root, folders, made);
    }
  } catch (cause) {
    await abort(pending);
    await undo(made);
    throw failure(present, cause);
  }
  await replace(root, batch, pending, made);
}

async function replace(root: FileSystemDirectoryHandle, batch: readonly (FileWrite & Place)[], pending: readonly Pending[], made: readonly Made[]): Promise<void> {
  const written: string[] = [];
  let present = "";
  try {
    for (const { path, writable } of pending) {
      present = path;
      await writable.close();
      written.push(path);
    }
    for (const { path, folders, name, content } of batch) {
      if (content !== null) continue;
      present = path;
      await remove(root, folders, name);
      written.push(path);
    }
  } catch (cause) {
    const left = pending.filter(({ path }) => !written.includes(path));
    await abort(left);
    const done = new Set(pending.filter(({ path }) => written.includes(path)).map((each) => each.made));
    await undo(made.filter((each) => !done.has(each)));
    const unwritten = batch.map(({ path }) => path).filter((path) => !written.includes(path));
    if (written.length === 0) throw failure(present, cause);
    const message = `${present} cannot be written (${reasonOf(cause)}). Written before it: ${written.join(", ")}. Not written: ${unwritten.join(", ")}`;
    throw new ConchError("REPOSITORY_PARTLY_WRITTEN", message, { data: { path: present, written, unwritten }, cause });
  }
}

async function folderAt(root: FileSystemDirectoryHandle, folders: readonly string[], made: Made[]): Promise<FileSystemDirectoryHandle> {
  let folder = root;
  for (const name of folders) {
    const parent = folder;
    try {
      folder = await parent.getDirectoryHandle(name);
    } catch (error) {
      if (!isMissing(error)) throw error;
      folder = await parent.getDirectoryHandle(name, { create: true });
      made.push({ parent, name });
    }
  }
  return folder;
}

async function hasFile(folder: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  try {
    await folder.getFileHandle(name);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Removes a file and the folders that hold nothing else. One that is gone already is no failure. */
async function remove(root: FileSystemDirectoryHandle, folders: readonly string[], name: string): Promise<void> {
  const path: { readonly parent: FileSystemDirectoryHandle; readonly name: string }[] = [];
  let folder = root;
  try {
    for (const each of folders) {
      path.unshift({ parent: folder, name: each });
      folder = await folder.getDirectoryHandle(each);
    }
    await folder.removeEntry(name);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  for (const each of path) {
    // A folder that is not empty refuses, and so do those around it.
    if (!(await each.parent.removeEntry(each.name).then(() => true, () => false))) return;
  }
}

async function abort(pending: readonly Pending[]): Promise<void> {
  await Promise.all(pending.map(({ writable }) => writable.abort().catch(() => undefined)));
}

/** Removes what was made, last first. A folder that somebody else has put a file into stays. */
async function undo(made: readonly Made[]): Promise<void> {
  for (const { parent, name } of [...made].reverse()) await parent.removeEntry(name).catch(() => undefined);
}

function failure(path: string, cause: unknown): ConchError {
  if (isNamed(cause, "NotAllowedError", "SecurityError")) {
    return new ConchError("REPOSITORY_PERMISSION", `Writing ${path} was not allowed, so nothing was written: allow it, or download a zip`, { data: { path }, cause });
  }
  return new ConchError("REPOSITORY_UNWRITABLE", `${path} cannot be written (${reasonOf(cause)}), so nothing was written`, { data: { path }, cause });
}

function reasonOf(cause: unknown): string {
  if (isNamed(cause, "QuotaExceededError")) return "the disk is full";
  if (isNamed(cause, "NoModificationAllowedError")) return "another program holds it";
  return textOf(cause);
}

function isMissing(error: unknown): boolean {
  return isNamed(error, "NotFoundError");
}

function isNamed(thrown: unknown, ...names: readonly string[]): boolean {
  return typeof thrown === "object" && thrown !== null && "name" in thrown && names.includes(String(thrown.name));
}
