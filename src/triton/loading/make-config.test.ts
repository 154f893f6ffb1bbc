import { gunzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { encodeModel, makeNode } from "../../onnx/encode.ts";
import { readHeader } from "../../onnx/header.ts";
import { bytesAccess } from "../../onnx/skeleton.ts";
import { testModel, type TestModel } from "../../testing/onnx.ts";
import { readRecorded } from "../../testing/recorded.ts";
import { recordedContent, recordedServer } from "../../testing/recorded-verdicts.ts";
import type { ModelConfig } from "../model-config/model-config.ts";
import { createLoader } from "./load.ts";
import { makeConfig } from "./make-config.ts";

const headerOf = (model: TestModel) => readHeader(bytesAccess(encodeModel(testModel(model))));

describe("a configuration made of a model", () => {
  it("says what it completes, batch and scalars among it", async () => {
    const header = await headerOf({
      inputs: { x: ["n", 3, undefined], 'odd "name"': { type: 7, shape: ["n"] } },
      outputs: { y: ["n"] },
      nodes: [makeNode("Identity", "", ['odd "name"'], ["y"])],
    });
    expect(makeConfig(header, "net", "net.onnx")).toBe(
      `name: "net"
backend: "onnxruntime"
default_model_filename: "net.onnx"
# Every input and output has an open first dimension: the batch, which dims leave out.
max_batch_size: 4
input [
  {
    name: "x"
    data_type: TYPE_FP32
    dims: [ 3, -1 ]
  },
  {
    name: "odd \\"name\\""
    data_type: TYPE_INT64
    dims: [ 1 ]
    # The model has one value per element of the batch, without a dimension of its own.
    reshape { shape: [ ] }
  }
]
output [
  {
    name: "y"
    data_type: TYPE_FP32
    dims: [ 1 ]
    # The model has one value per element of the batch, without a dimension of its own.
    reshape { shape: [ ] }
  }
]
# Requests that wait at the same time run as one batch.
dynamic_batching { }
`,
    );
  });

  it("has whole shapes where the model cannot batch", async () => {
    const header = await headerOf({ inputs: { x: [2, "n"] }, outputs: { y: [] }, nodes: [makeNode("ReduceSum", "", ["x"], ["y"])] });
    const text = makeConfig(header, "net");
    expect(text).toContain("max_batch_size: 0\n");
    expect(text).toContain("dims: [ 2, -1 ]");
    expect(text).toContain("dims: [ 1 ]\n  }");
    expect(text).not.toContain("dynamic_batching");
  });

  it("is refused for what no Triton tensor carries", async () => {
    const header = await headerOf({ inputs: { x: { type: 14, shape: ["n"] } }, outputs: { y: { type: 14, shape: ["n"] } }, nodes: [makeNode("Identity", "", ["x"], ["y"])] });
    expect(() => makeConfig(header, "net")).toThrow('input "x"');
  });

  it("loads as the model does without one", async ({ skip }) => {
    const bytes = await readRecorded("triton/autocomplete.jsonl.gz");
    if (bytes === undefined) return skip("triton/autocomplete.jsonl.gz is not there");
    const lines = new TextDecoder().decode(gunzipSync(bytes)).trimEnd().split("\n");
    const cases = lines.map((line) => JSON.parse(line) as { id: string; tags: string[]; onnx: string; config: string | null; options: { autoComplete: boolean }; result: { ok: boolean } });
    let made = 0;
    for (const { id, tags, onnx, options, result } of cases) {
      const path = "m/1/model.onnx";
      const content = await recordedContent({ files: { [path]: { onnx } } });
      const header = content.onnx(path);
      if (!tags.includes("none") || !options.autoComplete || !result.ok || header === undefined || header instanceof Error) continue;
      const server = recordedServer({ id, tags, files: {}, options, verdict: {} });
      const lone = createLoader().load(content, server).get("m");
      const text = makeConfig(header, "m");
      const written = createLoader().load(await recordedContent({ files: { [path]: { onnx } } }, { "m/config.pbtxt": text }), server).get("m");
      expect({ id, loads: written?.loads, config: sorted(written?.config) }).toEqual({ id, loads: true, config: sorted(lone?.config) });
      made++;
    }
    expect(made).toBeGreaterThan(0);
  });
});

function sorted(config: ModelConfig | undefined): ModelConfig | undefined {
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
  return config && { ...config, input: [...config.input].sort(byName), output: [...config.output].sort(byName) };
}
