import type { DataType, TensorData } from "../tensor/data-type.ts";
import { bfloatToNumber, halfTable } from "../tensor/half.ts";

/** Reads element `index` of a tensor as a number: halves decoded, 64-bit integers rounded to the nearest double, NaN for text. */
export function numberReader(dataType: DataType, data: TensorData): (index: number) => number {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return (index) => Number(data[index] ?? 0n);
  if (dataType === "TYPE_STRING") return () => NaN;
  const values = data as Uint16Array;
  if (dataType === "TYPE_FP16") {
    const table = halfTable();
    return (index) => table[values[index] ?? 0] ?? NaN;
  }
  if (dataType === "TYPE_BF16") return (index) => bfloatToNumber(values[index] ?? 0);
  return (index) => values[index] ?? NaN;
}

/** One element as text, exact: all digits of 64-bit integers, the shortest decimal that is the same float32 or half, text as UTF-8. */
export function elementText(dataType: DataType, data: TensorData, index: number): string {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return String(data[index]);
  if (dataType === "TYPE_STRING") return new TextDecoder().decode((data as readonly Uint8Array[])[index]);
  const value = numberReader(dataType, data)(index);
  if (dataType === "TYPE_BOOL") return value === 0 ? "false" : "true";
  return numberText(value, dataType === "TYPE_FP64" || !dataType.includes("F") ? 17 : dataType === "TYPE_FP32" ? 9 : 5);
}

/** A number with the fewest significant digits (6 to `digits`) that keep it, exponents only where they are shorter. */
export function numberText(value: number, digits = 6): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return minus(String(value));
  const shortest = digits === 9 ? float32Text(value) : String(Number(value.toPrecision(digits)));
  return minus(shortest);
}

function float32Text(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}

/** The true minus sign is as wide as a digit. */
function minus(text: string): string {
  return text.replace(/^-/, "−");
}
