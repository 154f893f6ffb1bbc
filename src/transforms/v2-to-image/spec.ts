import { failed, mapEntries, shapeText } from "../dictionary.ts";
import type { ArrayType, Dimension, TransformSpec } from "../transform.ts";

/** torchvision.transforms.v2.ToImage and PILToTensor have none. */
export type ToImageParameters = object;

/**
 * torchvision.transforms.v2.ToImage: a PIL image [height, width, channels] becomes a TYPE_UINT8 tensor [channels, height, width]; a tensor is
 * returned as it is, one of two axes with a channel in front. torchvision knows no affine: an entry loses its own.
 */
export const v2ToImageSpec: TransformSpec<ToImageParameters> = {
  name: "v2.ToImage",
  library: "torchvision",
  takesImages: true,
  summary: "Makes a uint8 tensor, channel first, of a PIL image.",
  parameters: {},
  infer: (_, keys, dictionary) =>
    mapEntries("v2.ToImage", keys, dictionary, (entry, key) => ({ dataType: entry.dataType, shape: tensorShape("v2.ToImage", key, entry), affine: false })),
};

/** torchvision.transforms.v2.PILToTensor: ToImage of PIL images alone. */
export const v2PilToTensorSpec: TransformSpec<ToImageParameters> = {
  name: "v2.PILToTensor",
  library: "torchvision",
  takesImages: true,
  summary: "Makes a uint8 tensor, channel first, of a PIL image.",
  parameters: {},
  infer: (_, keys, dictionary) =>
    mapEntries("v2.PILToTensor", keys, dictionary, (entry, key) => {
      checkImage(entry, key);
      return { dataType: entry.dataType, shape: tensorShape("v2.PILToTensor", key, entry), affine: false };
    }),
};

/** Throws TRANSFORM_FAILED for what is no PIL image. */
export function checkImage({ dataType, shape, image }: Pick<ArrayType, "dataType" | "shape" | "image">, key: string): void {
  if (image === undefined) throw failed("v2.PILToTensor", key, `it takes a PIL image, found a tensor, ${dataType} ${shapeText(shape)}; leave it out`);
}

/** The shape of the tensor. Throws TRANSFORM_FAILED for a tensor of fewer than two axes. */
export function tensorShape<D extends Dimension>(transform: string, key: string, { shape, image }: { readonly shape: readonly D[] } & Pick<ArrayType, "image">): (D | 1)[] {
  if (image !== undefined) return [...shape.slice(2), ...shape.slice(0, 2)];
  if (shape.length < 2) throw failed(transform, key, `a picture has height and width at least, found shape ${shapeText(shape)}`);
  return shape.length === 2 ? [1, ...shape] : [...shape];
}
