import { mapEntries, entryOf } from "../dictionary.ts";
import type { ArrayItem, CpuTransform } from "../transform.ts";
import { checkScores, weightError, type WeightedScoreParameters } from "./spec.ts";

/** conch.WeightedScore, each operation rounded to float32. */
export const weightedScoreCpu: CpuTransform<WeightedScoreParameters> = (parameters, keys, dictionary) =>
  mapEntries("conch.WeightedScore", keys, dictionary, (item, key) => {
    checkScores(parameters, key, dictionary);
    const [other, weight] = [parameters.other, parameters.weight].map((name) => entryOf("conch.WeightedScore", dictionary, name).data as Float32Array) as [Float32Array, Float32Array];
    if (!weight.every(Number.isFinite)) throw weightError(key, parameters.weight);
    return { dataType: "TYPE_FP32", shape: item.shape, data: scored(item, other, weight) };
  });

function scored(item: ArrayItem, other: Float32Array, weight: Float32Array): Float32Array<ArrayBuffer> {
  const first = item.data as Float32Array;
  const scores = new Float32Array(first.length);
  for (let i = 0; i < scores.length; i++) {
    const w = weight[weight.length === 1 ? 0 : i] as number;
    scores[i] = Math.fround(w * (first[i] as number)) + Math.fround(Math.fround(1 - w) * (other[i] as number));
  }
  return scores;
}
