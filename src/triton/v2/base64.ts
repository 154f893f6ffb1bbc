const ALPHABET = new TextEncoder().encode("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const PAD = 0x3d;

/** The base64 text of bytes, as ASCII bytes: a model file's may be longer than a string can be. */
export function base64Bytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = new Uint8Array(Math.ceil(bytes.byteLength / 3) * 4);
  let to = 0;
  for (let at = 0; at < bytes.byteLength; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text[to++] = ALPHABET[group >> 18] ?? 0;
    text[to++] = ALPHABET[(group >> 12) & 63] ?? 0;
    text[to++] = at + 1 < bytes.byteLength ? (ALPHABET[(group >> 6) & 63] ?? 0) : PAD;
    text[to++] = at + 2 < bytes.byteLength ? (ALPHABET[group & 63] ?? 0) : PAD;
  }
  return text;
}
