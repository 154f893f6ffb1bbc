import { describe, expect, test } from "vitest";
import { tensorBytes, type Tensor } from "../../../tensor/tensor.ts";
import { configOf, execute, sourceOf, type Case } from "../../../testing/chain-model.ts";
import { noise, OBLIQUE } from "../../../testing/gpu-transform.ts";
import { countMaps, withGpu } from "../../../testing/gpu.ts";
import type { Gpu } from "../../gpu.ts";
import { createRunReport } from "../../run-report.ts";
import { transformsBackend } from "./transforms.ts";

const d = (target: string, more: object) => ({ _target_: `monai.transforms.${target}d`, ...more });
const PRE = {
  inputs: { image: "IMAGE", image_affine: "IMAGE_AFFINE" },
  transforms: [
    d("EnsureType", { keys: "image" }),
    d("EnsureChannelFirst", { keys: "image", channel_dim: "no_channel" }),
    d("ScaleIntensityRange", { keys: "image", a_min: -57.5, a_max: 164.5, b_min: 0.5, b_max: 1.5, clip: false }),
    d("CropForeground", { keys: "image", source_key: "image" }),
    d("Resize", { keys: "image", spatial_size: [12, 12, 12], mode: "area" }),
  ],
  outputs: { PREPROCESSED: "image", GRID_AFFINE: "image_affine" },
};
const PRE_CONFIG = configOf(
  [["IMAGE", "TYPE_FP32", [-1, -1, -1]], ["IMAGE_AFFINE", "TYPE_FP64", [4, 4]]],
  [["PREPROCESSED", "TYPE_FP32", [1, 12, 12, 12]], ["GRID_AFFINE", "TYPE_FP64", [4, 4]]],
);
const POST = {
  inputs: { pred: "LOGITS" },
  transforms: [
    d("AsDiscrete", { keys: "pred", argmax: true }),
    d("KeepLargestConnectedComponent", { keys: "pred", applied_labels: 1 }),
    d("CopyItems", { keys: "pred", names: "contour" }),
    d("LabelToContour", { keys: "contour" }),
    d("CastToType", { keys: "pred", dtype: "uint8" }),
  ],
  outputs: { MASK: "pred", CONTOUR: "contour" },
};
const POST_CONFIG = configOf(
  [["LOGITS", "TYPE_FP32", [2, -1, -1, -1]]],
  [["MASK", "TYPE_UINT8", [1, -1, -1, -1]], ["CONTOUR", "TYPE_FP32", [1, -1, -1, -1]]],
  8,
);

function scan(shape: readonly number[]): Tensor {
  const [n0 = 1, n1 = 1, n2 = 1] = shape;
  const data = new Float32Array(n0 * n1 * n2).map((_, i) => (i > 2 * n1 * n2 && i < (n0 - 3) * n1 * n2 && i % n2 > 3 ? noise(i) * 400 - 100 : -1000));
  return { dataType: "TYPE_FP32", shape, data };
}
const AFFINE: Tensor = { dataType: "TYPE_FP64", shape: [4, 4], data: new Float64Array(OBLIQUE) };
const LOGITS = (batch: number): Tensor => ({ dataType: "TYPE_FP32", shape: [batch, 2, 9, 7, 5], data: new Float32Array(batch * 2 * 315).map((_, i) => noise(Math.floor(i / 2))) });

async function expectBothPlacements(gpu: Gpu, one: Omit<Case, "report">): Promise<{ maps: number }> {
  const report = createRunReport(gpu);
  const found = await execute(gpu, "gpu", { ...one, report });
  expect((await report.finish()).errors).toEqual([]);
  const expected = await execute(gpu, "cpu", one);
  expect([...found.outputs.keys()].sort()).toEqual([...expected.outputs.keys()].sort());
  for (const [name, tensor] of expected.outputs) {
    expect(found.outputs.get(name)?.shape, name).toEqual(tensor.shape);
    expect([...tensorBytes(found.outputs.get(name) ?? tensor)], name).toEqual([...tensorBytes(tensor)]);
  }
  return { maps: found.maps };
}

const codeOf = (code: string) => ({ code });

describe("a chain by its instance_group", () => {
  test("preprocessing gives the same bytes on both sides, affine included, without a map", () =>
    withGpu(async (gpu) => {
      const { maps } = await expectBothPlacements(gpu, { chain: PRE, config: PRE_CONFIG, inputs: { IMAGE: scan([23, 17, 29]), IMAGE_AFFINE: AFFINE } });
      expect(maps).toBe(0);
    }));

  test.each([1, 3])("postprocessing of a batch of %s gives the same bytes on both sides, items of odd sizes included", (batch) =>
    withGpu(async (gpu) => {
      const { maps } = await expectBothPlacements(gpu, { chain: POST, config: POST_CONFIG, inputs: { LOGITS: LOGITS(batch) } });
      expect(maps).toBe(0);
    }),
  );

  test("a resident run maps its outputs' bytes and the report, and nothing else", () =>
    withGpu(async (gpu) => {
      const report = createRunReport(gpu);
      const count = await countMaps(async () => {
        await execute(gpu, "gpu", { chain: PRE, config: PRE_CONFIG, inputs: { IMAGE: scan([23, 17, 29]), IMAGE_AFFINE: AFFINE }, report });
      });
      const reported = await countMaps(async () => void (await report.finish()));
      // The inner count of `execute` wraps the same call, so that each map is counted once here.
      expect(count).toEqual({ maps: 2, bytes: 12 ** 3 * 4 + 128 });
      expect(reported.maps).toBe(1);
      expect(reported.bytes).toBeLessThanOrEqual(4096);
      expect(gpu.memory.takeReadbacks().map(({ reason, bytes }) => `${reason}: ${bytes}`)).toEqual([
        "requested output: 6912",
        "requested output: 128",
        `status words and timestamps of the run: ${reported.bytes}`,
      ]);
    }));

  test("an output that is not requested is not made", () =>
    withGpu(async (gpu) => {
      const { outputs } = await execute(gpu, "gpu", { chain: POST, config: POST_CONFIG, inputs: { LOGITS: LOGITS(2) }, requested: ["CONTOUR"] });
      expect([...outputs.keys()]).toEqual(["CONTOUR"]);
    }));

  const cropChain = {
    transforms: [
      d("EnsureChannelFirst", { keys: "IMAGE", channel_dim: "no_channel" }),
      d("ScaleIntensityRange", { keys: "IMAGE", a_min: -57.5, a_max: 164.5, b_min: 0, b_max: 1, clip: true }),
      d("CropForeground", { keys: "IMAGE", source_key: "IMAGE" }),
    ],
    outputs: { CROPPED: "IMAGE" },
  };
  const cropConfig = (batch: number) => configOf([["IMAGE", "TYPE_FP32", [-1, -1, -1]]], [["CROPPED", "TYPE_FP32", [1, -1, -1, -1]]], batch);

  test("an output whose shape depends on the data costs one more map, of its box", () =>
    withGpu(async (gpu) => {
      const { maps } = await expectBothPlacements(gpu, { chain: cropChain, config: cropConfig(0), inputs: { IMAGE: scan([23, 17, 29]) } });
      expect(maps).toBe(1);
      const [box] = gpu.memory.takeReadbacks();
      expect(box).toMatchObject({ reason: 'the data-dependent shape of output "CROPPED"', bytes: 32 });
    }));

  test("items of a batch that end with different shapes are an error that names them", () =>
    withGpu(async (gpu) => {
      const one = scan([9, 8, 7]).data as Float32Array;
      const data = new Float32Array(2 * one.length).fill(-1000);
      data.set(one);
      data[one.length + 60] = 100;
      const inputs = { IMAGE: { dataType: "TYPE_FP32", shape: [2, 9, 8, 7], data } as const };
      await expect(execute(gpu, "gpu", { chain: cropChain, config: cropConfig(2), inputs })).rejects.toMatchObject({ code: "TENSOR_MISMATCH", data: { output: "CROPPED", item: 1 } });
    }));

  const EMPTY: Case = {
    chain: JSON.parse(JSON.stringify(PRE).replace('"b_min":0.5', '"b_min":-3').replace('"b_max":1.5', '"b_max":-2')) as object,
    config: PRE_CONFIG,
    inputs: { IMAGE: scan([9, 8, 7]), IMAGE_AFFINE: AFFINE },
  };
  test("an empty foreground fails the run at its end, and at once where there is no report", () =>
    withGpu(async (gpu) => {
      const report = createRunReport(gpu);
      await execute(gpu, "gpu", { ...EMPTY, report });
      expect((await report.finish()).errors).toMatchObject([codeOf("TRANSFORM_FAILED")]);
      await expect(execute(gpu, "gpu", EMPTY)).rejects.toMatchObject(codeOf("TRANSFORM_FAILED"));
      await expect(execute(gpu, "cpu", EMPTY)).rejects.toMatchObject(codeOf("TRANSFORM_FAILED"));
    }));

  test.each([
    ["an output of another data type", { ...POST, transforms: POST.transforms.slice(0, 4) }, "TENSOR_MISMATCH"],
    ["an array that the transform does not take", { ...POST, transforms: [...POST.transforms, d("LabelToContour", { keys: "pred" })] }, "TRANSFORM_FAILED"],
    ["an output without key", { ...POST, outputs: { MASK: "pred" } }, "TRANSFORMS_INVALID"],
    ["a target that nobody knows", { ...POST, transforms: [d("Magic", { keys: "pred" })] }, "TRANSFORMS_INVALID"],
  ])("%s fails on both sides with the same code", (_, chain, code) =>
    withGpu(async (gpu) => {
      for (const placement of ["gpu", "cpu"] as const) {
        await expect(execute(gpu, placement, { chain, config: POST_CONFIG, inputs: { LOGITS: LOGITS(1) } })).rejects.toMatchObject(codeOf(code));
      }
    }),
  );

  test("without transforms.json, or without WebGPU for KIND_GPU, the model does not load", () =>
    withGpu(async (gpu) => {
      const { signal } = new AbortController();
      await expect(transformsBackend.load(sourceOf(PRE_CONFIG, undefined), "gpu", { gpu }, signal)).rejects.toMatchObject(codeOf("MODEL_NOT_RUNNABLE"));
      await expect(transformsBackend.load(sourceOf(PRE_CONFIG, JSON.stringify(PRE)), "gpu", { gpu: undefined }, signal)).rejects.toMatchObject(codeOf("NO_WEBGPU"));
    }));

  test("unsigned 16 bits become int32, as MONAI widens them", () =>
    withGpu((gpu) => {
      const inputs = { X: { dataType: "TYPE_UINT16", shape: [3, 5], data: new Uint16Array(15).map((_, i) => i * 5000) } as const };
      const chain = { inputs: { x: "X" }, transforms: [d("EnsureType", { keys: "x" })], outputs: { Y: "x" } };
      const config = configOf([["X", "TYPE_UINT16", [-1, -1]]], [["Y", "TYPE_INT32", [-1, -1]]]);
      return expectBothPlacements(gpu, { chain, config, inputs }).then(() => undefined);
    }));
});
