import { elementCount } from "../../tensor/tensor.ts";
import { multiplyAffines, resizeMatrix } from "../affine.ts";
import { mapEntries } from "../dictionary.ts";
import { castElements } from "../element-cast.ts";
import type { ArrayItem, CpuTransform } from "../transform.ts";
import { isLinear, resizedSizes, type ResizeMode, type ResizeParameters } from "./spec.ts";

/** Resized, bit-equal to torch on x86. */
export const resizeCpu: CpuTransform<ResizeParameters> = (parameters, keys, dictionary, signal) =>
  mapEntries("Resize", keys, dictionary, (item, key) => resized(parameters, item, key, signal));

function resized(parameters: ResizeParameters, item: ArrayItem, key: string, signal: AbortSignal | undefined): ArrayItem {
  const from = item.shape.slice(1);
  const to = resizedSizes(parameters, from, key).map((size) => size ?? 0);
  const affine = item.affine === undefined ? {} : { affine: multiplyAffines(item.affine, resizeMatrix(from, to)) };
  const channels = item.shape[0] ?? 1;
  const shape = [channels, ...to];
  const source = castElements(item.data, item.dataType, "TYPE_FP32") as Float32Array;
  if (from.every((size, axis) => size === to[axis])) return { dataType: "TYPE_FP32", shape, data: source, ...affine };
  const data = new Float32Array(elementCount(shape));
  const sizesIn = elementCount(from);
  const sizesOut = elementCount(to);
  for (let channel = 0; channel < channels; channel++) {
    signal?.throwIfAborted();
    const input = source.subarray(channel * sizesIn, (channel + 1) * sizesIn);
    const output = data.subarray(channel * sizesOut, (channel + 1) * sizesOut);
    resizeVolume(parameters.mode, parameters.align_corners === true, input, threeSizes(from), output, threeSizes(to));
  }
  return { dataType: "TYPE_FP32", shape, data, ...affine };
}

/** Three axis sizes, those in front being 1 for lines and planes. */
type Sizes = readonly [number, number, number];

function threeSizes(sizes: readonly number[]): Sizes {
  return [sizes.at(-3) ?? 1, sizes.at(-2) ?? 1, sizes.at(-1) ?? 1];
}

function resizeVolume(mode: ResizeMode, corners: boolean, input: Float32Array, from: Sizes, output: Float32Array, to: Sizes): void {
  if (mode === "area" && output.length === 1) output[0] = meanOf(input);
  else if (mode === "area") areaVolume(input, from, output, to);
  else if (isLinear(mode)) linearVolume(input, from, output, to, [0, 1, 2].map((axis) => linearTaps(from[axis] ?? 1, to[axis] ?? 1, corners)));
  else gatherVolume(input, from, output, to, [0, 1, 2].map((axis) => nearestIndices(from[axis] ?? 1, to[axis] ?? 1, mode === "nearest-exact")));
}

/** Window [starts, ends) of each output along one axis: adaptive average pooling. */
export function areaWindows(from: number, to: number): { starts: Int32Array; ends: Int32Array } {
  const starts = new Int32Array(to);
  const ends = new Int32Array(to);
  for (let o = 0; o < to; o++) {
    starts[o] = Math.floor((o * from) / to);
    ends[o] = Math.ceil(((o + 1) * from) / to);
  }
  return { starts, ends };
}

// To a single voxel torch takes the mean, whose own summation is as good as exact; a float32 sum from the first voxel to the last is not.
function meanOf(input: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < input.length; i++) sum += input[i] as number;
  return sum / input.length;
}

// torch's adaptive_avg_pool3d: a float32 sum from 0 in the order axis 0, 1, 2, then divided by the three window sizes one after the other.
// A whole output row is summed at once, input row by input row, which leaves the order of each output's additions as it is.
function areaVolume(input: Float32Array, from: Sizes, output: Float32Array, to: Sizes): void {
  const [depth, rows, width] = [areaWindows(from[0], to[0]), areaWindows(from[1], to[1]), areaWindows(from[2], to[2])];
  const widest = width.starts.reduce((size, start, o) => Math.max(size, (width.ends[o] ?? 0) - start), 0);
  for (let o0 = 0; o0 < to[0]; o0++) {
    const d0 = depth.starts[o0] as number;
    const d1 = depth.ends[o0] as number;
    for (let o1 = 0; o1 < to[1]; o1++) {
      const r0 = rows.starts[o1] as number;
      const r1 = rows.ends[o1] as number;
      const row = (o0 * to[1] + o1) * to[2];
      for (let i = d0; i < d1; i++) {
        for (let j = r0; j < r1; j++) {
          const base = (i * from[1] + j) * from[2];
          if (widest <= 2) addPairs(input, base, width.starts, width.ends, output, row, to[2]);
          else addRuns(input, base, width.starts, width.ends, output, row, to[2]);
        }
      }
      divideRow(output, row, to[2], d1 - d0, r1 - r0, width.starts, width.ends);
    }
  }
}

function addPairs(input: Float32Array, base: number, starts: Int32Array, ends: Int32Array, output: Float32Array, row: number, count: number): void {
  for (let o = 0; o < count; o++) {
    const k = starts[o] as number;
    let sum = Math.fround((output[row + o] as number) + (input[base + k] as number));
    if ((ends[o] as number) - k === 2) sum = Math.fround(sum + (input[base + k + 1] as number));
    output[row + o] = sum;
  }
}

function addRuns(input: Float32Array, base: number, starts: Int32Array, ends: Int32Array, output: Float32Array, row: number, count: number): void {
  for (let o = 0; o < count; o++) {
    const end = base + (ends[o] as number);
    let sum = output[row + o] as number;
    for (let k = base + (starts[o] as number); k < end; k++) sum = Math.fround(sum + (input[k] as number));
    output[row + o] = sum;
  }
}

function divideRow(output: Float32Array, row: number, count: number, n0: number, n1: number, starts: Int32Array, ends: Int32Array): void {
  for (let o = 0; o < count; o++) {
    const n2 = (ends[o] as number) - (starts[o] as number);
    output[row + o] = Math.fround(Math.fround(Math.fround((output[row + o] as number) / n0) / n1) / n2);
  }
}

/** Source index of each output along one axis, in torch's float32 arithmetic. */
export function nearestIndices(from: number, to: number, exact: boolean): Int32Array {
  const scale = Math.fround(from / to);
  return Int32Array.from({ length: to }, (_, o) => {
    const position = exact ? Math.fround(Math.fround(o + 0.5) * scale) : Math.fround(o * scale);
    return Math.min(Math.floor(position), from - 1);
  });
}

function gatherVolume(input: Float32Array, from: Sizes, output: Float32Array, to: Sizes, indices: readonly Int32Array[]): void {
  const [depth, rows, width] = indices as [Int32Array, Int32Array, Int32Array];
  let at = 0;
  for (let o0 = 0; o0 < to[0]; o0++) {
    for (let o1 = 0; o1 < to[1]; o1++) {
      const base = ((depth[o0] as number) * from[1] + (rows[o1] as number)) * from[2];
      for (let o2 = 0; o2 < to[2]; o2++) output[at++] = input[base + (width[o2] as number)] as number;
    }
  }
}

/** The two source indices of each output along one axis and their float32 weights. */
export interface LinearTaps {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly lowWeight: Float32Array;
  readonly highWeight: Float32Array;
}

/**
 * torch's source positions: s·(o + ½) - ½ not below 0, or s·o with `corners`, computed in double from the float32 scale s. An axis that keeps
 * its size is copied.
 */
export function linearTaps(from: number, to: number, corners: boolean): LinearTaps {
  const taps = { low: new Int32Array(to), high: new Int32Array(to), lowWeight: new Float32Array(to), highWeight: new Float32Array(to) };
  const scale = corners ? (to > 1 ? Math.fround((from - 1) / (to - 1)) : 0) : Math.fround(from / to);
  for (let o = 0; o < to; o++) {
    const position = corners ? scale * o : Math.max(scale * (o + 0.5) - 0.5, 0);
    const low = Math.min(Math.floor(position), from - 1);
    const weight = Math.min(Math.max(Math.fround(position - low), 0), 1);
    taps.low[o] = low;
    taps.high[o] = low < from - 1 ? low + 1 : low;
    taps.lowWeight[o] = Math.fround(1 - weight);
    taps.highWeight[o] = weight;
  }
  if (from === to) {
    for (let o = 0; o < to; o++) {
      taps.low[o] = o;
      taps.high[o] = o;
      taps.lowWeight[o] = 1;
      taps.highWeight[o] = 0;
    }
  }
  return taps;
}

// Axis 2 first, then 1, then 0; each step is fma(low, weight, fround(high · weight)), as torch is compiled. The sum of an exact product and a
// float32 in double, rounded to float32, stands for the fma.
function linearVolume(input: Float32Array, from: Sizes, output: Float32Array, to: Sizes, taps: readonly LinearTaps[]): void {
  const [depth, rows, width] = taps as [LinearTaps, LinearTaps, LinearTaps];
  const { low, high, lowWeight, highWeight } = width;
  let at = 0;
  for (let o0 = 0; o0 < to[0]; o0++) {
    const d0 = depth.lowWeight[o0] as number;
    const d1 = depth.highWeight[o0] as number;
    const near = (depth.low[o0] as number) * from[1];
    const far = (depth.high[o0] as number) * from[1];
    for (let o1 = 0; o1 < to[1]; o1++) {
      const r0 = rows.lowWeight[o1] as number;
      const r1 = rows.highWeight[o1] as number;
      const r = rows.low[o1] as number;
      const s = rows.high[o1] as number;
      const a = (near + r) * from[2];
      const b = (near + s) * from[2];
      const c = (far + r) * from[2];
      const d = (far + s) * from[2];
      for (let o2 = 0; o2 < to[2]; o2++) {
        const k = low[o2] as number;
        const l = high[o2] as number;
        const w0 = lowWeight[o2] as number;
        const w1 = highWeight[o2] as number;
        const lineA = Math.fround((input[a + k] as number) * w0 + Math.fround((input[a + l] as number) * w1));
        const lineB = Math.fround((input[b + k] as number) * w0 + Math.fround((input[b + l] as number) * w1));
        const lineC = Math.fround((input[c + k] as number) * w0 + Math.fround((input[c + l] as number) * w1));
        const lineD = Math.fround((input[d + k] as number) * w0 + Math.fround((input[d + l] as number) * w1));
        const planeNear = Math.fround(lineA * r0 + Math.fround(lineB * r1));
        const planeFar = Math.fround(lineC * r0 + Math.fround(lineD * r1));
        output[at++] = Math.fround(planeNear * d0 + Math.fround(planeFar * d1));
      }
    }
  }
}
