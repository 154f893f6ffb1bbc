import { bytesPerElement, DATA_TYPES, type DataType } from "../../tensor/data-type.ts";

/** The size in `dims` that stands for any size. */
export const VARIABLE = -1;

const LARGEST = 2n ** 63n - 1n;

/**
 * Number of elements of a shape as Triton counts them: -1 as soon as one size varies, 0 for no dimensions at all, undefined where the number
 * is beyond an int64 (GetElementCount of its model_config).
 */
export function elementCount(dims: readonly number[]): bigint | undefined {
  if (dims.length === 0) return 0n;
  let count = 1n;
  for (const size of dims) {
    if (size === VARIABLE) return BigInt(VARIABLE);
    count *= BigInt(size);
    if (count > LARGEST) return undefined;
  }
  return count;
}

/** Bytes of one element; 0 for strings and for what is no data type. */
export function elementSize(type: DataType): number {
  return DATA_TYPES.includes(type) ? bytesPerElement(type) : 0;
}
