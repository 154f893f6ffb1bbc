import type { Interpolation } from "./spec.ts";

/** What each output along one axis is made of: a run of source samples and their weights. */
export interface Taps {
  readonly from: number;
  readonly to: number;
  /** Of each output, its first sample. It, and what follows, may lie beyond the axis, whose nearest end then stands in. */
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** Whether a sum begins with its last sample, as torch's of two samples does: with another order float32 rounds otherwise. */
  readonly lastFirst: boolean;
  /** `width` places per output. Whole numbers are in units of 2⁻²². */
  readonly width: number;
  readonly weights: Int32Array | Float32Array | Float64Array;
}

/** Fraction bits of Pillow's weights: 8 bits of a sample and two to spare leave 22 of 32. */
export const FRACTION_BITS = 22;

interface Filter {
  /** Half of the width over which it is not 0, in samples. */
  readonly support: number;
  weight(x: number): number;
}

const FILTERS: Readonly<Record<Exclude<Interpolation, "nearest" | "nearest-exact">, Filter>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: { support: 1, weight: (x) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (Math.fround(0.54) + Math.fround(0.46) * Math.cos(x * Math.PI))) },
  bicubic: { support: 2, weight: (x) => cubic(Math.abs(x), -0.5) },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

/** Keys' cubic convolution of x ≥ 0. */
function cubic(x: number, a: number): number {
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/** Pillow's taps of 8-bit images: the filter widened when it shrinks, weights in float64 that sum to 1, then whole numbers of 2⁻²². */
export function pillowTaps(from: number, to: number, interpolation: keyof typeof FILTERS): Taps {
  const taps = widenedTaps(from, to, FILTERS[interpolation], (value) => value);
  const weights = Int32Array.from(taps.weights, (weight) => Math.trunc(weight * 2 ** FRACTION_BITS + (weight < 0 ? -0.5 : 0.5)));
  return { ...taps, weights };
}

/** torch's taps with antialias: as Pillow's, in the arithmetic of the elements. */
export function antialiasTaps(from: number, to: number, interpolation: "bilinear" | "bicubic", wide: boolean): Taps {
  return widenedTaps(from, to, FILTERS[interpolation], wide ? (value) => value : Math.fround);
}

function widenedTaps(from: number, to: number, { support: halfWidth, weight }: Filter, round: (value: number) => number): Taps & { weights: Float64Array | Float32Array } {
  const scale = round(from / to);
  const stretch = Math.max(scale, 1);
  const shrink = round(1 / stretch);
  const support = round(halfWidth * stretch);
  const width = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(to);
  const counts = new Int32Array(to);
  const weights = round === Math.fround ? new Float32Array(to * width) : new Float64Array(to * width);
  for (let o = 0; o < to; o++) {
    const center = round((o + 0.5) * scale);
    const start = Math.max(Math.trunc(center - support + 0.5), 0);
    const count = Math.min(Math.trunc(center + support + 0.5), from) - start;
    const row = weights.subarray(o * width, o * width + count);
    let sum = 0;
    for (let k = 0; k < count; k++) {
      row[k] = weight(round((k + start - center + 0.5) * shrink));
      sum = round(sum + (row[k] as number));
    }
    if (sum !== 0) for (let k = 0; k < count; k++) row[k] = (row[k] as number) / sum;
    starts[o] = start;
    counts[o] = count;
  }
  return { from, to, starts, counts, lastFirst: false, width, weights };
}

/** torch's taps without antialias, corners not aligned: two samples, or four around the position with a = -¾. */
export function plainTaps(from: number, to: number, interpolation: "bilinear" | "bicubic", wide: boolean): Taps {
  const width = interpolation === "bilinear" ? 2 : 4;
  const starts = new Int32Array(to);
  const weights = wide ? new Float64Array(to * width) : new Float32Array(to * width);
  const round = wide ? (value: number): number => value : Math.fround;
  const scale = round(from / to);
  for (let o = 0; o < to; o++) {
    const position = scale * (o + 0.5) - 0.5;
    if (interpolation === "bilinear") {
      const low = Math.min(Math.floor(Math.max(position, 0)), from - 1);
      const rest = Math.min(Math.max(round(position - low), 0), 1);
      starts[o] = low;
      weights.set([1 - rest, rest], o * 2);
    } else {
      const low = Math.floor(position);
      const rest = round(position - low);
      starts[o] = low - 1;
      weights.set([cubic(rest + 1, -0.75), cubic(rest, -0.75), cubic(1 - rest, -0.75), cubic(2 - rest, -0.75)], o * 4);
    }
  }
  return { from, to, starts, counts: new Int32Array(to).fill(width), lastFirst: interpolation === "bilinear", width, weights };
}

/** Pillow's source index of each output of nearest: positions are summed up, rounding included. */
export function pillowIndices(from: number, to: number): Int32Array {
  const scale = from / to;
  let position = scale * 0.5;
  return Int32Array.from({ length: to }, () => {
    const index = Math.trunc(position);
    position += scale;
    return Math.min(index, from - 1);
  });
}

/** torch's source index of each output of nearest and nearest-exact, in float32 whatever the elements are. */
export function torchIndices(from: number, to: number, exact: boolean): Int32Array {
  const scale = Math.fround(from / to);
  return Int32Array.from({ length: to }, (_, o) => {
    const position = Math.fround((exact ? o + 0.5 : o) * scale);
    return Math.min(Math.floor(position), from - 1);
  });
}
