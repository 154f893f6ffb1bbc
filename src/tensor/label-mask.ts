import { itemValues } from "./picture-pixels.ts";
import type { PictureLayout } from "./picture-layout.ts";
import type { Tensor } from "./tensor.ts";

/** One label mask of a tensor. */
export interface LabelMask {
  readonly width: number;
  readonly height: number;
  /** A label 0…255 per pixel, row by row. */
  readonly labels: Uint8Array<ArrayBuffer>;
  /** Labels that occur, by rising value, with the number of their pixels. */
  readonly counts: readonly { readonly label: number; readonly pixels: number }[];
}

/** Pixels that are looked at between two pauses. */
const CHUNK = 1 << 18;

/**
 * One label mask: the values themselves where there is one per pixel, else the channel of the largest one, the first of equal ones, as argmax has it;
 * a NaN counts as the largest, as in numpy. null where a value is no integer from 0 to 255. Pauses now and then, yielding the fraction done.
 * Throws TENSOR_MISMATCH for an item that is not there.
 */
export function* labelMask(tensor: Tensor, layout: PictureLayout, item: number): Generator<number, LabelMask | null> {
  const { width, height, channels } = layout;
  const values = itemValues(tensor, layout, item);
  const size = width * height;
  const labels = new Uint8Array(size);
  for (let from = 0; from < size; from += CHUNK) {
    const to = Math.min(from + CHUNK, size);
    if (channels > 1) argmax(values, labels, channels, from, to);
    else if (!copy(values, labels, from, to)) return null;
    yield to / size;
  }
  const found = new Float64Array(256);
  for (const label of labels) (found[label] as number)++;
  const counts = [...found].flatMap((pixels, label) => (pixels === 0 ? [] : [{ label, pixels }]));
  return { width, height, labels, counts };
}

/** Whether every value is kept as it is. */
function copy(values: ArrayLike<number>, labels: Uint8Array, from: number, to: number): boolean {
  let kept = true;
  for (let index = from; index < to; index++) {
    labels[index] = values[index] as number;
    if (labels[index] !== values[index]) kept = false;
  }
  return kept;
}

function argmax(values: ArrayLike<number>, labels: Uint8Array, channels: number, from: number, to: number): void {
  const size = labels.length;
  for (let index = from; index < to; index++) {
    let best = 0;
    let most = values[index] as number;
    for (let channel = 1; channel < channels && !Number.isNaN(most); channel++) {
      const value = values[channel * size + index] as number;
      if (value <= most) continue;
      best = channel;
      most = value;
    }
    labels[index] = best;
  }
}
