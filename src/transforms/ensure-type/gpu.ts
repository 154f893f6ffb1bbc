import { dataTypeOfDtype } from "../dtype-name.ts";
import { replaceEach, type GpuTransform } from "../gpu-array.ts";
import { castArray } from "../gpu-conversion.ts";
import type { EnsureTypeParameters } from "./spec.ts";

/** EnsureType on the GPU: the same object unless the data type changes. */
export const ensureTypeGpu: GpuTransform<EnsureTypeParameters> = (context, { dtype }, keys, dictionary) =>
  replaceEach(keys, dictionary, async (array) => {
    const dataType = (dtype === null ? undefined : dataTypeOfDtype(dtype)) ?? array.dataType;
    return dataType === array.dataType ? array : castArray(context, array, dataType);
  });
