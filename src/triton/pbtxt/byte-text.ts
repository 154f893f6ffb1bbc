/** A byte that is no part of a UTF-8 character stands in the text as this plus its value: a lone surrogate, which no UTF-8 text has. */
const LONE_BYTE = 0xdc00;

/**
 * The text of a file's bytes, none of them lost: Triton reads configurations byte by byte and takes any. A byte that is no UTF-8 becomes one of
 * U+DC80…U+DCFF; a byte order mark stays.
 */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return textWithLoneBytes(bytes);
  }
}

/** The bytes of such a text, exactly. */
export function bytesOfText(text: string): Uint8Array {
  const encoder = new TextEncoder();
  const parts = text.split(/([\udc80-\udcff]+)/u).map((part, index) => (index % 2 === 0 ? encoder.encode(part) : loneBytes(part)));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

/** The byte that a code point of such a text stands for where it is none of UTF-8; undefined for a character. */
export function loneByte(code: number): number | undefined {
  return code >= LONE_BYTE + 0x80 && code <= LONE_BYTE + 0xff ? code - LONE_BYTE : undefined;
}

function textWithLoneBytes(bytes: Uint8Array): string {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const parts: string[] = [];
  let good = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    if (at > good) parts.push(decoder.decode(bytes.subarray(good, at)));
    parts.push(String.fromCharCode(LONE_BYTE + (bytes[at] ?? 0)));
    good = ++at;
  }
  parts.push(decoder.decode(bytes.subarray(good)));
  return parts.join("");
}

/** Bytes of the UTF-8 character at an offset (Unicode, table 3-7: no overlong forms, no surrogates); 0 where there is none. */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  const second = bytes[at + 1] ?? 0;
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (length === 0 || second < least || second > most) return 0;
  for (let index = 2; index < length; index++) if (((bytes[at + index] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

function loneBytes(part: string): Uint8Array {
  return Uint8Array.from(part, (character) => character.charCodeAt(0) - LONE_BYTE);
}
