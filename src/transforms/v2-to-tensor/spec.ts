import { failed, mapEntries, shapeText } from "../dictionary.ts";
import type { ArrayType, Dimension, TransformSpec } from "../transform.ts";

/** torchvision.transforms.v2.ToTensor has none. */
export type ToTensorParameters = object;

/** torchvision.transforms.v2.ToTensor: a PIL image [height, width, channels] becomes a TYPE_FP32 tensor [channels, height, width] of n / 255. */
export const v2ToTensorSpec: TransformSpec<ToTensorParameters> = {
  name: "v2.ToTensor",
  library: "torchvision",
  takesImages: true,
  summary: "Makes a float32 tensor from 0 to 1, channel first, of a PIL image.",
  parameters: {},
  infer: (_, keys, dictionary) =>
    mapEntries("v2.ToTensor", keys, dictionary, (entry, key) => ({ dataType: "TYPE_FP32", shape: tensorShape(entry, key), affine: false })),
};

/** The shape of the tensor. Throws TRANSFORM_FAILED for what is no PIL image. */
export function tensorShape<D extends Dimension>({ dataType, shape, image }: { readonly shape: readonly D[] } & Pick<ArrayType, "dataType" | "image">, key: string): D[] {
  if (image === undefined) {
    throw failed("v2.ToTensor", key, `it takes a PIL image, found a tensor, ${dataType} ${shapeText(shape)}; v2.ToDtype with scale true is what divides a tensor by its largest value`);
  }
  return [...shape.slice(2), ...shape.slice(0, 2)];
}
