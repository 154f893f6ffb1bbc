import { describe, expect, it } from "vitest";
import { applyEdits } from "../base/text-edit.ts";
import type { FileEdits } from "../base/diagnostic.ts";
import { createDerivation } from "./derived.ts";
import { carriedPlaces, duplicateEdits, exposeEdits, kindEdits, newNodes, placing, removeNodesEdits, renamedPlaces, renameEdits } from "./ensemble-edits.ts";
import { openModelOf, type OpenModel } from "./open-model.ts";

const ENSEMBLE = `platform: "ensemble"
input [{ name: "A" data_type: TYPE_FP32 dims: [ 4 ] }]
output [{ name: "B" data_type: TYPE_FP32 dims: [ 4 ] }]
ensemble_scheduling {
  step [
    { model_name: "twice" model_version: -1 input_map { key: "x" value: "A" } output_map { key: "y" value: "middle" } },
    { model_name: "twice" model_version: -1 input_map { key: "x" value: "middle" } output_map { key: "y" value: "B" } } # last
  ]
}
`;
const TWICE = `backend: "python"
input [{ name: "x" data_type: TYPE_FP32 dims: [ 4 ] }]
output [{ name: "y" data_type: TYPE_FP32 dims: [ 4 ] }]
`;

function open(text = ENSEMBLE): OpenModel {
  const derivation = createDerivation();
  const texts = { "e/config.pbtxt": text, "twice/config.pbtxt": TWICE, "twice/1/model.py": "" };
  const repository = derivation.repository(new Map(Object.entries(texts).map(([path, text]) => [path, { path, text }])), ["e/1"]);
  return openModelOf(derivation, repository, "e")!;
}

function after(edits: readonly FileEdits[], text = ENSEMBLE): string {
  expect(edits.map(({ path }) => path)).toEqual(["e/config.pbtxt"]);
  return applyEdits(text, edits[0]!.edits!);
}

const model = open();

describe("several nodes", () => {
  it("are taken out together, with their wires and nothing else", () => {
    const text = after(removeNodesEdits(model, ["step:twice", "input:A"]));
    expect(text).not.toContain('"A"');
    expect(text.match(/model_name/g)).toHaveLength(1);
    expect(text).toContain("# last");
    expect(open(text).graph.steps.map(({ inputs }) => inputs[0]!.tensor)).toEqual([undefined]);
  });

  it("leave the places of those that stay, whose ids may change", () => {
    const places = { e: { "step:twice": { x: 1, y: 1 }, "step:twice#2": { x: 2, y: 2 }, "input:A": { x: 3, y: 3 } } };
    expect(carriedPlaces(model, ["step:twice"], places)).toEqual([
      { ensemble: "e", node: "step:twice", to: { x: 2, y: 2 } },
      { ensemble: "e", node: "step:twice#2", to: null },
    ]);
    expect(carriedPlaces(model, ["input:A"], places)).toEqual([{ ensemble: "e", node: "input:A", to: null }]);
  });

  it("are doubled as new nodes, which can be placed", () => {
    const edits = duplicateEdits(model, ["step:twice", "step:twice#2"]);
    const made = newNodes(model, edits);
    expect(made).toEqual(["step:twice#3", "step:twice#4"]);
    expect(placing(model, made, { x: 5, y: 6 }, 10).map(({ to }) => to)).toEqual([{ x: 5, y: 6 }, { x: 5, y: 16 }]);
  });

  it("of one model move to the CPU by one edit of it", () => {
    expect(kindEdits(model.graph.steps, "KIND_CPU").map(({ path }) => path)).toEqual(["twice/config.pbtxt"]);
  });
});

it("an exposed port is a new node", () => {
  const edits = exposeEdits(model, model.graph.steps[0]!, "out", "y");
  expect(newNodes(model, edits)).toEqual(["output:middle"]);
});

it("a renamed input keeps its place under its new name", () => {
  expect(renamedPlaces(model, "A", "CT", { e: { "input:A": { x: 7, y: 8 } } })).toEqual([
    { ensemble: "e", node: "input:A", to: null },
    { ensemble: "e", node: "input:CT", to: { x: 7, y: 8 } },
  ]);
  expect(renamedPlaces(model, "middle", "m", { e: {} })).toEqual([]);
});

it("a name that is taken is refused with what it is", () => {
  expect(() => renameEdits(model, { name: "A", entity: { kind: "tensor", ensemble: "e", name: "A" } }, "B")).toThrow("'A' cannot be called 'B': the name is taken");
});
