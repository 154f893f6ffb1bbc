import { numpyName, type DataType } from "../../tensor/data-type.ts";
import { halfToNumber, floatToHalf } from "../../tensor/half.ts";
import { failed, mapEntries, shapeText } from "../dictionary.ts";
import type { ArrayType, Dimension, TransformSpec } from "../transform.ts";

/** Parameters of torchvision.transforms.v2.Normalize. */
export interface NormalizeParameters {
  /** One value per channel, or one for all. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Has no effect on the result. */
  readonly inplace: boolean;
}

/**
 * torchvision.transforms.v2.Normalize: (x - mean) / std of each channel of a float tensor [..., channels, height, width], mean and std being
 * rounded to the tensor's type first and each operation after. torchvision knows no affine: an entry loses its own.
 */
export const v2NormalizeSpec: TransformSpec<NormalizeParameters> = {
  name: "v2.Normalize",
  library: "torchvision",
  takesImages: true,
  summary: "Subtracts a mean from each channel and divides by a standard deviation.",
  parameters: {
    mean: { type: "number-list", doc: "One value per channel, or one for all." },
    std: { type: "number-list", doc: "One value per channel, or one for all; none is 0." },
    inplace: { type: "boolean", default: false, doc: "Has no effect here: other keys never see the change." },
  },
  check: ({ mean, std }) => [
    ...(mean.length === 0 ? ["mean has no value"] : []),
    ...(std.length === 0 ? ["std has no value"] : []),
    ...(std.includes(0) ? ["std has a 0, and torchvision does not divide by zero"] : []),
    ...(mean.length > 1 && std.length > 1 && mean.length !== std.length ? [`std has ${std.length} values and mean ${mean.length}; both need one per channel`] : []),
  ],
  infer: (parameters, keys, dictionary) =>
    mapEntries("v2.Normalize", keys, dictionary, (entry, key) => ({ dataType: entry.dataType, shape: normalizedShape(parameters, entry, key), affine: false })),
};

/** The shape of the result: torch gives a tensor of one channel as many as mean has. Throws TRANSFORM_FAILED for what torchvision refuses. */
export function normalizedShape<D extends Dimension>(
  { mean, std }: NormalizeParameters,
  { dataType, shape, image }: { readonly shape: readonly D[] } & Pick<ArrayType, "dataType" | "image">,
  key: string,
): (D | number)[] {
  if (image !== undefined) {
    throw failed("v2.Normalize", key, `it works on float tensors, found a PIL image (${image}): torchvision.transforms.v2.ToImage and v2.ToDtype with float32 and scale make one of it`);
  }
  if (!dataType.startsWith("TYPE_FP")) {
    throw failed("v2.Normalize", key, `it works on float tensors, found ${numpyName(dataType)}: v2.ToDtype with dtype float32 and scale true makes one of it; torchvision fails here too`);
  }
  if (shape.length < 3) throw failed("v2.Normalize", key, `a tensor needs the axes channels, height and width last, found shape ${shapeText(shape)}`);
  const zero = std.find((value) => roundedTo(dataType, value) === 0);
  if (zero !== undefined) throw failed("v2.Normalize", key, `std ${zero} is 0 as ${numpyName(dataType)}, and division by zero has no value`);
  const axis = shape.length - 3;
  const channels = shape[axis] ?? null;
  const count = channels === 1 ? mean.length : channels;
  for (const [name, values] of [["mean", mean], ["std", std]] as const) {
    if (values.length === 1 || count === null || values.length === count) continue;
    throw failed("v2.Normalize", key, `${name} has ${values.length} values, but ${channels} channels are in shape ${shapeText(shape)}; it needs one per channel, or one for all`);
  }
  return shape.map((size, index) => (index === axis && channels === 1 ? mean.length : size));
}

/** Mean and standard deviation of each channel of a result, rounded to its type. */
export function channelValues({ mean, std }: NormalizeParameters, dataType: DataType, channels: number): { mean: number; std: number }[] {
  const value = (values: readonly number[], channel: number): number => roundedTo(dataType, values[values.length === 1 ? 0 : channel] ?? NaN);
  return Array.from({ length: channels }, (_, channel) => ({ mean: value(mean, channel), std: value(std, channel) }));
}

/** A number as a float type holds it. */
function roundedTo(dataType: DataType, value: number): number {
  if (dataType === "TYPE_FP64") return value;
  return dataType === "TYPE_FP16" ? halfToNumber(floatToHalf(value)) : Math.fround(value);
}
