import { ConchError } from "../base/errors.ts";
import type { DataType } from "./data-type.ts";
import { bfloatToNumber, halfTable } from "./half.ts";
import { isBytes, typedData, type Tensor } from "./tensor.ts";

/** How far two tensors of one data type and shape lie apart. */
export interface TensorDifference {
  /** Floats are compared as numbers; integers, booleans and strings are equal or not. */
  readonly kind: "floats" | "integers" | "strings";
  readonly count: number;
  /** Elements that are not equal. NaN equals NaN, and an infinity the same infinity. */
  readonly different: number;
  /** Floats alone: the largest difference of two finite elements. */
  readonly maxAbsolute: number | null;
  /** Floats alone: `maxAbsolute` by the largest finite magnitude in `a`; null where that is 0 and the difference is not. */
  readonly maxRelative: number | null;
  /** Floats alone: elements of which one is NaN or infinite and the other is not the same. They enter no maximum. */
  readonly unmatched: number;
}

/** The difference of `b` from `a`. Throws TENSOR_MISMATCH where data types or shapes differ. */
export function tensorDifference(a: Tensor, b: Tensor): TensorDifference {
  checkPair(a, b);
  if (isBytes(a) && isBytes(b)) return unequal("strings", a.data.length, (index) => sameBytes(a.data[index]!, b.data[index]!));
  const [left, right] = [typedData(a), typedData(b)];
  const number = FLOATS[a.dataType];
  if (number === undefined) return unequal("integers", left.length, (index) => left[index] === right[index]);
  return floatDifference(left as ArrayLike<number>, right as ArrayLike<number>, number());
}

/** Throws TENSOR_MISMATCH unless both are of one data type and shape. */
export function checkPair(a: Tensor, b: Tensor): void {
  if (a.dataType === b.dataType && a.shape.length === b.shape.length && a.shape.every((size, axis) => size === b.shape[axis])) return;
  throw new ConchError("TENSOR_MISMATCH", `Expected ${a.dataType} [${a.shape.join(", ")}], found ${b.dataType} [${b.shape.join(", ")}]`, {
    data: { expected: a.dataType, expectedShape: [...a.shape], found: b.dataType, foundShape: [...b.shape] },
  });
}

/** Whether two byte strings are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** How the stored elements of a float type become numbers. */
const FLOATS: Partial<Record<DataType, () => (stored: number) => number>> = {
  TYPE_FP16: () => {
    const table = halfTable();
    return (bits) => table[bits]!;
  },
  TYPE_BF16: () => bfloatToNumber,
  TYPE_FP32: () => (value) => value,
  TYPE_FP64: () => (value) => value,
};

function floatDifference(a: ArrayLike<number>, b: ArrayLike<number>, number: (stored: number) => number): TensorDifference {
  let [different, unmatched, maxAbsolute, scale] = [0, 0, 0, 0];
  for (let index = 0; index < a.length; index++) {
    const x = number(a[index]!);
    const y = number(b[index]!);
    if (Number.isFinite(x)) scale = Math.max(scale, Math.abs(x));
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    different++;
    if (Number.isFinite(x) && Number.isFinite(y)) maxAbsolute = Math.max(maxAbsolute, Math.abs(x - y));
    else unmatched++;
  }
  const maxRelative = maxAbsolute === 0 ? 0 : scale === 0 ? null : maxAbsolute / scale;
  return { kind: "floats", count: a.length, different, maxAbsolute, maxRelative, unmatched };
}

function unequal(kind: "integers" | "strings", count: number, same: (index: number) => boolean): TensorDifference {
  let different = 0;
  for (let index = 0; index < count; index++) if (!same(index)) different++;
  return { kind, count, different, maxAbsolute: null, maxRelative: null, unmatched: 0 };
}
