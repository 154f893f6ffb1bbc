import { describe, test } from "vitest";
import { expectTwins, floats, noise, OBLIQUE, step } from "../../testing/gpu-transform.ts";
import { withGpu } from "../../testing/gpu.ts";
import type { ArrayItem } from "../transform.ts";
import { v2CenterCropCpu } from "./cpu.ts";
import { v2CenterCropGpu } from "./gpu.ts";
import { v2CenterCropSpec } from "./spec.ts";

describe("v2.CenterCrop on the GPU", () => {
  const rgb: ArrayItem = { dataType: "TYPE_UINT8", shape: [47, 61, 3], data: Uint8Array.from({ length: 47 * 61 * 3 }, (_, i) => noise(i) * 256), image: "RGB" };
  const tensors: [string, ArrayItem][] = [
    ["a PIL image", rgb],
    ["a tensor", floats([2, 3, 47, 61], noise, OBLIQUE)],
    ["a plane", floats([47, 61], noise)],
    ["bytes", { dataType: "TYPE_UINT8", shape: [3, 47, 61], data: rgb.data }],
  ];
  test.each(tensors)("equals the CPU: %s", (_, image) =>
    withGpu(async (gpu) => {
      for (const size of [20, 33, [47, 61], [46, 60], [80, 20], [20, 80], [48, 90], 1]) {
        await expectTwins(gpu, [step(v2CenterCropSpec, v2CenterCropCpu, v2CenterCropGpu, { size })], new Map([["image", image]]));
      }
    }),
  );
});
