import { describe, expect, test } from "vitest";
import { expectTwins, floats, noise, runOnGpu, step } from "../../testing/gpu-transform.ts";
import { withGpu } from "../../testing/gpu.ts";
import { castElements } from "../element-cast.ts";
import { ARRAY_TYPES } from "../dtype-name.ts";
import type { ArrayItem } from "../transform.ts";
import { asDiscreteCpu } from "./cpu.ts";
import { asDiscreteGpu } from "./gpu.ts";
import { asDiscreteSpec, type AsDiscreteParameters } from "./spec.ts";

const discrete = (given: Partial<AsDiscreteParameters>) => step(asDiscreteSpec, asDiscreteCpu, asDiscreteGpu, given);

describe("AsDiscrete on the GPU", () => {
  const specials = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 2.5];
  test("argmax takes the lowest of equals, and the first NaN before all", () =>
    withGpu(async (gpu) => {
      const n = specials.length;
      const pairs = floats([2, n * n], (i) => (i < n * n ? specials[Math.floor(i / n)] : specials[i % n]) ?? 0);
      await expectTwins(gpu, [discrete({ argmax: true })], new Map([["image", pairs]]));
      const triples = floats([3, n ** 3], (i) => specials[Math.floor((i % n ** 3) / n ** (2 - Math.floor(i / n ** 3))) % n] ?? 0);
      await expectTwins(gpu, [discrete({ argmax: true })], new Map([["image", triples]]));
    }));

  test.each(ARRAY_TYPES.filter((type) => type !== "TYPE_BOOL"))("argmax and threshold of %s compare in that type", (dataType) =>
    withGpu(async (gpu) => {
      const values = new Float64Array(5 * 40).map((_, i) => Math.round((noise(i) - 0.5) * 12) * (dataType === "TYPE_FP64" ? 1 + i * 1e-15 : 1));
      const item: ArrayItem = { dataType, shape: [5, 40], data: castElements(values, "TYPE_FP64", dataType) };
      for (const given of [{ argmax: true }, { argmax: true, to_onehot: 5 }, { threshold: 2.5 }, { threshold: 3, dtype: "uint8" }]) {
        await expectTwins(gpu, [discrete(given)], new Map([["image", item]]));
      }
    }),
  );

  const halves = [0.5, 1.5, 2.5, -0.5, -1.5, 0.49999997, 0.50000006, 8388607.5, 8388609, 4194303.5, -2.7, 1e30, -0, 0.25, 3.4999998, 1, 2, 3, 0.75, 1.4999999];
  test.each(["TYPE_FP32", "TYPE_FP64", "TYPE_FP16"] as const)("rounding of %s sends halves to the even neighbour", (dataType) =>
    withGpu(async (gpu) => {
      const drawn = Array.from({ length: 200 }, (_, i) => (noise(i) - 0.5) * 2 ** (i % 40));
      const data = castElements(new Float64Array([...halves, ...drawn]), "TYPE_FP64", dataType);
      for (const dtype of ["float32", "float64"]) {
        await expectTwins(gpu, [discrete({ rounding: "torchrounding", dtype })], new Map([["image", { dataType, shape: [1, data.length], data }]]));
      }
    }),
  );

  test("one-hot of labels, truncated", () =>
    withGpu((gpu) => expectTwins(gpu, [discrete({ to_onehot: 4 })], new Map([["image", floats([1, 7, 9], (i) => (i % 4) + (i % 3) * 0.33)]]))));

  test.each([
    [4, 4],
    [-1, -1],
  ])("a label %s without a channel is an error of the run", (label, named) =>
    withGpu(async (gpu) => {
      const { errors } = await runOnGpu(gpu, [discrete({ to_onehot: 4 })], new Map([["image", floats([1, 3], (i) => (i === 1 ? label : 0))]]));
      expect(errors).toMatchObject([{ code: "TRANSFORM_FAILED", data: { label: named, classes: 4 } }]);
    }),
  );
});
