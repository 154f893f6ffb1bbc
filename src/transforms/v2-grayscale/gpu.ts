import type { Shader } from "../../runtime/gpu.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { arrayBytes, filled, replaceEach, shareArray, withTemporaries, wordThreads, type GpuTransform } from "../gpu-array.ts";
import { castArray, settleArray } from "../gpu-conversion.ts";
import prelude from "../gpu-prelude.wgsl?raw";
import body from "./grayscale.wgsl?raw";
import { grayEntry, type GrayscaleParameters } from "./spec.ts";

const shader: Shader = { label: "v2-grayscale", code: prelude + body };
const REASON = "the data-dependent box of CropForeground, before v2.Grayscale";

/** torchvision's Grayscale on the GPU; tensors of float64 are computed in float32. */
export const v2GrayscaleGpu: GpuTransform<GrayscaleParameters> = (context, parameters, keys, dictionary) =>
  replaceEach(keys, dictionary, (array, key) =>
    withTemporaries(async (own) => {
      const settled = own(await settleArray(context, array, REASON));
      const { image, shape } = grayEntry(parameters, settled, key);
      const channels = (settled.image === undefined ? settled.shape.at(-3) : settled.shape[2]) ?? 1;
      const copies = parameters.num_output_channels;
      if (channels === copies && channels === 1) return shareArray(settled, { affine: undefined });
      const source = own(await (image === undefined ? castArray(context, settled, "TYPE_FP32") : Promise.resolve(shareArray(settled))));
      const count = elementCount(shape);
      const buffer = await filled(context.gpu, "v2-grayscale/out", arrayBytes(source.dataType, shape), (target) =>
        context.gpu.dispatch({
          shader,
          entry: image === undefined ? "planes" : "pixels",
          bindings: { 0: source.buffer, 1: target },
          uniforms: [count, image === undefined ? elementCount(shape.slice(-2)) : 1, channels, copies, 0],
          threads: wordThreads(source.dataType, count),
        }),
      );
      const gray = own(shareArray(source, { buffer, shape, image, affine: undefined }));
      return castArray(context, gray, settled.dataType);
    }),
  );
