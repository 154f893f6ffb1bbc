import { gunzipSync } from "fflate";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeModel, makeNode } from "../../onnx/encode.ts";
import { readHeader, type OnnxHeader } from "../../onnx/header.ts";
import { bytesAccess } from "../../onnx/skeleton.ts";
import { testModel, type TestModel } from "../../testing/onnx.ts";
import { readRecorded } from "../../testing/recorded.ts";
import { recordedContent, recordedServer } from "../../testing/recorded-verdicts.ts";
import { parseConfig } from "../model-config/decode.ts";
import type { ModelConfig } from "../model-config/model-config.ts";
import { readRepository } from "../repository/repository.ts";
import type { RepositoryContent } from "./content.ts";
import { createLoader } from "./load.ts";
import { makeConfig } from "./make-config.ts";
import { DEFAULT_SERVER } from "./server.ts";

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

const NAME = fc.stringMatching(/^[A-Za-z_"'\\\\ é:0-9]{1,6}$/);
const SIZE = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom("n", "batch", undefined));
const PORTS = fc.dictionary(NAME, fc.record({ type: fc.constantFrom(1, 2, 6, 7, 8, 9, 10, 11), shape: fc.array(SIZE, { maxLength: 3 }) }), { minKeys: 1, maxKeys: 3, noNullPrototype: true });

describe("any model's configuration", () => {
  it("loads, and as the model does without one", async () => {
    await fc.assert(
      fc.asyncProperty(PORTS, async (inputs) => {
        // A model that hands its inputs through has any types and shapes.
        const header = await headerOf({ inputs, outputs: inputs, nodes: [] });
        const load = (text?: string) => createLoader().load(contentOf(header, text), DEFAULT_SERVER).get("m");
        const [lone, written] = [load(), load(makeConfig(header, "m"))];
        expect(lone?.findings.filter(({ severity }) => severity === "error")).toEqual([]);
        expect({ loads: written?.loads, config: written?.config }).toEqual({ loads: true, config: lone?.config });
        expect(written?.completed.map(({ path }) => path[0])).not.toContain("input");
      }),
      { numRuns: 150 },
    );
  });
});

function contentOf(header: OnnxHeader, text?: string): RepositoryContent {
  const path = "m/1/model.onnx";
  const parsed = text === undefined ? undefined : parseConfig(text, "m/config.pbtxt");
  return {
    directories: readRepository([path, ...(text === undefined ? [] : ["m/config.pbtxt"])]).models,
    config: () => parsed,
    onnx: (wanted) => (wanted === path ? header : undefined),
    text: () => undefined,
    size: (wanted) => (wanted === path ? header.fileSize : undefined),
  };
}

function sorted(config: ModelConfig | undefined): ModelConfig | undefined {
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
  return config && { ...config, input: [...config.input].sort(byName), output: [...config.output].sort(byName) };
}
