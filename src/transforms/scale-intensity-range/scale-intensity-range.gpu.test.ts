import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectTwins, floats, noise, runOnGpu, step } from "../../testing/gpu-transform.ts";
import { withGpu } from "../../testing/gpu.ts";
import type { DataType } from "../../tensor/data-type.ts";
import { castElements } from "../element-cast.ts";
import type { ArrayItem } from "../transform.ts";
import { scaleIntensityRangeCpu } from "./cpu.ts";
import { scaleIntensityRangeGpu } from "./gpu.ts";
import { scaleIntensityRangeSpec, type ScaleIntensityRangeParameters } from "./spec.ts";

const scale = (given: Partial<ScaleIntensityRangeParameters>) => step(scaleIntensityRangeSpec, scaleIntensityRangeCpu, scaleIntensityRangeGpu, given);
const real = (value: number) => ({ value, integer: false });
const WINDOW = { a_min: real(-57), a_max: 164, b_min: 0, b_max: 1, clip: true };

describe("ScaleIntensityRange on the GPU", () => {
  const hounsfield = floats([1, 40, 41, 1], (i) => (i < 400 ? i - 200 : noise(i) * 4000 - 1000));
  const cases: [string, Partial<ScaleIntensityRangeParameters>][] = [
    ["the abdominal window", WINDOW],
    ["no clipping", { ...WINDOW, clip: false }],
    ["no target range", { a_min: real(-57), a_max: 164 }],
    ["a target range around zero, where a fused product would show", { a_min: real(-57), a_max: 164, b_min: -1, b_max: 1.7 }],
    ["a falling range", { a_min: real(164), a_max: -57, b_min: 0, b_max: 1, clip: true }],
    ["an odd divisor", { a_min: real(-991.3), a_max: 362.7, b_min: 0.1, b_max: 7.3 }],
    ["a constant range", { a_min: real(3), a_max: 3, b_min: 1, b_max: 2, clip: true }],
    ["float64 as result", { ...WINDOW, dtype: "float64" }],
    ["uint8 as result", { a_min: real(-1000), a_max: 3000, b_min: 0, b_max: 255, dtype: "uint8" }],
  ];
  test.each(cases)("equals the CPU bit for bit: %s", (_, given) => withGpu((gpu) => expectTwins(gpu, [scale(given)], new Map([["image", hounsfield]]))));

  test("float32 of every kind is divided as IEEE 754 has it", () =>
    withGpu(async (gpu) => {
      const drawn = fc.sample(fc.float({ noDefaultInfinity: true, noNaN: true }), { numRuns: 6000, seed: 3 }).filter((x) => Math.abs(x) > 1e-37);
      for (const [a_min, a_max] of [[0, 3], [0, 221], [0, 1e-3], [0, -7.7e8]] as const) {
        const input = new Map([["image", floats([1, drawn.length], (i) => drawn[i] ?? 0)]]);
        await expectTwins(gpu, [scale({ a_min: real(a_min), a_max })], input);
      }
    }));

  test("NaN stays, infinities are clipped", () =>
    withGpu(async (gpu) => {
      const { items } = await runOnGpu(gpu, [scale(WINDOW)], new Map([["image", floats([1, 4], (i) => [NaN, Infinity, -Infinity, 53.5][i] ?? 0)]]));
      expect([...(items.get("image")?.data ?? [])]).toEqual([NaN, 1, 0, 0.5]);
    }));

  const integers: [DataType, boolean][] = (["TYPE_UINT8", "TYPE_INT8", "TYPE_INT16", "TYPE_INT32", "TYPE_INT64"] as const).flatMap((type) => [
    [type, true] as [DataType, boolean],
    [type, false] as [DataType, boolean],
  ]);
  test.each(integers)("%s with a_min as int: %s", (dataType, integer) =>
    withGpu(async (gpu) => {
      const data = castElements(new Float64Array(600).map((_, i) => (i < 300 ? i - 20 : (noise(i) - 0.5) * 7e4)), "TYPE_FP64", dataType);
      const item: ArrayItem = { dataType, shape: [1, 600], data };
      await expectTwins(gpu, [scale({ ...WINDOW, a_min: { value: -57, integer } })], new Map([["image", item]]));
    }),
  );

  test.each(["TYPE_FP16", "TYPE_FP64"] as const)("%s is computed in its own type", (dataType) =>
    withGpu(async (gpu) => {
      const data = castElements(new Float64Array(500).map((_, i) => noise(i) * 900 - 300), "TYPE_FP64", dataType);
      for (const dtype of [null, "float32"]) {
        await expectTwins(gpu, [scale({ ...WINDOW, b_min: -0.5, dtype })], new Map([["image", { dataType, shape: [1, 500], data }]]));
      }
    }),
  );

  test("twice in a row the second takes what the first gave", () =>
    withGpu((gpu) => expectTwins(gpu, [scale(WINDOW), scale({ a_min: real(0.25), a_max: 0.5, b_min: 0, b_max: 1, clip: true })], new Map([["image", hounsfield]]))));
});
