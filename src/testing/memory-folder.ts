import { encodeSourceText } from "../base/source-text.ts";
import type { RepositoryFolder } from "../cli/lint/repository-folder.ts";

/** A model repository in memory: path → text or bytes; "m/1/" → "" is an empty folder; an Error is what reading the file (or, with a slash, listing the folder) fails with. */
export type MemoryFiles = Readonly<Record<string, string | Uint8Array | Error>>;

/** The folder as the command line reads one. `name` is what the user is taken to have written, from the working directory. */
export function memoryFolder(files: MemoryFiles, name = "models"): RepositoryFolder {
  const bytesOf = (path: string): Uint8Array => {
    const content = files[path];
    if (content === undefined) throw Object.assign(new Error(path), { code: "ENOENT" });
    if (content instanceof Error) throw content;
    return typeof content === "string" ? encodeSourceText(content) : content;
  };
  return {
    name,
    base: name === "." ? "" : name,
    paths: Object.keys(files).sort(),
    unlisted: new Map(Object.entries(files).flatMap(([path, content]) => (path.endsWith("/") && content instanceof Error ? [[path.slice(0, -1), reason(content)]] : []))),
    size(path) {
      const content = files[path];
      if (content === undefined || path.endsWith("/")) return undefined;
      return content instanceof Error ? 1 : bytesOf(path).byteLength;
    },
    bytes: bytesOf,
    open(path) {
      const bytes = bytesOf(path);
      return Promise.resolve({ size: bytes.byteLength, read: (from, to) => Promise.resolve(bytes.subarray(from, to)), close: () => Promise.resolve() });
    },
  };
}

function reason(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
