import type { Shader } from "../../runtime/gpu.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { arrayBytes, filled, replaceEach, withTemporaries, type GpuTransform } from "../gpu-array.ts";
import { settleArray } from "../gpu-conversion.ts";
import prelude from "../gpu-prelude.wgsl?raw";
import { checkScores, weightError, type WeightedScoreParameters } from "./spec.ts";
import body from "./weighted-score.wgsl?raw";

const shader: Shader = { label: "weighted-score", code: prelude + body };
const REASON = "the data-dependent box of CropForeground, before conch.WeightedScore";

/** conch.WeightedScore on the GPU, equal to the last bit but where values are subnormal, which a GPU may flush. A weight that is no number goes to the report. */
export const weightedScoreGpu: GpuTransform<WeightedScoreParameters> = (context, parameters, keys, dictionary) =>
  replaceEach(keys, dictionary, (array, key) =>
    withTemporaries(async (own) => {
      const { gpu, report } = context;
      const settled = async (name: string) => {
        const found = dictionary.get(name);
        if (found === undefined) throw new Error(`Conch bug: the chain checked that key "${name}" exists`);
        return own(await settleArray(context, found, REASON));
      };
      const [first, second, weights] = [await settled(key), await settled(parameters.other), await settled(parameters.weight)];
      checkScores(parameters, key, new Map([[key, first], [parameters.other, second], [parameters.weight, weights]]));
      const count = elementCount(first.shape);
      const word = report.flag(() => weightError(key, parameters.weight));
      const buffer = await filled(gpu, "weighted-score/out", arrayBytes("TYPE_FP32", first.shape), (target) =>
        gpu.dispatch({
          shader,
          entry: "main",
          bindings: { 0: first.buffer, 1: second.buffer, 2: weights.buffer, 3: target, 4: report.status },
          uniforms: [count, elementCount(weights.shape) === 1 ? 0 : 1, word, 0],
          threads: count,
        }),
      );
      return { dataType: array.dataType, shape: first.shape, buffer };
    }),
  );
