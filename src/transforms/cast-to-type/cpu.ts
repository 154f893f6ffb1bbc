import { mapEntries } from "../dictionary.ts";
import { dataTypeOfDtype } from "../dtype-name.ts";
import { castItem } from "../element-cast.ts";
import type { CpuTransform } from "../transform.ts";
import type { CastToTypeParameters } from "./spec.ts";

/** CastToTyped. */
export const castToTypeCpu: CpuTransform<CastToTypeParameters> = ({ dtype }, keys, dictionary) =>
  mapEntries("CastToType", keys, dictionary, (item) => castItem(item, dataTypeOfDtype(dtype) ?? item.dataType));
