// What Pillow does to decoded pixels: Image.convert and ImageOps.exif_transpose.
import type { ImageMode } from "../transform.ts";
import { IMAGE_CHANNELS } from "./spec.ts";

/** Pixels of 8-bit samples, row by row: gray, gray and alpha, RGB, or RGB and alpha. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly data: Uint8Array;
}

/** The pixels in a mode, as Image.convert makes them: alpha is dropped or full, gray is (19595 R + 38470 G + 7471 B + 2¹⁵) >> 16. */
export function convertPicture(pixels: Pixels, mode: ImageMode): Pixels {
  const { width, height, channels, data } = pixels;
  const wanted = IMAGE_CHANNELS[mode];
  if (channels === wanted) return pixels;
  const result = new Uint8Array(width * height * wanted);
  const gray = channels <= 2;
  const alphaAt = channels === 2 ? 1 : channels === 4 ? 3 : -1;
  for (let from = 0, to = 0; from < width * height * channels; from += channels, to += wanted) {
    const r = data[from] as number;
    const g = gray ? r : (data[from + 1] as number);
    const b = gray ? r : (data[from + 2] as number);
    if (wanted === 1) {
      result[to] = gray ? r : (19595 * r + 38470 * g + 7471 * b + 0x8000) >> 16;
      continue;
    }
    result[to] = r;
    result[to + 1] = g;
    result[to + 2] = b;
    if (wanted === 4) result[to + 3] = alphaAt < 0 ? 255 : (data[from + alphaAt] as number);
  }
  return { width, height, channels: wanted, data: result };
}

/** The pixels turned as an EXIF orientation (1 to 8) says; EXIF 2.32, 4.6.4 A. */
export function orientPicture(pixels: Pixels, orientation: number): Pixels {
  if (orientation <= 1 || orientation > 8) return pixels;
  const { width, height, channels, data } = pixels;
  const swapped = orientation >= 5;
  const [toWidth, toHeight] = swapped ? [height, width] : [width, height];
  // Whether the stored picture is read from its right, and from its bottom.
  const right = [2, 3, 7, 8].includes(orientation);
  const bottom = [3, 4, 6, 7].includes(orientation);
  const result = new Uint8Array(data.length);
  let to = 0;
  for (let y = 0; y < toHeight; y++) {
    for (let x = 0; x < toWidth; x++) {
      const u = swapped ? y : x;
      const v = swapped ? x : y;
      const from = ((bottom ? height - 1 - v : v) * width + (right ? width - 1 - u : u)) * channels;
      for (let c = 0; c < channels; c++) result[to++] = data[from + c] as number;
    }
  }
  return { width: toWidth, height: toHeight, channels, data: result };
}
