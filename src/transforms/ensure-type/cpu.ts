import { mapEntries } from "../dictionary.ts";
import { dataTypeOfDtype } from "../dtype-name.ts";
import { castItem } from "../element-cast.ts";
import type { CpuTransform } from "../transform.ts";
import type { EnsureTypeParameters } from "./spec.ts";

/** EnsureTyped; without a cast the entry is shared. */
export const ensureTypeCpu: CpuTransform<EnsureTypeParameters> = ({ dtype }, keys, dictionary) =>
  mapEntries("EnsureType", keys, dictionary, (item) => castItem(item, (dtype === null ? undefined : dataTypeOfDtype(dtype)) ?? item.dataType));
