import { FRACTION_BITS, type Taps } from "./cpu-taps.ts";

/** A block of elements in C order: the axis to be resampled, and how much lies around and inside it. */
export interface Block<D> {
  readonly data: D;
  readonly outer: number;
  readonly inner: number;
}

/** One axis of bytes resampled in 22-bit fixed point, rounded and clamped to bytes. */
export function resampleBytes({ data, outer, inner }: Block<Uint8Array>, taps: Taps): Uint8Array {
  const { from, to, starts } = taps;
  const result = new Uint8Array(outer * to * inner);
  const sums = new Int32Array(inner);
  let at = 0;
  for (let block = 0; block < outer; block++) {
    for (let o = 0; o < to; o++) {
      const base = (block * from + (starts[o] as number)) * inner;
      if (inner > 4) sumRows(data, base, taps, o, sums);
      else for (let j = 0; j < inner; j++) sums[j] = sumOf(data, base + j, inner, taps, o);
      for (let j = 0; j < inner; j++) {
        const value = (sums[j] as number) >> FRACTION_BITS;
        result[at++] = value < 0 ? 0 : value > 255 ? 255 : value;
      }
    }
  }
  return result;
}

const HALF = 1 << (FRACTION_BITS - 1);

/** The sums of samples that lie side by side, row by row as they lie in memory. */
function sumRows(data: Uint8Array, base: number, { counts, width, weights }: Taps, o: number, sums: Int32Array): void {
  sums.fill(HALF);
  for (let k = 0; k < (counts[o] as number); k++) {
    const weight = weights[o * width + k] as number;
    const row = base + k * sums.length;
    for (let j = 0; j < sums.length; j++) sums[j] = (sums[j] as number) + weight * (data[row + j] as number);
  }
}

/** The sum of samples `step` apart. */
function sumOf(data: Uint8Array, base: number, step: number, { counts, width, weights }: Taps, o: number): number {
  let sum = HALF;
  for (let k = 0; k < (counts[o] as number); k++) sum = (sum + (weights[o * width + k] as number) * (data[base + k * step] as number)) | 0;
  return sum;
}

/** One axis of floats resampled in their own arithmetic: each product is added without rounding of its own, as torch is compiled. */
export function resampleFloats<D extends Float32Array | Float64Array>({ data, outer, inner }: Block<D>, taps: Taps): D {
  const { from, to, starts, counts, lastFirst, width, weights } = taps;
  const result = (data instanceof Float32Array ? new Float32Array(outer * to * inner) : new Float64Array(outer * to * inner)) as D;
  for (let block = 0; block < outer; block++) {
    for (let o = 0; o < to; o++) {
      const row = result.subarray((block * to + o) * inner, (block * to + o + 1) * inner);
      const count = counts[o] as number;
      for (let n = 0; n < count; n++) {
        const k = lastFirst ? count - 1 - n : n;
        const weight = weights[o * width + k] as number;
        const base = (block * from + Math.min(Math.max((starts[o] as number) + k, 0), from - 1)) * inner;
        if (n === 0) for (let j = 0; j < inner; j++) row[j] = weight * (data[base + j] as number);
        else for (let j = 0; j < inner; j++) row[j] = (row[j] as number) + weight * (data[base + j] as number);
      }
    }
  }
  return result;
}

/** RGBA with the colours multiplied by alpha / 255, rounded: Pillow's RGBa. */
export function premultiplied(pixels: Uint8Array): Uint8Array {
  const result = pixels.slice();
  for (let i = 0; i < pixels.length; i += 4) {
    const alpha = pixels[i + 3] as number;
    for (let c = i; c < i + 3; c++) {
      const product = (pixels[c] as number) * alpha + 128;
      result[c] = ((product >> 8) + product) >> 8;
    }
  }
  return result;
}

/** The way back, cut and clamped; colours without any alpha stay. */
export function unmultiplied(pixels: Uint8Array): Uint8Array {
  const result = pixels.slice();
  for (let i = 0; i < pixels.length; i += 4) {
    const alpha = pixels[i + 3] as number;
    if (alpha === 0 || alpha === 255) continue;
    for (let c = i; c < i + 3; c++) result[c] = Math.min(255, Math.trunc((255 * (pixels[c] as number)) / alpha));
  }
  return result;
}
