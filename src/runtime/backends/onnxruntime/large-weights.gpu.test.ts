import { describe, expect, test } from "vitest";
import { encodeModel, makeExternal, makeInt64s, makeInts, makeNode } from "../../../onnx/encode.ts";
import { bertModel, bertWeights, insideParts, RandomWeights, type BertSize } from "../../../testing/bert-model.ts";
import { withGpu } from "../../../testing/gpu.ts";
import { difference, floats, noise, testModel } from "../../../testing/onnx.ts";
import { download, float32, host } from "../../../testing/onnx-run.ts";
import { executeWith, onnxSource } from "../../../testing/onnx-source.ts";
import { fetchSample, openSession } from "../../../testing/open-session.ts";
import { typedData, type Tensor } from "../../../tensor/tensor.ts";
import type { Gpu } from "../../gpu.ts";
import { fileAccess } from "../file-access.ts";
import { createOnnxruntimeBackend, onnxruntimeBackend } from "./onnxruntime.ts";

const signal = new AbortController().signal;
const SIZE: BertSize = { layers: 1, hidden: 48, heads: 4, inner: 96, vocabulary: 300, positions: 32, classes: 2, precision: "fp32" };

type Files = Record<string, Uint8Array<ArrayBuffer>>;

/** A BERT and its weights: in one file, from an odd offset on; a file for each; in folders; or in the model. */
function bert(kept: "one" | "each" | "inside", size: BertSize = SIZE): { bytes: Uint8Array<ArrayBuffer>; files: Files } {
  const weights = bertWeights(size);
  const random = new RandomWeights(size.precision, 1 << 14);
  const elements = weights.map((one, index) => random.whole(one, index));
  if (kept === "inside") return { bytes: joined(insideParts(size).map((part) => (typeof part === "number" ? elements[part]! : part))), files: {} };
  if (kept === "each") {
    const files = Object.fromEntries(weights.map(({ name }, index) => [`parts/${name}`, elements[index]!]));
    return { bytes: bertModel(size, ({ name }) => ({ location: `./parts/${name}`, offset: 0 })), files };
  }
  const offsets = weights.map(((sum) => ({ bytes }) => (sum += bytes) - bytes)(3));
  return { bytes: bertModel(size, (_, index) => ({ location: "model.onnx.data", offset: offsets[index]! })), files: { "model.onnx.data": joined([new Uint8Array(3), ...elements]) } };
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

const wholeNumbers = (values: readonly number[]): Tensor => ({ dataType: "TYPE_INT64", shape: [2, 5], data: BigInt64Array.from(values, BigInt) });
const INPUTS = { INPUT__0: wholeNumbers([1, 2, 3, 299, 5, 6, 7, 8, 0, 0]), INPUT__1: wholeNumbers([1, 1, 1, 1, 1, 1, 1, 1, 0, 0]) };

async function scores(gpu: Gpu, placement: "cpu" | "gpu", { bytes, files }: { bytes: Uint8Array<ArrayBuffer>; files: Files }, wholeUpTo: number): Promise<number[]> {
  const model = await createOnnxruntimeBackend({ wholeUpTo }).load(await onnxSource("bert", bytes, {}, files), placement, { gpu }, signal);
  const made = await executeWith(model, { INPUT__0: host(INPUTS.INPUT__0), INPUT__1: host(INPUTS.INPUT__1) }, ["OUTPUT__0"]);
  const found = await download(gpu, made.get("OUTPUT__0"));
  await model.dispose();
  expect(found.shape).toEqual([2, 2]);
  return [...(typedData(found) as Float32Array)];
}

describe("a BERT whose weights are read part by part", () => {
  test.each([
    ["in one file", "one"],
    ["in a file for each tensor, in a folder", "each"],
    ["in a model file that is not read as a whole", "inside"],
  ] as const)("%s computes what the whole model does", (_, kept) =>
    withGpu(async (gpu) => {
      const whole = await scores(gpu, "cpu", bert("inside"), Infinity);
      expect(new Set(whole.map((value) => value.toFixed(6))).size).toBeGreaterThan(1);
      for (const placement of ["cpu", "gpu"] as const) {
        expect(difference(await scores(gpu, placement, bert(kept), 0), whole).error).toBeLessThan(1e-5);
      }
    }),
  );

  test("of fp16 weights, on the CPU", () =>
    withGpu(async (gpu) => {
      const size = { ...SIZE, precision: "fp16" } as const;
      const whole = await scores(gpu, "cpu", bert("one"), 0);
      for (const kept of ["one", "inside"] as const) expect(difference(await scores(gpu, "cpu", bert(kept, size), 0), whole).error).toBeLessThan(2e-3);
    }));

  test("tells how far it is", () =>
    withGpu(async (gpu) => {
      const { bytes, files } = bert("one");
      const model = await onnxruntimeBackend.load(await onnxSource("bert", bytes, {}, files), "cpu", { gpu }, signal);
      const told: [string, number | undefined][] = [];
      await executeWith(model, { INPUT__0: host(INPUTS.INPUT__0), INPUT__1: host(INPUTS.INPUT__1) }, ["OUTPUT__0"], { progress: (...progress) => void told.push(progress as [string, number | undefined]) });
      await model.dispose();
      const fractions = told.flatMap(([stage, fraction]) => (stage === "loading" && fraction !== undefined ? [fraction] : []));
      expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
      expect(fractions.length).toBeGreaterThan(3);
      expect(fractions.at(-1)).toBeGreaterThan(0.9);
      expect(fractions.at(-1)).toBeLessThanOrEqual(1);
      expect(told.at(-2)![0]).toBe("compiling");
    }));

  test("ends between two reads when it is cancelled", () =>
    withGpu(async (gpu) => {
      const { bytes, files } = bert("one");
      const model = await onnxruntimeBackend.load(await onnxSource("bert", bytes, {}, files), "cpu", { gpu }, signal);
      const controller = new AbortController();
      let reads = 0;
      const run = executeWith(model, { INPUT__0: host(INPUTS.INPUT__0), INPUT__1: host(INPUTS.INPUT__1) }, ["OUTPUT__0"], {
        signal: controller.signal,
        progress: (stage, fraction) => {
          if (stage === "loading" && fraction !== undefined && ++reads === 2) controller.abort();
        },
      });
      await expect(run).rejects.toMatchObject({ code: "CANCELLED" });
      expect(reads).toBe(2);
      await model.dispose();
    }));
});

const KERNEL = noise(2 * 400 * 8);

/** A transposed convolution, which is rewritten with its weights for WebGPU. */
function upsampling(external: boolean): { bytes: Uint8Array<ArrayBuffer>; files: Files } {
  const dims = [2, 400, 2, 2, 2];
  const bytes = encodeModel(
    testModel({
      inputs: { x: [1, 2, 2, 2, 2] },
      outputs: { y: [1, 400, 4, 4, 4] },
      nodes: [makeNode("ConvTranspose", "up", ["x", "w"], ["y"], [makeInts("strides", [2, 2, 2])])],
      initializers: external ? [makeExternal("w", 1, dims, "w.bin", 0, KERNEL.byteLength)] : [floats("w", dims, KERNEL)],
    }),
  );
  return { bytes, files: { "w.bin": new Uint8Array(KERNEL.buffer) } };
}

describe("weights that a rewrite or ONNX Runtime reads", () => {
  test("on WebGPU: a transposed convolution over a volume", () =>
    withGpu(async (gpu) => {
      const x = float32([1, 2, 2, 2, 2]);
      const run = async (external: boolean, placement: "cpu" | "gpu"): Promise<Float32Array> => {
        const { bytes, files } = upsampling(external);
        const model = await onnxruntimeBackend.load(await onnxSource("net", bytes, {}, files), placement, { gpu }, signal);
        const made = await executeWith(model, { x: host(x) }, ["y"]);
        const y = await download(gpu, made.get("y"));
        await model.dispose();
        return typedData(y) as Float32Array;
      };
      const expected = await run(false, "cpu");
      for (const placement of ["cpu", "gpu"] as const) expect(difference(await run(true, placement), expected).error).toBeLessThan(1e-4);
    }));

  test("on both: a constant that is folded", () =>
    withGpu(async (gpu) => {
      const values = { mix: noise(40 * 40), bias: noise(40) };
      const bytes = encodeModel(
        testModel({
          inputs: { x: ["n", 40] },
          outputs: { y: ["n", 40] },
          nodes: [makeNode("Transpose", "turn", ["w"], ["t"]), makeNode("MatMul", "mix", ["x", "t"], ["m"]), makeNode("Add", "shift", ["m", "b"], ["y"])],
          initializers: [makeExternal("w", 1, [40, 40], "w.bin", 0, values.mix.byteLength), floats("b", [40], values.bias)],
        }),
      );
      const x = noise(3 * 40, 7);
      const expected = Float32Array.from({ length: 120 }, (_, i) => {
        const [row, column] = [Math.floor(i / 40), i % 40];
        let sum = values.bias[column]!;
        for (let k = 0; k < 40; k++) sum += x[row * 40 + k]! * values.mix[column * 40 + k]!;
        return sum;
      });
      for (const placement of ["cpu", "gpu"] as const) {
        const model = await onnxruntimeBackend.load(await onnxSource("net", bytes, {}, { "w.bin": new Uint8Array(values.mix.buffer) }), placement, { gpu }, signal);
        const made = await executeWith(model, { x: host(float32([3, 40], x)) }, ["y"]);
        expect(difference(typedData(await download(gpu, made.get("y"))) as Float32Array, expected).error).toBeLessThan(1e-4);
        await model.dispose();
      }
    }));

  test("a shape in a file of its own", () =>
    withGpu(async (gpu) => {
      const shape = makeInt64s("s", [3, 2]);
      const bytes = encodeModel(
        testModel({ inputs: { x: [6] }, outputs: { y: [3, 2] }, nodes: [makeNode("Reshape", "fold", ["x", "s"], ["y"])], initializers: [makeExternal("s", 7, shape.dims, "s.bin", 0, 16)] }),
      );
      const model = await onnxruntimeBackend.load(await onnxSource("net", bytes, {}, { "s.bin": new Uint8Array(BigInt64Array.of(3n, 2n).buffer) }), "gpu", { gpu }, signal);
      const made = await executeWith(model, { x: host(float32([6])) }, ["y"]);
      expect((await download(gpu, made.get("y"))).shape).toEqual([3, 2]);
      await model.dispose();
    }));
});

describe("what cannot be loaded is refused before anything is read", () => {
  const load = async (gpu: Gpu, bytes: Uint8Array<ArrayBuffer>, files: Files, placement: "cpu" | "gpu" = "cpu") =>
    onnxruntimeBackend.load(await onnxSource("bert", bytes, {}, files), placement, { gpu }, signal);

  test("a file of several that is missing, and one that is too short", () =>
    withGpu(async (gpu) => {
      const { bytes, files } = bert("each");
      const { ["parts/layer.0.key.weight"]: _, ...missing } = files;
      await expect(load(gpu, bytes, missing)).rejects.toMatchObject({ code: "ONNX_EXTERNAL_MISSING", message: expect.stringContaining("is not there"), data: { path: "parts/layer.0.key.weight", needed: 9216 } });
      const short = { ...files, "parts/layer.0.key.weight": files["parts/layer.0.key.weight"]!.slice(0, 100) };
      await expect(load(gpu, bytes, short)).rejects.toMatchObject({ code: "ONNX_EXTERNAL_MISSING", message: expect.stringContaining("has 100 bytes of 9216") });
    }));

  test.each(["../weights.bin", "/tmp/weights.bin", "parts/../../weights.bin", "C:/weights.bin", "..\\weights.bin", "."])("a path that leaves the version folder: %s", (location) =>
    withGpu(async (gpu) => {
      const bytes = bertModel(SIZE, () => ({ location, offset: 0 }));
      await expect(load(gpu, bytes, {})).rejects.toMatchObject({ code: "ONNX_EXTERNAL_OUTSIDE", data: { path: location } });
    }),
  );

  test("weights beyond the memory of WebAssembly, and a tensor beyond a GPU buffer", () =>
    withGpu(async (gpu) => {
      const long = (rows: number): Uint8Array<ArrayBuffer> =>
        encodeModel(
          testModel({
            inputs: { x: { type: 7, shape: [1] } },
            outputs: { y: [1, 1024] },
            nodes: [makeNode("Gather", "look", ["table", "x"], ["y"])],
            initializers: [makeExternal("table", 1, [rows, 1024], "table.bin", 0, rows * 4096)],
          }),
        );
      const source = async (rows: number) => {
        const made = await onnxSource("net", long(rows));
        // As large as the model says, and never read.
        const table = { size: rows * 4096, read: () => Promise.reject(new Error("read")) };
        return { ...made, files: { ...made.files, access: async (path: string) => (path === "table.bin" ? table : fileAccess((await made.files.open(path))!, path)) } };
      };
      await expect(onnxruntimeBackend.load(await source(2 ** 20), "cpu", { gpu }, signal)).rejects.toMatchObject({
        code: "MODEL_TOO_LARGE",
        message: expect.stringMatching(/table\.bin take 4294967296 bytes.*4 GiB/),
        data: { file: "table.bin", bytes: 2 ** 32, limit: 2 ** 32 },
      });
      await expect(onnxruntimeBackend.load(await source(2 ** 19), "cpu", { gpu }, signal)).rejects.toMatchObject({
        code: "MODEL_TOO_LARGE",
        message: expect.stringMatching(/"table" \[524288, 1024\] in 1\/table\.bin takes 2147483648 bytes.*place it on the GPU/),
        data: { file: "1/table.bin", bytes: 2 ** 31, limit: 2 ** 31 - 1 },
      });
      const rows = gpu.device.limits.maxBufferSize / 4096 + 1;
      await expect(onnxruntimeBackend.load(await source(rows), "gpu", { gpu }, signal)).rejects.toMatchObject({
        code: "MODEL_TOO_LARGE",
        message: expect.stringContaining('"table"'),
        data: { file: "1/table.bin", bytes: rows * 4096, limit: gpu.device.limits.maxBufferSize },
      });
    }));

  test("a model file beyond protobuf's 2 GiB", () =>
    withGpu(async (gpu) => {
      const { bytes, files } = bert("one");
      const made = await onnxSource("net", bytes, {}, files);
      const access = async (path: string) => {
        const found = fileAccess((await made.files.open(path))!, path);
        return path === "model.onnx" ? { ...found, size: 2 ** 31 } : found;
      };
      const loading = onnxruntimeBackend.load({ ...made, files: { ...made.files, access } }, "cpu", { gpu }, signal);
      await expect(loading).rejects.toMatchObject({ code: "MODEL_TOO_LARGE", message: expect.stringMatching(/1\/model\.onnx has 2147483648 bytes.*external data/), data: { limit: 2 ** 31 - 1 } });
    }));
});

describe("in the worker that runs models", () => {
  test("weights are read from their handle", { timeout: 120_000 }, async () => {
    const sample = await fetchSample("readability", "four_levels.excerpt.json");
    const { bytes, files } = bert("one", { ...SIZE, vocabulary: 4000, positions: 128, classes: 1 });
    const repository = new Map<string, Uint8Array<ArrayBuffer> | string>(sample.files).set("bert-small/1/model.onnx", bytes);
    for (const [path, content] of Object.entries(files)) repository.set(`bert-small/1/${path}`, content);
    const open = openSession(repository);
    try {
      await open.session.setInput("readability", "excerpt", { kind: "files", files: [{ name: "four_levels.excerpt.json", blob: sample.input }] });
      await open.session.setInput("readability", "BERT_WEIGHT", { kind: "generated", fill: "ones" });
      await open.session.execute("readability", { cache: false });
      const { run } = open.session.getState();
      expect(run.error).toBeNull();
      const score = (await open.session.read(run.result!.outputs["SCORE"]!)) as Float32Array;
      expect(score.every(Number.isFinite)).toBe(true);
    } finally {
      open.session.dispose();
    }
  });

  test("a rewrite reads them at once", { timeout: 120_000 }, async () => {
    const config = (kind: string) =>
      `name: "net" backend: "onnxruntime" input [ { name: "x" data_type: TYPE_FP32 dims: [ 1, 2, 2, 2, 2 ] } ] output [ { name: "y" data_type: TYPE_FP32 dims: [ 1, 400, 4, 4, 4 ] } ] instance_group [ { kind: ${kind} } ]`;
    const results: Float32Array[] = [];
    for (const kind of ["KIND_CPU", "KIND_GPU"]) {
      const { bytes, files } = upsampling(true);
      const open = openSession(new Map<string, Uint8Array<ArrayBuffer> | string>([["net/config.pbtxt", config(kind)], ["net/1/model.onnx", bytes], ["net/1/w.bin", files["w.bin"]!]]));
      try {
        await open.session.setInput("net", "x", { kind: "generated", fill: "uniform", seed: 3 });
        await open.session.execute("net", { cache: false });
        const { run } = open.session.getState();
        expect(run.error).toBeNull();
        results.push((await open.session.read(run.result!.outputs["y"]!)) as Float32Array);
      } finally {
        open.session.dispose();
      }
    }
    const { error, scale } = difference(results[1]!, results[0]!);
    expect(scale).toBeGreaterThan(0.1);
    expect(error).toBeLessThan(1e-4);
  });
});
