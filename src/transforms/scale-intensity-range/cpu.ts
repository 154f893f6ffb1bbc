import { allocate, type DataType } from "../../tensor/data-type.ts";
import { floatToHalf, halfTable } from "../../tensor/half.ts";
import { castElements, castItem, numbersOf, type Numbers } from "../element-cast.ts";
import { failed, mapEntries } from "../dictionary.ts";
import { dataTypeOfDtype } from "../dtype-name.ts";
import type { ArrayItem, CpuTransform } from "../transform.ts";
import type { ScaleIntensityRangeParameters } from "./spec.ts";

/** ScaleIntensityRanged, bit-equal to torch: every operation is rounded to the type it is done in. */
export const scaleIntensityRangeCpu: CpuTransform<ScaleIntensityRangeParameters> = (parameters, keys, dictionary) =>
  mapEntries("ScaleIntensityRange", keys, dictionary, (item, key) => scaled(parameters, item, key));

function scaled(parameters: ScaleIntensityRangeParameters, item: ArrayItem, key: string): ArrayItem {
  const { a_min, a_max, dtype } = parameters;
  if (item.dataType === "TYPE_BOOL") throw failed("ScaleIntensityRange", key, "torch does not subtract from bool; cast to float32 before");
  const float = item.dataType.startsWith("TYPE_FP");
  const degenerate = a_min.value === a_max;
  if (degenerate && !float) throw failed("ScaleIntensityRange", key, `a_min equals a_max on ${item.dataType}; cast to float32 before`);
  const type: DataType = float ? item.dataType : "TYPE_FP32";
  const wraps = !float && a_min.integer;
  const source = wraps ? wrappedDifference(item, a_min.value) : float ? numbersOf(item) : castElements(item.data, item.dataType, "TYPE_FP32");
  const operations: Operations = {
    subtract: wraps ? 0 : a_min.value,
    divide: degenerate ? 1 : a_max - a_min.value,
    multiply: parameters.b_min === null || parameters.b_max === null || degenerate ? 1 : parameters.b_max - parameters.b_min,
    add: degenerate ? (parameters.b_min ?? 0) : parameters.b_min === null || parameters.b_max === null ? 0 : parameters.b_min,
    low: parameters.clip && !degenerate ? (parameters.b_min ?? -Infinity) : -Infinity,
    high: parameters.clip && !degenerate ? (parameters.b_max ?? Infinity) : Infinity,
  };
  const data = allocate(type, item.data.length);
  if (type === "TYPE_FP64") doubles(source as Numbers, data as Float64Array, operations);
  else if (type === "TYPE_FP16") halves(source as Numbers, data as Uint16Array, operations);
  else if (source instanceof Float32Array) singles(source, data as Float32Array, operations);
  else singles(castElements(source, item.dataType, "TYPE_FP32") as Float32Array, data as Float32Array, operations);
  const result: ArrayItem = { ...item, dataType: type, data };
  return castItem(result, degenerate || dtype === null ? (degenerate ? type : item.dataType) : (dataTypeOfDtype(dtype) ?? type));
}

interface Operations {
  subtract: number;
  divide: number;
  multiply: number;
  add: number;
  low: number;
  high: number;
}

// A Python int leaves an integer tensor its type, so the difference wraps around.
function wrappedDifference(item: ArrayItem, minimum: number): Float32Array {
  const source = item.data;
  const difference = allocate(item.dataType, source.length);
  if (source instanceof BigInt64Array) {
    const low = BigInt(minimum);
    for (let i = 0; i < source.length; i++) (difference as BigInt64Array)[i] = (source[i] as bigint) - low;
  } else {
    for (let i = 0; i < source.length; i++) difference[i] = ((source[i] as number) - minimum) | 0;
  }
  return castElements(difference, item.dataType, "TYPE_FP32") as Float32Array;
}

function singles(source: Float32Array, target: Float32Array, operations: Operations): void {
  const subtract = Math.fround(operations.subtract);
  const divide = Math.fround(operations.divide);
  const multiply = Math.fround(operations.multiply);
  const add = Math.fround(operations.add);
  const low = Math.fround(operations.low);
  const high = Math.fround(operations.high);
  for (let i = 0; i < source.length; i++) {
    let value = Math.fround(Math.fround((source[i] as number) - subtract) / divide);
    value = Math.fround(Math.fround(value * multiply) + add);
    target[i] = value < low ? low : value > high ? high : value;
  }
}

function doubles(source: Numbers, target: Float64Array, { subtract, divide, multiply, add, low, high }: Operations): void {
  for (let i = 0; i < source.length; i++) {
    const value = (((source[i] as number) - subtract) / divide) * multiply + add;
    target[i] = value < low ? low : value > high ? high : value;
  }
}

// torch computes each operation of float16 in float32 and rounds its result.
function halves(source: Numbers, target: Uint16Array, operations: Operations): void {
  const table = halfTable();
  const subtract = Math.fround(operations.subtract);
  const divide = Math.fround(operations.divide);
  const multiply = Math.fround(operations.multiply);
  const add = Math.fround(operations.add);
  for (let i = 0; i < source.length; i++) {
    let value = table[floatToHalf((source[i] as number) - subtract)] as number;
    value = table[floatToHalf(value / divide)] as number;
    value = table[floatToHalf(value * multiply)] as number;
    value = table[floatToHalf(value + add)] as number;
    target[i] = floatToHalf(value < operations.low ? operations.low : value > operations.high ? operations.high : value);
  }
}
