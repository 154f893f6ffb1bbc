import { describe, test } from "vitest";
import { expectTwins, floats, noise, step } from "../../testing/gpu-transform.ts";
import { withGpu } from "../../testing/gpu.ts";
import type { ArrayItem } from "../transform.ts";
import { labelToContourCpu } from "./cpu.ts";
import { labelToContourGpu } from "./gpu.ts";
import { labelToContourSpec } from "./spec.ts";

const contour = step(labelToContourSpec, labelToContourCpu, labelToContourGpu);

describe("LabelToContour on the GPU", () => {
  const cases: [string, ArrayItem, number][] = [
    ["a mask", floats([1, 17, 19, 15], (i) => (noise(Math.floor(i / 3)) < 0.8 ? 1 : 0)), 0],
    ["a full volume, whose rim is contour", floats([1, 6, 7, 8], () => 1), 0],
    ["an empty volume", floats([1, 6, 7, 8], () => 0), 0],
    ["labels", floats([1, 12, 11, 13], (i) => Math.floor(noise(Math.floor(i / 5)) * 4)), 0],
    ["channels on their own", floats([3, 6, 7, 8], (i) => (noise(i) < 0.9 ? 1 : 0)), 0],
    ["one slice in three dimensions", floats([1, 1, 12, 13], (i) => (noise(i) < 0.9 ? 1 : 0)), 0],
    ["two dimensions", floats([2, 31, 13], (i) => (noise(i) < 0.9 ? 1 : 0)), 0],
    ["values between", floats([1, 9, 9, 9], (i) => noise(i)), 1e-5],
    ["NaN and infinities", floats([1, 9, 9, 9], (i) => ({ 100: NaN, 300: Infinity, 301: -Infinity, 500: Infinity, 700: -Infinity })[i] ?? 0), 0],
  ];
  test.each(cases)("%s", (_, image, tolerance) => withGpu((gpu) => expectTwins(gpu, [contour], new Map([["image", image]]), tolerance)));

  test("float64 labels", () =>
    withGpu((gpu) => expectTwins(gpu, [contour], new Map([["image", { dataType: "TYPE_FP64", shape: [1, 5, 5, 5], data: new Float64Array(125).map((_, i) => (i % 7 === 0 ? 0 : 1)) }]]))));
});
