import { checkDtype, dataTypeOfDtype } from "../dtype-name.ts";
import { failed, mapEntries } from "../dictionary.ts";
import type { PythonNumber, TransformSpec } from "../transform.ts";

/** Parameters of monai.transforms.ScaleIntensityRanged. */
export interface ScaleIntensityRangeParameters {
  /** As Python reads it: with an int, x - a_min of an integer tensor stays in the tensor's type and wraps around. */
  readonly a_min: PythonNumber;
  readonly a_max: number;
  readonly b_min: number | null;
  readonly b_max: number | null;
  readonly clip: boolean;
  /** Data type of the result; null is the array's own. */
  readonly dtype: string | null;
}

/**
 * monai.transforms.ScaleIntensityRanged: y = (x - a_min) / (a_max - a_min), then y * (b_max - b_min) + b_min when both are given, then
 * clamped to them when `clip`; each operation rounded in the type of x (float32 for integers), the result cast to `dtype`. a_min equal to
 * a_max gives x - a_min (+ b_min), neither clamped nor cast.
 */
export const scaleIntensityRangeSpec: TransformSpec<ScaleIntensityRangeParameters> = {
  name: "ScaleIntensityRange",
  summary: "Maps the intensities from [a_min, a_max] to [b_min, b_max].",
  parameters: {
    a_min: { type: "number", literal: true, doc: "Intensity that becomes b_min. On an integer tensor write -57.0, not -57: an int wraps around." },
    a_max: { type: "number", doc: "Intensity that becomes b_max." },
    b_min: { type: "number", nullable: true, default: null, doc: "Lower end of the result; null leaves [0, 1]." },
    b_max: { type: "number", nullable: true, default: null, doc: "Upper end of the result; null leaves [0, 1]." },
    clip: { type: "boolean", default: false, doc: "Whether results are clamped to [b_min, b_max]." },
    dtype: { type: "string", nullable: true, default: "float32", doc: "Data type of the result; null keeps the array's." },
  },
  check: ({ b_min, b_max, clip, dtype }) => [
    ...checkDtype(dtype),
    ...(clip && b_min === null && b_max === null ? ["clip=true needs b_min or b_max"] : []),
  ],
  warn: ({ a_min }, keys, dictionary) =>
    keys.flatMap((key) => {
      const type = dictionary.get(key)?.dataType ?? "TYPE_FP32";
      if (type.startsWith("TYPE_FP") || !a_min.integer) return [];
      return [`"${key}" is ${type} and a_min ${a_min.value} is written as an integer, so differences beyond that type wrap around; write ${a_min.value}.0`];
    }),
  infer: ({ a_min, a_max, dtype }, keys, dictionary) =>
    mapEntries("ScaleIntensityRange", keys, dictionary, (entry, key) => {
      if (entry.dataType === "TYPE_BOOL") throw failed("ScaleIntensityRange", key, "torch does not subtract from bool; cast to float32 before");
      const float = entry.dataType.startsWith("TYPE_FP");
      if (a_min.value === a_max) {
        if (!float) throw failed("ScaleIntensityRange", key, `a_min equals a_max on ${entry.dataType}; cast to float32 before`);
        return entry;
      }
      if (dtype === null) return entry;
      return { ...entry, dataType: dataTypeOfDtype(dtype) ?? entry.dataType };
    }),
};
