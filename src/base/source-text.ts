/** A byte that is no part of valid UTF-8, as text: the lone surrogate U+DC00 + byte, which no valid UTF-8 gives. */
const ESCAPED = 0xdc00;
const ESCAPED_BYTES = /[\udc80-\udcff]/gu;

/**
 * The text of a file from its bytes, losing nothing: valid UTF-8 becomes its characters (a byte order mark and NUL stay),
 * every other byte a lone surrogate U+DC80..U+DCFF. Triton reads bytes and takes any of them inside strings and comments, so a text
 * decoded in another way would change the file when saved, and its verdict. {@link encodeSourceText} gives the same bytes back.
 */
export function decodeSourceText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return decodeAround(bytes);
  }
}

function decodeAround(bytes: Uint8Array): string {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const parts: string[] = [];
  let valid = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    if (at > valid) parts.push(decoder.decode(bytes.subarray(valid, at)));
    parts.push(String.fromCharCode(ESCAPED + (bytes[at] ?? 0)));
    valid = ++at;
  }
  parts.push(decoder.decode(bytes.subarray(valid)));
  return parts.join("");
}

/** Length of the UTF-8 sequence at an offset; 0 where there is none (Unicode 16, table 3-7). */
export function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const second = bytes[at + 1] ?? 0;
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  for (let index = at + 2; index < at + length; index++) if (((bytes[index] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

/** The bytes of a text from {@link decodeSourceText}. A lone surrogate that stands for no byte becomes U+FFFD, as everywhere on the web. */
export function encodeSourceText(text: string): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  if (text.isWellFormed()) return encoder.encode(text);
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const { index } of text.matchAll(ESCAPED_BYTES)) {
    if (index > from) parts.push(encoder.encode(text.slice(from, index)));
    parts.push(Uint8Array.of(text.charCodeAt(index) - ESCAPED));
    from = index + 1;
  }
  parts.push(encoder.encode(text.slice(from)));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The text for people and programs that take no lone surrogates: bytes that are no UTF-8 as U+FFFD, as any UTF-8 decoder shows them. */
export function readableText(text: string): string {
  return text.isWellFormed() ? text : new TextDecoder("utf-8", { ignoreBOM: true }).decode(encodeSourceText(text));
}
