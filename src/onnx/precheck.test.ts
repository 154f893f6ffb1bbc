import { describe, expect, test } from "vitest";
import { floats, noise, testModel } from "../testing/onnx.ts";
import { readRecorded } from "../testing/recorded.ts";
import { makeInt, makeInts, makeNode } from "./encode.ts";
import { readHeader, type OnnxHeader } from "./header.ts";
import { estimateMemory } from "./memory-estimate.ts";
import { precheck, type Provider } from "./precheck.ts";
import { inferShapes } from "./shape-inference.ts";
import { bytesAccess } from "./skeleton.ts";

async function recordedHeader(path: string): Promise<OnnxHeader | undefined> {
  const bytes = await readRecorded(path);
  if (bytes === undefined) console.info(`skipped: ${path} is not there`);
  return bytes && readHeader(bytesAccess(bytes));
}

describe("a precheck", () => {
  const one = (op: string, options: { inputType?: number; outputType?: number; domain?: string; attributes?: Parameters<typeof makeNode>[4] } = {}) =>
    testModel({
      inputs: { x: { type: options.inputType ?? 1, shape: [2] } },
      outputs: { y: { type: options.outputType ?? 1, shape: [2] } },
      nodes: [{ ...makeNode(op, "n", ["x"], ["y"], options.attributes), domain: options.domain ?? "" }],
    });
  const conv = (op: string, attributes: Parameters<typeof makeNode>[4], weights: number[]) =>
    testModel({
      inputs: { x: [1, 4, 4, 4, 4] },
      outputs: { y: [1, 4, 4, 4, 4] },
      nodes: [makeNode(op, "n", ["x", "w"], ["y"], attributes)],
      initializers: [floats("w", weights, noise(weights.reduce((a, b) => a * b, 1)))],
    });

  test.each<[string, ReturnType<typeof one>, Provider, string[]]>([
    ["Relu on WebGPU", one("Relu"), "webgpu", []],
    ["a tree ensemble on WebGPU", one("TreeEnsembleRegressor", { domain: "ai.onnx.ml" }), "webgpu", ["refused n: the WebGPU build has no ai.onnx.ml operators"]],
    ["a tree ensemble on WASM", one("TreeEnsembleRegressor", { domain: "ai.onnx.ml" }), "wasm", []],
    ["an extension operator on WASM", one("DecodeImage", { domain: "ai.onnx.contrib" }), "wasm", ["refused n: no browser build of ONNX Runtime has operators of the domain ai.onnx.contrib"]],
    ["a cast to double on WebGPU", one("Cast", { outputType: 6, attributes: [makeInt("to", 11)] }), "webgpu", ["refused n: the WebGPU build has no float64 tensors"]],
    ["float16 without shader-f16", one("Relu", { inputType: 10, outputType: 10 }), "webgpu", ["refused n: it computes in float16 and the device lacks shader-f16"]],
    ["float16 on WASM", one("Relu", { inputType: 10, outputType: 10 }), "wasm", []],
    ["ImageDecoder", one("ImageDecoder"), "wasm", ["refused n: no browser build of ONNX Runtime has ImageDecoder"]],
    ["NonZero on WebGPU", one("NonZero"), "webgpu", ["host n: WebGPU has no NonZero"]],
    ["a grouped convolution over three axes", conv("Conv", [makeInt("group", 2)], [4, 2, 1, 1, 1]), "webgpu", ["refused n: WebGPU runs no grouped convolution over three axes (group 2)"]],
    ["a ConvTranspose that can be rewritten", conv("ConvTranspose", [makeInts("strides", [2, 2, 2])], [4, 4, 2, 2, 2]), "webgpu", []],
    ["a grouped ConvTranspose", conv("ConvTranspose", [makeInt("group", 4)], [4, 1, 2, 2, 2]), "webgpu", ["refused n: WebGPU runs no ConvTranspose over three axes, and this one cannot be rewritten: it has 4 groups"]],
    ["bfloat16", one("Relu", { inputType: 16 }), "wasm", ["refused x: no browser build of ONNX Runtime takes bfloat16 tensors"]],
  ])("of %s", (_, model, provider, expected) => {
    expect(precheck(model, provider).map((finding) => `${finding.effect} ${finding.node}: ${finding.reason}`)).toEqual(expected);
  });

  test("names every extension operator of a model with pre- and post-processing inside", async () => {
    const header = await recordedHeader("models/small/superres_prepost_op18.onnx");
    if (header === undefined) return;
    for (const provider of ["wasm", "webgpu"] as const) {
      const refused = precheck(header.model, provider).filter((finding) => finding.effect === "refused");
      expect(new Set(refused.map(({ domain, op }) => `${domain}::${op}`))).toEqual(
        new Set([...header.ops.keys()].filter((name) => name.includes("::"))),
      );
      expect(refused.length).toBeGreaterThan(0);
    }
  });

  test("sends a tree ensemble to WASM", async () => {
    const header = await recordedHeader("models/small/xgb_onnxmltools.onnx");
    if (header === undefined) return;
    expect(precheck(header.model, "wasm")).toEqual([]);
    expect(precheck(header.model, "webgpu").map(({ op, effect }) => [op, effect])).toEqual([["TreeEnsembleRegressor", "refused"]]);
  });

  test.each([
    "models/unet3d/unet3d_instancenorm_seeded.onnx",
    "models/unet3d/unet3d_liver_8_128_bnfused.onnx",
    "models/meshnet/meshnet_gwm_5ch.onnx",
    "models/meshnet/meshnet_mindgrab_15ch.onnx",
    "models/meshnet/meshnet_sub18_21ch.onnx",
    "models/meshnet/meshnet_sub18_30ch.onnx",
    "models/meshnet/niivue_meshnet_gwm_5ch_256.onnx",
    "models/small/ultraface_rfb320.onnx",
    "models/small/superres_pytorch.onnx",
    "models/small/mnist_ort_examples.onnx",
  ])("finds nothing in the way of %s", async (path) => {
    const header = await recordedHeader(path);
    if (header === undefined) return;
    expect(precheck(header.model, "webgpu")).toEqual([]);
    expect(precheck(header.model, "wasm")).toEqual([]);
  });
});

describe("a memory estimate", () => {
  test("counts what is alive at once, and reuses the input of an activation function", () => {
    const model = testModel({
      inputs: { x: [1, 2, 4, 4] },
      outputs: { y: [1, 2, 4, 4] },
      nodes: [
        makeNode("Conv", "a", ["x", "w"], ["a"]),
        makeNode("Relu", "b", ["a"], ["b"]),
        makeNode("Conv", "c", ["b", "w"], ["c"]),
        makeNode("Add", "d", ["c", "x"], ["y"]),
      ],
      initializers: [floats("w", [2, 2, 1, 1], noise(4))],
    });
    const estimate = estimateMemory(model, inferShapes(model, new Map()));
    const value = 2 * 16 * 4;
    expect(estimate).toMatchObject({ weights: 16, peakActivations: 3 * value, peakNode: "c (Conv)", total: 3 * value + 16, complete: true });
  });

  test("says when shapes are unknown", () => {
    const model = testModel({ inputs: { x: [4] }, outputs: { y: { type: 7, shape: [1, "n"] } }, nodes: [makeNode("NonZero", "z", ["x"], ["y"])] });
    expect(estimateMemory(model, inferShapes(model, new Map())).complete).toBe(false);
  });

  test("of the fixed 256³ MeshNet is stated without its weights being read", async () => {
    const header = await recordedHeader("models/meshnet/niivue_meshnet_gwm_5ch_256.onnx");
    if (header === undefined) return;
    expect(header.inputs.map((input) => input.shape)).toEqual([["batch_size", 1, 256, 256, 256]]);
    const estimate = estimateMemory(header.model, inferShapes(header.model, new Map([[header.inputs[0]?.name ?? "", [1, 1, 256, 256, 256]]])));
    expect(estimate.complete).toBe(true);
    expect(estimate.largest?.bytes).toBe(5 * 256 ** 3 * 4);
    console.info("niivue_meshnet_gwm_5ch_256", estimate);
  });

  test.each([
    ["models/unet3d/unet3d_liver_8_128_bnfused.onnx", [1, 1, 96, 96, 96]],
    ["models/meshnet/meshnet_sub18_30ch.onnx", [1, 1, 64, 64, 64]],
  ])("of %s at %j is complete", async (path, shape) => {
    const header = await recordedHeader(path);
    if (header === undefined) return;
    const name = header.inputs[0]?.name ?? "";
    const estimate = estimateMemory(header.model, inferShapes(header.model, new Map([[name, shape]])));
    expect(estimate.complete).toBe(true);
    expect(estimate.weights).toBe(header.weightBytes);
    console.info(path, estimate);
  });
});
