import { describe, expect, test } from "vitest";
import { expectTwins, floats, noise, OBLIQUE, runOnGpu, step } from "../../testing/gpu-transform.ts";
import { withGpu } from "../../testing/gpu.ts";
import { castElements } from "../element-cast.ts";
import { cropForegroundCpu } from "../crop-foreground/cpu.ts";
import { cropForegroundGpu } from "../crop-foreground/gpu.ts";
import { cropForegroundSpec, type CropForegroundParameters } from "../crop-foreground/spec.ts";
import { scaleIntensityRangeCpu } from "../scale-intensity-range/cpu.ts";
import { scaleIntensityRangeGpu } from "../scale-intensity-range/gpu.ts";
import { scaleIntensityRangeSpec } from "../scale-intensity-range/spec.ts";
import { resizeCpu } from "./cpu.ts";
import { resizeGpu } from "./gpu.ts";
import { resizeSpec, type ResizeParameters } from "./spec.ts";

const resize = (given: Partial<ResizeParameters>) => step(resizeSpec, resizeCpu, resizeGpu, given);
const crop = (given: Partial<CropForegroundParameters> = {}) => step(cropForegroundSpec, cropForegroundCpu, cropForegroundGpu, { source_key: "image", ...given });
const scale = step(scaleIntensityRangeSpec, scaleIntensityRangeCpu, scaleIntensityRangeGpu, {
  a_min: { value: -57, integer: false },
  a_max: 164,
  b_min: 0,
  b_max: 1,
  clip: true,
});

const image = floats([2, 13, 21, 9], (i) => noise(i) * 3 - 1, OBLIQUE);
const hounsfield = floats([1, 25, 22, 27], (i) => (i > 6000 && i < 12000 && i % 27 > 4 ? noise(i) * 600 - 200 : -900), OBLIQUE);

describe("Resize on the GPU", () => {
  const exact: [string, Partial<ResizeParameters>][] = [
    ["area, down", { spatial_size: [5, 8, 4] }],
    ["area, up", { spatial_size: [20, 40, 18] }],
    ["area, one axis kept", { spatial_size: [-1, 7, 30] }],
    ["area, to one voxel", { spatial_size: [1, 1, 1] }],
    ["area, the same size", { spatial_size: [13, 21, 9] }],
    ["longest", { spatial_size: 12, size_mode: "longest" }],
    ["nearest", { spatial_size: [17, 30, 5], mode: "nearest" }],
    ["nearest-exact", { spatial_size: [17, 30, 5], mode: "nearest-exact" }],
  ];
  test.each(exact)("equals the CPU bit for bit: %s", (_, given) => withGpu((gpu) => expectTwins(gpu, [resize(given)], new Map([["image", image]]))));

  const linear: [string, Partial<ResizeParameters>][] = [
    ["down", { spatial_size: [5, 8, 4], mode: "trilinear" }],
    ["up", { spatial_size: [26, 50, 20], mode: "trilinear" }],
    ["up with aligned corners", { spatial_size: [26, 50, 1], mode: "trilinear", align_corners: true }],
  ];
  test.each(linear)("trilinear within 1e-5: %s", (_, given) => withGpu((gpu) => expectTwins(gpu, [resize(given)], new Map([["image", image]]), 1e-5)));

  test("lines and planes", () =>
    withGpu(async (gpu) => {
      await expectTwins(gpu, [resize({ spatial_size: [31, 5] })], new Map([["image", floats([3, 17, 19], noise, OBLIQUE)]]));
      await expectTwins(gpu, [resize({ spatial_size: [31, 5], mode: "bilinear" })], new Map([["image", floats([3, 17, 19], noise, OBLIQUE)]]), 1e-5);
      await expectTwins(gpu, [resize({ spatial_size: [50], mode: "linear" })], new Map([["image", floats([1, 19], noise)]]), 1e-5);
    }));

  test("NaN and infinities spread over every window that holds them", () =>
    withGpu((gpu) =>
      expectTwins(gpu, [resize({ spatial_size: [5, 5, 5] })], new Map([["image", floats([1, 9, 9, 9], (i) => ({ 100: NaN, 300: Infinity, 301: -Infinity, 500: Infinity, 700: -Infinity })[i] ?? noise(i))]])),
    ));

  test.each(["TYPE_UINT8", "TYPE_INT16", "TYPE_FP64"] as const)("%s becomes float32 first", (dataType) =>
    withGpu((gpu) => {
      const data = castElements(new Float64Array(9 * 8 * 7).map((_, i) => Math.floor(noise(i) * 250)), "TYPE_FP64", dataType);
      return expectTwins(gpu, [resize({ spatial_size: [4, 4, 4] })], new Map([["image", { dataType, shape: [1, 9, 8, 7], data }]]));
    }),
  );

  const windows: [string, Partial<CropForegroundParameters>, Partial<ResizeParameters>, number][] = [
    ["area", {}, { spatial_size: [12, 12, 12] }, 0],
    ["nearest", {}, { spatial_size: [31, 12, 33], mode: "nearest" }, 0],
    ["trilinear", {}, { spatial_size: [31, 12, 33], mode: "trilinear" }, 1e-5],
    ["area of a box that leaves the image", { k_divisible: 32 }, { spatial_size: [12, 12, 12] }, 0],
    ["area that keeps an axis, whose size is read back", {}, { spatial_size: [-1, 12, 12] }, 0],
  ];
  test.each(windows)("scale, crop and resize in one read: %s", (_, cropping, resizing, tolerance) =>
    withGpu((gpu) => expectTwins(gpu, [scale, crop(cropping), resize(resizing)], new Map([["image", hounsfield]]), tolerance)),
  );

  test("a crop that leaves nothing is an error of the run, as on the CPU", () =>
    withGpu(async (gpu) => {
      const { errors } = await runOnGpu(gpu, [crop(), resize({ spatial_size: [4, 4, 4] })], new Map([["image", floats([1, 5, 5, 5], () => -1)]]));
      expect(errors).toMatchObject([{ code: "TRANSFORM_FAILED" }]);
      expect(errors[0]?.message).toContain("no voxel is above its threshold");
    }));
});
