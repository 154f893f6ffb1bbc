import type { Shader } from "../../runtime/gpu.ts";
import type { GpuBuffer } from "../../runtime/memory/gpu-memory.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { filled, replaceEach, shareArray, spatialSizes, withTemporaries, type GpuArray, type GpuContext, type GpuTransform } from "../gpu-array.ts";
import { castArray, settleArray } from "../gpu-conversion.ts";
import prelude from "../gpu-prelude.wgsl?raw";
import maskBody from "./mask-contour.wgsl?raw";
import body from "./label-to-contour.wgsl?raw";
import type { LabelToContourParameters } from "./spec.ts";

const shader: Shader = { label: "label-to-contour", code: prelude + body };
const maskShader: Shader = { label: "mask-contour", code: prelude + maskBody };
const REASON = "the data-dependent box of CropForeground, before LabelToContour";

/** LabelToContour on the GPU. float64 goes through float32, which is exact for labels. */
export const labelToContourGpu: GpuTransform<LabelToContourParameters> = (context, _parameters, keys, dictionary) =>
  replaceEach(keys, dictionary, (array) =>
    withTemporaries(async (own) => {
      const { blocks } = array;
      if (blocks !== undefined && array.shape[0] === 1) return contourOfMask(context, array, blocks);
      const settled = own(await settleArray(context, array, REASON));
      const source = own(await castArray(context, settled, "TYPE_FP32"));
      const count = elementCount(source.shape);
      const buffer = await filled(context.gpu, "label-to-contour/out", count * 4, (target) =>
        context.gpu.dispatch({
          shader,
          entry: "main",
          constants: { RANK: source.shape.length - 1 },
          bindings: { 0: source.buffer, 1: target },
          uniforms: [count, ...spatialSizes(source.shape)],
          threads: count,
        }),
      );
      return castArray(context, own(shareArray(source, { buffer })), array.dataType);
    }),
  );

/** From the mask's bits, a thirty-second of the reads; the caller owns the result. */
async function contourOfMask({ gpu }: GpuContext, array: GpuArray, blocks: GpuBuffer): Promise<GpuArray> {
  const size = spatialSizes(array.shape);
  const buffer = await filled(gpu, "label-to-contour/out", elementCount(array.shape) * 4, (target) =>
    gpu.dispatch({
      shader: maskShader,
      entry: "main",
      constants: { RANK: array.shape.length - 1 },
      bindings: { 0: blocks, 1: target },
      uniforms: size,
      threads: elementCount(size.map((n) => Math.ceil(n / 2))),
    }),
  );
  return shareArray(array, { buffer });
}
