import { describe, test } from "vitest";
import { expectTwins, floats, noise, OBLIQUE, step } from "../../testing/gpu-transform.ts";
import { withGpu } from "../../testing/gpu.ts";
import { castElements } from "../element-cast.ts";
import type { ArrayItem, ImageMode } from "../transform.ts";
import { v2GrayscaleCpu } from "./cpu.ts";
import { v2GrayscaleGpu } from "./gpu.ts";
import { v2GrayscaleSpec } from "./spec.ts";

const gray = (num_output_channels: number) => step(v2GrayscaleSpec, v2GrayscaleCpu, v2GrayscaleGpu, { num_output_channels });

describe("v2.Grayscale on the GPU", () => {
  test.each([["L", 1], ["RGB", 3], ["RGBA", 4]] as const)("equals the CPU byte for byte: %s", (image: ImageMode, channels) =>
    withGpu(async (gpu) => {
      const data = Uint8Array.from({ length: 23 * 31 * channels }, (_, i) => noise(i) * 256);
      for (const copies of [1, 3]) await expectTwins(gpu, [gray(copies)], new Map([["image", { dataType: "TYPE_UINT8", shape: [23, 31, channels], data, image }]]));
    }),
  );

  test.each(["TYPE_FP32", "TYPE_UINT8", "TYPE_INT64", "TYPE_FP16"] as const)("equals the CPU bit for bit: %s", (dataType) =>
    withGpu(async (gpu) => {
      const item: ArrayItem = floats([2, 3, 19, 23], (i) => Math.floor(noise(i) * 256), OBLIQUE);
      const image: ArrayItem = { ...item, dataType, data: castElements(item.data, "TYPE_FP32", dataType) };
      for (const copies of [1, 3]) await expectTwins(gpu, [gray(copies)], new Map([["image", image]]));
      await expectTwins(gpu, [gray(3)], new Map([["image", { ...image, shape: [6, 1, 19, 23] }]]));
    }),
  );
});
