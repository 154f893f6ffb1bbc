import { failed, mapEntries, shapeText } from "../dictionary.ts";
import { imageAxes } from "../image-axes.ts";
import type { ArrayType, Dimension, ImageMode, TransformSpec } from "../transform.ts";

/** Parameters of torchvision.transforms.v2.Grayscale. */
export interface GrayscaleParameters {
  /** 1; or 3, which are equal. */
  readonly num_output_channels: number;
}

/** Weights of red, green and blue in a tensor. */
export const GRAY_WEIGHTS = [0.2989, 0.587, 0.114] as const;

/** Pillow's weights of red, green and blue in a PIL image, in units of 2⁻¹⁶. */
export const PIL_GRAY_WEIGHTS = [19595, 38470, 7471] as const;

/**
 * torchvision.transforms.v2.Grayscale. A PIL image becomes what Pillow's convert("L") makes of it, alpha being dropped. The three channels of a
 * tensor [..., channels, height, width] are weighted in float32 and cast back, integers cut; one channel stays what it is. torchvision knows no
 * affine: an entry loses its own.
 */
export const v2GrayscaleSpec: TransformSpec<GrayscaleParameters> = {
  name: "v2.Grayscale",
  library: "torchvision",
  takesImages: true,
  summary: "Makes a PIL image or tensor grey.",
  parameters: {
    num_output_channels: { type: "integer", default: 1, doc: "1, or 3 equal channels." },
  },
  check: ({ num_output_channels }) => (num_output_channels === 1 || num_output_channels === 3 ? [] : [`num_output_channels is 1 or 3, found ${num_output_channels}`]),
  infer: (parameters, keys, dictionary) =>
    mapEntries("v2.Grayscale", keys, dictionary, (entry, key) => ({ dataType: entry.dataType, affine: false, ...grayEntry(parameters, entry, key) })),
};

/** Shape and mode of the result. Throws TRANSFORM_FAILED for a tensor of other than one or three channels. */
export function grayEntry<D extends Dimension>(
  { num_output_channels }: GrayscaleParameters,
  entry: { readonly shape: readonly D[] } & Pick<ArrayType, "image">,
  key: string,
): { shape: (D | number)[]; image?: ImageMode } {
  const { height, width, outer } = imageAxes("v2.Grayscale", key, entry);
  if (entry.image !== undefined) return { shape: [height, width, num_output_channels], image: num_output_channels === 1 ? "L" : "RGB" };
  const channels = outer.at(-1) ?? null;
  if (channels !== null && channels !== 1 && channels !== 3) {
    throw failed("v2.Grayscale", key, `it makes one channel of three, found ${channels} channels in shape ${shapeText(entry.shape)}; torchvision fails here too`);
  }
  return { shape: [...outer.slice(0, -1), num_output_channels, height, width] };
}
