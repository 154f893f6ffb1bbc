import { describe, expect, test } from "vitest";
import { expectTwins, floats, noise, runOnGpu, step } from "../../testing/gpu-transform.ts";
import { withGpu } from "../../testing/gpu.ts";
import { ARRAY_TYPES } from "../dtype-name.ts";
import { castElements } from "../element-cast.ts";
import type { ArrayItem } from "../transform.ts";
import { keepLargestConnectedComponentCpu } from "./cpu.ts";
import { keepLargestConnectedComponentGpu } from "./gpu.ts";
import { keepLargestConnectedComponentSpec, type KeepLargestConnectedComponentParameters } from "./spec.ts";

type Given = Partial<KeepLargestConnectedComponentParameters>;
const keep = (given: Given) => step(keepLargestConnectedComponentSpec, keepLargestConnectedComponentCpu, keepLargestConnectedComponentGpu, given);

/** One path through the volume that touches itself nowhere: rows two apart, joined at alternating ends. */
function serpentine(n: number): ArrayItem {
  return floats([1, n, n, n], (i) => {
    const [a, b, c] = [Math.floor(i / (n * n)), Math.floor(i / n) % n, i % n];
    if (a % 2 === 1) return (a % 4 === 1 ? b === (n - 1) - ((n - 1) % 2) : b === 0) && c === 0 ? 1 : 0;
    if (b % 2 === 0) return 1;
    return (b % 4 === 1 ? c === n - 1 : c === 0) ? 1 : 0;
  });
}

const VOLUMES: [string, ArrayItem][] = [
  ["empty", floats([1, 10, 11, 13], () => 0)],
  ["full", floats([1, 10, 11, 13], () => 1)],
  ["one voxel", floats([1, 7, 7, 7], (i) => (i === 100 ? 1 : 0))],
  ["5 % noise", floats([1, 30, 31, 33], (i) => (noise(i) < 0.05 ? 1 : 0))],
  ["15 % noise", floats([1, 30, 31, 33], (i) => (noise(i, 2) < 0.15 ? 1 : 0))],
  ["50 % noise", floats([1, 33, 30, 31], (i) => (noise(i, 3) < 0.5 ? 1 : 0))],
  ["a checkerboard of blocks", floats([1, 24, 24, 24], (i) => ((Math.floor(i / 1152) + (Math.floor(i / 48) % 12) + (Math.floor(i / 2) % 12)) % 2 === 0 ? 1 : 0))],
  ["single voxels three apart, all tied", floats([1, 12, 12, 12], (i) => (Math.floor(i / 144) % 3 === 0 && Math.floor(i / 12) % 3 === 0 && i % 3 === 0 ? 1 : 0))],
  ["a serpentine", serpentine(25)],
  ["a plane of noise", floats([1, 61, 53], (i) => (noise(i, 4) < 0.5 ? 1 : 0))],
  ["a line", floats([1, 97], (i) => (noise(i, 5) < 0.7 ? 1 : 0))],
];

describe("KeepLargestConnectedComponent on the GPU equals the CPU", () => {
  const connectivities = [null, 1, 2] as const;
  const cases = VOLUMES.flatMap(([name, volume]) =>
    connectivities.filter((connectivity) => (connectivity ?? 1) < volume.shape.length).map((connectivity) => [name, connectivity, volume] as const),
  );
  test.each(cases)("%s, connectivity %s", (_, connectivity, volume) =>
    withGpu((gpu) => expectTwins(gpu, [keep({ applied_labels: 1, connectivity })], new Map([["image", volume]]))),
  );

  test.each([2, 3, 50])("the %s largest components", (num_components) =>
    withGpu(async (gpu) => {
      for (const connectivity of [null, 1]) {
        await expectTwins(gpu, [keep({ applied_labels: 1, connectivity, num_components })], new Map([["image", VOLUMES[3]?.[1] as ArrayItem]]));
      }
    }),
  );

  const labels = floats([1, 14, 15, 17], (i) => Math.floor(noise(Math.floor(i / 2), 6) * 4));
  const multiple: [string, Given][] = [
    ["one label, the others stay", { applied_labels: 2 }],
    ["each label on its own", { applied_labels: [1, 3] }],
    ["labels together", { applied_labels: [1, 3], independent: false }],
    ["every label that occurs", { applied_labels: null }],
    ["every label that occurs, together", { applied_labels: null, independent: false }],
    ["a label that does not occur", { applied_labels: 9 }],
  ];
  test.each(multiple)("%s", (_, given) => withGpu((gpu) => expectTwins(gpu, [keep(given)], new Map([["image", labels]]))));

  const onehot = floats([3, 9, 11, 7], (i) => (noise(i, 7) < 0.3 ? (noise(i, 8) < 0.8 ? 1 : 0.5) : noise(i, 8) < 0.2 ? -1 : 0));
  const channels: [string, Given][] = [
    ["every channel but the first", {}],
    ["listed channels", { applied_labels: [0, -1] }],
    ["channels together", { applied_labels: [0, 2], independent: false }],
    ["one channel said to be one-hot", { applied_labels: [0], is_onehot: true }],
  ];
  test.each(channels)("one-hot: %s", (_, given) => withGpu((gpu) => expectTwins(gpu, [keep(given)], new Map([["image", onehot]]))));

  test.each(ARRAY_TYPES)("%s", (dataType) =>
    withGpu(async (gpu) => {
      const data = castElements(floats([3, 5, 7, 9], (i) => Math.floor(noise(i, 9) * 2.4)).data, "TYPE_FP32", dataType);
      for (const given of [{ applied_labels: 1, is_onehot: false }, { applied_labels: [1, 2], is_onehot: true }]) {
        await expectTwins(gpu, [keep(given)], new Map([["image", { dataType, shape: [3, 5, 7, 9], data }]]));
      }
    }),
  );

  const many = floats([1, 21, 22, 23], (i) => Math.floor(noise(Math.floor(i / 3), 10) * 60) * 1000);
  const unlisted: [string, Given, ArrayItem][] = [
    ["of four", {}, labels],
    ["of sixty, up to 59,000", {}, many],
    ["three of each", { num_components: 3 }, many],
    ["6 neighbours", { connectivity: 1 }, many],
    ["18 neighbours", { connectivity: 2, num_components: 2 }, many],
    ["in a plane", { connectivity: 1 }, floats([1, 61, 53], (i) => Math.floor(noise(i, 11) * 4))],
    ["all tied", {}, floats([1, 9, 9, 9], (i) => (i % 2 === 0 ? 1 + (i % 5) : 0))],
    ["one large component", {}, floats([1, 40, 41, 43], (i) => (noise(i, 12) < 0.9 ? 7 : 0))],
  ];
  test.each(unlisted)("labels that nobody listed: %s", (_, given, volume) =>
    withGpu((gpu) => expectTwins(gpu, [keep({ applied_labels: null, ...given })], new Map([["image", volume]]))),
  );

  test.each(ARRAY_TYPES)("labels that nobody listed, as %s", (dataType) =>
    withGpu(async (gpu) => {
      const data = castElements(floats([1, 5, 7, 9], (i) => Math.floor(noise(i, 13) * 4.4)).data, "TYPE_FP32", dataType);
      for (const independent of [true, false]) {
        await expectTwins(gpu, [keep({ applied_labels: null, independent })], new Map([["image", { dataType, shape: [1, 5, 7, 9], data }]]));
      }
    }),
  );

  test("any values together, where nobody listed labels: NaN and -0 are none", () =>
    withGpu(async (gpu) => {
      const odd = [-3, 0.5, -0, NaN, 0, 1e9, 7];
      const volume = floats([1, 6, 7, 8], (i) => odd[Math.floor(noise(i, 14) * odd.length)] ?? 0);
      await expectTwins(gpu, [keep({ applied_labels: null, independent: false })], new Map([["image", volume]]));
    }));

  test("labels that nobody listed are not read back; a value that is none is said at the end", () =>
    withGpu(async (gpu) => {
      const { errors: none } = await runOnGpu(gpu, [keep({})], new Map([["image", labels]]));
      expect(none).toEqual([]);
      expect(gpu.memory.takeReadbacks().filter(({ reason }) => !["test", "status words and timestamps of the run"].includes(reason))).toEqual([]);
      for (const value of [0.5, -1, 65536, NaN]) {
        const { errors } = await runOnGpu(gpu, [keep({})], new Map([["image", floats([1, 4, 4, 4], (i) => (i === 9 ? value : 1))]]));
        expect(errors, String(value)).toMatchObject([{ code: "TRANSFORM_FAILED" }]);
      }
    }));
});
