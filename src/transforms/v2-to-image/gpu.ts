import { elementCount } from "../../tensor/tensor.ts";
import { replaceEach, shareArray, withTemporaries, type GpuArray, type GpuContext, type GpuTransform } from "../gpu-array.ts";
import { gatherElements, settleArray } from "../gpu-conversion.ts";
import { checkImage, tensorShape, type ToImageParameters } from "./spec.ts";

const REASON = "the data-dependent box of CropForeground, before v2.ToImage";

/** torchvision's ToImage on the GPU: one gather. */
export const v2ToImageGpu: GpuTransform<ToImageParameters> = (context, _, keys, dictionary) =>
  replaceEach(keys, dictionary, (array, key) => tensorOf(context, "v2.ToImage", key, array));

/** torchvision's PILToTensor on the GPU. */
export const v2PilToTensorGpu: GpuTransform<ToImageParameters> = (context, _, keys, dictionary) =>
  replaceEach(keys, dictionary, (array, key) => {
    checkImage(array, key);
    return tensorOf(context, "v2.PILToTensor", key, array);
  });

async function tensorOf(context: GpuContext, transform: string, key: string, array: GpuArray): Promise<GpuArray> {
  return withTemporaries(async (own) => {
    const source = own(await settleArray(context, array, REASON));
    const shape = tensorShape(transform, key, source);
    if (source.image === undefined) return shareArray(source, { shape, affine: undefined });
    const [channels = 1, ...plane] = shape;
    const buffer = await gatherElements(context, "v2-to-image/out", source.dataType, source.buffer, {
      sizes: [1, 1, channels, elementCount(plane)],
      strides: [0, 0, 1, channels],
    });
    return shareArray(source, { buffer, shape, image: undefined, affine: undefined });
  });
}
