import { floatBits } from "../runtime/gpu.ts";

/** ScaleIntensityRange still to be applied to float32 elements. Bounds that are null are MONAI's None. */
export interface DeferredScale {
  readonly a_min: number;
  readonly a_max: number;
  readonly b_min: number | null;
  readonly b_max: number | null;
  readonly clip: boolean;
}

const APPLY = 1;
const CLIP = 4;
const CONSTANT = 8;

/** The 8 words of `struct Scale` in gpu-scale.wgsl; without a scale the kernel passes elements through. */
export function scaleWords(scale: DeferredScale | undefined): number[] {
  if (scale === undefined) return [0, 0, 0, 0, 0, 0, 0, 0];
  const { a_min, a_max, b_min, b_max, clip } = scale;
  const constant = a_max - a_min === 0;
  const { range, base } = mapping(scale);
  return [
    floatBits(a_min),
    floatBits(a_max - a_min),
    floatBits(range),
    floatBits(base),
    floatBits(b_min ?? -Infinity),
    floatBits(b_max ?? Infinity),
    APPLY | (clip ? CLIP : 0) | (constant ? CONSTANT : 0),
    0,
  ];
}

/** What the quotient is multiplied by and what is added. A constant range with only b_min given still adds it. */
function mapping({ a_min, a_max, b_min, b_max }: DeferredScale): { range: number; base: number } {
  if (a_max - a_min === 0) return { range: 1, base: b_min ?? 0 };
  return b_min === null || b_max === null ? { range: 1, base: 0 } : { range: b_max - b_min, base: b_min };
}

/** What the kernel makes of one float32 value: each operation rounded to float32. */
export function scaleValue(x: number, scale: DeferredScale): number {
  const { fround } = Math;
  const { a_min, a_max, b_min, b_max, clip } = scale;
  const { range, base } = mapping(scale);
  const difference = fround(x - fround(a_min));
  if (a_max - a_min === 0) return fround(difference + fround(base));
  const y = fround(fround(fround(difference / fround(a_max - a_min)) * fround(range)) + fround(base));
  if (!clip) return y;
  if (b_min !== null && y < fround(b_min)) return fround(b_min);
  return b_max !== null && y > fround(b_max) ? fround(b_max) : y;
}

/**
 * The float32 values x, as a range of keys low..high, with scale(x) > 0: the map is monotone, so that values can be compared before they
 * are scaled, exactly as after. The key of a value orders float32 as signed integers do. An empty range has low > high.
 */
export function foregroundKeys(scale: DeferredScale | undefined): { low: number; high: number } {
  const infinity = floatKey(Infinity);
  if (scale === undefined) return { low: 1, high: infinity };
  const positive = (key: number) => scaleValue(keyFloat(key), scale) > 0;
  const lowest = floatKey(-Infinity);
  // The two ends are told apart by finite values: an infinite one may scale to NaN.
  const rises = positive(infinity - 1);
  const falls = positive(lowest + 1);
  if (rises && falls) return { low: lowest, high: infinity };
  if (!rises && !falls) return { low: 1, high: 0 };
  let inside = rises ? infinity - 1 : lowest + 1;
  let outside = rises ? lowest + 1 : infinity - 1;
  while (Math.abs(inside - outside) > 1) {
    const middle = Math.floor((inside + outside) / 2);
    if (positive(middle)) inside = middle;
    else outside = middle;
  }
  return rises ? { low: inside, high: infinity } : { low: lowest, high: inside };
}

function floatKey(value: number): number {
  const bits = floatBits(value) | 0;
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

function keyFloat(key: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setInt32(0, key ^ ((key >> 31) & 0x7fffffff));
  return view.getFloat32(0);
}
