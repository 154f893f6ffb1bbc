import { dataTypeOfDtype } from "../dtype-name.ts";
import { replaceEach, type GpuTransform } from "../gpu-array.ts";
import { castArray } from "../gpu-conversion.ts";
import type { CastToTypeParameters } from "./spec.ts";

/** CastToType on the GPU: bit-equal with the CPU for every pair of data types. */
export const castToTypeGpu: GpuTransform<CastToTypeParameters> = (context, { dtype }, keys, dictionary) =>
  replaceEach(keys, dictionary, (array) => castArray(context, array, dataTypeOfDtype(dtype) ?? array.dataType));
