import { describe, expect, test } from "vitest";
import { expectTwins, floats, noise, runOnGpu, step } from "../../testing/gpu-transform.ts";
import { withGpu } from "../../testing/gpu.ts";
import type { ArrayItem } from "../transform.ts";
import { weightedScoreCpu } from "./cpu.ts";
import { weightedScoreGpu } from "./gpu.ts";
import { weightedScoreSpec } from "./spec.ts";

const score = step(weightedScoreSpec, weightedScoreCpu, weightedScoreGpu, { other: "forest", weight: "weight" }, ["bert"]);

function given(count: number, weight: ArrayItem, bert: (i: number) => number = (i) => noise(i) * 30, forest: (i: number) => number = (i) => noise(i + 9999) * 30): Map<string, ArrayItem> {
  return new Map([["bert", floats([count, 1], bert)], ["forest", floats([count], forest)], ["weight", weight]]);
}

describe("conch.WeightedScore on the GPU", () => {
  test.each([
    ["one weight", 1000, floats([1], () => 0.37)],
    ["a weight per score", 1000, floats([1000, 1], (i) => noise(i + 77) * 3 - 1)],
    ["one score", 1, floats([1], () => 0.1)],
  ] as const)("equals the CPU bit for bit: %s", (_, count, weight) => withGpu((gpu) => expectTwins(gpu, [score], given(count, weight))));

  test("NaN and infinities among the scores are what the CPU makes of them", () => {
    const values = [NaN, Infinity, -Infinity, 1];
    const pairs = given(16, floats([16], (i) => [0, 1, 0.5, -2][i % 4] ?? 0), (i) => values[i >> 2] ?? 0, (i) => values[(i * 7) % 4] ?? 0);
    return withGpu((gpu) => expectTwins(gpu, [score], pairs));
  });

  test.each([NaN, Infinity])("a weight of %s fails the run at its end", (weight) =>
    withGpu(async (gpu) => {
      const { errors } = await runOnGpu(gpu, [score], given(3, floats([1], () => weight)));
      expect(errors).toMatchObject([{ code: "TRANSFORM_FAILED", message: expect.stringContaining("NaN or infinite") }]);
    }),
  );
});
