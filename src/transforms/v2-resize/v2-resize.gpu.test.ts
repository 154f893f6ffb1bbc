import { describe, expect, test } from "vitest";
import { expectTwins, floats, noise, OBLIQUE, runOnGpu, step, worstDifference } from "../../testing/gpu-transform.ts";
import { withGpu } from "../../testing/gpu.ts";
import { castElements } from "../element-cast.ts";
import { ARRAY_TYPES } from "../dtype-name.ts";
import type { ArrayItem, ImageMode } from "../transform.ts";
import { v2ResizeCpu } from "./cpu.ts";
import { v2ResizeGpu } from "./gpu.ts";
import { v2ResizeSpec, type Interpolation, type ResizeParameters } from "./spec.ts";

const resize = (given: Partial<ResizeParameters>) => step(v2ResizeSpec, v2ResizeCpu, v2ResizeGpu, given);
const FILTERS: readonly Interpolation[] = ["nearest", "bilinear", "bicubic", "box", "hamming", "lanczos"];
const CHANNELS = { L: 1, RGB: 3, RGBA: 4 };
const MODES = Object.keys(CHANNELS) as ImageMode[];

function picture(mode: ImageMode, height: number, width: number, seed = 1): ArrayItem {
  const shape = [height, width, CHANNELS[mode]];
  const data = Uint8Array.from({ length: height * width * CHANNELS[mode] }, (_, i) => noise(i, seed) * 256);
  return { dataType: "TYPE_UINT8", shape, data, image: mode };
}

describe("v2.Resize of PIL images on the GPU", () => {
  const sizes: [string, number, number, [number, number]][] = [
    ["down", 61, 47, [20, 31]],
    ["up", 13, 21, [64, 57]],
    ["rows kept", 31, 40, [31, 7]],
    ["columns kept", 31, 41, [50, 41]],
    ["to one pixel", 33, 35, [1, 1]],
    ["from one pixel", 1, 1, [5, 3]],
    ["extreme ratios", 300, 2, [1, 77]],
  ];
  test.each(sizes.flatMap((size) => MODES.map((mode) => [mode, ...size] as const)))("equals the CPU byte for byte: %s, %s", (mode, _, height, width, size) =>
    withGpu(async (gpu) => {
      for (const interpolation of FILTERS) await expectTwins(gpu, [resize({ size, interpolation })], new Map([["image", picture(mode, height, width)]]));
    }),
  );

  test("equals the CPU byte for byte in 120 sizes drawn at random", () =>
    withGpu(async (gpu) => {
      for (let n = 0; n < 120; n++) {
        const [height, width, toHeight, toWidth] = [0, 1, 2, 3].map((i) => 1 + Math.floor(noise(4 * n + i, 7) ** 2 * 150)) as [number, number, number, number];
        const image = picture(MODES[n % 3] ?? "RGB", height, width, n);
        await expectTwins(gpu, [resize({ size: [toHeight, toWidth], interpolation: FILTERS[n % 6] ?? "box" })], new Map([["image", image]]));
      }
    }));

  test("the shorter side, a longest side, and a picture of that size already", () =>
    withGpu(async (gpu) => {
      const image = picture("RGB", 61, 47);
      await expectTwins(gpu, [resize({ size: 24 })], new Map([["image", image]]));
      await expectTwins(gpu, [resize({ size: 24, max_size: 27 })], new Map([["image", image]]));
      await expectTwins(gpu, [resize({ size: 47 })], new Map([["image", image]]));
    }));
});

describe("v2.Resize beyond the device", () => {
  test("names the bytes that it needs and the limit", () =>
    withGpu(async (gpu) => {
      const side = Math.ceil(Math.sqrt(gpu.device.limits.maxBufferSize)) + 1;
      const image = new Map([["image", picture("L", 1, 1)]]);
      await expect(runOnGpu(gpu, [resize({ size: [side, side] })], image)).rejects.toMatchObject({ code: "DEVICE_LIMIT", message: expect.stringMatching(/v2-resize.* needs \d+ bytes .* the device allows \d+/) });
    }));
});

describe("v2.Resize of tensors on the GPU", () => {
  const down: ResizeParameters["size"] = [20, 31];
  const up: ResizeParameters["size"] = [77, 101];
  const smooth = (["bilinear", "bicubic"] as const).flatMap((interpolation) => [true, false].map((antialias) => ({ interpolation, antialias })));
  test.each(smooth)("float32 within 1e-6: %o", (given) =>
    withGpu(async (gpu) => {
      const image = floats([2, 3, 61, 47], noise, OBLIQUE);
      for (const size of [down, up, [61, 9], [80, 47]]) await expectTwins(gpu, [resize({ ...given, size })], new Map([["image", image]]), 1e-6);
    }),
  );

  test.each(smooth)("uint8 within one, and equal nearly everywhere: %o", (given) =>
    withGpu(async (gpu) => {
      const image: ArrayItem = { dataType: "TYPE_UINT8", shape: [3, 61, 47], data: picture("RGB", 61, 47).data };
      for (const size of [down, up]) {
        const one = resize({ ...given, size });
        await expectTwins(gpu, [one], new Map([["image", image]]), 1);
        const found = (await runOnGpu(gpu, [one], new Map([["image", image]]))).items.get("image")?.data as Uint8Array;
        const expected = one.cpu(new Map([["image", image]])).get("image")?.data as Uint8Array;
        expect(found.filter((value, i) => value !== expected[i]).length).toBeLessThan(expected.length / 1000);
      }
    }),
  );

  test.each(ARRAY_TYPES)("%s", (dataType) =>
    withGpu(async (gpu) => {
      const data = castElements(new Float64Array(3 * 19 * 23).map((_, i) => Math.floor(noise(i) * 250) - (dataType === "TYPE_UINT8" ? 0 : 100)), "TYPE_FP64", dataType);
      const image: ArrayItem = { dataType, shape: [3, 19, 23], data };
      for (const size of [[7, 9], [40, 23], [40, 50]]) {
        for (const interpolation of ["nearest", "nearest-exact"] as const) await expectTwins(gpu, [resize({ size, interpolation })], new Map([["image", image]]));
        const tolerance = dataType === "TYPE_FP16" ? 0.125 : dataType.startsWith("TYPE_FP") ? 1e-4 : 1;
        for (const given of smooth) await expectTwins(gpu, [resize({ ...given, size })], new Map([["image", image]]), tolerance);
      }
    }),
  );

  test("NaN and infinities spread over the pixels that they touch", () =>
    withGpu(async (gpu) => {
      const special = new Map([[100, NaN], [300, Infinity], [301, -Infinity], [500, Infinity], [700, -Infinity]]);
      const image = floats([1, 29, 31], (i) => special.get(i) ?? noise(i));
      for (const given of smooth) {
        const one = resize({ ...given, size: [17, 40] });
        const found = (await runOnGpu(gpu, [one], new Map([["image", image]]))).items.get("image") as ArrayItem;
        const expected = one.cpu(new Map([["image", image]])).get("image") as ArrayItem;
        expect(worstDifference(found, expected, 1e-6)).toBe("agree");
      }
    }));
});
