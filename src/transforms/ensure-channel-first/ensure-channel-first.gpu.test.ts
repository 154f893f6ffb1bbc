import { describe, test } from "vitest";
import { expectTwins, floats, OBLIQUE, step } from "../../testing/gpu-transform.ts";
import { withGpu } from "../../testing/gpu.ts";
import { castElements } from "../element-cast.ts";
import { ensureChannelFirstCpu } from "./cpu.ts";
import { ensureChannelFirstGpu } from "./gpu.ts";
import { ensureChannelFirstSpec } from "./spec.ts";

describe("EnsureChannelFirst on the GPU", () => {
  const image = floats([3, 4, 5, 2], (i) => i, OBLIQUE);
  test.each(["no_channel", 0, 1, 2, 3, -1] as const)("channel_dim %s", (channel_dim) =>
    withGpu((gpu) => expectTwins(gpu, [step(ensureChannelFirstSpec, ensureChannelFirstCpu, ensureChannelFirstGpu, { channel_dim })], new Map([["image", image]]))),
  );

  test.each(["TYPE_UINT8", "TYPE_INT16", "TYPE_INT64", "TYPE_FP16"] as const)("elements of %s move whole", (dataType) =>
    withGpu((gpu) => {
      const data = castElements(new Float64Array(3 * 7 * 3).map((_, i) => i), "TYPE_FP64", dataType);
      const one = step(ensureChannelFirstSpec, ensureChannelFirstCpu, ensureChannelFirstGpu, { channel_dim: -1 });
      return expectTwins(gpu, [one], new Map([["image", { dataType, shape: [3, 7, 3], data }]]));
    }),
  );
});
