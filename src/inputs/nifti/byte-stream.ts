import { Gunzip } from "fflate";
import { ConchError, textOf } from "../../base/errors.ts";

/** Compressed bytes handed to the inflater at once: deflate grows at most 1032-fold, so no piece is larger than 16 MiB. */
const STEP = 16 * 1024;

/** True for the two bytes that every gzip file begins with (RFC 1952). The name says nothing: servers unpack .gz on the way. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Gives the file's bytes, unpacked where they are gzip, piece by piece to `take` until it returns true. Returns false when the bytes ended before.
 * The pieces are valid only during the call. Throws NIFTI_INVALID for a damaged gzip stream.
 */
export function streamBytes(bytes: Uint8Array, name: string, take: (piece: Uint8Array) => boolean): boolean {
  if (!isGzip(bytes)) return take(bytes);
  const pieces: Uint8Array[] = [];
  const gunzip = new Gunzip((piece) => pieces.push(piece));
  for (let from = 0; from < bytes.byteLength; from += STEP) {
    try {
      gunzip.push(bytes.subarray(from, from + STEP), false);
    } catch (cause) {
      throw new ConchError("NIFTI_INVALID", `${name} is a damaged gzip file, near byte ${from} of ${bytes.byteLength}: ${textOf(cause)}`, {
        data: { file: name, at: from, size: bytes.byteLength },
        cause,
      });
    }
    for (const piece of pieces.splice(0)) {
      if (take(piece)) return true;
    }
  }
  return false;
}

/** The first `count` unpacked bytes, or as many as there are. */
export function firstBytes(bytes: Uint8Array, count: number, name: string): Uint8Array {
  if (!isGzip(bytes)) return bytes.subarray(0, count);
  const head = new Uint8Array(count);
  let filled = 0;
  streamBytes(bytes, name, (piece) => {
    const part = piece.subarray(0, count - filled);
    head.set(part, filled);
    filled += part.byteLength;
    return filled === count;
  });
  return head.subarray(0, filled);
}
