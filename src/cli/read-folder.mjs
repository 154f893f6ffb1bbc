import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { userPath } from "../server/user-path.mjs";
import { CommandError } from "./command-error.mjs";

/** Folders of tools, as large as they like; no server looks into them. */
const LEFT_OUT = new Set([".git", "node_modules", "__pycache__"]);
/** Levels below the repository: model/version/folder/folder/file. What lies deeper is read where a model names it, but not listed. */
const DEEPEST = 5;
/** More files and folders than this are no model repository, but perhaps a home folder. */
const MOST_ENTRIES = 500_000;

/** A folder of this machine as a RepositoryFolder (src/cli/lint/repository-folder.ts). `name` is what the user wrote. Throws CommandError for one that is not there. */
export function readFolder(name) {
  const root = userPath(name);
  const found = whatIs(root);
  if (found.reason === "ENOENT" || found.reason === "ENOTDIR") throw new CommandError("REPOSITORY_UNREADABLE", `${name} does not exist; give the folder of a model repository`);
  if (found.reason !== undefined) throw new CommandError("REPOSITORY_UNREADABLE", `${name} cannot be read (${found.reason})`);
  if (!found.isDirectory()) throw new CommandError("REPOSITORY_UNREADABLE", `${name} is no folder; give the folder of a model repository`);
  return {
    name,
    base: baseOf(root),
    ...list(root, name),
    size(path) {
      const file = whatIs(join(root, path));
      return file.reason === undefined && file.isFile() ? file.size : undefined;
    },
    bytes(path) {
      const file = join(root, path);
      demandFile(whatIs(file));
      return readFileSync(file);
    },
    async open(path) {
      const file = join(root, path);
      const { size } = demandFile(whatIs(file));
      const handle = await open(file);
      return {
        size,
        async read(from, to) {
          const bytes = new Uint8Array(Math.max(Math.min(to, size) - from, 0));
          const { bytesRead } = await handle.read(bytes, 0, bytes.byteLength, from);
          return bytes.subarray(0, bytesRead);
        },
        close: () => handle.close(),
      };
    },
  };
}

/** Where a folder really lies, for telling whether two names are one. */
export function realFolder(name) {
  return realpathSync(userPath(name));
}

function baseOf(root) {
  const base = relative(userPath("."), root);
  const outside = base === ".." || base.startsWith(`..${sep}`) || isAbsolute(base);
  return (outside ? root : base).split(sep).join("/");
}

/** What a path leads to, links followed, or the system's reason why that cannot be said. */
function whatIs(path) {
  try {
    return statSync(path);
  } catch (error) {
    return { reason: error.code };
  }
}

/** A pipe or a device would never end. */
function demandFile(found) {
  if (found.reason !== undefined) throw Object.assign(new Error(found.reason), { code: found.reason });
  if (!found.isFile()) throw Object.assign(new Error("EISDIR"), { code: found.isDirectory() ? "EISDIR" : "no regular file" });
  return found;
}

function list(root, name) {
  const paths = [];
  const unlisted = new Map();
  let entriesLeft = MOST_ENTRIES;
  walk("", [realpathSync(root)]);
  return { paths, unlisted };

  /** `parents` are the real paths of the folders above, to see a link that leads back up. */
  function walk(folder, parents) {
    let entries;
    try {
      entries = readdirSync(join(root, folder), { withFileTypes: true });
    } catch (error) {
      unlisted.set(folder, error.code);
      if (folder !== "") paths.push(`${folder}/`);
      return;
    }
    entriesLeft -= entries.length;
    if (entriesLeft < 0) throw new CommandError("REPOSITORY_TOO_LARGE", `${name} holds more than ${MOST_ENTRIES} files; give the folder of a model repository`);
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    let taken = 0;
    for (const entry of entries) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      const found = entry.isSymbolicLink() ? whatIs(join(root, path)) : entry;
      if (found.reason !== undefined) continue;
      if (!found.isDirectory()) paths.push(path);
      else if (LEFT_OUT.has(entry.name)) continue;
      else if (path.split("/").length < DEEPEST) descend(path, entry, parents);
      taken++;
    }
    if (taken === 0 && folder !== "") paths.push(`${folder}/`);
  }

  function descend(path, entry, parents) {
    if (!entry.isSymbolicLink()) return walk(path, parents);
    const real = realpathSync(join(root, path));
    const above = [...parents, join(parents[0], path, "..")];
    if (!above.some((parent) => parent === real || parent.startsWith(real + sep))) walk(path, [...parents, real]);
  }
}
