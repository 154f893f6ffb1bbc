/** Float64 values as 64-bit integers times a power of two, so that integer sums of them are exact and the same in every order. */
export interface FixedPoint {
  /** Low and high word of each value. */
  readonly words: Uint32Array<ArrayBuffer>;
  /** The product of the two turns an integer back; each is a power of two that float32 holds. */
  readonly scales: readonly [number, number];
}

/** The most that any sum may reach, as a power of two: two bits below the sign. */
const LARGEST_SUM = 61;
/** Powers of two that float32 holds with all its bits. */
const LARGEST_SHIFT = 120;

/**
 * The values, with all bits that the largest possible sum leaves room for. `largestSum` is the largest absolute value that a sum of them may
 * have; the least step is 2^-61 of it.
 */
export function toFixedPoint(values: Float64Array, largestSum: number): FixedPoint {
  const wanted = largestSum > 0 ? LARGEST_SUM - Math.ceil(Math.log2(largestSum)) : 0;
  const shift = Math.max(-2 * LARGEST_SHIFT, Math.min(2 * LARGEST_SHIFT, wanted));
  const first = Math.trunc(shift / 2);
  const words = new Uint32Array(values.length * 2);
  values.forEach((value, index) => {
    const scaled = value * 2 ** first * 2 ** (shift - first);
    const high = Math.floor(scaled / 2 ** 32);
    words[index * 2] = scaled - high * 2 ** 32;
    words[index * 2 + 1] = high;
  });
  return { words, scales: [2 ** -first, 2 ** (first - shift)] };
}
