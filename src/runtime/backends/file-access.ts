import { ConchError, textOf } from "../../base/errors.ts";
import type { FileAccess, ModelSource } from "./backend.ts";
import type { FileContent, RemoteFile } from "../protocol.ts";

/** Bytes read at once: they are in memory twice while they arrive. */
export const PIECE = 16 << 20;

/** Access to a file by handle, or at a server that gives ranges. `path` is for messages. */
export function fileAccess(content: FileContent, path: string): FileAccess {
  return content instanceof Blob ? ofBlob(content, path) : ofRemote(content, path);
}

/** Access to a file of a model's version folder; undefined where there is none. */
export async function openAccess({ name, version, files }: ModelSource, path: string): Promise<FileAccess | undefined> {
  if (files.access !== undefined) return files.access(path);
  const blob = await files.open(path);
  return blob && fileAccess(blob, `${name}/${version}/${path}`);
}

/** The whole of a file as a Blob. */
export async function wholeFile(content: FileContent, path: string): Promise<Blob> {
  if (content instanceof Blob) return content;
  const response = await fetch(content.url).catch((cause: unknown) => {
    throw unreadable(path, textOf(cause), cause);
  });
  if (!response.ok) throw unreadable(path, `the server answered ${response.status}`);
  return response.blob();
}

function ofBlob(blob: Blob, path: string): FileAccess {
  return {
    size: blob.size,
    read: async (from, to) => {
      try {
        return new Uint8Array(await blob.slice(from, to).arrayBuffer());
      } catch (cause) {
        throw unreadable(path, textOf(cause), cause);
      }
    },
    ...("FileReaderSync" in globalThis && {
      readNow: (from, into) => {
        const reader = new FileReaderSync();
        inPieces(from, into, path, (start, end) => reader.readAsArrayBuffer(blob.slice(start, end)));
      },
    }),
  };
}

function ofRemote({ url, size }: RemoteFile, path: string): FileAccess {
  const range = (from: number, to: number): string => `bytes=${from}-${to - 1}`;
  function requirePart(status: number, contentRange: string | null, found: number, from: number, to: number): void {
    const total = /^bytes \d+-\d+\/(\d+)$/.exec(contentRange ?? "")?.[1];
    if (status !== 206) throw unreadable(path, status === 200 ? "the server gives no parts of files" : `the server answered ${status}`);
    if (Number(total) !== size) throw unreadable(path, `expected ${size} bytes, found ${total ?? "no number of them"}; the repository has changed, open it again`);
    if (found !== to - from) throw unreadable(path, `the server gave ${found} bytes of ${to - from}`);
  }
  return {
    size,
    read: async (from, end) => {
      const to = Math.min(end, size);
      if (to <= from) return new Uint8Array(0);
      try {
        const response = await fetch(url, { headers: { Range: range(from, to) } });
        const bytes = response.status === 206 ? new Uint8Array(await response.arrayBuffer()) : new Uint8Array(0);
        requirePart(response.status, response.headers.get("Content-Range"), bytes.byteLength, from, to);
        return bytes;
      } catch (cause) {
        throw cause instanceof ConchError ? cause : unreadable(path, textOf(cause), cause);
      }
    },
    ...("FileReaderSync" in globalThis && {
      readNow: (from, into) =>
        inPieces(from, into, path, (start, end) => {
          const request = new XMLHttpRequest();
          request.open("GET", url, false);
          request.responseType = "arraybuffer";
          request.setRequestHeader("Range", range(start, end));
          request.send();
          const bytes = request.status === 206 ? (request.response as ArrayBuffer) : new ArrayBuffer(0);
          requirePart(request.status, request.getResponseHeader("Content-Range"), bytes.byteLength, start, end);
          return bytes;
        }),
    }),
  };
}

function inPieces(from: number, into: Uint8Array<ArrayBuffer>, path: string, read: (from: number, to: number) => ArrayBuffer): void {
  for (let at = 0; at < into.byteLength; ) {
    const length = Math.min(PIECE, into.byteLength - at);
    let piece: ArrayBuffer;
    try {
      piece = read(from + at, from + at + length);
    } catch (cause) {
      throw cause instanceof ConchError ? cause : unreadable(path, textOf(cause), cause);
    }
    if (piece.byteLength !== length) throw unreadable(path, `it ends before byte ${from + at + length}`);
    into.set(new Uint8Array(piece), at);
    // Frees it at once: what a worker leaves to be collected stays as long as it does not wait.
    piece.transfer?.(0);
    at += length;
  }
}

function unreadable(path: string, reason: string, cause?: unknown): ConchError {
  return new ConchError("REPOSITORY_UNREADABLE", `${path} cannot be read: ${reason}`, { data: { path }, cause });
}
