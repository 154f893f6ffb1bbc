import type { RandomAccess } from "../../onnx/skeleton.ts";

/** A folder that a server is given as --model-repository, read by whoever runs this code. All paths are repository paths. */
export interface RepositoryFolder {
  /** As the user wrote it: "models", "../a", "/srv/models". */
  readonly name: string;
  /** From the working directory, with "/": "models"; "" for the working directory itself. Absolute where the folder lies outside of it. */
  readonly base: string;
  /** Files, and folders without any, which end with "/". Symbolic links stand for what they lead to. */
  readonly paths: readonly string[];
  /** Folders that could not be listed, with the system's reason: "m/1" → "EACCES". */
  readonly unlisted: ReadonlyMap<string, string>;
  /** Bytes of a file; undefined where there is none. */
  size(path: string): number | undefined;
  /** The whole file. Throws an error with the system's reason as its `code`. */
  bytes(path: string): Uint8Array;
  /** Random access to a file. Rejects with an error with the system's reason as its `code`. */
  open(path: string): Promise<OpenedFile>;
}

/** A file that is held open. */
export interface OpenedFile extends RandomAccess {
  close(): Promise<void>;
}

/** A file of a folder as the user would name it: "models/unet/config.pbtxt". */
export function userFile({ name }: RepositoryFolder, path: string): string {
  const before = name.replace(/^(?:\.\/+)+/, "").replace(/\/+$/, "");
  if (before === "." || (before === "" && !name.startsWith("/"))) return path;
  return `${before}/${path}`;
}

/** A file of a folder from the working directory: "models/unet/config.pbtxt", or absolute. */
export function workingFile({ base }: RepositoryFolder, path: string): string {
  return base === "" ? path : `${base.replace(/\/$/, "")}/${path}`;
}

/** The system's reason for a failure: "EACCES"; the error's text where it has none. */
export function reasonOf(thrown: unknown): string {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && typeof thrown.code === "string") return thrown.code;
  return thrown instanceof Error ? thrown.message : String(thrown);
}
