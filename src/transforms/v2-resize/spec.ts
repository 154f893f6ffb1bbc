import { failed, mapEntries, shapeText } from "../dictionary.ts";
import { imageAxes, imageShape } from "../image-axes.ts";
import type { Dimension, TransformSpec } from "../transform.ts";

/** torchvision's InterpolationMode by value. */
const INTERPOLATIONS = ["nearest", "nearest-exact", "bilinear", "bicubic", "box", "hamming", "lanczos"] as const;
export type Interpolation = (typeof INTERPOLATIONS)[number];

/** Parameters of torchvision.transforms.v2.Resize. */
export interface ResizeParameters {
  /** [height, width]; or one number, the shorter side. */
  readonly size: number | readonly number[];
  readonly interpolation: Interpolation;
  /** What the longer side may not exceed; only with one size. */
  readonly max_size: number | null;
  /** Of a tensor: whether bilinear and bicubic smooth when they shrink. */
  readonly antialias: boolean | null;
}

/** Interpolations that a tensor has. */
const TENSOR_INTERPOLATIONS: readonly Interpolation[] = ["nearest", "nearest-exact", "bilinear", "bicubic"];

/**
 * torchvision.transforms.v2.Resize. A PIL image becomes what Pillow's Image.resize makes of it, byte for byte; it is always smoothed when
 * it shrinks, and nearest-exact is nearest. Of a tensor [..., channels, height, width] height and width are interpolated as torch does,
 * without aligned corners; integers by way of float32, rounded half to even. When no size changes the entry is returned as it is.
 * torchvision knows no affine: an entry loses its own.
 */
export const v2ResizeSpec: TransformSpec<ResizeParameters> = {
  name: "v2.Resize",
  library: "torchvision",
  takesImages: true,
  summary: "Resizes height and width of a PIL image or tensor.",
  parameters: {
    size: { type: "integer-list", scalarToo: true, doc: "[height, width]; or one number for the shorter side, the longer keeps proportion." },
    interpolation: { type: "choice", choices: INTERPOLATIONS, default: "bilinear", doc: "How pixels are made; box, hamming and lanczos of PIL images only." },
    max_size: { type: "integer", nullable: true, default: null, doc: "What the longer side may not exceed, where size is one number." },
    antialias: { type: "boolean", nullable: true, default: true, doc: "Whether bilinear and bicubic smooth a tensor that shrinks. A PIL image is always smoothed." },
  },
  check: ({ size, max_size }) => {
    const sizes = typeof size === "number" ? [size] : size;
    const [shorter = 0] = sizes;
    return [
      ...(sizes.length === 1 || sizes.length === 2 ? [] : [`size has ${sizes.length} values; it is a number, [shorter side] or [height, width]`]),
      ...(sizes.every((value) => value >= 1) ? [] : ["size must be positive"]),
      ...(max_size !== null && sizes.length === 2 ? ["max_size goes with one size, that of the shorter side, not with [height, width]"] : []),
      ...(max_size !== null && sizes.length === 1 && max_size <= shorter ? [`max_size ${max_size} must be greater than size ${shorter}`] : []),
    ];
  },
  warn: ({ antialias }, keys, dictionary) =>
    antialias === false && keys.some((key) => dictionary.get(key)?.image !== undefined) ? ["antialias false has no effect on a PIL image, which Pillow always smooths when it shrinks"] : [],
  infer: (parameters, keys, dictionary) =>
    mapEntries("v2.Resize", keys, dictionary, (entry, key) => {
      const { dataType, image } = entry;
      if (image === undefined) checkInterpolation(parameters, key);
      const axes = imageAxes("v2.Resize", key, entry);
      const [height, width] = resizedSize(parameters, axes.height, axes.width, key);
      return { dataType, shape: imageShape(axes, height, width), affine: false, ...(image && { image }) };
    }),
};

/** Throws TRANSFORM_FAILED for an interpolation that a tensor has not. */
export function checkInterpolation({ interpolation }: ResizeParameters, key: string): void {
  if (TENSOR_INTERPOLATIONS.includes(interpolation)) return;
  throw failed("v2.Resize", key, `interpolation ${interpolation} is for PIL images, found a tensor, which has ${TENSOR_INTERPOLATIONS.join(", ")}; torchvision fails here too`);
}

/** Height and width after the resize; null where they depend on sizes that are not known. Throws TRANSFORM_FAILED where one would be 0. */
export function resizedSize(parameters: ResizeParameters, height: Dimension, width: Dimension, key: string): [Dimension, Dimension] {
  const { size, max_size } = parameters;
  const [first = 1, second] = typeof size === "number" ? [size] : size;
  if (height === 0 || width === 0) throw failed("v2.Resize", key, `it is empty: height and width are ${shapeText([height, width])}`);
  if (second !== undefined) return [first, second];
  if (height === null || width === null) return [null, null];
  const sides = proportional(first, max_size, Math.min(height, width), Math.max(height, width));
  if (sides.includes(0)) {
    throw failed("v2.Resize", key, `height and width ${shapeText([height, width])} would become sides of ${sides.join(" and ")}; every side needs a pixel`);
  }
  const [short, long] = sides;
  return width <= height ? [long, short] : [short, long];
}

/** The new shorter and longer side. Quotients are rounded once and then cut, as Python does. */
function proportional(shorter: number, most: number | null, short: number, long: number): [number, number] {
  const longer = Math.trunc((shorter * long) / short);
  if (most === null || longer <= most) return [shorter, longer];
  return [Math.trunc((most * shorter) / longer), most];
}

/** Sizes of a picture before and after, and what lies around and inside them. */
export interface ResizeSizes {
  readonly outer: number;
  readonly height: number;
  readonly width: number;
  readonly inner: number;
  readonly toHeight: number;
  readonly toWidth: number;
}
