import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { describe, expect, test } from "vitest";
import { decodeTensor } from "../../../onnx/decode.ts";
import { encodeModel, makeInt, makeInt64s, makeInts, makeNode } from "../../../onnx/encode.ts";
import { typedData, type Tensor } from "../../../tensor/tensor.ts";
import { countMaps, withGpu } from "../../../testing/gpu.ts";
import { difference, floats, noise, testModel } from "../../../testing/onnx.ts";
import { download, float32, host, runModel, upload } from "../../../testing/onnx-run.ts";
import { executeWith, onnxSource } from "../../../testing/onnx-source.ts";
import { acquireDevice } from "../../device.ts";
import { createGpu } from "../../gpu.ts";
import type { GpuTensor, RuntimeTensor } from "../backend.ts";
import { createOnnxruntimeBackend, onnxruntimeBackend } from "./onnxruntime.ts";
import { createSessionCache } from "./session-cache.ts";

const signal = new AbortController().signal;

/** Doubles each spatial axis: on WebGPU only after a rewrite with known sizes. */
const upsampling = encodeModel(
  testModel({
    inputs: { x: [1, 2, "d", "h", "w"] },
    outputs: { y: [1, 1, "a", "b", "c"] },
    nodes: [makeNode("ConvTranspose", "up", ["x", "w"], ["y"], [makeInts("strides", [2, 2, 2])])],
    initializers: [floats("w", [2, 1, 2, 2, 2], noise(16))],
  }),
);

describe("tensors on the GPU", () => {
  const scale = (factor: number) =>
    encodeModel(
      testModel({
        inputs: { x: ["n", 3] },
        outputs: { y: ["n", 3], label: { type: 7, shape: ["n", 1] } },
        nodes: [makeNode("Mul", "scale", ["x", "factor"], ["y"]), makeNode("ArgMax", "best", ["y"], ["label"], [makeInt("axis", 1)])],
        initializers: [floats("factor", [1], [factor])],
      }),
    );

  test("stay there from model to model: nothing is mapped before the download", () =>
    withGpu(async (gpu) => {
      const [a, b] = await Promise.all([2, 3].map(async (factor) => onnxruntimeBackend.load(await onnxSource(`by${factor}`, scale(factor)), "gpu", { gpu }, signal)));
      const input = upload(gpu, float32([4, 3], Float32Array.from({ length: 12 }, (_, i) => i)));
      let result: RuntimeTensor | undefined;
      const { maps } = await countMaps(async () => {
        const middle = (await executeWith(a!, { x: input }, ["y"])).get("y") as GpuTensor;
        const doubled = gpu.memory.allocate("own copy", middle.buffer.byteLength);
        gpu.copy(middle.buffer, doubled, middle.buffer.byteLength);
        const made = await executeWith(b!, { x: { ...middle, buffer: doubled } }, ["y", "label"]);
        result = made.get("y");
        middle.buffer.release();
        doubled.release();
        const label = made.get("label") as GpuTensor;
        expect([label.dataType, label.shape, label.buffer.byteLength]).toEqual(["TYPE_INT64", [4, 1], 32]);
        label.buffer.release();
      });
      expect(maps).toBe(0);
      expect([...typedData(await download(gpu, result))]).toEqual(Array.from({ length: 12 }, (_, i) => i * 6));
      input.buffer.release();
      await a!.dispose();
      await b!.dispose();
    }));

  test("outlive the session that made them", () =>
    withGpu(async (gpu) => {
      const model = await onnxruntimeBackend.load(await onnxSource("net", scale(5)), "gpu", { gpu }, signal);
      const made = await executeWith(model, { x: host(float32([1, 3], Float32Array.of(1, 3, 2))) }, ["y", "label"]);
      await model.dispose();
      expect([...typedData(await download(gpu, made.get("y")))]).toEqual([5, 15, 10]);
      expect([...typedData(await download(gpu, made.get("label")))]).toEqual([1n]);
    }));

  test("are reused by ONNX Runtime once released", () =>
    withGpu(async (gpu) => {
      const model = await onnxruntimeBackend.load(await onnxSource("net", scale(2)), "gpu", { gpu }, signal);
      const seen = new Set<GPUBuffer>();
      for (let i = 0; i < 12; i++) {
        const y = (await executeWith(model, { x: host(float32([8, 3])) }, ["y"])).get("y") as GpuTensor;
        seen.add(y.buffer.buffer);
        y.buffer.release();
      }
      expect(seen.size).toBeLessThan(4);
      await model.dispose();
    }));

  test("whose buffer is too small are refused", () =>
    withGpu(async (gpu) => {
      const model = await onnxruntimeBackend.load(await onnxSource("net", scale(2)), "gpu", { gpu }, signal);
      const short = upload(gpu, float32([1, 3]));
      await expect(executeWith(model, { x: { ...short, shape: [2, 3] } }, ["y"])).rejects.toMatchObject({ code: "TENSOR_MISMATCH", data: { needed: 24, found: 12 } });
      short.buffer.release();
      await model.dispose();
    }));

  test("may have no elements", () =>
    withGpu(async (gpu) => {
      const model = await onnxruntimeBackend.load(await onnxSource("net", scale(2)), "cpu", { gpu }, signal);
      const made = await executeWith(model, { x: host(float32([0, 3])) }, ["y"]);
      expect((await download(gpu, made.get("y"))).shape).toEqual([0, 3]);
      await model.dispose();
    }));
});

describe("sessions", () => {
  test("are made per input shape where a rewrite needs it, kept, and let go least recently used first", () =>
    withGpu(async (gpu) => {
      const sessions = createSessionCache(2);
      const rewrites: string[][] = [];
      const backend = createOnnxruntimeBackend({ sessions, onRewrite: (_, changes) => rewrites.push(changes.map((change) => change.rewrite)) });
      const model = await backend.load(await onnxSource("up", upsampling), "gpu", { gpu }, signal);
      const stages: string[] = [];
      for (const size of [2, 3, 2, 4, 2, 3]) {
        const made = await executeWith(model, { x: host(float32([1, 2, size, 2, 2])) }, ["y"], { progress: (stage) => void stages.push(stage) });
        expect((await download(gpu, made.get("y"))).shape).toEqual([1, 1, 2 * size, 4, 4]);
      }
      expect(stages.join(" ")).toBe(
        "loading compiling running loading compiling running running loading compiling running running loading compiling running",
      );
      expect(rewrites[0]).toEqual(["bind-inputs", "conv-transpose-to-conv", "drop-dead-nodes"]);
      expect(sessions.count).toBe(2);
      await model.dispose();
      expect([sessions.count, sessions.bytes]).toEqual([0, 0]);
    }));

  test("of many models run at once one after another", () =>
    withGpu(async (gpu) => {
      const backend = createOnnxruntimeBackend();
      const models = await Promise.all([0, 1, 2, 3].map(async (i) => backend.load(await onnxSource(`up${i}`, upsampling), i % 2 === 0 ? "gpu" : "cpu", { gpu }, signal)));
      const shape = [1, 2, 2, 2, 2];
      const results = await Promise.all(models.map((model) => executeWith(model, { x: host(float32(shape)) }, ["y"])));
      const [first, ...others] = await Promise.all(results.map((made) => download(gpu, made.get("y"))));
      for (const other of others) {
        expect(difference(typedData(other) as Float32Array, typedData(first!) as Float32Array).error).toBeLessThan(1e-6);
      }
      await Promise.all(models.map((model) => model.dispose()));
    }));
});

describe("a run", () => {
  const scale = makeNode("Mul", "scale", ["x", "factor"], ["y"]);

  test("reads weights that lie in another file", () =>
    withGpu(async (gpu) => {
      const raw = new Uint8Array(Float32Array.of(7, 8, 9).buffer);
      const entry = (key: string, value: string) => new BinaryWriter().tag(13, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string(key).tag(2, WireType.LengthDelimited).string(value).join().finish();
      const encoded = [
        new BinaryWriter().tag(1, WireType.Varint).int64(2).tag(2, WireType.Varint).int32(1).tag(8, WireType.LengthDelimited).string("factor").finish(),
        entry("location", "model.onnx.data"),
        entry("offset", "4"),
        entry("length", "8"),
        new BinaryWriter().tag(14, WireType.Varint).int32(1).finish(),
      ];
      const tensor = decodeTensor(Uint8Array.from(encoded.flatMap((part) => [...part])));
      const bytes = encodeModel(testModel({ inputs: { x: [2] }, outputs: { y: [2] }, nodes: [scale], initializers: [tensor] }));
      for (const placement of ["cpu", "gpu"] as const) {
        const source = await onnxSource("net", bytes, {}, { "model.onnx.data": raw });
        expect([...source.header.externalData]).toEqual([["model.onnx.data", 12]]);
        const model = await onnxruntimeBackend.load(source, placement, { gpu }, signal);
        const made = await executeWith(model, { x: host(float32([2], Float32Array.of(1, 10))) }, ["y"]);
        expect([...typedData(await download(gpu, made.get("y")))]).toEqual([8, 90]);
        await model.dispose();
      }
      const without = onnxruntimeBackend.load(await onnxSource("net", bytes), "cpu", { gpu }, signal);
      await expect(without).rejects.toMatchObject({ code: "ONNX_EXTERNAL_MISSING", data: { path: "model.onnx.data", needed: 12 } });
    }));

  test("that is cancelled before its turn does not start", () =>
    withGpu(async (gpu) => {
      const bytes = encodeModel(testModel({ inputs: { x: [2] }, outputs: { y: [2] }, nodes: [scale], initializers: [floats("factor", [1], [2])] }));
      const model = await onnxruntimeBackend.load(await onnxSource("net", bytes), "cpu", { gpu }, signal);
      const controller = new AbortController();
      const first = executeWith(model, { x: host(float32([2])) }, ["y"]);
      const second = executeWith(model, { x: host(float32([2])) }, ["y"], { signal: controller.signal });
      controller.abort();
      await expect(second).rejects.toMatchObject({ code: "CANCELLED" });
      expect((await first).size).toBe(1);
      await model.dispose();
    }));

  test("on a lost device fails although ONNX Runtime does not say so, and another device goes on", async () => {
    const acquired = await acquireDevice();
    if (acquired === null) throw new Error("GPU tests need a WebGPU adapter");
    const gpu = createGpu(acquired.device);
    const bytes = encodeModel(testModel({ inputs: { x: [2] }, outputs: { y: [2] }, nodes: [scale], initializers: [floats("factor", [1], [2])] }));
    const model = await createOnnxruntimeBackend().load(await onnxSource("net", bytes), "gpu", { gpu }, signal);
    for (const tensor of (await executeWith(model, { x: host(float32([2])) }, ["y"])).values()) (tensor as GpuTensor).buffer.release();
    acquired.device.destroy();
    await acquired.device.lost;
    await expect(executeWith(model, { x: host(float32([2])) }, ["y"])).rejects.toMatchObject({ code: "DEVICE_LOST" });
    await model.dispose();
    await withGpu(async (other) => {
      const { outputs } = await runModel(other, bytes, "gpu", { x: float32([2], Float32Array.of(1, 2)) });
      expect([...typedData(outputs.get("y")!)]).toEqual([2, 4]);
    });
  });
});

describe("what ONNX Runtime refuses", () => {
  test("is a coded error that names the model, and the next run is fine", () =>
    withGpu(async (gpu) => {
      const bad = encodeModel(testModel({ inputs: { x: [2] }, outputs: { y: [2] }, nodes: [makeNode("NoSuchOperator", "n", ["x"], ["y"])] }));
      await expect(runModel(gpu, bad, "cpu", { x: float32([2]) })).rejects.toMatchObject({ code: "ORT_LOAD_FAILED", message: expect.stringContaining('model "net"') });
      const good = encodeModel(testModel({ inputs: { x: [2] }, outputs: { y: [2] }, nodes: [makeNode("Neg", "n", ["x"], ["y"])] }));
      await expect(runModel(gpu, good, "cpu", { x: float32([3]) })).rejects.toMatchObject({ code: "TENSOR_MISMATCH" });
      const { outputs } = await runModel(gpu, good, "cpu", { x: float32([2], Float32Array.of(1, 2)) });
      expect([...typedData(outputs.get("y")!)]).toEqual([-1, -2]);
    }));

  test("names a file that is missing", () =>
    withGpu(async (gpu) => {
      const source = await onnxSource("net", upsampling, { default_model_filename: "net.onnx" });
      await expect(onnxruntimeBackend.load(source, "cpu", { gpu }, signal)).rejects.toMatchObject({
        code: "MODEL_NOT_RUNNABLE",
        message: expect.stringContaining("has no 1/net.onnx; its version folder holds model.onnx"),
      });
    }));

  test("a value larger than any GPU buffer is refused before the run", () =>
    withGpu(async (gpu) => {
      const bytes = encodeModel(
        testModel({ inputs: { x: ["n"] }, outputs: { y: ["n", "m"] }, nodes: [makeNode("Tile", "t", ["x", "times"], ["y"])], initializers: [makeInt64s("times", [2 ** 36])] }),
      );
      await expect(runModel(gpu, bytes, "gpu", { x: float32([2]) })).rejects.toMatchObject({ code: "DEVICE_LIMIT", data: { bytes: 2 ** 39 } });
    }));

  test("an output that the model does not have is refused when it is loaded", () =>
    withGpu(async (gpu) => {
      const source = await onnxSource("net", upsampling);
      source.config.output[0]!.name = "z";
      await expect(onnxruntimeBackend.load(source, "cpu", { gpu }, signal)).rejects.toMatchObject({
        code: "MODEL_NOT_RUNNABLE",
        message: "unexpected inference output 'z', allowed outputs are: y",
      });
    }));

  test("a GPU model without a GPU", async () => {
    const source = await onnxSource("net", upsampling);
    await expect(onnxruntimeBackend.load(source, "gpu", { gpu: undefined }, signal)).rejects.toMatchObject({ code: "NO_WEBGPU" });
  });
});

describe("strings and scalars on the CPU", () => {
  test("strings pass as UTF-8 bytes", () =>
    withGpu(async (gpu) => {
      const bytes = encodeModel(
        testModel({ inputs: { x: { type: 8, shape: ["n"] } }, outputs: { y: { type: 8, shape: ["n"] } }, nodes: [makeNode("Identity", "same", ["x"], ["y"])] }),
      );
      const texts = ["", "héllo", "日本"].map((text) => new TextEncoder().encode(text));
      const { outputs } = await runModel(gpu, bytes, "cpu", { x: { dataType: "TYPE_STRING", shape: [3], data: texts } });
      expect(outputs.get("y")!.data).toEqual(texts);
      const broken = { dataType: "TYPE_STRING", shape: [1], data: [Uint8Array.of(0xff)] } as const;
      await expect(runModel(gpu, bytes, "cpu", { x: broken })).rejects.toMatchObject({ code: "TENSOR_MISMATCH" });
    }));

  test("a scalar is [1] outside the model", () =>
    withGpu(async (gpu) => {
      const bytes = encodeModel(testModel({ inputs: { x: [] }, outputs: { y: [] }, nodes: [makeNode("Neg", "n", ["x"], ["y"])] }));
      for (const placement of ["cpu", "gpu"] as const) {
        const { outputs } = await runModel(gpu, bytes, placement, { x: float32([1], Float32Array.of(4)) });
        expect([outputs.get("y")!.shape, ...typedData(outputs.get("y")!)]).toEqual([[1], -4]);
      }
    }));

  test("a configured reshape lies between the model and the tensors", () =>
    withGpu(async (gpu) => {
      const bytes = encodeModel(testModel({ inputs: { x: ["n"] }, outputs: { y: ["n"] }, nodes: [makeNode("Neg", "n", ["x"], ["y"])] }));
      const source = await onnxSource("net", bytes, { max_batch_size: 4 });
      for (const port of [...source.config.input, ...source.config.output]) Object.assign(port, { dims: [1], reshape: { shape: [] } });
      const model = await onnxruntimeBackend.load(source, "gpu", { gpu }, signal);
      const made = await executeWith(model, { x: host(float32([3, 1], Float32Array.of(1, 2, 3))) }, ["y"]);
      const y = await download(gpu, made.get("y"));
      expect([y.shape, ...typedData(y)]).toEqual([[3, 1], -1, -2, -3]);
      await model.dispose();
    }));

  test("float64, float16 and small integers keep their bits", () =>
    withGpu(async (gpu) => {
      const same = (type: number) =>
        encodeModel(testModel({ inputs: { x: { type, shape: [2] } }, outputs: { y: { type, shape: [2] } }, nodes: [makeNode("Identity", "same", ["x"], ["y"])] }));
      const cases: [number, Tensor][] = [
        [11, { dataType: "TYPE_FP64", shape: [2], data: Float64Array.of(Math.PI, -0) }],
        [10, { dataType: "TYPE_FP16", shape: [2], data: Uint16Array.of(0x3c01, 0x8000) }],
        [5, { dataType: "TYPE_INT16", shape: [2], data: Int16Array.of(-32768, 5) }],
        [13, { dataType: "TYPE_UINT64", shape: [2], data: BigUint64Array.of(2n ** 64n - 1n, 0n) }],
        [9, { dataType: "TYPE_BOOL", shape: [2], data: Uint8Array.of(1, 0) }],
      ];
      for (const [type, tensor] of cases) {
        const { outputs } = await runModel(gpu, same(type), "cpu", { x: tensor });
        expect(outputs.get("y")).toEqual(tensor);
      }
    }));
});
