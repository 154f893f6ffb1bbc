import { ConchError } from "../base/errors.ts";
import type { PictureLayout } from "./picture-layout.ts";
import { numericSlice } from "./statistics.ts";
import type { Tensor } from "./tensor.ts";

/** A picture to be drawn. */
export interface PicturePixels {
  readonly width: number;
  readonly height: number;
  /** RGBA, 0…255. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  /** What is black and white; null where values are shown as they are. */
  readonly contrast: { readonly low: number; readonly high: number } | null;
}

/** Rows that are made between two pauses. */
const ROWS = 64;

/**
 * One picture of a tensor as pixels. Bytes are shown as they are, BOOL as black and white; other numbers from the picture's smallest (black) to its
 * largest (white), NaN as black. Pauses now and then, yielding the fraction done. Throws TENSOR_MISMATCH for an item that is not there.
 */
export function* picturePixels(tensor: Tensor, layout: PictureLayout, item: number): Generator<number, PicturePixels> {
  const { width, height, channels, order } = layout;
  const values = itemValues(tensor, layout, item);
  const contrast = tensor.dataType === "TYPE_UINT8" ? null : yield* rangeOf(values);
  const low = tensor.dataType === "TYPE_BOOL" ? 0 : (contrast?.low ?? 0);
  const high = tensor.dataType === "TYPE_BOOL" ? 1 : (contrast?.high ?? 255);
  const scale = high > low ? 255 / (high - low) : 0;
  const [across, deep] = order === "CHW" ? [1, width * height] : [channels, 1];
  const pixels = new Uint8ClampedArray(width * height * 4);
  const shown = channels === 1 ? [0, 0, 0] : [0, deep, 2 * deep];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const source = (y * width + x) * across;
      const target = (y * width + x) * 4;
      for (let channel = 0; channel < 3; channel++) pixels[target + channel] = ((values[source + (shown[channel] as number)] as number) - low) * scale;
      pixels[target + 3] = channels === 4 ? ((values[source + 3 * deep] as number) - low) * scale : 255;
    }
    if (y % ROWS === ROWS - 1) yield 0.3 + (0.7 * (y + 1)) / height;
  }
  return { width, height, pixels, contrast: tensor.dataType === "TYPE_BOOL" ? null : contrast };
}

/** The numbers of one item. Throws TENSOR_MISMATCH for one that is not there. */
export function itemValues(tensor: Tensor, { items, width, height, channels }: PictureLayout, item: number): ArrayLike<number> {
  if (!Number.isInteger(item) || item < 0 || item >= items) {
    throw new ConchError("TENSOR_MISMATCH", `Expected an item from 0 to ${items - 1}, found ${item}`, { data: { expected: items, found: item } });
  }
  const size = width * height * channels;
  return numericSlice(tensor, item * size, (item + 1) * size);
}

function* rangeOf(values: ArrayLike<number>): Generator<number, { low: number; high: number }> {
  let [low, high] = [Infinity, -Infinity];
  const chunk = 1 << 20;
  for (let from = 0; from < values.length; from += chunk) {
    const to = Math.min(from + chunk, values.length);
    for (let index = from; index < to; index++) {
      const value = values[index] as number;
      if (value < low && value !== -Infinity) low = value;
      if (value > high && value !== Infinity) high = value;
    }
    yield (0.3 * to) / values.length;
  }
  return low <= high ? { low, high } : { low: 0, high: 1 };
}
