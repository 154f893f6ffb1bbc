import type { Shader } from "../../runtime/gpu.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { filled, replaceEach, shareArray, spatialSizes, withTemporaries, type GpuTransform } from "../gpu-array.ts";
import { castArray, settleArray } from "../gpu-conversion.ts";
import prelude from "../gpu-prelude.wgsl?raw";
import body from "./label-to-contour.wgsl?raw";
import type { LabelToContourParameters } from "./spec.ts";

const shader: Shader = { label: "label-to-contour", code: prelude + body };
const REASON = "the data-dependent box of CropForeground, before LabelToContour";

/** LabelToContour on the GPU. float64 goes through float32, which is exact for labels. */
export const labelToContourGpu: GpuTransform<LabelToContourParameters> = (context, _parameters, keys, dictionary) =>
  replaceEach(keys, dictionary, (array) =>
    withTemporaries(async (own) => {
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
      return castArray(context, own(shareArray(source, { buffer, labelCount: undefined })), array.dataType);
    }),
  );
