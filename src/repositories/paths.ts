import type { EntryReason } from "./source.ts";

/** Longest path and deepest folder that is opened: a model repository is `<model>/<version>/<folders of a model>`. */
const LONGEST_PATH = 1024;

const HIDDEN_NAMES = new Set(["__MACOSX", "__pycache__", "node_modules", "Thumbs.db", "desktop.ini", "System Volume Information", "$RECYCLE.BIN"]);

/** Whether a file or folder of this name is left out: dot files (but .gitkeep, which keeps an empty version folder), system folders, browsers' unfinished writes. */
export function isHidden(name: string): boolean {
  return (name.startsWith(".") && name !== ".gitkeep") || HIDDEN_NAMES.has(name) || name.endsWith(".crswap");
}

/** A path as it may be used, or the reason why it is left out. A trailing `/` (a folder) is dropped. */
export function cleanPath(path: string): { path: string } | { reason: EntryReason } {
  // Archives made on Windows separate by backslashes.
  const parts = path.replaceAll("\\", "/").split("/").filter((part) => part !== "" && part !== ".");
  const unsafe = parts.length === 0 || path.length > LONGEST_PATH || parts.some((part) => part === ".." || hasForbidden(part)) || /^[A-Za-z]:/.test(path);
  if (unsafe) return { reason: "unsafe-path" };
  if (parts.some(isHidden)) return { reason: "hidden" };
  return { path: parts.join("/") };
}

/** Control characters: no file system shows them and some stop at them. */
function hasForbidden(part: string): boolean {
  for (let n = 0; n < part.length; n++) if (part.charCodeAt(n) < 32 || part.charCodeAt(n) === 127) return true;
  return false;
}

/** Folder part of a path: "a/b" of "a/b/c", "" of "a". */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

/** Last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** `folder/path`, or the path alone where the folder is "". */
export function joinPath(folder: string, path: string): string {
  return folder === "" ? path : `${folder}/${path}`;
}

/** Order of paths: by code unit, the same everywhere. */
export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
