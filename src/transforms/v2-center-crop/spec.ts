import { mapEntries } from "../dictionary.ts";
import { imageAxes, imageShape } from "../image-axes.ts";
import type { TransformSpec } from "../transform.ts";

/** Parameters of torchvision.transforms.v2.CenterCrop. */
export interface CenterCropParameters {
  /** [height, width], or one number for both. */
  readonly size: number | readonly number[];
}

/**
 * torchvision.transforms.v2.CenterCrop of a PIL image or a tensor [..., height, width]. What cannot be cut evenly is cut by Python's rounding,
 * halves to the even side; a picture that is too small is padded with zeros first. torchvision knows no affine: an entry loses its own.
 */
export const v2CenterCropSpec: TransformSpec<CenterCropParameters> = {
  name: "v2.CenterCrop",
  library: "torchvision",
  takesImages: true,
  summary: "Cuts the middle out of a PIL image or tensor.",
  parameters: {
    size: { type: "integer-list", scalarToo: true, doc: "[height, width], or one number for both." },
  },
  check: ({ size }) => {
    const sizes = typeof size === "number" ? [size] : size;
    return [
      ...(sizes.length === 1 || sizes.length === 2 ? [] : [`size has ${sizes.length} values; it is a number or [height, width]`]),
      ...(sizes.every((value) => value >= 1) ? [] : ["size must be positive"]),
    ];
  },
  infer: (parameters, keys, dictionary) =>
    mapEntries("v2.CenterCrop", keys, dictionary, (entry, key) => {
      const { dataType, image } = entry;
      const [height, width] = cropSize(parameters);
      return { dataType, shape: imageShape(imageAxes("v2.CenterCrop", key, entry, 2), height, width), affine: false, ...(image && { image }) };
    }),
};

/** Height and width of the crop. */
export function cropSize({ size }: CenterCropParameters): [number, number] {
  const [height = 1, width = height] = typeof size === "number" ? [size] : size;
  return [height, width];
}

/** Where a crop begins along an axis; negative where the axis is padded before. */
export function cropStart(size: number, crop: number): number {
  const spare = size - crop;
  if (spare < 0) return -Math.floor(-spare / 2);
  const below = Math.floor(spare / 2);
  return spare % 2 === 0 ? below : below + (below % 2);
}
