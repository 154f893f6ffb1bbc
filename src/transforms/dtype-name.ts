import { ConchError } from "../base/errors.ts";
import { fromNumpy, numpyName, type DataType } from "../tensor/data-type.ts";

/** The data types that an array in a chain may have: those of a torch tensor that Conch computes with. */
export const ARRAY_TYPES: readonly DataType[] = [
  "TYPE_BOOL",
  "TYPE_UINT8",
  "TYPE_INT8",
  "TYPE_INT16",
  "TYPE_INT32",
  "TYPE_INT64",
  "TYPE_FP16",
  "TYPE_FP32",
  "TYPE_FP64",
];

/** How messages list the names that `dtype` may have. */
const DTYPE_NAMES: string = ARRAY_TYPES.map(numpyName).join(", ");

/** The data type of a `dtype` parameter: "float32", "torch.float32", "numpy.float32" or "np.float32". Undefined for any other text. */
export function dataTypeOfDtype(name: string): DataType | undefined {
  const type = fromNumpy(name.replace(/^(torch|numpy|np)\./, ""));
  return type !== undefined && ARRAY_TYPES.includes(type) ? type : undefined;
}

/** Problems of a `dtype` parameter, as messages. */
export function checkDtype(name: string | null): string[] {
  if (name === null || dataTypeOfDtype(name) !== undefined) return [];
  return [`dtype "${name}" is none of ${DTYPE_NAMES} (with or without "torch." or "numpy." before it)`];
}

/**
 * The data type that a tensor has as an array of the dictionary. Arrays are torch tensors, which know no unsigned 16, 32 and 64 bits: those
 * widen to the next signed type (uint64 to int64, as its bits). Throws TRANSFORM_FAILED for a type that no array has.
 */
export function arrayTypeOf(dataType: DataType, name: string): DataType {
  if (dataType === "TYPE_UINT16") return "TYPE_INT32";
  if (dataType === "TYPE_UINT32" || dataType === "TYPE_UINT64") return "TYPE_INT64";
  if (ARRAY_TYPES.includes(dataType)) return dataType;
  throw new ConchError("TRANSFORM_FAILED", `Tensor "${name}" is ${dataType}; a chain takes booleans, integers, TYPE_FP16, TYPE_FP32 and TYPE_FP64`, {
    data: { tensor: name, dataType },
  });
}
