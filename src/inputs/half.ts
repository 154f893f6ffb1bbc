// binary16 and bfloat16 as numbers. IEEE 754-2019 §3.6; bfloat16 is the upper half of a binary32.

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);
const double = new Float64Array(1);
const doubleWords = new Uint32Array(double.buffer);

/** The number that binary16 bits stand for. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The binary16 bits nearest to `value`, ties to even. NaN becomes 0x7e00. */
export function numberToHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  // Within a binade the spacing is 2^(e-10), below 2^-14 it stays 2^-24: scale so that the spacing is 1, then round to even.
  const exponent = size < 2 ** -14 ? -14 : exponentOf(size);
  const scaled = roundEven(size / 2 ** (exponent - 10));
  return sign | (size < 2 ** -14 ? scaled : scaled + (exponent + 14) * 1024);
}

/** The number that bfloat16 bits stand for. */
export function bfloatToNumber(bits: number): number {
  word[0] = bits << 16;
  return float[0] as number;
}

/** The bfloat16 bits nearest to `Math.fround(value)`, ties to even. NaN becomes 0x7fc0. */
export function numberToBfloat(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  float[0] = value;
  const bits = word[0] as number;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** Binary exponent of a normal positive double, exactly (Math.log2 rounds). */
function exponentOf(size: number): number {
  double[0] = size;
  return ((doubleWords[1] as number) >>> 20) - 1023;
}

/** `value` ≥ 0 rounded to a whole number, halves to the even one. */
function roundEven(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  if (rest !== 0.5) return rest > 0.5 ? down + 1 : down;
  return down % 2 === 0 ? down : down + 1;
}
