import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { elementCount } from "../../tensor/tensor.ts";
import { difference, floats, noise, testModel } from "../../testing/onnx.ts";
import { float32, runInNode } from "../../testing/onnxruntime-node.ts";
import { readRecorded } from "../../testing/recorded.ts";
import { decodeModel } from "../decode.ts";
import { encodeModel, makeInt, makeInts, makeNode, makeTensor } from "../encode.ts";
import { feeds, type OnnxModel } from "../model.ts";
import { inferShapes } from "../shape-inference.ts";
import { rewriteModel } from "./rewrite.ts";
import { WEBGPU_REWRITES } from "./webgpu-rewrites.ts";

interface Transposed {
  batch: number;
  channels: [number, number];
  size: [number, number, number];
  kernel: [number, number, number];
  strides: [number, number, number];
  begin: [number, number, number];
  end: [number, number, number];
  extra: [number, number, number];
  bias: boolean;
}

/** A model with one ConvTranspose over three axes. */
function transposed(given: Transposed, opset = 13): OnnxModel {
  const [inputs, outputs] = given.channels;
  const dims = [inputs, outputs, ...given.kernel];
  return testModel({
    opset,
    inputs: { x: ["n", inputs, "d", "h", "w"] },
    outputs: { y: ["n", outputs, "od", "oh", "ow"] },
    nodes: [
      makeNode("ConvTranspose", "up", given.bias ? ["x", "w_up", "b_up"] : ["x", "w_up"], ["y"], [
        makeInts("kernel_shape", given.kernel),
        makeInts("strides", given.strides),
        makeInts("pads", [...given.begin, ...given.end]),
        makeInts("output_padding", given.extra),
      ]),
    ],
    initializers: [floats("w_up", dims, noise(elementCount(dims), 3)), ...(given.bias ? [floats("b_up", [outputs], noise(outputs, 5))] : [])],
  });
}

async function expectSame(given: Transposed, opset = 13): Promise<void> {
  const model = transposed(given, opset);
  const shape = [given.batch, given.channels[0], ...given.size];
  const { model: rewritten, changes } = rewriteModel(model, { inputShapes: new Map([["x", shape]]) }, WEBGPU_REWRITES);
  expect(changes.map((change) => change.rewrite)).toContain("conv-transpose-to-conv");
  expect(rewritten.graph.nodes.some((node) => node.op === "ConvTranspose")).toBe(false);
  const feed = { x: float32(noise(elementCount(shape), 7), shape) };
  const [a, b] = [await runInNode(encodeModel(model), feed), await runInNode(encodeModel(rewritten), feed)];
  expect(b.y?.dims).toEqual(a.y?.dims);
  const { error, scale } = difference(b.y?.data as Float32Array, a.y?.data as Float32Array);
  expect(error).toBeLessThanOrEqual(1e-5 * scale);
}

const cube = (n: number): [number, number, number] => [n, n, n];
const named: Record<string, Transposed> = {
  "kernel 3, stride 2, pads 1, output_padding 1 (MONAI)": { batch: 1, channels: [4, 3], size: [3, 4, 5], kernel: cube(3), strides: cube(2), begin: cube(1), end: cube(1), extra: cube(1), bias: true },
  "kernel 2, stride 2 (nnU-Net)": { batch: 2, channels: [3, 5], size: [4, 2, 3], kernel: cube(2), strides: cube(2), begin: cube(0), end: cube(0), extra: cube(0), bias: true },
  "kernel 4, stride 2, pads 1": { batch: 1, channels: [2, 2], size: [3, 3, 2], kernel: cube(4), strides: cube(2), begin: cube(1), end: cube(1), extra: cube(0), bias: false },
  "kernel 3, stride 2, an odd output": { batch: 1, channels: [2, 2], size: [3, 3, 2], kernel: cube(3), strides: cube(2), begin: cube(1), end: cube(1), extra: cube(0), bias: true },
  "kernel 3, stride 1": { batch: 1, channels: [2, 2], size: [3, 3, 2], kernel: cube(3), strides: cube(1), begin: cube(1), end: cube(1), extra: cube(0), bias: false },
  "a kernel smaller than its stride": { batch: 1, channels: [1, 2], size: [2, 3, 2], kernel: [1, 2, 3], strides: [3, 3, 3], begin: cube(0), end: cube(0), extra: [2, 1, 0], bias: true },
  "another stride along each axis": { batch: 2, channels: [2, 3], size: [2, 3, 4], kernel: [3, 2, 4], strides: [1, 2, 4], begin: [1, 0, 1], end: [0, 0, 1], extra: [0, 1, 2], bias: true },
};

describe("ConvTranspose over three axes as Conv", () => {
  test.each(Object.entries(named))("%s", (_, given) => expectSame(given));

  test("operator set 9", () => expectSame(named["kernel 3, stride 2, an odd output"]!, 9));

  test("any kernel, stride, padding and size", async () => {
    const axis = fc
      .record({ kernel: fc.integer({ min: 1, max: 4 }), stride: fc.integer({ min: 1, max: 3 }), size: fc.integer({ min: 2, max: 4 }) })
      .chain(({ kernel, stride, size }) =>
        fc.record({
          kernel: fc.constant(kernel),
          stride: fc.constant(stride),
          size: fc.constant(size),
          begin: fc.integer({ min: 0, max: Math.min(kernel - 1, 2) }),
          end: fc.integer({ min: 0, max: Math.min(kernel - 1, 2) }),
          extra: fc.integer({ min: 0, max: stride - 1 }),
        }),
      )
      .filter(({ kernel, stride, size, begin, end, extra }) => stride * (size - 1) + extra + kernel - begin - end > 0);
    const cases = fc.tuple(axis, axis, axis, fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.boolean());
    await fc.assert(
      fc.asyncProperty(cases, async ([d, h, w, batch, inputs, outputs, bias]) => {
        const each = (key: keyof typeof d): [number, number, number] => [d[key], h[key], w[key]];
        await expectSame({
          batch,
          channels: [inputs, outputs],
          size: each("size"),
          kernel: each("kernel"),
          strides: each("stride"),
          begin: each("begin"),
          end: each("end"),
          extra: each("extra"),
          bias,
        });
      }),
      { numRuns: 60 },
    );
  });

  test("a grouped one is left alone", () => {
    const model = testModel({
      inputs: { x: [1, 4, 2, 2, 2] },
      outputs: { y: [1, 4, 4, 4, 4] },
      nodes: [makeNode("ConvTranspose", "up", ["x", "w"], ["y"], [makeInts("strides", [2, 2, 2]), makeInt("group", 2)])],
      initializers: [floats("w", [4, 2, 2, 2, 2], noise(64))],
    });
    expect(rewriteModel(model, { inputShapes: new Map() }, WEBGPU_REWRITES).changes).toEqual([]);
  });

  test("weights in another file are read from there", async () => {
    const given = named["kernel 2, stride 2 (nnU-Net)"]!;
    const model = transposed(given);
    const raw = new Uint8Array(Float32Array.from(noise(3 * 5 * 8, 3)).buffer);
    const inFile = model.graph.initializers.map((tensor) =>
      tensor.name === "w_up" ? { ...tensor, payload: { kind: "external", location: "w.bin", offset: 8, length: raw.byteLength } as const } : tensor,
    );
    const file = new Uint8Array(8 + raw.byteLength);
    file.set(raw, 8);
    const shapes = new Map([["x", [2, 3, 4, 2, 3]]]);
    const external = { ...model, graph: { ...model.graph, initializers: inFile } };
    const a = rewriteModel(model, { inputShapes: shapes }, WEBGPU_REWRITES).model;
    const b = rewriteModel(external, { inputShapes: shapes, external: () => file }, WEBGPU_REWRITES).model;
    expect(Buffer.compare(encodeModel(a), encodeModel(b))).toBe(0);
  });
});

describe("pass-through nodes", () => {
  const chain = testModel({
    inputs: { x: [4] },
    outputs: { y: [4], z: [4] },
    nodes: [
      makeNode("Identity", "first", ["x"], ["a"]),
      makeNode("Dropout", "second", ["a"], ["b"]),
      makeNode("Relu", "third", ["b"], ["c"]),
      makeNode("Identity", "fourth", ["c"], ["y"]),
      makeNode("Neg", "fifth", ["c"], ["z"]),
      makeNode("Sqrt", "unused", ["c"], ["nobody"]),
    ],
  });

  test("are dropped, and so is what no output needs", () => {
    const { model, changes } = rewriteModel(chain, { inputShapes: new Map() }, WEBGPU_REWRITES);
    expect(model.graph.nodes.map((node) => [node.op, ...node.inputs])).toEqual([
      ["Relu", "x"],
      ["Identity", "c"],
      ["Neg", "c"],
    ]);
    expect(changes.map(({ rewrite, nodes }) => [rewrite, nodes])).toEqual([
      ["drop-pass-through", ["first", "second"]],
      ["drop-dead-nodes", ["unused"]],
    ]);
    expect(changes.every(({ reason }) => reason.length > 10)).toBe(true);
  });

  test("a Dropout whose mask is read stays", () => {
    const model = testModel({
      inputs: { x: [4] },
      outputs: { y: [4], m: { type: 9, shape: [4] } },
      nodes: [makeNode("Dropout", "d", ["x"], ["a", "m"]), makeNode("Neg", "n", ["a"], ["y"])],
    });
    expect(rewriteModel(model, { inputShapes: new Map() }, WEBGPU_REWRITES).model).toBe(model);
  });

  test("an untouched model is the same object", () => {
    const model = testModel({ inputs: { x: [4] }, outputs: { y: [4] }, nodes: [makeNode("Neg", "n", ["x"], ["y"])] });
    expect(rewriteModel(model, { inputShapes: new Map([["x", [4]]]) }, WEBGPU_REWRITES).model).toBe(model);
  });
});

describe("Softmax before ArgMax", () => {
  const build = (opset: number, softmaxAxis: number, argMaxAxis: number, alsoOutput = false) =>
    testModel({
      opset,
      inputs: { x: [2, 3, 4] },
      outputs: { y: { type: 7, shape: [] }, ...(alsoOutput ? { p: [2, 3, 4] } : {}) },
      nodes: [
        makeNode("Softmax", "soft", ["x"], ["p"], [makeInt("axis", softmaxAxis)]),
        makeNode("ArgMax", "arg", ["p"], ["y"], [makeInt("axis", argMaxAxis)]),
      ],
    });
  const ops = (model: OnnxModel) => rewriteModel(model, { inputShapes: new Map([["x", [2, 3, 4]]]) }, WEBGPU_REWRITES).model.graph.nodes.map((node) => node.op);

  test.each([
    ["is dropped along the same axis", build(13, 1, 1), ["ArgMax"]],
    ["is dropped where the axis is counted from the end", build(13, -2, 1), ["ArgMax"]],
    ["stays where ArgMax goes along another axis", build(13, 1, 2), ["Softmax", "ArgMax"]],
    ["is dropped where all axes were one, before operator set 13", build(11, 1, 2), ["ArgMax"]],
    ["stays before operator set 13 where ArgMax compares groups", build(11, 2, 1), ["Softmax", "ArgMax"]],
    ["stays where it is an output", build(13, 1, 1, true), ["Softmax", "ArgMax"]],
  ])("%s", (_, model, expected) => expect(ops(model)).toEqual(expected));
});

describe("binding the inputs", () => {
  test("writes sizes in place of symbols and keeps types", () => {
    const model = testModel({
      inputs: { x: { type: 6, shape: ["n", 3] } },
      outputs: { y: { type: 6, shape: ["n", 3] } },
      nodes: [makeNode("Abs", "a", ["x"], ["y"])],
    });
    const { model: bound } = rewriteModel(model, { inputShapes: new Map([["x", [5, 3]]]) }, WEBGPU_REWRITES);
    const again = decodeModel(encodeModel(bound));
    expect(again.graph.inputs.map(({ elementType, shape }) => [elementType, shape])).toEqual([[6, [5, 3]]]);
  });
});

describe("the recorded networks", () => {
  const nets: [string, number[]][] = [
    ["models/unet3d/unet3d_instancenorm_seeded.onnx", [1, 1, 16, 16, 16]],
    ["models/unet3d/unet3d_instancenorm_seeded.onnx", [1, 1, 32, 16, 48]],
    ["models/unet3d/unet3d_liver_8_128_bnfused.onnx", [1, 1, 32, 32, 32]],
    ["models/meshnet/meshnet_gwm_5ch.onnx", [1, 1, 24, 20, 16]],
    ["models/meshnet/meshnet_sub18_21ch.onnx", [1, 1, 16, 16, 16]],
  ];
  test.each(nets)("%s at %j gives what the original gives", async (path, shape) => {
    const bytes = await readRecorded(path);
    if (bytes === undefined) return console.info(`skipped: ${path} is not there`);
    const model = decodeModel(bytes);
    const [input] = feeds(model.graph);
    const name = input?.name ?? "";
    const { model: rewritten } = rewriteModel(model, { inputShapes: new Map([[name, shape]]) }, WEBGPU_REWRITES);
    expect(rewritten.graph.nodes.filter((node) => node.op === "ConvTranspose")).toEqual([]);
    const feed = { [name]: float32(noise(elementCount(shape)), shape) };
    const [a, b] = [await runInNode(bytes, feed), await runInNode(encodeModel(rewritten), feed)];
    const inferred = inferShapes(rewritten, new Map([[name, shape]]));
    expect(inferred.unknown).toEqual([]);
    for (const [output, tensor] of Object.entries(a)) {
      expect(inferred.facts.get(output)?.shape).toEqual(tensor.dims);
      if (tensor.type !== "float32") expect(b[output]?.data).toEqual(tensor.data);
      else {
        const { error, scale } = difference(b[output]?.data as Float32Array, tensor.data as Float32Array);
        expect(error).toBeLessThanOrEqual(1e-5 * scale);
      }
    }
  });
});

test("a float16 ConvTranspose keeps its bits", () => {
  const model = testModel({
    inputs: { x: { type: 10, shape: [1, 1, 2, 2, 2] } },
    outputs: { y: { type: 10, shape: [1, 1, 4, 4, 4] } },
    nodes: [makeNode("ConvTranspose", "up", ["x", "w"], ["y"], [makeInts("strides", [2, 2, 2])])],
    initializers: [makeTensor("w", 10, [1, 1, 2, 2, 2], new Uint8Array(Uint16Array.from({ length: 8 }, (_, i) => 0x3c00 + i).buffer))],
  });
  const { model: rewritten } = rewriteModel(model, { inputShapes: new Map([["x", [1, 1, 2, 2, 2]]]) }, WEBGPU_REWRITES);
  const weights = rewritten.graph.initializers.find((tensor) => tensor.name.endsWith("phase_weights"));
  expect(weights?.elementType).toBe(10);
  expect(weights?.dims).toEqual([8, 1, 1, 1, 1]);
});
