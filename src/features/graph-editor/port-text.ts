import type { DataType } from "../../tensor/data-type.ts";

/** A data type in as few letters as the canvas has room for, by Triton's own word: TYPE_FP32 → "FP32". */
export function compactType(type: DataType | undefined): string {
  return type === undefined ? "?" : type.slice("TYPE_".length);
}

/** Dims without spaces: "[1,-1,-1,-1]". */
export function compactDims(dims: readonly number[] | undefined): string {
  return dims === undefined ? "" : `[${dims.join(",")}]`;
}
