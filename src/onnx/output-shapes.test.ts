import { describe, expect, it } from "vitest";
import { testModel } from "../testing/onnx.ts";
import { signatureInNode } from "../testing/onnxruntime-node.ts";
import { readRecorded } from "../testing/recorded.ts";
import { encodeModel } from "./encode.ts";
import { readHeader } from "./header.ts";
import type { OnnxDimension, OnnxNode } from "./model.ts";
import { sessionOutputs } from "./output-shapes.ts";
import { bytesAccess } from "./skeleton.ts";

const node = (op: string, inputs: readonly string[], outputs: readonly string[]): OnnxNode => ({
  name: op,
  op,
  domain: "",
  inputs,
  outputs,
  attributes: [],
  encoded: undefined,
  rest: [],
});

/** Open sizes as -1, and a shape that nobody knows as none. */
function numbers(shape: readonly OnnxDimension[] | undefined): number[] {
  return (shape ?? []).map((size) => (typeof size === "number" && size >= 0 ? size : -1));
}

const SMALL = ["triton_simple", "triton_simple_string", "ortex_tinymodel", "xgb_onnxmltools", "superres_pytorch", "ultraface_rfb320", "mnist_ort_examples", "triton_simple_dyna_sequence", "triton_simple_int8", "multiaxial_consensus_3dconv"];
const TRITON = ["norank_out", "id_b4", "id_b_neg", "id_unnamed", "cls_b", "concat_b", "const_only", "img_cls", "mixed_fix", "mul2_any", "norank", "red_keep", "red_scalar", "red_vec", "strlen", "sum_b_nb"];
const RECORDED = [
  ...SMALL.map((name) => `models/small/${name}.onnx`),
  ...TRITON.map((name) => `triton/onnx/${name}.onnx`),
  "models/unet3d/unet3d_instancenorm_seeded.onnx",
];

describe("the outputs of a session", () => {
  it.each<[string, OnnxDimension[], OnnxDimension[], OnnxDimension[]]>([
    ["keep what is named after an input's size", ["N", 4], ["N", 4], ["N", 4]],
    ["take a size that follows from the graph", ["N", 4], ["N", "K"], ["N", 4]],
    ["leave open what varies with the inputs", ["N", "L"], [undefined, "M"], [undefined, "M"]],
    ["take a size for one without a name", [2, 4], [undefined, undefined], [2, 4]],
  ])("%s", async (_, input, output, expected) => {
    const model = testModel({ inputs: { X: input }, outputs: { Y: output }, nodes: [node("Relu", ["X"], ["Y"])] });
    const shape = sessionOutputs(model)[0]?.shape;
    expect(shape).toEqual(expected);
    expect(numbers(shape)).toEqual((await signatureInNode(encodeModel(model))).outputs.get("Y"));
  });

  it.each(RECORDED)("are ONNX Runtime's for %s", async (path) => {
    const bytes = await readRecorded(path);
    if (bytes === undefined) return;
    const { model } = await readHeader(bytesAccess(bytes));
    const found = new Map(sessionOutputs(model).flatMap(({ name, kind, shape }) => (kind === "tensor" ? [[name, numbers(shape)]] : [])));
    expect(found).toEqual((await signatureInNode(bytes)).outputs);
  });
});
