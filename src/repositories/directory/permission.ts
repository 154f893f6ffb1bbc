import { ConchError, isAbort } from "../../base/errors.ts";

/** What the page may do with a folder: "prompt" means that a click may ask for it. */
export type FolderPermission = "granted" | "prompt" | "denied";

type Mode = { mode: "read" | "readwrite" };

/** The parts of the File System Access API that TypeScript's DOM types leave out; absent in browsers without it and on handles of the private file system. */
interface PermissionHandle {
  queryPermission?(descriptor: Mode): Promise<FolderPermission>;
  requestPermission?(descriptor: Mode): Promise<FolderPermission>;
}

interface PickerWindow {
  showDirectoryPicker?(options?: { id?: string; mode?: "read" | "readwrite" }): Promise<FileSystemDirectoryHandle>;
}

/** Whether this browser can open a folder by handle, and so write back into it. */
export function canPickDirectory(): boolean {
  return typeof (globalThis as PickerWindow).showDirectoryPicker === "function";
}

/** Lets the user choose a folder, to read or also to write; undefined when the user cancels. Call it from a click. */
export async function pickDirectory(mode: "read" | "readwrite" = "read"): Promise<FileSystemDirectoryHandle | undefined> {
  const { showDirectoryPicker } = globalThis as PickerWindow;
  if (showDirectoryPicker === undefined) {
    throw new ConchError("REPOSITORY_PERMISSION", "This browser cannot open folders by handle: drop the folder onto the window instead");
  }
  try {
    return await showDirectoryPicker.call(globalThis, { id: "repository", mode });
  } catch (error) {
    if (isAbort(error)) return undefined;
    throw error;
  }
}

/** What the page may do now, without asking. */
export async function folderPermission(handle: FileSystemHandle, mode: "read" | "readwrite"): Promise<FolderPermission> {
  return (await (handle as PermissionHandle).queryPermission?.({ mode })) ?? "granted";
}

/** Asks the user where needed (call it from a click); true when access is granted. */
export async function askPermission(handle: FileSystemHandle, mode: "read" | "readwrite"): Promise<boolean> {
  if ((await folderPermission(handle, mode)) === "granted") return true;
  return (await (handle as PermissionHandle).requestPermission?.({ mode })) === "granted";
}
