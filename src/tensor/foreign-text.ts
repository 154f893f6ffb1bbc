import { sequenceLength } from "../base/source-text.ts";
import { pictureHeader } from "./picture-header.ts";
import { pictureType } from "./picture-type.ts";

/** What bytes are instead of UTF-8 text, and what to do about it, to be read behind "it is no UTF-8: "; undefined for valid UTF-8. */
export function foreignText(bytes: Uint8Array): string | undefined {
  const at = firstInvalid(bytes);
  if (at === undefined) return undefined;
  const picture = pictureType(bytes.subarray(0, 64)) === undefined ? undefined : pictureHeader(bytes);
  if (picture !== undefined) return `it is a ${typeof picture === "string" ? picture : picture.format} picture, expected a text`;
  if (isZip(bytes)) return "it is a zip archive, as documents of word processors are; expected a text";
  if (hasUtf16Mark(bytes)) return "it begins with the byte order mark of UTF-16; save it as UTF-8";
  if (zeroHalves(bytes)) return "every other byte is 0, as in UTF-16; save it as UTF-8";
  return `byte ${at} is 0x${(bytes[at] ?? 0).toString(16).padStart(2, "0").toUpperCase()}; save it as UTF-8`;
}

/** Whether valid UTF-8 holds NULs as UTF-16 of plain letters does, or any; undefined without. */
export function strayNuls(bytes: Uint8Array): "utf-16" | "nul" | undefined {
  if (!bytes.includes(0)) return undefined;
  return zeroHalves(bytes) ? "utf-16" : "nul";
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

function hasUtf16Mark([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

/** Bytes of which the first few hundred have many zeros on one side of their pairs. */
function zeroHalves(bytes: Uint8Array): boolean {
  const pairs = Math.min(bytes.length >> 1, 256);
  const zeros = [0, 0];
  for (let at = 0; at < 2 * pairs; at++) if (bytes[at] === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  return pairs > 0 && Math.max(...zeros) * 2 >= pairs;
}

/** Offset of the first byte that begins no character of UTF-8. */
function firstInvalid(bytes: Uint8Array): number | undefined {
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return undefined;
}
