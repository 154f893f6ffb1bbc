import { elementCount } from "../../tensor/tensor.ts";
import { replaceEach, shareArray, withTemporaries, type GpuTransform } from "../gpu-array.ts";
import { gatherElements, settleArray } from "../gpu-conversion.ts";
import { imageAxes, imageShape } from "../image-axes.ts";
import { cropSize, cropStart, type CenterCropParameters } from "./spec.ts";

const REASON = "the data-dependent box of CropForeground, before v2.CenterCrop";

/** torchvision's CenterCrop on the GPU: one gather, zeros outside. */
export const v2CenterCropGpu: GpuTransform<CenterCropParameters> = (context, parameters, keys, dictionary) =>
  replaceEach(keys, dictionary, (array, key) =>
    withTemporaries(async (own) => {
      const source = own(await settleArray(context, array, REASON));
      const axes = imageAxes("v2.CenterCrop", key, source, 2);
      const { height, width } = axes;
      const [toHeight, toWidth] = cropSize(parameters);
      const inner = elementCount(axes.inner);
      const buffer = await gatherElements(context, "v2-center-crop/out", source.dataType, source.buffer, {
        sizes: [elementCount(axes.outer), toHeight, toWidth, inner],
        strides: [height * width * inner, width * inner, inner, 1],
        start: [cropStart(height, toHeight), cropStart(width, toWidth), 0],
        extent: [height, width, inner],
      });
      return shareArray(source, { buffer, shape: imageShape(axes, toHeight, toWidth), affine: undefined });
    }),
  );
