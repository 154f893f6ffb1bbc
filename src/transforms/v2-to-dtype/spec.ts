import { bytesPerElement, numpyName, type DataType } from "../../tensor/data-type.ts";
import { failed, mapEntries } from "../dictionary.ts";
import { checkDtype, dataTypeOfDtype } from "../dtype-name.ts";
import type { ArrayType, TransformSpec } from "../transform.ts";

/** Parameters of torchvision.transforms.v2.ToDtype. */
export interface ToDtypeParameters {
  readonly dtype: string;
  /** Whether the range of the type before becomes that of the type after: 0 to 1 for floats, 0 to the largest value for integers. */
  readonly scale: boolean;
}

/** Parameters of torchvision.transforms.v2.ConvertImageDtype. */
export type ConvertImageDtypeParameters = Pick<ToDtypeParameters, "dtype">;

/**
 * torchvision.transforms.v2.ToDtype of tensors. Without scale a plain cast. With scale: integer to float is a product with 1 / largest value
 * (torchvision.transforms.ConvertImageDtype divides, which may differ in the last bit); float to integer a product with largest value + 1 -
 * 0.001, cut toward zero; integer to integer a shift by the difference of their value bits; float to float a cast. torchvision knows no
 * affine: an entry loses its own.
 */
export const v2ToDtypeSpec: TransformSpec<ToDtypeParameters> = {
  name: "v2.ToDtype",
  library: "torchvision",
  takesImages: true,
  summary: "Casts a tensor, with scale from the range of its type to that of the other.",
  parameters: {
    dtype: { type: "string", doc: "Data type of the result: float32, uint8, …" },
    scale: { type: "boolean", default: false, doc: "Whether values are scaled: uint8 0 to 255 is float 0 to 1." },
  },
  check: ({ dtype }) => checkDtype(dtype),
  infer: (parameters, keys, dictionary) => mapEntries("v2.ToDtype", keys, dictionary, (entry, key) => convertedType("v2.ToDtype", parameters, entry, key)),
};

/** torchvision.transforms.v2.ConvertImageDtype: ToDtype with scale, to float32 unless another type is named. */
export const v2ConvertImageDtypeSpec: TransformSpec<ConvertImageDtypeParameters> = {
  name: "v2.ConvertImageDtype",
  library: "torchvision",
  takesImages: true,
  summary: "Casts a tensor from the range of its type to that of the other.",
  parameters: {
    dtype: { type: "string", default: "float32", doc: "Data type of the result: float32, uint8, …" },
  },
  check: ({ dtype }) => checkDtype(dtype),
  infer: ({ dtype }, keys, dictionary) =>
    mapEntries("v2.ConvertImageDtype", keys, dictionary, (entry, key) => convertedType("v2.ConvertImageDtype", { dtype, scale: true }, entry, key)),
};

function convertedType(transform: string, parameters: ToDtypeParameters, entry: ArrayType, key: string): ArrayType {
  conversionOf(transform, parameters, entry, key);
  return { dataType: dataTypeOfDtype(parameters.dtype) ?? entry.dataType, shape: entry.shape, affine: false };
}

/** How a tensor gets its type: a cast; a cast and a product in the new float type; a product in the old one and a cast; a shift and a cast. */
export type Conversion =
  | { readonly kind: "cast" }
  | { readonly kind: "cast, multiply" | "multiply, cast"; readonly factor: number }
  | { readonly kind: "shift left" | "shift right"; readonly by: number };

/** torchvision's way from one type to another. Throws TRANSFORM_FAILED where it has none. */
export function conversionOf(transform: string, { dtype, scale }: ToDtypeParameters, { dataType: from, image }: Pick<ArrayType, "dataType" | "image">, key: string): Conversion {
  const to = dataTypeOfDtype(dtype) ?? from;
  if (image !== undefined) {
    throw failed(transform, key, `it works on tensors, found a PIL image (${image}), which torchvision would leave as it is: torchvision.transforms.v2.ToImage makes a tensor of it`);
  }
  if (!scale || from === to || (isFloat(from) && isFloat(to))) return { kind: "cast" };
  if (isFloat(from)) {
    if ((from === "TYPE_FP32" && (to === "TYPE_INT32" || to === "TYPE_INT64")) || (from === "TYPE_FP64" && to === "TYPE_INT64")) {
      throw failed(transform, key, `${numpyName(from)} cannot hold the values of ${numpyName(to)} exactly, so torchvision does not scale one to the other; use scale false, or another dtype`);
    }
    return { kind: "multiply, cast", factor: largest(to) + 1 - 1e-3 };
  }
  if (isFloat(to)) return { kind: "cast, multiply", factor: 1 / largest(from) };
  if (from === "TYPE_BOOL" || to === "TYPE_BOOL") {
    throw failed(transform, key, `torchvision does not scale ${numpyName(from)} to ${numpyName(to)}: bool has no range of values; use scale false`);
  }
  const by = valueBits(to) - valueBits(from);
  return by < 0 ? { kind: "shift right", by: -by } : { kind: "shift left", by };
}

function isFloat(type: DataType): boolean {
  return type.startsWith("TYPE_FP");
}

function valueBits(type: DataType): number {
  return 8 * bytesPerElement(type) - (type === "TYPE_UINT8" ? 0 : 1);
}

/** The largest value of a type; of bool 1. */
function largest(type: DataType): number {
  return type === "TYPE_BOOL" ? 1 : 2 ** valueBits(type) - 1;
}
