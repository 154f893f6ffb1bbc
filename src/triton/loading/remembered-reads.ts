import type { RepositoryContent } from "./content.ts";

type Read = "onnx" | "text" | "size";

/** What was read of a repository's files, to see later whether all of it is still the same. */
export interface RememberedReads {
  /** The content, with every read of a file written down. */
  readonly content: RepositoryContent;
  /** True where every read gives the same value in `now`. */
  sameIn(now: RepositoryContent): boolean;
}

/** Starts to write down what is read of `content`'s files. Directories and configurations are not counted. */
export function rememberReads(content: RepositoryContent): RememberedReads {
  const reads = new Map<string, { read: Read; path: string; value: unknown }>();
  const note = <T>(read: Read, path: string, value: T): T => {
    reads.set(`${read} ${path}`, { read, path, value });
    return value;
  };
  return {
    content: {
      directories: content.directories,
      config: (model) => content.config(model),
      onnx: (path) => note("onnx", path, content.onnx(path)),
      text: (path) => note("text", path, content.text(path)),
      size: (path) => note("size", path, content.size(path)),
    },
    sameIn: (now) => [...reads.values()].every(({ read, path, value }) => now[read](path) === value),
  };
}
