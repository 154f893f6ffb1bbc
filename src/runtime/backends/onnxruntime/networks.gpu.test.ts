import { describe, expect, test } from "vitest";
import type { OnnxHeader } from "../../../onnx/header.ts";
import { readNpz } from "../../../tensor/npy.ts";
import { elementCount, typedData, type Tensor } from "../../../tensor/tensor.ts";
import { withGpu } from "../../../testing/gpu.ts";
import { difference, noise } from "../../../testing/onnx.ts";
import { float32, runModel } from "../../../testing/onnx-run.ts";
import { onnxSource } from "../../../testing/onnx-source.ts";
import { readRecorded } from "../../../testing/recorded.ts";
import { createOnnxruntimeBackend } from "./onnxruntime.ts";

/** Labels along axis 1 and, per voxel, by how much the best score beats the next. */
function labelsOf({ shape, data }: Tensor): { labels: Uint8Array; margins: Float32Array } {
  const scores = data as Float32Array;
  const [, classes = 1, ...rest] = shape;
  const voxels = elementCount(rest);
  const labels = new Uint8Array(voxels);
  const margins = new Float32Array(voxels);
  for (let v = 0; v < voxels; v++) {
    let [best, next] = [-Infinity, -Infinity];
    for (let c = 0; c < classes; c++) {
      const score = scores[c * voxels + v]!;
      if (score > best) [best, next, labels[v]] = [score, best, c];
      else if (score > next) next = score;
    }
    margins[v] = best - next;
  }
  return { labels, margins };
}

const proving = createOnnxruntimeBackend({ disableCpuFallback: true });

describe("segmentation networks wholly on WebGPU", () => {
  test.each([
    "unet3d/unet3d_instancenorm_seeded",
    "unet3d/unet3d_liver_8_128_bnfused",
    "meshnet/meshnet_gwm_5ch",
    "meshnet/meshnet_mindgrab_15ch",
    "meshnet/meshnet_sub18_21ch",
    "meshnet/meshnet_sub18_30ch",
  ])("%s labels 32³ as the WebAssembly build does", { timeout: 300_000 }, (name) =>
    withGpu(async (gpu) => {
      const bytes = await readRecorded(`models/${name}.onnx`);
      if (bytes === undefined) return console.info(`skipped: models/${name}.onnx is not there`);
      const { header } = await onnxSource("net", bytes);
      const input = { [header.inputs[0]!.name]: float32([1, 1, 32, 32, 32], noise(32 ** 3).map((x) => (x + 1) / 2)) };
      const cpu = await runModel(gpu, bytes, "cpu", input);
      const onGpu = await runModel(gpu, bytes, "gpu", input, proving);
      expect(onGpu.locations).toEqual(onGpu.locations.map(() => "gpu"));
      for (const [output, expected] of cpu.outputs) {
        const found = onGpu.outputs.get(output)!;
        expect(found.shape).toEqual(expected.shape);
        expect(expected.dataType).toBe("TYPE_FP32");
        const { error, scale } = difference(typedData(found) as Float32Array, typedData(expected) as Float32Array);
        const [a, b] = [labelsOf(expected), labelsOf(found)];
        const differing = [...a.labels.keys()].filter((v) => a.labels[v] !== b.labels[v]);
        console.info(name, { error, scale, differing: differing.length, lowMargin: a.margins.filter((margin) => margin < 1e-3).length });
        expect(error).toBeLessThanOrEqual(1e-4 * Math.max(1, scale));
        expect(differing.filter((v) => a.margins[v]! >= 1e-3)).toEqual([]);
      }
    }),
  );
});

describe("the small models", () => {
  const cases = [
    ["mnist_ort_examples", ["cpu", "gpu"]],
    ["multiaxial_consensus_3dconv", ["cpu", "gpu"]],
    ["triton_simple", ["cpu", "gpu"]],
    ["xgb_onnxmltools", ["cpu"]],
  ] as const;
  const each = cases.flatMap(([name, placements]) => placements.map((placement) => [name, placement] as const));
  test.each(each)("%s on the %s gives the recorded outputs", (name, placement) =>
    withGpu(async (gpu) => {
      const bytes = await readRecorded(`models/small/${name}.onnx`);
      const recorded = await readRecorded(`models/small/${name}_io.npz`);
      if (bytes === undefined || recorded === undefined) return console.info(`skipped: models/small/${name} is not there`);
      const arrays = [...readNpz(recorded)];
      const { header } = await onnxSource("net", bytes);
      const pick = (prefix: string, values: OnnxHeader["inputs"]) => {
        const found = arrays.filter(([key]) => key.startsWith(prefix)).map(([, tensor]) => tensor);
        expect(found.length).toBe(values.length);
        return Object.fromEntries(values.map((value, i) => [value.name, found[i]!]));
      };
      const { outputs } = await runModel(gpu, bytes, placement, pick("in_", header.inputs));
      for (const [output, expected] of Object.entries(pick("out_", header.outputs))) {
        const found = outputs.get(output)!;
        expect(found.shape).toEqual(expected.shape);
        expect(found.dataType).toBe(expected.dataType);
        const { error, scale } = difference(typedData(found) as Float32Array, typedData(expected) as Float32Array);
        console.info(name, placement, output, { error, scale });
        expect(error).toBeLessThanOrEqual(1e-5 * Math.max(1, scale));
      }
    }),
  );

  test.each(["ultraface_rfb320", "superres_pytorch", "ortex_tinymodel"])("%s gives the same on both", { timeout: 300_000 }, (name) =>
    withGpu(async (gpu) => {
      const bytes = await readRecorded(`models/small/${name}.onnx`);
      if (bytes === undefined) return console.info(`skipped: models/small/${name}.onnx is not there`);
      const { header } = await onnxSource("net", bytes);
      const inputs = Object.fromEntries(
        header.inputs.map((value) => {
          const shape = value.shape!.map((size) => (typeof size === "number" ? size : 1));
          const count = elementCount(shape);
          if (value.elementType === 6) return [value.name, { dataType: "TYPE_INT32", shape, data: new Int32Array(count).fill(3) } satisfies Tensor];
          return [value.name, float32(shape)];
        }),
      );
      const [cpu, onGpu] = [await runModel(gpu, bytes, "cpu", inputs), await runModel(gpu, bytes, "gpu", inputs)];
      for (const [output, expected] of cpu.outputs) {
        const { error, scale } = difference(typedData(onGpu.outputs.get(output)!) as Float32Array, typedData(expected) as Float32Array);
        console.info(name, output, { error, scale });
        expect(error).toBeLessThanOrEqual(1e-4 * Math.max(1, scale));
      }
    }),
  );

  test("a tree ensemble is refused on WebGPU with the way out", () =>
    withGpu(async (gpu) => {
      const bytes = await readRecorded("models/small/xgb_onnxmltools.onnx");
      if (bytes === undefined) return console.info("skipped: models/small/xgb_onnxmltools.onnx is not there");
      await expect(runModel(gpu, bytes, "gpu", {})).rejects.toMatchObject({
        code: "MODEL_NOT_RUNNABLE",
        message: expect.stringMatching(/TreeEnsembleRegressor.*KIND_CPU, where it runs/),
        data: { ops: ["ai.onnx.ml::TreeEnsembleRegressor"] },
      });
    }));

  test.each(["gpu", "cpu"] as const)("a model with extension operators is refused on the %s by their names", (placement) =>
    withGpu(async (gpu) => {
      const bytes = await readRecorded("models/small/superres_prepost_op18.onnx");
      if (bytes === undefined) return console.info("skipped: models/small/superres_prepost_op18.onnx is not there");
      await expect(runModel(gpu, bytes, placement, {})).rejects.toMatchObject({
        code: "MODEL_NOT_RUNNABLE",
        message: expect.stringMatching(/Run this step on a Triton server/),
        data: { ops: expect.arrayContaining([expect.stringMatching(/^(ai\.onnx\.contrib|com\.microsoft\.extensions)::/)]) },
      });
    }),
  );
});
