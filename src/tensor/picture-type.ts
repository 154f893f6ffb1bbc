/** The MIME type of an encoded picture by its first bytes (32 are enough); undefined for anything else. Says nothing of what a browser can decode. */
export function pictureType(head: Uint8Array): string | undefined {
  return SIGNATURES.find(({ parts }) => parts.every(([at, bytes]) => bytes.every((byte, index) => head[at + index] === byte)))?.type;
}

interface Signature {
  readonly type: string;
  /** Bytes that have to be at each offset. */
  readonly parts: readonly (readonly [at: number, bytes: readonly number[]])[];
}

const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));

const SIGNATURES: readonly Signature[] = [
  { type: "image/png", parts: [[0, [0x89, ...ascii("PNG\r\n"), 0x1a, 0x0a]]] },
  { type: "image/jpeg", parts: [[0, [0xff, 0xd8, 0xff]]] },
  { type: "image/gif", parts: [[0, ascii("GIF87a")]] },
  { type: "image/gif", parts: [[0, ascii("GIF89a")]] },
  { type: "image/webp", parts: [[0, ascii("RIFF")], [8, ascii("WEBP")]] },
  // Two letters alone begin texts too: the reserved bytes of the header are 0.
  { type: "image/bmp", parts: [[0, ascii("BM")], [6, [0, 0, 0, 0]]] },
  { type: "image/tiff", parts: [[0, [0x49, 0x49, 0x2a, 0]]] },
  { type: "image/tiff", parts: [[0, [0x4d, 0x4d, 0, 0x2a]]] },
  { type: "image/avif", parts: [[4, ascii("ftypavif")]] },
  { type: "image/avif", parts: [[4, ascii("ftypavis")]] },
  { type: "image/heic", parts: [[4, ascii("ftypheic")]] },
  { type: "image/jp2", parts: [[4, ascii("jP  \r\n")]] },
];
