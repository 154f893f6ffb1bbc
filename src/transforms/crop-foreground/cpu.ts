import { allocate, type TypedData } from "../../tensor/data-type.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { cropMatrix, multiplyAffines } from "../affine.ts";
import { entryOf, failed, shapeText } from "../dictionary.ts";
import { numbersOf, type Numbers } from "../element-cast.ts";
import type { ArrayItem, CpuTransform } from "../transform.ts";
import { checkBoxParameters, type CropForegroundParameters } from "./spec.ts";

/** A box of voxels: per axis start inclusive, end exclusive. May leave the image. */
export interface Box {
  readonly start: readonly number[];
  readonly end: readonly number[];
}

/** CropForegroundd. A box that is the whole image leaves the elements shared. */
export const cropForegroundCpu: CpuTransform<CropForegroundParameters> = (parameters, keys, dictionary, signal) => {
  const source = entryOf("CropForeground", dictionary, parameters.source_key);
  const box = foregroundBox(parameters, source);
  signal?.throwIfAborted();
  const result = new Map(dictionary);
  for (const key of keys) {
    const item = entryOf("CropForeground", dictionary, key);
    if (item.shape.length !== source.shape.length) {
      throw failed("CropForeground", key, `shape ${shapeText(item.shape)} does not go with ${shapeText(source.shape)} of "${parameters.source_key}"`);
    }
    result.set(key, cropItem(item, box));
  }
  const { start_coord_key, end_coord_key } = parameters;
  if (start_coord_key !== null) result.set(start_coord_key, cornerOf(box.start));
  if (end_coord_key !== null) result.set(end_coord_key, cornerOf(box.end));
  return result;
};

/** The box of the voxels above 0 in any of the channels, after margin and k_divisible. [0, 0) on every axis when there is none. */
export function foregroundBox(parameters: CropForegroundParameters, item: ArrayItem): Box {
  checkBoxParameters(parameters, item.shape);
  const sizes = item.shape.slice(1);
  const bounds = boundsAboveZero(item, channelsOf(parameters, item.shape[0] ?? 0));
  const start: number[] = [];
  const end: number[] = [];
  sizes.forEach((size, axis) => {
    let from = 0;
    let to = 0;
    if (bounds !== undefined) {
      const margin = axisValue(parameters.margin, axis);
      from = (bounds.start[axis] ?? 0) - margin;
      to = (bounds.end[axis] ?? 0) + margin;
      if (parameters.allow_smaller) {
        from = Math.max(from, 0);
        to = Math.min(to, size);
      }
    }
    const divisor = axisValue(parameters.k_divisible, axis);
    const grown = divisor > 0 ? Math.ceil((to - from) / divisor) * divisor : to - from;
    from -= Math.floor((grown - (to - from)) / 2);
    start.push(from);
    end.push(from + grown);
  });
  return { start, end };
}

/** The item cut to a box of the axes after the channel, zero outside the image; its affine moved to the box's start. */
export function cropItem(item: ArrayItem, { start, end }: Box): ArrayItem {
  const sizes = item.shape.slice(1);
  const affine = item.affine === undefined ? {} : { affine: multiplyAffines(item.affine, cropMatrix(start)) };
  if (sizes.every((size, axis) => start[axis] === 0 && end[axis] === size)) return { ...item, ...affine };
  const cropped = sizes.map((_, axis) => (end[axis] ?? 0) - (start[axis] ?? 0));
  const shape = [item.shape[0] ?? 1, ...cropped];
  const data = allocate(item.dataType, elementCount(shape));
  copyBox(item.data as Uint8Array, data as Uint8Array & TypedData, item.shape, shape, [0, ...start]);
  return { dataType: item.dataType, shape, data, ...affine };
}

/** Copies, row by row, what `shape` at `start` shares with the source; axes before the last are walked in C order. */
function copyBox(source: Uint8Array, target: Uint8Array & TypedData, from: readonly number[], to: readonly number[], start: readonly number[]): void {
  const last = to.length - 1;
  const rowStart = start[last] ?? 0;
  const first = Math.max(rowStart, 0);
  const length = Math.min(rowStart + (to[last] ?? 0), from[last] ?? 0) - first;
  const rows = elementCount(to.slice(0, last));
  if (length <= 0) return;
  const index = Array.from({ length: last }, () => 0);
  for (let row = 0; row < rows; row++) {
    let offset = 0;
    let inside = true;
    for (let axis = 0; axis < last; axis++) {
      const position = (index[axis] ?? 0) + (start[axis] ?? 0);
      inside &&= position >= 0 && position < (from[axis] ?? 0);
      offset = offset * (from[axis] ?? 0) + position;
    }
    if (inside) {
      const at = offset * (from[last] ?? 0) + first;
      target.set(source.subarray(at, at + length), row * (to[last] ?? 0) + first - rowStart);
    }
    for (let axis = last - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (to[axis] ?? 0)) break;
      index[axis] = 0;
    }
  }
}

function channelsOf({ channel_indices }: CropForegroundParameters, count: number): number[] {
  if (channel_indices === null) return Array.from({ length: count }, (_, index) => index);
  const list = typeof channel_indices === "number" ? [channel_indices] : channel_indices;
  return list.map((index) => (index < 0 ? index + count : index));
}

function axisValue(value: number | readonly number[], axis: number): number {
  return typeof value === "number" ? value : (value[axis] ?? 0);
}

function cornerOf(corner: readonly number[]): ArrayItem {
  return { dataType: "TYPE_INT64", shape: [corner.length], data: BigInt64Array.from(corner, BigInt) };
}

function boundsAboveZero(item: ArrayItem, channels: readonly number[]): Box | undefined {
  const sizes = item.shape.slice(1);
  const count = elementCount(sizes);
  const width = sizes.at(-1) ?? 1;
  const rows = width === 0 ? 0 : count / width;
  const data = numbersOf(item) as Numbers;
  // Per axis before the last: the smallest and largest index of a row with foreground; found from the row's number.
  const above = new Uint8Array(rows);
  const ends = { first: width, last: -1 };
  for (const channel of channels) scanRows(data, channel * count, rows, width, above, ends);
  if (ends.last < 0) return undefined;
  const start = sizes.map((size) => size);
  const end = sizes.map(() => 0);
  for (let row = 0; row < rows; row++) {
    if (above[row] === 0) continue;
    let rest = row;
    for (let axis = sizes.length - 2; axis >= 0; axis--) {
      const size = sizes[axis] ?? 1;
      const position = rest % size;
      rest = (rest - position) / size;
      if (position < (start[axis] ?? 0)) start[axis] = position;
      if (position >= (end[axis] ?? 0)) end[axis] = position + 1;
    }
  }
  start[sizes.length - 1] = ends.first;
  end[sizes.length - 1] = ends.last + 1;
  return { start, end };
}

// A row is read from its left end up to the first foreground, and from its right end down to the last found so far: usually a few voxels.
function scanRows(data: Numbers, offset: number, rows: number, width: number, above: Uint8Array, ends: { first: number; last: number }): void {
  let first = ends.first;
  let last = ends.last;
  for (let row = 0; row < rows; row++) {
    const base = offset + row * width;
    let k = 0;
    while (k < width && !((data[base + k] as number) > 0)) k++;
    if (k === width) continue;
    above[row] = 1;
    if (k < first) first = k;
    if (k > last) last = k;
    for (let right = width - 1; right > last; right--) {
      if ((data[base + right] as number) > 0) last = right;
    }
  }
  ends.first = first;
  ends.last = last;
}
