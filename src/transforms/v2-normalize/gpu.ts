import type { Shader } from "../../runtime/gpu.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { arrayBytes, filled, replaceEach, shareArray, typeCode, withTemporaries, wordThreads, type GpuTransform } from "../gpu-array.ts";
import { settleArray } from "../gpu-conversion.ts";
import elements from "../gpu-elements.wgsl?raw";
import float64 from "../gpu-float64.wgsl?raw";
import prelude from "../gpu-prelude.wgsl?raw";
import scale from "../gpu-scale.wgsl?raw";
import body from "./normalize.wgsl?raw";
import { channelValues, normalizedShape, type NormalizeParameters } from "./spec.ts";
import wideBody from "./wide.wgsl?raw";

const shader: Shader = { label: "v2-normalize", code: prelude + scale + body };
const wideShader: Shader = { label: "v2-normalize-wide", code: prelude + float64 + elements + wideBody };
const REASON = "the data-dependent box of CropForeground, before v2.Normalize";

/** torchvision's Normalize on the GPU, equal to the last bit. */
export const v2NormalizeGpu: GpuTransform<NormalizeParameters> = (context, parameters, keys, dictionary) =>
  replaceEach(keys, dictionary, (array, key) =>
    withTemporaries(async (own) => {
      const { gpu } = context;
      const source = own(await settleArray(context, array, REASON));
      const { dataType } = source;
      const shape = normalizedShape(parameters, source, key);
      const channels = shape.at(-3) ?? 1;
      const count = elementCount(shape);
      const narrow = dataType === "TYPE_FP32";
      const numbers = channelValues(parameters, dataType, channels).flatMap(({ mean, std }) => [mean, std]);
      const statistics = own(gpu.memory.upload("v2-normalize/statistics", new Uint8Array((narrow ? new Float32Array(numbers) : new Float64Array(numbers)).buffer)));
      const buffer = await filled(gpu, "v2-normalize/out", arrayBytes(dataType, shape), (target) =>
        gpu.dispatch({
          shader: narrow ? shader : wideShader,
          entry: "main",
          ...(!narrow && { constants: { SOURCE_TYPE: typeCode(dataType) } }),
          bindings: { 0: source.buffer, 1: statistics, 2: target },
          uniforms: [count, elementCount(shape.slice(-2)), channels, source.shape.at(-3) === channels ? 0 : 1],
          threads: wordThreads(dataType, count),
        }),
      );
      return shareArray(source, { buffer, shape, affine: undefined });
    }),
  );
