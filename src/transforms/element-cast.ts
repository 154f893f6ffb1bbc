import { assert } from "../base/errors.ts";
import { allocate, type DataType, type TypedData } from "../tensor/data-type.ts";
import { floatToHalf, halfTable } from "../tensor/half.ts";
import { ARRAY_TYPES } from "./dtype-name.ts";
import type { ArrayItem } from "./transform.ts";

const INT32_MIN = -2147483648;
const INT64_MIN = -(2n ** 63n);

/**
 * The elements in another data type, as torch casts on x86: float to integer truncates toward zero through int32 (int64 for int64), where
 * NaN and what does not fit become the smallest value, and keeps the low bits; integers wrap; float16 comes by way of float32; bool is
 * x ≠ 0, so NaN is true. The same array when the type does not change.
 */
export function castElements(data: TypedData, from: DataType, to: DataType): TypedData {
  if (from === to) return data;
  assert(ARRAY_TYPES.includes(from) && ARRAY_TYPES.includes(to), `no cast from ${from} to ${to}`);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return fromInt64(data, to);
  const source = from === "TYPE_FP16" ? halvesToFloats(data) : (data as Numbers);
  const target = allocate(to, source.length);
  if (target instanceof BigInt64Array) return toInt64(source, target);
  const numbers = target as Numbers;
  if (to === "TYPE_BOOL") toBool(source, numbers);
  else if (to === "TYPE_FP16") for (let i = 0; i < source.length; i++) numbers[i] = floatToHalf(source[i] as number);
  else if (to === "TYPE_FP32" || to === "TYPE_FP64" || !from.startsWith("TYPE_FP")) numbers.set(source);
  else truncate(source, numbers);
  return target;
}

/** The item with its elements cast; the same item when nothing changes. */
export function castItem(item: ArrayItem, to: DataType): ArrayItem {
  return item.dataType === to ? item : { ...item, dataType: to, data: castElements(item.data, item.dataType, to) };
}

/** The elements of an array with at most 32-bit elements, float16 as its float32 values. */
export function numbersOf(item: ArrayItem): Numbers | BigInt64Array {
  if (item.dataType === "TYPE_FP16") return halvesToFloats(item.data);
  return item.data as Numbers | BigInt64Array;
}

/** Typed arrays whose elements are numbers. */
export type Numbers = Exclude<TypedData, BigInt64Array | BigUint64Array>;

function halvesToFloats(data: TypedData): Float32Array {
  const table = halfTable();
  const result = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) result[i] = table[data[i] as number] as number;
  return result;
}

function toBool(source: Numbers, target: Numbers): void {
  for (let i = 0; i < source.length; i++) target[i] = source[i] === 0 ? 0 : 1;
}

// x86's cvttss2si: the 32-bit integer, or its smallest value; a narrower array then keeps the low bits.
function truncate(source: Numbers, target: Numbers): void {
  for (let i = 0; i < source.length; i++) {
    const value = source[i] as number;
    target[i] = value > -2147483649 && value < 2147483648 ? value | 0 : INT32_MIN;
  }
}

function toInt64(source: Numbers, target: BigInt64Array): BigInt64Array {
  for (let i = 0; i < source.length; i++) {
    const value = source[i] as number;
    target[i] = value >= -(2 ** 63) && value < 2 ** 63 ? BigInt(Math.trunc(value)) : INT64_MIN;
  }
  return target;
}

function fromInt64(source: BigInt64Array | BigUint64Array, to: DataType): TypedData {
  const target = allocate(to, source.length) as Numbers;
  const low = new Int32Array(source.buffer, source.byteOffset, source.length * 2);
  for (let i = 0; i < source.length; i++) {
    if (to === "TYPE_BOOL") target[i] = source[i] === 0n ? 0 : 1;
    else if (to === "TYPE_FP64") target[i] = Number(source[i]);
    else if (to === "TYPE_FP32") target[i] = int64ToFloat(source[i] as bigint);
    else if (to === "TYPE_FP16") target[i] = floatToHalf(int64ToFloat(source[i] as bigint));
    else target[i] = low[2 * i] as number;
  }
  return target;
}

// Rounding to double first and to float32 after would round twice; the low bits are kept as one sticky bit instead.
function int64ToFloat(value: bigint): number {
  const size = value < 0n ? -value : value;
  if (size < 2n ** 53n) return Math.fround(Number(value));
  const sticky = (size >> 11n) | (size & 2047n ? 1n : 0n);
  const result = Math.fround(Number(sticky) * 2048);
  return value < 0n ? -result : result;
}
