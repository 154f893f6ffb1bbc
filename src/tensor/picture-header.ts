// What the first bytes of an encoded picture say, without decoding it.

/** Formats that Conch decodes. */
export type PictureFormat = "JPEG" | "PNG" | "WebP" | "GIF" | "BMP";

/** Formats that Conch knows by sight alone. */
type ForeignFormat = "HEIC" | "AVIF" | "TIFF" | "SVG" | "JPEG XL" | "JPEG 2000" | "PDF" | "DICOM";

/** The header of a picture. */
export interface PictureHeader {
  readonly format: PictureFormat;
  /** Of the stored picture, before any EXIF orientation; 0 where the header has none. */
  readonly width: number;
  readonly height: number;
  /** Bits of one stored sample. */
  readonly bitDepth: number;
  /** Samples per pixel: JPEG's components; 1 for a palette. */
  readonly channels: number;
  /** EXIF orientation, 1 to 8; 1 where there is none. */
  readonly orientation: number;
}

/** The header of a format that Conch decodes, the name of one that it does not, or undefined for bytes that look like no picture. */
export function pictureHeader(bytes: Uint8Array): PictureHeader | ForeignFormat | undefined {
  if (starts(bytes, [0xff, 0xd8, 0xff])) return jpegHeader(bytes);
  if (starts(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return pngHeader(bytes);
  if (text(bytes, 0, 4) === "RIFF" && text(bytes, 8, 12) === "WEBP") return webpHeader(bytes);
  if (/^GIF8[79]a$/.test(text(bytes, 0, 6))) return header("GIF", word16(bytes, 6), word16(bytes, 8), 8, 1);
  if (text(bytes, 0, 2) === "BM" && bytes.length >= 30) return bmpHeader(bytes);
  return foreignFormat(bytes);
}

/** Pixels above which Pillow refuses a picture as a decompression bomb: twice Image.MAX_IMAGE_PIXELS. */
export const MOST_PIXELS = 178_956_970;

function header(format: PictureFormat, width: number, height: number, bitDepth: number, channels: number, orientation = 1): PictureHeader {
  return { format, width, height, bitDepth, channels, orientation: orientation >= 1 && orientation <= 8 ? orientation : 1 };
}

// ITU-T T.81 Annex B: segments of a marker and a length; SOFn says sizes and components.
function jpegHeader(bytes: Uint8Array): PictureHeader {
  let orientation = 1;
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) break;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const length = (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return header("JPEG", high16(bytes, at + 7), high16(bytes, at + 5), bytes[at + 4] ?? 0, bytes[at + 9] ?? 0, orientation);
    if (marker === 0xe1 && text(bytes, at + 4, at + 8) === "Exif") orientation = exifOrientation(bytes.subarray(at + 10, at + 2 + length));
    if (marker === 0xda || length < 2) break;
    at += 2 + length;
  }
  return header("JPEG", 0, 0, 0, 0);
}

// PNG specification, IHDR and eXIf chunks.
function pngHeader(bytes: Uint8Array): PictureHeader {
  const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[bytes[25] ?? 0] ?? 0;
  let orientation = 1;
  for (let at = 8; at + 12 <= bytes.length; at += 12 + high32(bytes, at)) {
    if (text(bytes, at + 4, at + 8) !== "eXIf") continue;
    orientation = exifOrientation(bytes.subarray(at + 8, at + 8 + high32(bytes, at)));
    break;
  }
  return header("PNG", high32(bytes, 16), high32(bytes, 20), bytes[24] ?? 0, channels, orientation);
}

// WebP container specification: VP8X has the canvas; VP8 and VP8L their own sizes.
function webpHeader(bytes: Uint8Array): PictureHeader {
  const kind = text(bytes, 12, 16);
  let [width, height] = [0, 0];
  if (kind === "VP8X") [width, height] = [(low32(bytes, 24) & 0xffffff) + 1, (low32(bytes, 27) & 0xffffff) + 1];
  else if (kind === "VP8 ") [width, height] = [word16(bytes, 26) & 0x3fff, word16(bytes, 28) & 0x3fff];
  else if (kind === "VP8L") [width, height] = [(low32(bytes, 21) & 0x3fff) + 1, ((low32(bytes, 21) >>> 14) & 0x3fff) + 1];
  let orientation = 1;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const length = low32(bytes, at + 4);
    if (text(bytes, at, at + 4) === "EXIF") {
      const start = text(bytes, at + 8, at + 12) === "Exif" ? at + 14 : at + 8;
      orientation = exifOrientation(bytes.subarray(start, at + 8 + length));
    }
    at += 8 + length + (length % 2);
  }
  return header("WebP", width, height, 8, 4, orientation);
}

function bmpHeader(bytes: Uint8Array): PictureHeader {
  const old = low32(bytes, 14) === 12;
  const [width, height, bits] = old ? [word16(bytes, 18), word16(bytes, 20), word16(bytes, 24)] : [low32(bytes, 18), Math.abs(low32(bytes, 22) | 0), word16(bytes, 28)];
  return header("BMP", width, height, Math.min(bits, 8), bits < 24 ? 1 : bits / 8);
}

/** The Orientation tag (0x0112) of the first directory of a TIFF block; 1 where there is none. EXIF 2.32, 4.6.4. */
function exifOrientation(tiff: Uint8Array): number {
  const order = text(tiff, 0, 2);
  if (order !== "II" && order !== "MM") return 1;
  const little = order === "II";
  const short = (at: number): number => (little ? word16(tiff, at) : high16(tiff, at));
  const long = (at: number): number => (little ? low32(tiff, at) : high32(tiff, at));
  const directory = long(4);
  for (let entry = 0; entry < short(directory); entry++) {
    const at = directory + 2 + entry * 12;
    if (at + 12 > tiff.length) break;
    if (short(at) === 0x0112) return short(at + 8);
  }
  return 1;
}

function foreignFormat(bytes: Uint8Array): ForeignFormat | undefined {
  if (text(bytes, 4, 8) === "ftyp") {
    const brand = text(bytes, 8, 12);
    if (/^(avif|avis)$/.test(brand)) return "AVIF";
    if (/^(heic|heix|hevc|hevx|heim|heis|mif1|msf1)$/.test(brand)) return "HEIC";
  }
  if (starts(bytes, [0x49, 0x49, 0x2a, 0]) || starts(bytes, [0x4d, 0x4d, 0, 0x2a])) return "TIFF";
  if (starts(bytes, [0xff, 0x0a]) || text(bytes, 4, 8) === "JXL ") return "JPEG XL";
  if (text(bytes, 4, 8) === "jP  " || starts(bytes, [0xff, 0x4f, 0xff, 0x51])) return "JPEG 2000";
  if (text(bytes, 0, 5) === "%PDF-") return "PDF";
  if (text(bytes, 128, 132) === "DICM") return "DICOM";
  return /^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg[\s/>]/.test(text(bytes, 0, 1024).replace(/^\u00ef\u00bb\u00bf/, "")) ? "SVG" : undefined;
}

function starts(bytes: Uint8Array, wanted: readonly number[]): boolean {
  return wanted.every((value, index) => bytes[index] === value);
}

function text(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

function word16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function high16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function low32(bytes: Uint8Array, at: number): number {
  return (word16(bytes, at) | (word16(bytes, at + 2) << 16)) >>> 0;
}

function high32(bytes: Uint8Array, at: number): number {
  return high16(bytes, at) * 65536 + high16(bytes, at + 2);
}
