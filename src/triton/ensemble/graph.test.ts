import { describe, expect, it } from "vitest";
import { applyEdits } from "../../base/text-edit.ts";
import { parseConfig } from "../model-config/decode.ts";
import { arrange } from "./arrange.ts";
import { connectionProblem } from "./fit.ts";
import { buildEnsembleGraph, nodeId } from "./graph.ts";
import type { GraphModel } from "./graph-model.ts";

const MODEL = (name: string, inputs: string, outputs: string, more = "max_batch_size: 8") => `name: "${name}" backend: "identity" ${more}\ninput [ ${inputs} ]\noutput [ ${outputs} ]\n`;
const tensor = (name: string, type = "FP32", dims = "4", more = "") => `{ name: "${name}" data_type: TYPE_${type} dims: [ ${dims} ] ${more} }`;

const ENSEMBLE = `platform: "ensemble" max_batch_size: 8
input [ { name: "X" data_type: TYPE_FP32 dims: [ 4 ] } ]
output [ { name: "Y" data_type: TYPE_FP32 dims: [ 4 ] } ]
ensemble_scheduling { step [
  { model_name: "a" model_version: -1 input_map { key: "I" value: "X" } output_map { key: "O" value: "t" } },
  { model_name: "b" model_version: -1 input_map { key: "I" value: "t" } output_map { key: "O" value: "Y" } }
] }
`;

function models(changes: Readonly<Record<string, string>> = {}): Map<string, GraphModel> {
  const texts: Record<string, string> = {
    e: ENSEMBLE,
    a: MODEL("a", tensor("I"), tensor("O")),
    b: MODEL("b", `${tensor("I")}, ${tensor("P", "INT32", "1", "optional: true")}`, tensor("O")),
    ...changes,
  };
  return new Map(
    Object.entries(texts).map(([name, text]) => {
      const parsed = parseConfig(text, `${name}/config.pbtxt`);
      return [name, { name, config: parsed.config, parsed, versions: [1] }];
    }),
  );
}

const graph = (changes?: Readonly<Record<string, string>>) => buildEnsembleGraph("e", models(changes));

describe("the graph of an ensemble", () => {
  it("has its inputs, steps with ports, outputs and wires", () => {
    const { inputs, outputs, steps, tensors, diagnostics, file } = graph();
    expect(diagnostics).toEqual([]);
    expect(file).toBe("e/config.pbtxt");
    expect([...inputs, ...outputs].map(({ id }) => id)).toEqual(["input:X", "output:Y"]);
    expect(steps.map(({ id, model }) => [id, model?.name])).toEqual([
      ["step:a", "a"],
      ["step:b", "b"],
    ]);
    expect(steps[1]?.inputs).toEqual([
      { name: "I", tensor: "t", dataType: "TYPE_FP32", dims: [4], optional: false, exists: true },
      { name: "P", dataType: "TYPE_INT32", dims: [1], optional: true, exists: true },
    ]);
    expect(tensors).toEqual([
      { name: "X", producer: { kind: "input", name: "X" }, otherProducers: [], consumers: [{ kind: "step", step: 0, port: "I" }], dataType: "TYPE_FP32", dims: [4], batched: true },
      { name: "t", producer: { kind: "step", step: 0, port: "O" }, otherProducers: [], consumers: [{ kind: "step", step: 1, port: "I" }], dataType: "TYPE_FP32", dims: [4], batched: true },
      { name: "Y", producer: { kind: "step", step: 1, port: "O" }, otherProducers: [], consumers: [{ kind: "output", name: "Y" }], dataType: "TYPE_FP32", dims: [4], batched: true },
    ]);
  });

  it("numbers further steps of one model", () => {
    const built = graph({ e: ENSEMBLE.replace('"b" model', '"a" model') });
    expect(built.steps.map(({ id }) => id)).toEqual(["step:a", "step:a#2"]);
    expect(nodeId(built, { kind: "step", step: 1, port: "I" })).toBe("step:a#2");
  });

  it("keeps the ports that the maps name when a model is missing", () => {
    const all = models();
    all.delete("b");
    const { steps, diagnostics } = buildEnsembleGraph("e", all);
    expect(steps[1]).toMatchObject({ modelName: "b", inputs: [{ name: "I", tensor: "t", exists: true }] });
    expect(steps[1]?.model).toBeUndefined();
    expect(diagnostics).toMatchObject([{ code: "ENSEMBLE_MISSING_MODEL", message: "ensemble e contains models that are not available or ambiguous: b", subject: { step: 1 } }]);
  });

  it("is empty for a model that does not exist", () => {
    expect(buildEnsembleGraph("none", models())).toMatchObject({ inputs: [], steps: [], tensors: [], diagnostics: [] });
  });

  it.each<[string, Record<string, string>, string, string]>([
    ["an input of the model that does not exist", { e: ENSEMBLE.replace('key: "I" value: "t"', 'key: "i" value: "t"') }, "ENSEMBLE_UNKNOWN_INPUT", "in ensemble e, ensemble tensor t is mapping to non-existing input i in model b"],
    ["an output of the model that does not exist", { e: ENSEMBLE.replace('key: "O" value: "t"', 'key: "Q" value: "t"') }, "ENSEMBLE_UNKNOWN_OUTPUT", "in ensemble e, ensemble tensor t is mapped from non-existing output Q in model a"],
    ["a required input without wire", { b: MODEL("b", `${tensor("I")}, ${tensor("P")}`, tensor("O")) }, "ENSEMBLE_UNMAPPED_INPUT", "in ensemble e, input P in model b is not mapped to any ensemble tensors"],
    ["two producers", { e: ENSEMBLE.replace('value: "Y"', 'value: "t"') }, "ENSEMBLE_TWO_PRODUCERS", "ensemble tensor 't' can appear in an output map only once for ensemble 'e' step 1"],
    ["a tensor that nothing writes", { e: ENSEMBLE.replace('key: "I" value: "t"', 'key: "I" value: "tt"') }, "ENSEMBLE_TENSOR_UNUSED", "ensemble tensor 'tt' is unused in ensemble 'e'"],
    ["an output that nothing writes", { e: ENSEMBLE.replace('key: "I" value: "t"', 'key: "I" value: "u"') }, "ENSEMBLE_OUTPUT_NOT_WRITTEN", "output 'Y' for ensemble 'e' is not written: at least one of its depending tensors, 'u', is not connected"],
    ["an unused input", { e: ENSEMBLE.replace('"X" data', '"Z" data') }, "ENSEMBLE_INPUT_UNUSED", "ensemble input 'Z' for ensemble e' is not used"],
    ["a data type that does not fit", { a: MODEL("a", tensor("I"), tensor("O", "INT8")) }, "ENSEMBLE_DATA_TYPE", "in ensemble e, ensemble tensor t: inconsistent data type: TYPE_INT8 is inferred from model a while TYPE_FP32 is inferred from model b"],
    ["a shape that does not fit", { a: MODEL("a", tensor("I"), tensor("O", "FP32", "2, 2")) }, "ENSEMBLE_SHAPE", "in ensemble e, ensemble tensor t: inconsistent shape: [-1,2,2] is inferred from model a while [-1,4] is inferred from model b"],
    ["a batch size that is too small", { a: MODEL("a", tensor("I"), tensor("O"), "max_batch_size: 4") }, "ENSEMBLE_BATCH_SIZE", "ensemble e allows maximum batch size 8, but it contains model a which only allows maximum batch size to be 4"],
    ["a version that is not there", { e: ENSEMBLE.replace("model_version: -1", "model_version: 3") }, "ENSEMBLE_STEP_VERSION", "ensemble 'e' depends on 'a' whose required version 3 is not loaded."],
    ["itself as a step", { e: ENSEMBLE.replace('"b" model', '"e" model') }, "ENSEMBLE_CYCLE", "circular dependency between ensembles: e -> ... -> e -> e"],
  ])("says what is wrong: %s", (_, changes, code, message) => {
    expect(graph(changes).diagnostics).toContainEqual(expect.objectContaining({ code, message, severity: "error", model: "e", file: "e/config.pbtxt" }));
  });

  it("offers the name that was meant as a fix", () => {
    const text = ENSEMBLE.replace('key: "I" value: "X"', 'key: "i" value: "X"');
    const [finding] = graph({ e: text }).diagnostics.filter(({ code }) => code === "ENSEMBLE_UNKNOWN_INPUT");
    expect(finding?.hint).toBe("Did you mean I?");
    const edits = finding?.fix?.edits[0]?.edits ?? [];
    expect(graph({ e: applyEdits(text, edits) }).diagnostics).toEqual([]);
  });

  it.each<[string, string, string]>([
    ["a wildcard", tensor("O", "FP32", "-1"), "max_batch_size: 8"],
    ["the batch dimension written out by a model that does not batch", tensor("O", "FP32", "-1, 4"), ""],
    ["a fixed batch written out", tensor("O", "FP32", "2, 4"), ""],
  ])("lets a shape pass by %s", (_, output, more) => {
    const input = more === "" ? tensor("I", "FP32", "-1, 4") : tensor("I");
    expect(graph({ a: MODEL("a", input, output, more) }).diagnostics).toEqual([]);
  });
});

describe("a wire that is being drawn", () => {
  const built = graph({ b: MODEL("b", `${tensor("I")}, ${tensor("P", "INT32", "1")}, ${tensor("Q", "FP32", "2, 2")}`, tensor("O")) });
  it.each([
    ["fits an equal type and shape", { kind: "input", name: "X" }, { kind: "step", step: 1, port: "I" }, undefined],
    ["does not fit another type", { kind: "input", name: "X" }, { kind: "step", step: 1, port: "P" }, "TYPE_FP32 does not fit TYPE_INT32"],
    ["does not fit another shape", { kind: "input", name: "X" }, { kind: "step", step: 1, port: "Q" }, "[-1, 4] does not fit [-1, 2, 2]"],
    ["closes a cycle", { kind: "step", step: 1, port: "O" }, { kind: "step", step: 0, port: "I" }, "The step would wait for its own output"],
  ] as const)("%s", (_, from, to, expected) => {
    expect(connectionProblem(built, from, to)).toBe(expected);
  });
});

describe("the layout", () => {
  it("goes left to right, without overlap, and is the same every time", () => {
    const built = graph();
    const sizes = new Map([["step:a", { width: 300, height: 200 }]]);
    const positions = arrange(built, sizes);
    const x = ["input:X", "step:a", "step:b", "output:Y"].map((id) => positions.get(id)?.x ?? Number.NaN);
    expect(x[0]).toBe(0);
    expect([...x].sort((a, b) => a - b)).toEqual(x);
    expect(x[2]).toBeGreaterThanOrEqual((x[1] ?? 0) + 300);
    expect(arrange(built, sizes)).toEqual(positions);
  });

  it("puts inputs into the first column and outputs into the last, also those without wire", () => {
    const built = graph({
      e: ENSEMBLE.replace("input [", `input [ ${tensor("L")}, ${tensor("M")},`).replace("output [", `output [ ${tensor("V")},`),
    });
    const positions = arrange(built, new Map());
    const column = (kind: string) => [...positions].filter(([id]) => id.startsWith(kind)).map(([, { x }]) => x);
    expect(new Set(column("input:"))).toEqual(new Set([0]));
    expect(new Set(column("output:")).size).toBe(1);
    const boxes = [...positions.values()];
    for (const [index, a] of boxes.entries()) {
      for (const b of boxes.slice(index + 1)) expect(Math.abs(a.x - b.x) >= 220 || Math.abs(a.y - b.y) >= 96).toBe(true);
    }
  });

  it("of an empty graph is empty", () => {
    expect(arrange(buildEnsembleGraph("none", new Map()), new Map()).size).toBe(0);
  });
});
