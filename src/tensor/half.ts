// binary16 and bfloat16 as numbers. IEEE 754-2019 §3.6; bfloat16 is the upper half of a binary32.

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);
let table: Float32Array<ArrayBuffer> | undefined;

/** The number of every binary16 bit pattern, by the pattern: 65,536 entries, made on first use. Not to be written to. */
export function halfTable(): Float32Array<ArrayBuffer> {
  if (table !== undefined) return table;
  table = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    const size =
      exponent === 0 ? fraction * 2 ** -24 : exponent < 31 ? (1024 + fraction) * 2 ** (exponent - 25) : fraction === 0 ? Infinity : NaN;
    table[bits] = bits & 0x8000 ? -size : size;
  }
  return table;
}

/** The number that binary16 bits stand for. */
export function halfToNumber(bits: number): number {
  return halfTable()[bits] as number;
}

/** The binary16 bits nearest to `Math.fround(value)`, ties to even, as hardware and torch convert. NaN becomes 0x7e00. */
export function floatToHalf(value: number): number {
  float[0] = value;
  const bits = word[0] as number;
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size > 0x7f800000) return 0x7e00;
  if (size >= 0x477ff000) return sign | 0x7c00;
  // Normal results: 13 fraction bits go, the exponent's bias falls from 127 to 15.
  if (size >= 0x38800000) return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
  // Subnormal results: adding 0.5 leaves multiples of 2^-24 in the fraction, rounded to even by the addition itself.
  word[0] = size;
  float[0] = (float[0] as number) + 0.5;
  return sign | ((word[0] as number) - 0x3f000000);
}

/** The number that bfloat16 bits stand for. */
export function bfloatToNumber(bits: number): number {
  word[0] = bits << 16;
  return float[0] as number;
}

/** The bfloat16 bits nearest to `Math.fround(value)`, ties to even. NaN becomes 0x7fc0. */
export function floatToBfloat(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  float[0] = value;
  const bits = word[0] as number;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}
