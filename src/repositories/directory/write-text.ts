import { ConchError, textOf } from "../../base/errors.ts";
import { decodeSourceText, encodeSourceText } from "../../base/source-text.ts";
import { cleanPath } from "../paths.ts";
import type { WriteText } from "../source.ts";
import { askPermission } from "./permission.ts";

/**
 * Writes text files below `root`; undefined where the browser cannot write. `createWritable` collects the text in a swap file and replaces the old
 * file on close, so a failure on the way leaves the old one whole. `locate` maps a repository path to the path below `root`.
 */
export function createWriter(root: FileSystemDirectoryHandle, locate: (path: string) => string): WriteText | undefined {
  if (typeof FileSystemFileHandle === "undefined" || !("createWritable" in FileSystemFileHandle.prototype)) return undefined;
  return async (path, text, replaces) => {
    const cleaned = cleanPath(locate(path));
    if ("reason" in cleaned) throw new ConchError("REPOSITORY_UNREADABLE", `${path} is no path inside ${root.name}`, { data: { path } });
    if (!(await askPermission(root, "readwrite"))) {
      throw new ConchError("REPOSITORY_PERMISSION", `Writing into ${root.name} was not allowed: allow it, or download a zip`, { data: { path } });
    }
    const parts = cleaned.path.split("/");
    const name = parts.pop() as string;
    try {
      let folder = root;
      for (const part of parts) folder = await folder.getDirectoryHandle(part, { create: true });
      await checkUnchanged(folder, name, path, replaces);
      const handle = await folder.getFileHandle(name, { create: true });
      await replaceContent(handle, text);
    } catch (cause) {
      if (cause instanceof ConchError) throw cause;
      throw new ConchError("REPOSITORY_UNREADABLE", `${path} cannot be written: ${textOf(cause)}`, { data: { path }, cause });
    }
  };
}

async function checkUnchanged(folder: FileSystemDirectoryHandle, name: string, path: string, replaces: string | null | undefined): Promise<void> {
  if (replaces === undefined) return;
  const present = await readPresent(folder, name);
  if (present === replaces) return;
  const what = present === null ? "was deleted" : replaces === null ? "exists already" : "was changed by another program";
  throw new ConchError("REPOSITORY_CONFLICT", `${path} ${what} since it was read: compare, then save again`, { data: { path } });
}

async function readPresent(folder: FileSystemDirectoryHandle, name: string): Promise<string | null> {
  try {
    const file = await (await folder.getFileHandle(name)).getFile();
    return decodeSourceText(new Uint8Array(await file.arrayBuffer()));
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotFoundError") return null;
    throw error;
  }
}

async function replaceContent(handle: FileSystemFileHandle, text: string): Promise<void> {
  const writable = await handle.createWritable();
  try {
    await writable.write(encodeSourceText(text));
    await writable.close();
  } catch (error) {
    await writable.abort(error).catch(() => undefined);
    throw error;
  }
}
