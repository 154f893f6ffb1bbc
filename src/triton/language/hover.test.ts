import { describe, expect, it } from "vitest";
import { caretIn, languageContext } from "../../testing/language-context.ts";
import { hoverAt, type Hover } from "./hover.ts";

const UNET = `backend: "onnxruntime"
max_batch_size: 8
input [ { name: "input" data_type: TYPE_FP32 dims: [ 3, -1 ] optional: true } ]
output [ { name: "logits" data_type: TYPE_STRING dims: [ 10 ] } ]
dynamic_batching { }
`;

const PIPELINE = `platform: "ensemble"
input [ { name: "IMAGE" data_type: TYPE_FP32 dims: [ -1, 3, 224 ] } ]
output [ { name: "CLASS" data_type: TYPE_STRING dims: [ -1, 10 ] } ]
ensemble_scheduling { step [
  { model_name: "unet" input_map { key: "input" value: "IMAGE" } output_map { key: "logits" value: "CLASS" } },
  { model_name: "lost" input_map { key: "x" value: "CLASS" } }
] }
`;

function hover(model: "unet" | "pipeline", marked: string): Hover | undefined {
  const { text: part, offset } = caretIn(marked);
  const context = languageContext(model, { unet: UNET, pipeline: PIPELINE });
  const config = context.models.get("unet")!.config;
  const served = {
    config: { ...config, dynamic_batching: { preferred_batch_size: [8] } } as typeof config,
    completed: [{ path: ["dynamic_batching", "preferred_batch_size"], reason: "The largest batch is preferred" }],
  };
  const text = model === "unet" ? UNET : PIPELINE;
  return hoverAt(text.indexOf(part) + offset, { ...context, served });
}

describe("a hover", () => {
  it("says what a field means, its type and its default", () => {
    expect(hover("unet", "max_batch|_size")).toMatchObject({ kind: "field", name: "max_batch_size", type: "int32", fallback: "0", completed: [] });
    expect(hover("unet", "di|ms: [ 3")).toMatchObject({ type: "repeated int64" });
    expect(hover("pipeline", "inp|ut_map")).toMatchObject({ type: "map<string, string>" });
  });

  it("covers the field's name alone", () => {
    const { from, to } = hover("unet", "max_batch|_size")!;
    expect(UNET.slice(from, to)).toBe("max_batch_size");
  });

  it("says what the server completes below a field", () => {
    expect(hover("unet", "dynamic|_batching")).toMatchObject({
      kind: "field",
      completed: [{ path: "dynamic_batching.preferred_batch_size", value: "[8]", reason: "The largest batch is preferred" }],
    });
  });

  it("says what an enum value means, and of a data type its size and other names", () => {
    expect(hover("unet", "TYPE_|FP32")).toMatchObject({ kind: "value", name: "TYPE_FP32", dataType: { bytes: 4, numpy: "float32", v2: "FP32" } });
  });

  it("says what a backend is", () => {
    expect(hover("unet", '"onnx|runtime"')).toMatchObject({ kind: "value", name: "onnxruntime", doc: "model.onnx" });
  });

  it("shows a model's signature, batch dimension included", () => {
    expect(hover("pipeline", '"un|et"')).toMatchObject({
      kind: "model",
      found: true,
      runs: "onnxruntime",
      maxBatchSize: 8,
      versions: [1],
      inputs: [{ name: "input", signature: "TYPE_FP32 [-1, 3, -1]", optional: true }],
      outputs: [{ name: "logits", signature: "TYPE_STRING [-1, 10]", optional: false }],
    });
    expect(hover("pipeline", '"lo|st"')).toMatchObject({ kind: "model", found: false, inputs: [] });
  });

  it("shows where an ensemble tensor comes from and goes to", () => {
    expect(hover("pipeline", 'value: "CLA|SS" } },')).toMatchObject({
      kind: "tensor",
      name: "CLASS",
      signature: "TYPE_STRING [-1, 10]",
      producers: [{ kind: "step", name: "logits", step: 0, model: "unet" }],
      consumers: [
        { kind: "step", name: "x", step: 1, model: "lost" },
        { kind: "output", name: "CLASS" },
      ],
    });
    expect(hover("pipeline", 'name: "IM|AGE"')).toMatchObject({ kind: "tensor", producers: [{ kind: "input", name: "IMAGE" }] });
  });

  it("shows a model's tensor by a map's key", () => {
    expect(hover("pipeline", 'key: "inp|ut"')).toMatchObject({ kind: "port", model: "unet", side: "input", tensor: { signature: "TYPE_FP32 [-1, 3, -1]" } });
    const lost = hover("pipeline", 'key: "|x"');
    expect(lost).toMatchObject({ kind: "port", model: "lost" });
    expect(lost).not.toHaveProperty("tensor");
  });

  it("says nothing on punctuation", () => {
    expect(hover("pipeline", "step | [")).toMatchObject({ kind: "field" });
    expect(hover("pipeline", "[| {")).toBeUndefined();
  });
});
