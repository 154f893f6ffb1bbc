import { ConchError, textOf } from "../../base/errors.ts";
import { decodeSourceText } from "../../base/source-text.ts";
import { cleanPath } from "../paths.ts";
import type { FileWrite, RepositoryFolder } from "../source.ts";
import { askPermission } from "./permission.ts";
import type { Place } from "./write-batch.ts";

/** What writes is not there before there is a folder to write to. */
const writing = () => import("./write-batch.ts");

/** Whether this browser can write to files that it has handles of. */
function canWriteFiles(): boolean {
  return typeof FileSystemFileHandle !== "undefined" && "createWritable" in FileSystemFileHandle.prototype;
}

/** The folder behind `root`; undefined where the browser cannot write. `locate` maps a repository path to the path below `root`. */
export function repositoryFolder(root: FileSystemDirectoryHandle, locate: (path: string) => string = (path) => path): RepositoryFolder | undefined {
  if (!canWriteFiles()) return undefined;
  // Fetched now, so that a save does not depend on the network.
  writing().catch(() => undefined);

  function placeOf(path: string): Place {
    const cleaned = cleanPath(locate(path));
    if ("reason" in cleaned) throw new ConchError("REPOSITORY_UNREADABLE", `${path} is no path inside ${root.name}`, { data: { path } });
    const folders = cleaned.path.split("/");
    const name = folders.pop() as string;
    return { path, folders, name };
  }

  async function read(path: string): Promise<Blob | undefined> {
    const { folders, name } = placeOf(path);
    try {
      let folder = root;
      for (const each of folders) folder = await folder.getDirectoryHandle(each);
      return await (await folder.getFileHandle(name)).getFile();
    } catch (cause) {
      if (isNamed(cause, "NotFoundError", "TypeMismatchError")) return undefined;
      throw isNamed(cause, "NotAllowedError", "SecurityError")
        ? new ConchError("REPOSITORY_PERMISSION", `Reading ${path} was not allowed: allow it, or choose the folder again`, { data: { path }, cause })
        : new ConchError("REPOSITORY_UNREADABLE", `${path} cannot be read (${textOf(cause)}): was it moved or deleted?`, { data: { path }, cause });
    }
  }

  async function checkUnchanged(batch: readonly FileWrite[]): Promise<void> {
    for (const { path, replaces } of batch) {
      if (replaces === undefined) continue;
      const present = await read(path);
      if (await isSame(present, replaces)) continue;
      const what = present === undefined ? "was deleted" : replaces === null ? "exists already" : "was changed by another program";
      throw new ConchError("REPOSITORY_CONFLICT", `${path} ${what} since it was read: compare, then save again`, { data: { path } });
    }
  }

  return {
    name: root.name,
    read,
    async write(batch, emptyFolders = []) {
      const placed = batch.map((write) => ({ ...write, ...placeOf(write.path) }));
      const folders = emptyFolders.map((path) => placeOf(`${path}/x`).folders);
      if (!(await askPermission(root, "readwrite"))) {
        throw new ConchError("REPOSITORY_PERMISSION", `Writing into ${root.name} was not allowed: allow it, or download a zip`, { data: { name: root.name } });
      }
      const { writeBatch } = await writing().catch((cause: unknown) => {
        throw new ConchError("REPOSITORY_UNWRITABLE", `Conch could not fetch what writes files (${textOf(cause)}): nothing was written; save again`, { cause });
      });
      await checkUnchanged(batch);
      await writeBatch(root, placed, folders);
    },
  };
}

async function isSame(present: Blob | undefined, expected: string | Blob | null): Promise<boolean> {
  if (present === undefined || expected === null) return present === undefined && expected === null;
  if (typeof expected === "string") return decodeSourceText(await bytesOf(present)) === expected;
  if (present.size !== expected.size) return false;
  if (present instanceof File && expected instanceof File) return present.lastModified === expected.lastModified;
  return sameBytes(present, expected);
}

/** Bytes of two blobs that are compared at once. */
const PART = 4 * 2 ** 20;

/** Whether two blobs hold the same bytes, read part by part. */
export async function sameBytes(a: Blob, b: Blob): Promise<boolean> {
  if (a.size !== b.size) return false;
  for (let from = 0; from < a.size; from += PART) {
    const [left, right] = await Promise.all([a, b].map((blob) => bytesOf(blob.slice(from, from + PART))));
    if (left?.some((byte, at) => byte !== right?.[at]) === true) return false;
  }
  return true;
}

async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer());
}

function isNamed(thrown: unknown, ...names: readonly string[]): boolean {
  return thrown instanceof DOMException && names.includes(thrown.name);
}
