import { describe, expect, test } from "vitest";
import { expectTwins, floats, noise, OBLIQUE, runOnGpu, step } from "../../testing/gpu-transform.ts";
import { countMaps, withGpu } from "../../testing/gpu.ts";
import type { ArrayItem } from "../transform.ts";
import { castElements } from "../element-cast.ts";
import { ARRAY_TYPES } from "../dtype-name.ts";
import { scaleIntensityRangeCpu } from "../scale-intensity-range/cpu.ts";
import { scaleIntensityRangeGpu } from "../scale-intensity-range/gpu.ts";
import { scaleIntensityRangeSpec, type ScaleIntensityRangeParameters } from "../scale-intensity-range/spec.ts";
import { cropForegroundCpu } from "./cpu.ts";
import { cropForegroundGpu } from "./gpu.ts";
import { cropForegroundSpec, type CropForegroundParameters } from "./spec.ts";

const crop = (given: Partial<CropForegroundParameters> = {}, keys?: readonly string[]) =>
  step(cropForegroundSpec, cropForegroundCpu, cropForegroundGpu, { source_key: "image", ...given }, keys);
const scale = (given: Partial<ScaleIntensityRangeParameters>) => step(scaleIntensityRangeSpec, scaleIntensityRangeCpu, scaleIntensityRangeGpu, given);
const real = (value: number) => ({ value, integer: false });

/** A box of values above 0 at [a, b) of each axis within negative surroundings. */
function boxed(shape: readonly [number, number, number, number], box: readonly [number, number][], affine = OBLIQUE): ArrayItem {
  const [, n0, n1, n2] = shape;
  return floats(
    shape,
    (i) => {
      const at = [Math.floor(i / (n1 * n2)) % n0, Math.floor(i / n2) % n1, i % n2];
      const inside = at.every((position, axis) => position >= (box[axis]?.[0] ?? 0) && position < (box[axis]?.[1] ?? 0));
      return inside ? 1 + noise(i) : -noise(i);
    },
    affine,
  );
}

const IMAGE = boxed([2, 19, 23, 17], [[3, 15], [7, 20], [2, 9]]);

describe("CropForeground on the GPU", () => {
  const cases: [string, Partial<CropForegroundParameters>][] = [
    ["plain", {}],
    ["a margin inside", { margin: 2 }],
    ["a margin that leaves the image, padded", { margin: [5, 9, 4], allow_smaller: false }],
    ["a margin that leaves the image, cut", { margin: [5, 9, 4], allow_smaller: true }],
    ["divisible by 8", { k_divisible: 8 }],
    ["divisible by 32 with a margin cut", { k_divisible: [32, 16, 8], margin: 3, allow_smaller: true }],
    ["one channel", { channel_indices: 1 }],
    ["the last channel", { channel_indices: [-1] }],
    ["no coordinates", { start_coord_key: null, end_coord_key: null }],
  ];
  test.each(cases)("%s", (_, given) => withGpu((gpu) => expectTwins(gpu, [crop(given)], new Map([["image", IMAGE]]))));

  test("channels decide together", () =>
    withGpu(async (gpu) => {
      const [voxels] = [19 * 23 * 17];
      const other = boxed([1, 19, 23, 17], [[9, 18], [1, 3], [11, 12]]);
      const data = Float32Array.from(IMAGE.data as Float32Array, (value, i) => (i < voxels ? value : (other.data[i - voxels] as number)));
      for (const channel_indices of [null, 0, 1, [0, 1]]) await expectTwins(gpu, [crop({ channel_indices })], new Map([["image", { ...IMAGE, data }]]));
    }));

  test("the box of one key crops the others too", () =>
    withGpu((gpu) => expectTwins(gpu, [crop({}, ["image", "label"])], new Map([["image", IMAGE], ["label", floats([1, 19, 23, 17], (i) => i, OBLIQUE)]]))));

  test("a key of another size is cropped by the same box, zero outside", () =>
    withGpu((gpu) => expectTwins(gpu, [crop({}, ["label"])], new Map([["image", IMAGE], ["label", floats([1, 9, 40, 10], (i) => i + 1)]]))));

  test.each([
    ["one axis", [1, 300]],
    ["two axes", [1, 30, 21]],
  ] as const)("%s after the channel", (_, shape) =>
    withGpu((gpu) => expectTwins(gpu, [crop({ k_divisible: 4 })], new Map([["image", floats(shape, (i) => (i > 100 && i < 130 ? 1 : 0), OBLIQUE)]]))),
  );

  test("nothing above 0 leaves an empty array", () =>
    withGpu((gpu) => expectTwins(gpu, [crop({ margin: 3, k_divisible: 4 })], new Map([["image", floats([1, 5, 6, 7], () => -1, OBLIQUE)]]))));

  test("everything above 0 leaves all", () =>
    withGpu((gpu) => expectTwins(gpu, [crop()], new Map([["image", floats([1, 5, 6, 7], () => 1, OBLIQUE)]]))));

  test("NaN, -0, infinities and subnormal values are judged as they are", () =>
    withGpu(async (gpu) => {
      const values = [NaN, -0, 0, -Infinity, 1e-45, NaN, Infinity, -1e-45, NaN];
      await expectTwins(gpu, [crop()], new Map([["image", floats([1, values.length], (i) => values[i] ?? 0)]]));
    }));

  test.each(ARRAY_TYPES)("%s", (dataType) =>
    withGpu((gpu) => {
      const data = castElements(IMAGE.data, "TYPE_FP32", dataType);
      return expectTwins(gpu, [crop({ k_divisible: 4 })], new Map([["image", { ...IMAGE, dataType, data }]]));
    }),
  );

  const scales: [string, Partial<ScaleIntensityRangeParameters>][] = [
    ["clipped to [0, 1]", { a_min: real(0.2), a_max: 1.3, b_min: 0, b_max: 1, clip: true }],
    ["to a range around 0, decided by rounding", { a_min: real(-0.3), a_max: 1.7, b_min: -1, b_max: 1 }],
    ["falling", { a_min: real(1.7), a_max: 0.4, b_min: 0, b_max: 1, clip: true }],
    ["always above 0", { a_min: real(0), a_max: 1, b_min: 0.5, b_max: 1, clip: true }],
    ["never above 0", { a_min: real(0), a_max: 1, b_min: -2, b_max: -1, clip: true }],
  ];
  test.each(scales)("after an intensity scale %s the box is that of the scaled values", (_, given) =>
    withGpu((gpu) => expectTwins(gpu, [scale(given), crop({ k_divisible: 8 })], new Map([["image", floats([1, 13, 12, 11], (i) => noise(i) ** 4 * 2, OBLIQUE)]]))),
  );

  test("a scale after a padded crop scales the padding", () =>
    withGpu((gpu) => expectTwins(gpu, [crop({ k_divisible: 8 }), scale({ a_min: real(-2), a_max: 2, b_min: 0, b_max: 1 })], new Map([["image", IMAGE]]))));

  test("a second crop looks at what the first left", () =>
    withGpu((gpu) =>
      expectTwins(gpu, [crop({ margin: 4 }), crop({ margin: 1, start_coord_key: "a", end_coord_key: "b" })], new Map([["image", IMAGE]])),
    ));

  test("the crop alone maps nothing", () =>
    withGpu(async (gpu) => {
      let maps = -1;
      const probe = {
        ...crop(),
        gpu: async (...given: Parameters<ReturnType<typeof crop>["gpu"]>) => {
          const before = crop();
          let result: Awaited<ReturnType<typeof before.gpu>> | undefined;
          maps = (await countMaps(async () => void (result = await before.gpu(...given)))).maps;
          if (result === undefined) throw new Error("no result");
          return result;
        },
      };
      await runOnGpu(gpu, [probe], new Map([["image", IMAGE]]));
      expect(maps).toBe(0);
    }));
});
