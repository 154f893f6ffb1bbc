import { describe, test } from "vitest";
import { expectTwins, floats, noise, OBLIQUE, step } from "../../testing/gpu-transform.ts";
import { withGpu } from "../../testing/gpu.ts";
import type { ArrayItem, ImageMode } from "../transform.ts";
import { v2PilToTensorCpu, v2ToImageCpu } from "./cpu.ts";
import { v2PilToTensorGpu, v2ToImageGpu } from "./gpu.ts";
import { v2PilToTensorSpec, v2ToImageSpec } from "./spec.ts";

describe("v2.ToImage on the GPU", () => {
  const toImage = step(v2ToImageSpec, v2ToImageCpu, v2ToImageGpu);
  const pilToTensor = step(v2PilToTensorSpec, v2PilToTensorCpu, v2PilToTensorGpu);
  test.each([["L", 1], ["RGB", 3], ["RGBA", 4]] as const)("puts the channels of %s first", (image: ImageMode, channels) =>
    withGpu(async (gpu) => {
      for (const [height, width] of [[5, 7], [1, 1], [33, 20]] as const) {
        const data = Uint8Array.from({ length: height * width * channels }, (_, i) => noise(i) * 256);
        const item: ArrayItem = { dataType: "TYPE_UINT8", shape: [height, width, channels], data, image };
        for (const one of [toImage, pilToTensor]) await expectTwins(gpu, [one], new Map([["image", item]]));
      }
    }),
  );

  test("leaves a tensor as it is, a plane with a channel", () =>
    withGpu(async (gpu) => {
      await expectTwins(gpu, [toImage], new Map([["image", floats([2, 5, 7], noise, OBLIQUE)]]));
      await expectTwins(gpu, [toImage], new Map([["image", floats([5, 7], noise)]]));
    }));
});
