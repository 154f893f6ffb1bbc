import { describe, test } from "vitest";
import { expectTwins, step } from "../../testing/gpu-transform.ts";
import { withGpu } from "../../testing/gpu.ts";
import type { ArrayItem, ImageMode } from "../transform.ts";
import { v2ToTensorCpu } from "./cpu.ts";
import { v2ToTensorGpu } from "./gpu.ts";
import { v2ToTensorSpec } from "./spec.ts";

describe("v2.ToTensor on the GPU", () => {
  test.each([["L", 1], ["RGB", 3], ["RGBA", 4]] as const)("equals the CPU bit for bit for every byte of %s", (image: ImageMode, channels) =>
    withGpu((gpu) => {
      const item: ArrayItem = { dataType: "TYPE_UINT8", shape: [16, 17, channels], data: Uint8Array.from({ length: 272 * channels }, (_, i) => i), image };
      return expectTwins(gpu, [step(v2ToTensorSpec, v2ToTensorCpu, v2ToTensorGpu)], new Map([["image", item]]));
    }),
  );
});
