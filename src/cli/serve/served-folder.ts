import { encodeSourceText } from "../../base/source-text.ts";
import type { RepositoryFolder } from "../lint/repository-folder.ts";

/** A model repository as a server reads it. */
export interface ServedFolder extends RepositoryFolder {
  /** A file to be read when it is needed; undefined where there is none. */
  blob(path: string): Promise<Blob | undefined>;
  /** Changes whenever the file does. */
  stamp(path: string): string;
}

/** What a load put in the place of a model's folder. */
export interface Override {
  /** Text of its config.pbtxt. */
  readonly config: string;
  /** Path in the model's folder → content; they replace all that the folder holds. Empty: the folder's own files stay. */
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** The folder with some models replaced. */
export function overriddenFolder(folder: ServedFolder, overrides: ReadonlyMap<string, Override>): ServedFolder {
  if (overrides.size === 0) return folder;
  const replaced = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [model, { config, files }] of overrides) {
    for (const [path, bytes] of files) replaced.set(`${model}/${path}`, bytes);
    replaced.set(`${model}/config.pbtxt`, encodeSourceText(config));
  }
  const gone = (path: string): boolean => {
    const override = overrides.get(path.split("/", 1)[0] ?? "");
    return override !== undefined && override.files.size > 0;
  };
  const bytesOf = (path: string): Uint8Array<ArrayBuffer> | undefined => replaced.get(path);
  return {
    ...folder,
    paths: [...new Set([...folder.paths.filter((path) => !gone(path)), ...replaced.keys()])].sort(),
    size: (path) => bytesOf(path)?.byteLength ?? (gone(path) ? undefined : folder.size(path)),
    bytes: (path) => bytesOf(path) ?? folder.bytes(path),
    blob: async (path) => {
      const bytes = bytesOf(path);
      if (bytes !== undefined) return new Blob([bytes]);
      return gone(path) ? undefined : folder.blob(path);
    },
    stamp: (path) => {
      const bytes = bytesOf(path);
      return bytes === undefined ? folder.stamp(path) : `replaced, ${bytes.byteLength} bytes`;
    },
    open: async (path) => {
      const bytes = bytesOf(path);
      if (bytes === undefined) return folder.open(path);
      return { size: bytes.byteLength, read: (from, to) => Promise.resolve(bytes.subarray(from, to)), close: () => Promise.resolve() };
    },
  };
}

/** The folder with an empty model.py beside each transforms.json that has none: a Triton runs a chain by it, Conch runs the chain itself. */
export function withChainModels(folder: ServedFolder): ServedFolder {
  const known = new Set(folder.paths);
  const added = new Set(folder.paths.filter((path) => /^[^/]+\/\d+\/transforms\.json$/.test(path)).map((path) => path.replace(/transforms\.json$/, "model.py")).filter((path) => !known.has(path)));
  if (added.size === 0) return folder;
  return {
    ...folder,
    paths: [...folder.paths, ...added].sort(),
    size: (path) => (added.has(path) ? 0 : folder.size(path)),
    bytes: (path) => (added.has(path) ? new Uint8Array() : folder.bytes(path)),
    blob: (path) => (added.has(path) ? Promise.resolve(new Blob([])) : folder.blob(path)),
    stamp: (path) => (added.has(path) ? "" : folder.stamp(path)),
  };
}
