import type { RepositoryFile } from "../repositories/source.ts";
import type { FileContent } from "../runtime/protocol.ts";

/** Bytes above which a file at a server is read there by parts: a browser holds no Blob of 2 GB that it fetched. */
const MOST_FETCHED = 64 << 20;

/** A file as the worker reads it. Throws REPOSITORY_UNREADABLE. */
export async function fileContent(file: RepositoryFile): Promise<FileContent> {
  if (file.address === undefined || file.size <= MOST_FETCHED) return file.blob();
  return { url: new URL(file.address, globalThis.location?.href).href, size: file.size };
}
