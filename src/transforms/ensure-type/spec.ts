import { checkDtype, dataTypeOfDtype } from "../dtype-name.ts";
import { mapEntries } from "../dictionary.ts";
import type { TransformSpec } from "../transform.ts";

/** Parameters of monai.transforms.EnsureTyped. */
export interface EnsureTypeParameters {
  /** Which container MONAI makes; the numbers are the same. */
  readonly data_type: "tensor" | "numpy";
  /** Null keeps the data type. */
  readonly dtype: string | null;
  /** Only null: `instance_group` says where a step runs. */
  readonly device: string | null;
  readonly wrap_sequence: boolean;
  /** Null and true keep the affine; false is refused. */
  readonly track_meta: boolean | null;
}

/** monai.transforms.EnsureTyped: the array as a tensor, cast when `dtype` is given. */
export const ensureTypeSpec: TransformSpec<EnsureTypeParameters> = {
  name: "EnsureType",
  summary: "Makes the array a tensor and casts it when dtype is given.",
  parameters: {
    data_type: { type: "choice", choices: ["tensor", "numpy"], default: "tensor", doc: "The container. The numbers are the same." },
    dtype: { type: "string", nullable: true, default: null, doc: "Data type to cast to; null keeps it." },
    device: { type: "string", nullable: true, default: null, doc: "Leave null: instance_group says where the step runs." },
    wrap_sequence: { type: "boolean", default: true, doc: "Has no effect on a tensor." },
    track_meta: { type: "boolean", nullable: true, default: null, doc: "Whether the affine stays with the array; false is not supported." },
  },
  check: ({ dtype, device, track_meta }) => [
    ...checkDtype(dtype),
    ...(device === null ? [] : ['device must be null: "instance_group" of config.pbtxt says where the step runs']),
    ...(track_meta === false ? ["track_meta=false is not supported; null and true are"] : []),
  ],
  infer: ({ dtype }, keys, dictionary) =>
    mapEntries("EnsureType", keys, dictionary, (entry) => ({ ...entry, dataType: (dtype === null ? undefined : dataTypeOfDtype(dtype)) ?? entry.dataType })),
};
