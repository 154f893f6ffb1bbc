// Windows bitmaps without compression: 1, 4, 8, 16, 24 and 32 bits a pixel, palettes, bit fields, rows from the bottom or the top. The libraries
// that read BMP leave out palettes or bit fields.
import { ConchError } from "../../../base/errors.ts";
import type { DecodePicture, Picture } from "./picture.ts";

export const decodeBmp: DecodePicture = async (bytes) => readBmp(bytes);

function readBmp(bytes: Uint8Array): Picture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 30) throw invalid("it ends within its header");
  const headerSize = view.getUint32(14, true);
  const old = headerSize === 12;
  const width = old ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = old ? view.getUint16(20, true) : view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  const bits = view.getUint16(old ? 24 : 28, true);
  const compression = old ? 0 : view.getUint32(30, true);
  if (width <= 0 || height === 0) throw invalid(`its size is ${width} × ${signedHeight}`);
  if (compression !== 0 && compression !== 3) throw new ConchError("PICTURE_UNSUPPORTED", `The BMP is compressed (method ${compression}); expected none. Save it as PNG`, { data: { format: "BMP" } });
  const offset = view.getUint32(10, true);
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (offset + stride * height > bytes.byteLength) throw invalid(`it is truncated: ${offset + stride * height} bytes are announced, ${bytes.byteLength} are there`);
  const paletteAt = 14 + headerSize;
  const entryBytes = old ? 3 : 4;
  const masks = bits === 16 || bits === 32 ? masksOf(view, compression, bits) : undefined;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = offset + stride * (signedHeight < 0 ? y : height - 1 - y);
    for (let x = 0; x < width; x++) {
      const to = (y * width + x) * 3;
      if (bits <= 8) {
        const index = ((bytes[row + ((x * bits) >> 3)] ?? 0) >> (8 - bits - ((x * bits) & 7))) & ((1 << bits) - 1);
        for (let c = 0; c < 3; c++) data[to + c] = bytes[paletteAt + index * entryBytes + 2 - c] ?? 0;
      } else if (bits === 24) {
        for (let c = 0; c < 3; c++) data[to + c] = bytes[row + x * 3 + 2 - c] ?? 0;
      } else if (masks !== undefined) {
        const pixel = bits === 16 ? view.getUint16(row + x * 2, true) : view.getUint32(row + x * 4, true);
        masks.forEach((mask, c) => (data[to + c] = sampleOf(pixel, mask)));
      } else throw invalid(`it has ${bits} bits a pixel`);
    }
  }
  return { width, height, channels: 3, data };
}

function masksOf(view: DataView, compression: number, bits: number): number[] {
  if (compression === 3 && view.byteLength >= 66) return [54, 58, 62].map((at) => view.getUint32(at, true));
  return bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
}

/** The bits under a mask, spread over 0..255. */
function sampleOf(pixel: number, mask: number): number {
  if (mask === 0) return 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return Math.floor((((pixel & mask) >>> shift) * 255) / most);
}

function invalid(reason: string): ConchError {
  return new ConchError("PICTURE_INVALID", `The BMP cannot be decoded: ${reason}`, { data: { format: "BMP" } });
}
