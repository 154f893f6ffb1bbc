import { describe, expect, test } from "vitest";
import type { Forest } from "../../../forest/forest.ts";
import { packForest } from "../../../forest/packed-forest.ts";
import type { RowOutput } from "../../../forest/postprocess.ts";
import { predictRows } from "../../../forest/predict.ts";
import { writeCheckpoint } from "../../../forest/treelite/write-checkpoint.ts";
import { xgboostModel, xgboostTree } from "../../../testing/forest-texts.ts";
import { randomForest, randomFrom, randomRows } from "../../../testing/forests.ts";
import { countMaps, withGpu } from "../../../testing/gpu.ts";
import { newMessage } from "../../../triton/model-config/new-message.ts";
import type { Gpu } from "../../gpu.ts";
import type { ExecuteRequest, ModelSource, Placement, RuntimeTensor } from "../backend.ts";
import { filBackend } from "./fil.ts";

const SIGNAL = new AbortController().signal;
const FEATURES = 6;

interface Written {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly features?: number;
  readonly dims?: readonly number[];
  readonly batch?: number;
  readonly file?: Uint8Array<ArrayBuffer>;
}

const forestOf = (seed: number, classes: number): Forest => {
  for (let next = seed; ; next++) {
    const made = randomForest(randomFrom(next), { trees: 12, depth: 5, features: FEATURES });
    if (made.classCounts[0] === classes) return { ...made, postprocessor: classes > 1 ? "softmax" : "sigmoid" };
  }
};
const binary = forestOf(1, 1);
const several = forestOf(1, 5);

function sourceOf(forest: Forest, { parameters, features = FEATURES, dims = [1], batch = 32_768, file = writeCheckpoint(forest) }: Written): ModelSource {
  const strings = { model_type: "treelite_checkpoint", output_class: "false", ...parameters };
  const config = newMessage("ModelConfig", {
    name: "forest",
    backend: "fil",
    default_model_filename: "checkpoint.tl",
    max_batch_size: batch,
    input: [newMessage("ModelInput", { name: "input__0", data_type: "TYPE_FP32", dims: [features] })],
    output: [newMessage("ModelOutput", { name: "output__0", data_type: "TYPE_FP32", dims: [...dims] })],
    parameters: Object.fromEntries(Object.entries(strings).map(([key, string_value]) => [key, { string_value }])),
  });
  const open = (path: string) => Promise.resolve(path === "checkpoint.tl" && file.length > 0 ? new Blob([file]) : undefined);
  return { name: "forest", version: 1, config, files: { open, names: ["checkpoint.tl"] } };
}

function request(input: RuntimeTensor): ExecuteRequest {
  return { inputs: new Map([["input__0", input]]), requestedOutputs: ["output__0"], signal: SIGNAL, report: undefined, progress: () => undefined };
}

/** What a model answers to rows, wherever it runs, and the readbacks of the step itself. */
async function answer(gpu: Gpu, source: ModelSource, placement: Placement, rows: Float32Array<ArrayBuffer>, shape: readonly number[]): Promise<{ shape: readonly number[]; values: number[]; maps: number }> {
  const model = await filBackend.load(source, placement, { gpu }, SIGNAL);
  let maps = 0;
  try {
    if (placement === "cpu") {
      const output = (await model.execute(request({ location: "host", tensor: { dataType: "TYPE_FP32", shape, data: rows } }))).get("output__0");
      if (output?.location !== "host") throw new Error("a KIND_CPU output is on the host");
      return { shape: output.tensor.shape, values: [...(output.tensor.data as Float32Array)], maps };
    }
    const buffer = gpu.memory.upload("test/rows", new Uint8Array(rows.buffer));
    let output: RuntimeTensor | undefined;
    try {
      ({ maps } = await countMaps(async () => {
        output = (await model.execute(request({ location: "gpu", dataType: "TYPE_FP32", shape, buffer }))).get("output__0");
      }));
    } finally {
      buffer.release();
    }
    if (output?.location !== "gpu") throw new Error("a KIND_GPU output is on the GPU");
    const [bytes] = await gpu.memory.download("test", [output.buffer]);
    output.buffer.release();
    return { shape: output.shape, values: [...new Float32Array((bytes as Uint8Array<ArrayBuffer>).buffer, 0, output.buffer.byteLength / 4)], maps };
  } finally {
    await model.dispose();
  }
}

const CASES: readonly (readonly [string, Forest, Written, RowOutput])[] = [
  ["the value of each row", binary, { dims: [1] }, { kind: "values", threshold: 0.5 }],
  ["a probability", binary, { dims: [1], parameters: { output_class: "true", predict_proba: "true" } }, { kind: "values", threshold: 0.5 }],
  ["both probabilities", binary, { dims: [2], parameters: { output_class: "true", predict_proba: "true" } }, { kind: "pair", threshold: 0.5 }],
  ["a class by its threshold", binary, { dims: [1], parameters: { is_classifier: "true", output_class: "true", threshold: "0.45" } }, { kind: "class", threshold: 0.45 }],
  ["a probability for each class", several, { dims: [5], parameters: { output_class: "true", predict_proba: "true" } }, { kind: "values", threshold: 0.5 }],
  ["the most probable class", several, { dims: [1], parameters: { output_class: "true" } }, { kind: "class", threshold: 0.5 }],
  ["the base score alone where there is no tree", { ...binary, trees: [], targetIds: new Int32Array(0), classIds: new Int32Array(0) }, { dims: [1] }, { kind: "values", threshold: 0.5 }],
  ["rows of a model without batches", several, { dims: [-1, 5], batch: 0 }, { kind: "values", threshold: 0.5 }],
];

describe.for(["gpu", "cpu"] as const)("a forest on the %s gives", (placement) => {
  test.for(CASES)("%s", async ([, forest, written, output]) => {
    const rows = randomRows(randomFrom(3), 50, FEATURES);
    await withGpu(async (gpu) => {
      const found = await answer(gpu, sourceOf(forest, written), placement, rows, [50, FEATURES]);
      const expected = predictRows(forest, packForest(forest), rows, output);
      expect(found.shape).toEqual([50, expected.length / 50]);
      expect(found.values).toEqual([...expected].map((value) => expect.closeTo(value, 5)));
      expect(found.maps).toBe(0);
    });
  });

  test("nothing for no row", async () => {
    await withGpu(async (gpu) => {
      expect(await answer(gpu, sourceOf(binary, {}), placement, new Float32Array(0), [0, FEATURES])).toMatchObject({ shape: [0, 1], values: [] });
    });
  });

  test("as many answers as rows, for batches of 1 to 100,000", async () => {
    const tree = xgboostTree();
    const file = new TextEncoder().encode(JSON.stringify(xgboostModel({ trees: [tree, tree, tree], baseScore: "0" })));
    const source = sourceOf(binary, { file, features: 2, parameters: { model_type: "xgboost_json" } });
    await withGpu(async (gpu) => {
      for (const count of [1, 15, 16, 17, 4096, 4097, 100_000]) {
        const rows = Float32Array.from({ length: 2 * count }, (_, index) => (index % 2 === 0 ? (index / 2) % 2 : (index >> 1) % 5));
        const { values } = await answer(gpu, source, placement, rows, [count, 2]);
        const expected = Array.from({ length: count }, (_, row) => (row % 2 === 0 ? -3 : [1, 3].includes(row % 5) ? 12 : 6));
        expect(values.length).toBe(count);
        expect(values.findIndex((value, row) => value !== expected[row])).toBe(-1);
      }
    });
  });

  test.for([
    ["rows of another width", {}, [10, FEATURES + 1], "REQUEST_INVALID", /rows of 6 features/],
    ["no file", { file: new Uint8Array(0) }, [10, FEATURES], "MODEL_NOT_RUNNABLE", /no checkpoint.tl/],
    ["a damaged file", { file: writeCheckpoint(binary).slice(0, -100) }, [10, FEATURES], "FOREST_TRUNCATED", /forest\/1\/checkpoint\.tl, tree/],
    ["an output of another width", { dims: [3] }, [10, FEATURES], "MODEL_NOT_RUNNABLE", /dims \[3\].*write dims: \[ 1 \]/],
    ["a switch that is none", { parameters: { output_class: "yes" } }, [10, FEATURES], "MODEL_NOT_RUNNABLE", /Expected 'true' or 'false' for parameter 'output_class', got: 'yes'/],
    ["an unknown model_type", { parameters: { model_type: "sklearn" } }, [10, FEATURES], "MODEL_NOT_RUNNABLE", /sklearn not recognized/],
  ] as const)("a coded error for %s, and the next model runs", async ([, written, shape, code, message]) => {
    await withGpu(async (gpu) => {
      const rows = new Float32Array(shape[0] * shape[1]);
      await expect(answer(gpu, sourceOf(binary, written), placement, rows, shape)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
      gpu.memory.trim();
      expect((await answer(gpu, sourceOf(binary, {}), placement, randomRows(randomFrom(1), 3, FEATURES), [3, FEATURES])).shape).toEqual([3, 1]);
    });
  });
});

test("a forest for KIND_GPU where there is no WebGPU is refused", async () => {
  await expect(filBackend.load(sourceOf(binary, {}), "gpu", { gpu: undefined }, SIGNAL)).rejects.toMatchObject({ code: "NO_WEBGPU" });
});
