import { Tensor } from "onnxruntime-web";
import { describe, expect, test } from "vitest";
import { ConchError } from "../base/errors.ts";
import { fromOnnx, numpyName } from "../tensor/data-type.ts";
import { elementCount } from "../tensor/tensor.ts";
import { floats, noise, testModel } from "../testing/onnx.ts";
import { runInNode } from "../testing/onnxruntime-node.ts";
import { readRecorded } from "../testing/recorded.ts";
import { decodeModel } from "./decode.ts";
import { encodeModel, makeInt, makeInt64s, makeInts, makeNode } from "./encode.ts";
import { readHeader } from "./header.ts";
import { estimateMemory } from "./memory-estimate.ts";
import { feeds, type OnnxModel, type OnnxNode, type OnnxTensor } from "./model.ts";
import { precheck } from "./precheck.ts";
import { rewriteModel } from "./rewrite/rewrite.ts";
import { WEBGPU_REWRITES } from "./rewrite/webgpu-rewrites.ts";
import { inferShapes } from "./shape-inference.ts";
import { bytesAccess } from "./skeleton.ts";

/** Inputs of the given shapes, run on ONNX Runtime: the inferred shape and type of every output have to be those that it gives. */
async function expectAgreement(model: OnnxModel, bytes: Uint8Array, shapes: ReadonlyMap<string, readonly number[]>): Promise<void> {
  const tensors: Record<string, Tensor> = {};
  for (const input of feeds(model.graph)) {
    const shape = shapes.get(input.name) ?? [];
    const count = elementCount(shape);
    const type = numpyName(fromOnnx(input.elementType)!).replace("bytes", "string") as Tensor.Type;
    const data = type === "int64" ? new BigInt64Array(count) : type === "int32" ? new Int32Array(count) : type === "int8" ? new Int8Array(count) : noise(count);
    tensors[input.name] = type === "string" ? new Tensor("string", Array(count).fill("1"), shape) : new Tensor(type as "float32", data as Float32Array, shape);
  }
  const { facts } = inferShapes(model, shapes);
  for (const [name, tensor] of Object.entries(await runInNode(bytes, tensors))) {
    expect(facts.get(name)?.shape, name).toEqual(tensor.dims);
    expect(numpyName(fromOnnx(facts.get(name)!.elementType)!).replace("bytes", "string"), name).toBe(tensor.type);
  }
}

describe("shapes agree with ONNX Runtime's", () => {
  test.each([
    "meshnet/meshnet_gwm_5ch",
    "meshnet/meshnet_mindgrab_15ch",
    "small/mnist_ort_examples",
    "small/multiaxial_consensus_3dconv",
    "small/ortex_tinymodel",
    "small/superres_pytorch",
    "small/triton_simple",
    "small/triton_simple_int8",
    "small/triton_simple_string",
    "small/ultraface_rfb320",
    "unet3d/unet3d_instancenorm_seeded",
  ])("in %s", async (name) => {
    const bytes = await readRecorded(`models/${name}.onnx`);
    if (bytes === undefined) return console.info(`skipped: models/${name}.onnx is not there`);
    const model = decodeModel(bytes);
    const sizes = name.startsWith("small") ? 1 : 16;
    const shapes = new Map(feeds(model.graph).map((input) => [input.name, input.shape!.map((size, i) => (typeof size === "number" ? size : i < 2 ? 1 : sizes))]));
    await expectAgreement(model, bytes, shapes);
  });

  const i64 = (name: string, ...values: number[]) => makeInt64s(name, values);
  const cases: [string, OnnxNode[], OnnxTensor[]?][] = [
    ["Reshape with 0 and -1", [makeNode("Reshape", "", ["x", "c"], ["y"])], [i64("c", 0, -1, 2)]],
    ["Reshape to a computed shape", [makeNode("Shape", "", ["x"], ["s"]), makeNode("Gather", "", ["s", "i"], ["d"]), makeNode("Concat", "", ["d", "c"], ["t"], [makeInt("axis", 0)]), makeNode("Reshape", "", ["x", "t"], ["y"])], [i64("i", 0, 1), i64("c", -1)]],
    ["Slice with negative ends and steps", [makeNode("Slice", "", ["x", "a", "b", "c", "d"], ["y"])], [i64("a", -1, 1), i64("b", -100, 100), i64("c", 2, 3), i64("d", -1, 2)]],
    ["Pad", [makeNode("Pad", "", ["x", "c"], ["y"])], [i64("c", 0, 0, 1, 2, 0, 0, 3, 0)]],
    ["Transpose without perm", [makeNode("Transpose", "", ["x"], ["y"])]],
    ["Squeeze after ReduceMean", [makeNode("ReduceMean", "", ["x"], ["m"], [makeInts("axes", [1, -1])]), makeNode("Squeeze", "", ["m", "c"], ["y"])], [i64("c", 1)]],
    ["Unsqueeze", [makeNode("Unsqueeze", "", ["x", "c"], ["y"])], [i64("c", 0, -1)]],
    ["Split", [makeNode("Split", "", ["x", "c"], ["p", "y"], [makeInt("axis", 3)])], [i64("c", 2, 4)]],
    ["Expand", [makeNode("Expand", "", ["x", "c"], ["y"])], [i64("c", 5, 1, 1, 1, 1)]],
    ["Tile", [makeNode("Tile", "", ["x", "c"], ["y"])], [i64("c", 1, 2, 1, 3)]],
    ["MaxPool that rounds up", [makeNode("MaxPool", "", ["x"], ["y"], [makeInts("kernel_shape", [2, 3]), makeInts("strides", [2, 2]), makeInts("pads", [0, 1, 1, 1]), makeInt("ceil_mode", 1)])]],
    ["AveragePool with dilated strides", [makeNode("AveragePool", "", ["x"], ["y"], [makeInts("kernel_shape", [3, 3]), makeInts("strides", [2, 1])])]],
    ["Conv with pads, strides and dilations", [makeNode("Conv", "", ["x", "w"], ["y"], [makeInts("pads", [1, 2, 0, 1]), makeInts("strides", [2, 1]), makeInts("dilations", [1, 2])])], [floats("w", [7, 4, 3, 3], noise(252))]],
    ["ConvTranspose", [makeNode("ConvTranspose", "", ["x", "w"], ["y"], [makeInts("strides", [2, 3]), makeInts("output_padding", [1, 0]), makeInts("pads", [0, 1, 1, 0])])], [floats("w", [4, 2, 3, 3], noise(72))]],
    ["Resize by scales", [makeNode("Resize", "", ["x", "", "s"], ["y"])], [floats("s", [4], [1, 1, 1.5, 2])]],
    ["Resize to sizes", [makeNode("Resize", "", ["x", "", "", "c"], ["y"])], [i64("c", 2, 4, 9, 11)]],
    ["ArgMax without keepdims", [makeNode("ArgMax", "", ["x"], ["y"], [makeInt("axis", 1), makeInt("keepdims", 0)])]],
    ["MatMul with broadcasting", [makeNode("MatMul", "", ["x", "w"], ["y"])], [floats("w", [6, 3], noise(18))]],
    ["Flatten and Gemm", [makeNode("Flatten", "", ["x"], ["f"]), makeNode("Gemm", "", ["f", "w"], ["y"], [makeInt("transB", 1)])], [floats("w", [3, 120], noise(360))]],
    ["DepthToSpace", [makeNode("DepthToSpace", "", ["x"], ["y"], [makeInt("blocksize", 2)])]],
    ["TopK", [makeNode("TopK", "", ["x", "c"], ["y", "indices"])], [i64("c", 3)]],
    ["a comparison", [makeNode("Greater", "", ["x", "w"], ["y"])], [floats("w", [6], noise(6))]],
    ["arithmetic on shapes", [makeNode("Shape", "", ["x"], ["s"]), makeNode("Mul", "", ["s", "c"], ["t"]), makeNode("ConstantOfShape", "", ["t"], ["y"])], [i64("c", 2)]],
    ["Where and Cast", [makeNode("Cast", "", ["x"], ["b"], [makeInt("to", 9)]), makeNode("Where", "", ["b", "x", "w"], ["y"])], [floats("w", [1], [0])]],
  ];
  test.each(cases)("for %s", async (_, nodes, initializers = []) => {
    // The type of y is for the session to infer: a graph output may lack its type where nodes give it.
    const draft = testModel({ inputs: { x: [2, 4, 5, 6] }, outputs: { y: [] }, nodes, initializers });
    const inferred = inferShapes(draft, new Map()).facts.get("y");
    expect(inferred?.shape).toBeDefined();
    const model = testModel({ inputs: { x: [2, 4, 5, 6] }, outputs: { y: { type: inferred!.elementType, shape: inferred!.shape! } }, nodes, initializers });
    await expectAgreement(model, encodeModel(model), new Map([["x", [2, 4, 5, 6]]]));
  });
});

describe("damaged models", () => {
  test("fail with a code or are read, whatever byte is changed", async () => {
    const model = testModel({
      inputs: { x: [1, 2, "d", 4, 4] },
      outputs: { y: { type: 7, shape: [1, 1, 8, 8, 8] } },
      nodes: [
        makeNode("Shape", "s", ["x"], ["s"]),
        makeNode("Gather", "g", ["s", "index"], ["d"]),
        makeNode("ConvTranspose", "up", ["x", "w"], ["u"], [makeInts("strides", [2, 2, 2]), makeInts("kernel_shape", [2, 2, 2])]),
        makeNode("Slice", "cut", ["u", "index", "d"], ["c"]),
        makeNode("Softmax", "soft", ["c"], ["p"], [makeInt("axis", 1)]),
        makeNode("ArgMax", "best", ["p"], ["y"], [makeInt("axis", 1)]),
      ],
      initializers: [floats("w", [2, 3, 2, 2, 2], noise(48)), makeInt64s("index", [2])],
    });
    const bytes = encodeModel(model);
    let read = 0;
    let state = 1;
    const random = (below: number) => (state = (state * 48271) % 2147483647) % below;
    for (let i = 0; i < 6000; i++) {
      const damaged = bytes.slice();
      for (let n = random(3); n >= 0; n--) damaged[random(damaged.length)] = random(256);
      try {
        const header = await readHeader(bytesAccess(damaged));
        const shapes = new Map([["x", [1, 2, 4, 4, 4]]]);
        estimateMemory(header.model, inferShapes(header.model, shapes));
        precheck(header.model, "webgpu");
        encodeModel(rewriteModel(decodeModel(damaged), { inputShapes: shapes }, WEBGPU_REWRITES).model);
        read++;
      } catch (thrown) {
        if (!(thrown instanceof ConchError)) throw new Error(`case ${i}`, { cause: thrown });
      }
    }
    expect(read).toBeGreaterThan(1000);
  });
});
