/** Key of a missing value (NaN): below that of every number. */
export const MISSING_KEY = -0x80000000;

const scratch = new DataView(new ArrayBuffer(4));

/**
 * The key of float32 bits: a 32-bit integer that is ordered as the numbers are, -0 and 0 alike. Comparing keys is comparing the numbers,
 * on every GPU: no rounding, no flushed denormals, no assumption that there is no NaN.
 */
export function keyOfBits(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return MISSING_KEY;
  return bits === -0x80000000 ? 0 : bits ^ ((bits >> 31) & 0x7fffffff);
}

/** The number of a key that `keyOfBits` gave, other than MISSING_KEY. */
export function numberOfKey(key: number): number {
  scratch.setInt32(0, key ^ ((key >> 31) & 0x7fffffff));
  return scratch.getFloat32(0);
}

/** The least key of a float32 that is not below the float64 number: x < number ⇔ key of x < this, for every float32 x. */
export function keyNotBelow(number: number): number {
  const rounded = Math.fround(number);
  return keyOf(rounded) + Number(rounded < number);
}

/** The key above that of the largest float32 that is not above the float64 number: x ≤ number ⇔ key of x < this, for every float32 x. */
export function keyAbove(number: number): number {
  const rounded = Math.fround(number);
  return keyOf(rounded) + Number(rounded <= number);
}

function keyOf(rounded: number): number {
  scratch.setFloat32(0, rounded);
  return keyOfBits(scratch.getInt32(0));
}
