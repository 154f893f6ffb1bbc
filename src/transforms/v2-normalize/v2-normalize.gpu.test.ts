import { describe, test } from "vitest";
import { expectTwins, floats, noise, OBLIQUE, step } from "../../testing/gpu-transform.ts";
import { withGpu } from "../../testing/gpu.ts";
import { castElements } from "../element-cast.ts";
import { v2NormalizeCpu } from "./cpu.ts";
import { v2NormalizeGpu } from "./gpu.ts";
import { v2NormalizeSpec, type NormalizeParameters } from "./spec.ts";

const normalize = (given: Partial<NormalizeParameters>) => step(v2NormalizeSpec, v2NormalizeCpu, v2NormalizeGpu, given);
const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

describe("v2.Normalize on the GPU", () => {
  const cases: [string, number[], Partial<NormalizeParameters>][] = [
    ["a value per channel", [3, 17, 19], IMAGENET],
    ["one value for all", [3, 17, 19], { mean: [0.5], std: [-0.25] }],
    ["a batch", [2, 3, 5, 7], IMAGENET],
    ["one channel that becomes three", [2, 1, 5, 7], { ...IMAGENET, std: [0.3] }],
  ];
  test.each(cases)("equals the CPU bit for bit: %s", (_, shape, given) =>
    withGpu(async (gpu) => {
      for (const dataType of ["TYPE_FP32", "TYPE_FP16", "TYPE_FP64"] as const) {
        const image = floats(shape, (i) => noise(i) * 2 - 0.5, OBLIQUE);
        await expectTwins(gpu, [normalize(given)], new Map([["image", { ...image, dataType, data: castElements(image.data, "TYPE_FP32", dataType) }]]));
      }
    }),
  );

  test("NaN and infinities stay what they are, with the sign of std", () =>
    withGpu((gpu) =>
      expectTwins(gpu, [normalize({ mean: [0.5], std: [-2] })], new Map([["image", floats([1, 1, 6], (i) => [NaN, Infinity, -Infinity, 0, -0, 0.5][i] ?? 0)]])),
    ));
});
