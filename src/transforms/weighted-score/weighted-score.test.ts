import { describe, expect, it } from "vitest";
import type { ArrayItem } from "../transform.ts";
import { weightedScoreCpu } from "./cpu.ts";
import { weightedScoreSpec } from "./spec.ts";

const PARAMETERS = { other: "forest", weight: "weight" };
type Numbers = readonly [shape: readonly number[], values: readonly number[]];

function itemOf([shape, values]: Numbers): ArrayItem {
  return { dataType: "TYPE_FP32", shape, data: Float32Array.from(values) };
}

function score(bert: Numbers, forest: Numbers, weight: Numbers): ArrayItem {
  const given = new Map([["bert", itemOf(bert)], ["forest", itemOf(forest)], ["weight", itemOf(weight)]]);
  return weightedScoreCpu(PARAMETERS, ["bert"], given).get("bert")!;
}

describe("conch.WeightedScore", () => {
  it.each<[string, Numbers, Numbers, Numbers, Numbers]>([
    ["one weight for all", [[2, 1], [10, 20]], [[2], [30, 40]], [[1], [0.25]], [[2, 1], [25, 35]]],
    ["a weight per score", [[2], [10, 20]], [[2, 1], [30, 40]], [[2, 1], [1, 0]], [[2], [10, 40]]],
    ["a weight beyond 1", [[1], [10]], [[1], [20]], [[1], [1.5]], [[1], [5]]],
    ["no score", [[0, 1], []], [[0], []], [[1], [0.5]], [[0, 1], []]],
    ["an item of a batch", [[], [10]], [[1], [20]], [[1], [0.5]], [[], [15]]],
    ["scores that are NaN", [[2], [NaN, 1]], [[2], [1, 1]], [[1], [0.5]], [[2], [NaN, 1]]],
  ])("of %s", (_, bert, forest, weight, [shape, values]) => {
    const found = score(bert, forest, weight);
    expect([found.shape, [...found.data]]).toEqual([shape, values]);
  });

  it("rounds each operation to float32", () => {
    const [w, a, b] = [0.1, 3.3, 7.7].map(Math.fround) as [number, number, number];
    const f = Math.fround;
    expect([...score([[1], [a]], [[1], [b]], [[1], [w]]).data]).toEqual([f(f(w * a) + f(f(1 - w) * b))]);
  });

  it.each<[string, Numbers, Numbers, Numbers, string]>([
    ["a weight that is NaN", [[1], [1]], [[1], [1]], [[1], [NaN]], '"weight" holds a weight that is NaN or infinite'],
    ["an infinite weight", [[1], [1]], [[1], [1]], [[1], [Infinity]], "NaN or infinite"],
    ["unequal counts", [[2], [1, 1]], [[3], [1, 1, 1]], [[1], [1]], 'it has shape [2], and "forest" [3]'],
    ["weights of another count", [[3], [1, 1, 1]], [[3], [1, 1, 1]], [[2], [1, 1]], '"weight" has 2 values; it takes one, or one for each of the 3 scores'],
  ])("is refused for %s", (_, bert, forest, weight, message) => {
    expect(() => score(bert, forest, weight)).toThrow(expect.objectContaining({ code: "TRANSFORM_FAILED", message: expect.stringContaining(message) }));
  });

  it("keeps the shape of its key, sizes that are not known yet fitting any", () => {
    const types = new Map([["bert", [null, 1]], ["forest", [null]], ["weight", [1]]].map(([key, shape]) => [key as string, { dataType: "TYPE_FP32" as const, shape: shape as (number | null)[], affine: false }]));
    expect(weightedScoreSpec.infer(PARAMETERS, ["bert"], types).get("bert")).toEqual({ dataType: "TYPE_FP32", shape: [null, 1], affine: false });
    types.set("forest", { dataType: "TYPE_INT64" as never, shape: [null], affine: false });
    expect(() => weightedScoreSpec.infer(PARAMETERS, ["bert"], types)).toThrow('"forest" is int64, expected float32');
  });
});
