import { makeZip, predictLength } from "client-zip";
import { encodeSourceText } from "../../base/source-text.ts";

/** A file to put into an archive: text, or a handle whose bytes are read when its turn comes. */
export interface ZipInput {
  readonly path: string;
  readonly size: number;
  readonly content: string | (() => Promise<Blob>);
}

/**
 * A .zip of a repository as a stream, one file in memory at a time and none of them whole; files are stored, not packed, as weights hardly shrink.
 * `emptyFolders` (an ensemble's version folder) become folder entries. `modified` is the time that all entries bear.
 */
export function zipStream(files: readonly ZipInput[], emptyFolders: readonly string[], modified: Date): ReadableStream<Uint8Array> {
  return makeZip(entries(files, emptyFolders, modified));
}

/** Bytes of the archive that {@link zipStream} makes of the same files. */
export function zipLength(files: readonly ZipInput[], emptyFolders: readonly string[]): number {
  const folders = emptyFolders.map((path) => ({ name: `${path}/` }));
  return Number(predictLength([...files.map((file) => ({ name: file.path, size: sizeOf(file) })), ...folders]));
}

async function* entries(files: readonly ZipInput[], emptyFolders: readonly string[], lastModified: Date) {
  for (const path of emptyFolders) yield { name: `${path}/`, lastModified };
  for (const { path, content } of files) {
    if (typeof content === "string") yield { name: path, lastModified, input: encodeSourceText(content) };
    else {
      const blob = await content();
      yield { name: path, lastModified, input: blob.stream(), size: blob.size };
    }
  }
}

function sizeOf({ content, size }: ZipInput): number {
  return typeof content === "string" ? encodeSourceText(content).byteLength : size;
}
