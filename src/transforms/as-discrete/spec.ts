import { checkDtype, dataTypeOfDtype } from "../dtype-name.ts";
import { failed, mapEntries, shapeText } from "../dictionary.ts";
import type { Dimension, TransformSpec } from "../transform.ts";

/** Parameters of monai.transforms.AsDiscreted. Applied in the order argmax, to_onehot, threshold, rounding. */
export interface AsDiscreteParameters {
  readonly argmax: boolean;
  /** Number of classes; null: not. */
  readonly to_onehot: number | null;
  /** x ≥ threshold becomes 1, all else (NaN too) 0. */
  readonly threshold: number | null;
  /** "torchrounding": half to even. */
  readonly rounding: string | null;
  /** Only 0, the channel axis. */
  readonly dim: number;
  /** Only true. */
  readonly keepdim: boolean;
  /** Data type of the result. */
  readonly dtype: string;
}

/**
 * monai.transforms.AsDiscreted. argmax over the channels: the lowest index of the largest value, NaN being larger than every number, the
 * first NaN winning. to_onehot takes one channel of labels, truncated to integers, and fails for a label outside 0 … N-1.
 */
export const asDiscreteSpec: TransformSpec<AsDiscreteParameters> = {
  name: "AsDiscrete",
  summary: "Makes labels of logits or probabilities: argmax, one-hot, threshold, rounding.",
  parameters: {
    argmax: { type: "boolean", perKey: true, default: false, doc: "Whether the channels become one channel with the index of the largest." },
    to_onehot: { type: "integer", nullable: true, perKey: true, default: null, doc: "Number of channels to write labels as one-hot into." },
    threshold: { type: "number", nullable: true, perKey: true, default: null, doc: "Values at or above it become 1, others 0." },
    rounding: { type: "choice", choices: ["torchrounding"], nullable: true, perKey: true, default: null, doc: "torchrounding: to integers, halves to even." },
    dim: { type: "integer", default: 0, doc: "The channel axis; only 0." },
    keepdim: { type: "boolean", default: true, doc: "Whether argmax keeps a channel axis; only true." },
    dtype: { type: "string", default: "float32", doc: "Data type of the result." },
  },
  check: ({ to_onehot, threshold, rounding, dim, keepdim, dtype }) => [
    ...checkDtype(dtype),
    ...(to_onehot !== null && to_onehot < 1 ? ["to_onehot must be a positive number of classes"] : []),
    ...(threshold !== null && rounding !== null ? ["threshold and rounding do not go together: torch does not round bool"] : []),
    ...(dim === 0 ? [] : ["dim must be 0, the channel axis"]),
    ...(keepdim ? [] : ["keepdim must be true"]),
  ],
  infer: (parameters, keys, dictionary) =>
    mapEntries("AsDiscrete", keys, dictionary, (entry, key) => ({
      dataType: dataTypeOfDtype(parameters.dtype) ?? entry.dataType,
      shape: discreteShape(parameters, entry.shape, key),
      affine: entry.affine,
    })),
};

/** The shape after AsDiscrete. Throws TRANSFORM_FAILED where the channels do not fit. */
export function discreteShape({ argmax, to_onehot }: AsDiscreteParameters, shape: readonly Dimension[], key: string): Dimension[] {
  if (shape.length === 0) throw failed("AsDiscrete", key, "a scalar has no channel axis");
  const channels = argmax ? 1 : (shape[0] ?? null);
  if (argmax && shape[0] === 0) throw failed("AsDiscrete", key, "argmax over no channel");
  if (to_onehot === null) return [channels, ...shape.slice(1)];
  if (channels !== null && channels !== 1) {
    throw failed("AsDiscrete", key, `to_onehot takes one channel of labels, found shape ${shapeText(shape)}; set argmax=true for logits`);
  }
  return [to_onehot, ...shape.slice(1)];
}
