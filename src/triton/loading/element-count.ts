import { bytesPerElement, DATA_TYPES, type DataType } from "../../tensor/data-type.ts";
import { exactInteger } from "../model-config/exact.ts";

/** The size in `dims` that stands for any size. */
export const VARIABLE = -1;

const LARGEST = 2n ** 63n - 1n;

/** A decoded message that holds a shape. */
export type Shaped = { readonly dims: readonly number[] } | { readonly shape: readonly number[] };

/** The sizes of a shape, whole also where a number holds them only rounded. */
export function exactSizes(message: Shaped): bigint[] {
  const [field, sizes] = "dims" in message ? (["dims", message.dims] as const) : (["shape", message.shape] as const);
  return sizes.map((size, index) => exactInteger(message, field, size, index));
}

/**
 * Number of elements of a shape as Triton counts them: -1 as soon as one size varies, 0 for no dimensions at all, undefined where the number
 * is beyond an int64 (GetElementCount of its model_config).
 */
export function elementCount(message: Shaped): bigint | undefined {
  const sizes = exactSizes(message);
  if (sizes.length === 0) return 0n;
  let count = 1n;
  for (const size of sizes) {
    if (size === BigInt(VARIABLE)) return size;
    count *= size;
    if (count > LARGEST) return undefined;
  }
  return count;
}

/** Bytes of one element; 0 for strings and for what is no data type. */
export function elementSize(type: DataType): number {
  return DATA_TYPES.includes(type) ? bytesPerElement(type) : 0;
}
