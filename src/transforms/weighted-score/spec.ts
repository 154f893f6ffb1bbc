import { numpyName } from "../../tensor/data-type.ts";
import { elementCount } from "../../tensor/tensor.ts";
import type { ConchError } from "../../base/errors.ts";
import { entryOf, failed, shapeText } from "../dictionary.ts";
import type { ArrayType, Dimension, TransformSpec } from "../transform.ts";

/** Parameters of conch.WeightedScore. */
export interface WeightedScoreParameters {
  /** Key of the second scores. */
  readonly other: string;
  /** Key of the weight of the first. */
  readonly weight: string;
}

const NAME = "conch.WeightedScore";

/**
 * One score of two: weight · key + (1 - weight) · other, in the place and shape of the key. All three are TYPE_FP32, and each operation is rounded to
 * it. The two scores may differ in axes of size 1 ([n] and [n, 1] go together). The weight is one number for all, or one per score; numbers outside
 * of 0 to 1 are taken as they are, NaN and infinities refuse the run. NaN among the scores stays NaN.
 */
export const weightedScoreSpec: TransformSpec<WeightedScoreParameters> = {
  name: NAME,
  library: "conch",
  summary: "Makes one score of two by a weight.",
  parameters: {
    other: { type: "string", doc: "Key of the second scores, which get what the weight leaves." },
    weight: { type: "string", doc: "Key of the weight: one number, or one per score." },
  },
  keyParameters: ["other", "weight"],
  infer(parameters, keys, dictionary) {
    const result = new Map(dictionary);
    for (const key of keys) {
      checkScores(parameters, key, dictionary);
      const { dataType, shape } = entryOf(NAME, dictionary, key);
      result.set(key, { dataType, shape, affine: false });
    }
    return result;
  },
};

/** The three arrays of a score: types and shapes, unknown sizes fitting any. Throws TRANSFORM_FAILED. */
export function checkScores({ other, weight }: WeightedScoreParameters, key: string, dictionary: ReadonlyMap<string, Pick<ArrayType, "dataType" | "shape">>): void {
  const [first, second, weights] = [key, other, weight].map((name) => entryOf(NAME, dictionary as ReadonlyMap<string, ArrayType>, name)) as [ArrayType, ArrayType, ArrayType];
  for (const [name, { dataType }] of [[key, first], [other, second], [weight, weights]] as const) {
    if (dataType !== "TYPE_FP32") throw failed(NAME, key, `"${name}" is ${numpyName(dataType)}, expected float32: EnsureTyped or CastToTyped makes one of it`);
  }
  const [a, b] = [first.shape.filter((size) => size !== 1), second.shape.filter((size) => size !== 1)];
  const unknown = [...a, ...b].includes(null);
  if (!(unknown || shapeText(a) === shapeText(b))) {
    throw failed(NAME, key, `it has shape ${shapeText(first.shape)}, and "${other}" ${shapeText(second.shape)}; they may differ in sizes of 1 alone`);
  }
  const [count, given] = [countOf(first.shape), countOf(weights.shape)];
  if (given === null || given === 1 || count === null || given === count) return;
  throw failed(NAME, key, `"${weight}" has ${given} values; it takes one, or one for each of the ${count} scores`);
}

/** The TRANSFORM_FAILED error of a weight that is NaN or infinite. */
export function weightError(key: string, weight: string): ConchError {
  return failed(NAME, key, `"${weight}" holds a weight that is NaN or infinite; expected a finite number, between 0 and 1 as a rule`);
}

function countOf(shape: readonly Dimension[]): number | null {
  return shape.includes(null) ? null : elementCount(shape as readonly number[]);
}
