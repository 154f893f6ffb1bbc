import { describe, expect, it } from "vitest";
import type { TensorSummary } from "../../runtime/protocol.ts";
import type { ViewedTensor } from "../viewer.ts";
import { acceptsScores, areProbabilities, largestScores, scoresOf, softmax } from "./class-scores.ts";

const summary = (shape: readonly number[], more: Partial<TensorSummary> = {}): TensorSummary => {
  const count = shape.reduce((product, size) => product * size, 1);
  return { dataType: "TYPE_FP32", shape, count, min: -3, max: 7, mean: 1, nan: 0, infinite: 0, histogram: null, ...more };
};

describe("scores", () => {
  it.each<[readonly number[], boolean | undefined, string | undefined]>([
    [[10], false, "1 × 10"],
    [[10], undefined, "1 × 10"],
    [[3, 10], true, "3 × 10"],
    [[3, 10], false, "3 × 10"],
    [[1, 10], true, "1 × 10"],
    [[1, 10], false, "1 × 10"],
    [[2, 10, 1, 1], true, "2 × 10"],
    [[10], true, undefined],
    [[2, 1], true, undefined],
    [[2, 3, 4], false, undefined],
    [[2, 3, 4, 5], true, undefined],
    [[0, 10], true, undefined],
  ])("in %j (batch: %s) are %s", (shape, batched, expected) => {
    const found = scoresOf({ summary: summary(shape), ...(batched !== undefined && { batched }) });
    expect(found && `${found.items} × ${found.classes}`).toBe(expected);
  });

  it("are never whole numbers or texts", () => {
    expect(scoresOf({ summary: summary([10], { dataType: "TYPE_INT64" }) })).toBeUndefined();
    expect(scoresOf({ summary: summary([10], { dataType: "TYPE_STRING" }) })).toBeUndefined();
  });

  it.each<[string, Partial<TensorSummary>, readonly string[] | undefined, boolean | "also"]>([
    ["named classes", {}, ["cat", "dog"], true],
    ["probabilities", { min: 0, max: 0.9, mean: 0.25 }, undefined, true],
    ["other numbers", {}, undefined, "also"],
    ["numbers from 0 to 1 that are no distribution", { min: 0, max: 0.9, mean: 0.5 }, undefined, "also"],
    ["numbers with NaN", { min: 0, max: 0.9, mean: 0.25, nan: 1 }, undefined, "also"],
  ])("of %s", (_, more, labels, expected) => {
    expect(acceptsScores({ batched: true, summary: summary([2, 4], more), ...(labels && { labels }) } as ViewedTensor)).toBe(expected);
  });
});

describe("the largest scores", () => {
  it("come first, of equal ones the first, NaN last", () => {
    expect(largestScores([1, NaN, 3, 3, -Infinity], 5).map(({ index }) => index)).toEqual([2, 3, 0, 4, 1]);
    expect(largestScores([1, 2, 3], 2)).toEqual([{ index: 2, value: 3 }, { index: 1, value: 2 }]);
  });
});

describe("softmax", () => {
  it("keeps the order, sums to 1, and bears large numbers", () => {
    const found = softmax([1000, 999, -Infinity]);
    expect(found[0]).toBeCloseTo(0.731, 3);
    expect(found[1]).toBeCloseTo(0.269, 3);
    expect(found[2]).toBe(0);
    expect(softmax([Infinity, 1])).toEqual([1, 0]);
    expect(softmax([NaN, 1]).every(Number.isNaN)).toBe(true);
  });

  it.each<[readonly number[], boolean]>([[[0.25, 0.75], true], [[0.5, 0.501], true], [[0.5, 0.6], false], [[-0.5, 1.5], false], [[NaN, 1], false]])("%j are probabilities: %s", (values, expected) => {
    expect(areProbabilities(values)).toBe(expected);
  });
});
