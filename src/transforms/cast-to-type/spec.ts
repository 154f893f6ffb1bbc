import { dataTypeOfDtype, checkDtype } from "../dtype-name.ts";
import { mapEntries } from "../dictionary.ts";
import type { TransformSpec } from "../transform.ts";

/** Parameters of monai.transforms.CastToTyped. */
export interface CastToTypeParameters {
  readonly dtype: string;
}

/**
 * monai.transforms.CastToTyped. Float to integer truncates toward zero; what does not fit is undefined in C, and Conch gives what x86
 * gives: the value as int32 (int64 for int64), out of range or NaN being its smallest value, cut to the type's low bits.
 */
export const castToTypeSpec: TransformSpec<CastToTypeParameters> = {
  name: "CastToType",
  summary: "Casts the array to a data type.",
  parameters: {
    dtype: { type: "string", default: "float32", doc: "Data type to cast to. Float to integer truncates toward zero; bool is x ≠ 0." },
  },
  check: ({ dtype }) => checkDtype(dtype),
  infer: ({ dtype }, keys, dictionary) =>
    mapEntries("CastToType", keys, dictionary, (entry) => ({ ...entry, dataType: dataTypeOfDtype(dtype) ?? entry.dataType })),
};
