import { ConchError } from "../base/errors.ts";
import { allocate, numpyName, type DataType, type TypedData } from "../tensor/data-type.ts";
import { bfloatToNumber, floatToBfloat, floatToHalf, halfToNumber } from "../tensor/half.ts";
import { typedData, type Tensor } from "../tensor/tensor.ts";

/** Smallest and largest value of each integer type. */
export const INTEGER_RANGES: Partial<Record<DataType, readonly [bigint, bigint]>> = {
  TYPE_BOOL: [0n, 1n],
  TYPE_UINT8: [0n, 255n],
  TYPE_UINT16: [0n, 65535n],
  TYPE_UINT32: [0n, 2n ** 32n - 1n],
  TYPE_UINT64: [0n, 2n ** 64n - 1n],
  TYPE_INT8: [-128n, 127n],
  TYPE_INT16: [-32768n, 32767n],
  TYPE_INT32: [-(2n ** 31n), 2n ** 31n - 1n],
  TYPE_INT64: [-(2n ** 63n), 2n ** 63n - 1n],
};

const FLOATS: readonly DataType[] = ["TYPE_FP16", "TYPE_BF16", "TYPE_FP32", "TYPE_FP64"];

/**
 * The tensor in another numeric data type; the same object when it has that type already. Throws TENSOR_MISMATCH naming the first element
 * that the type cannot hold exactly. With `round`, a float becomes the nearest value of a narrower float type instead (never an integer).
 */
export function castExactly(tensor: Tensor, to: DataType, name: string, round = false): Tensor {
  const from = tensor.dataType;
  if (from === to) return tensor;
  if (from === "TYPE_STRING" || to === "TYPE_STRING") {
    throw mismatch(name, from, to, to === "TYPE_STRING" ? "numbers do not become text by themselves" : "text does not become numbers by itself");
  }
  const source = typedData(tensor);
  const target = allocate(to, source.length);
  const isFloat = FLOATS.includes(to);
  const decode = from === "TYPE_FP16" ? halfToNumber : from === "TYPE_BF16" ? bfloatToNumber : undefined;
  const range = INTEGER_RANGES[to];
  for (let index = 0; index < source.length; index++) {
    const raw = source[index] as number | bigint;
    const value = decode === undefined ? raw : decode(raw as number);
    const stored = isFloat ? toFloat(value, to) : range === undefined ? undefined : toInteger(value, range);
    const exact = stored !== undefined && (isFloat ? same(stored as number, value, to) : true);
    if (stored === undefined || (!exact && !(round && FLOATS.includes(from)))) {
      throw mismatch(name, from, to, `element ${index} is ${String(value)}, which ${numpyName(to)} cannot hold exactly`);
    }
    setElement(target, index, stored);
  }
  return { dataType: to, shape: tensor.shape, data: target };
}

/** What a typed array of `type` stores for a number; undefined where an integer type cannot hold it. Floats are rounded to nearest. */
export function storedNumber(value: number | bigint, type: DataType): number | bigint | undefined {
  if (FLOATS.includes(type)) return toFloat(value, type);
  const range = INTEGER_RANGES[type];
  return range === undefined ? undefined : toInteger(value, range);
}

/** Writes what {@link storedNumber} gave: 64-bit arrays take bigints, the others numbers. */
export function setElement(target: TypedData, index: number, value: number | bigint): void {
  if (target instanceof BigInt64Array || target instanceof BigUint64Array) target[index] = BigInt(value);
  else target[index] = Number(value);
}

function toFloat(value: number | bigint, type: DataType): number {
  const number = Number(value);
  if (type === "TYPE_FP16") return floatToHalf(number);
  if (type === "TYPE_BF16") return floatToBfloat(number);
  return type === "TYPE_FP32" ? Math.fround(number) : number;
}

function same(stored: number, value: number | bigint, type: DataType): boolean {
  const back = type === "TYPE_FP16" ? halfToNumber(stored) : type === "TYPE_BF16" ? bfloatToNumber(stored) : stored;
  if (typeof value === "number") return Object.is(back, value);
  return Number.isFinite(back) && BigInt(back) === value;
}

function toInteger(value: number | bigint, [low, high]: readonly [bigint, bigint]): number | bigint | undefined {
  if (typeof value === "number") {
    if (!Number.isInteger(value) || value < Number(low)) return undefined;
    if (Number.isSafeInteger(value)) return value <= Number(high) ? value : undefined;
    const whole = BigInt(value);
    return whole >= low && whole <= high ? whole : undefined;
  }
  return value >= low && value <= high ? value : undefined;
}

function mismatch(name: string, from: DataType, to: DataType, why: string): ConchError {
  return new ConchError("TENSOR_MISMATCH", `Input "${name}" expects ${to}, found ${from}: ${why}`, {
    data: { input: name, expected: to, found: from },
  });
}
