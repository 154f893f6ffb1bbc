import { describe, expect, it } from "vitest";
import { createDerivation } from "../../state/derived.ts";
import { openModelOf, type OpenModel } from "../../state/open-model.ts";
import { actionsOf, renamedAt, type Target } from "./targets.ts";

const ENSEMBLE = `platform: "ensemble"
input [{ name: "A" data_type: TYPE_FP32 dims: [ 4 ] }]
output [{ name: "B" data_type: TYPE_FP32 dims: [ 4 ] }]
ensemble_scheduling { step [ { model_name: "twice" model_version: -1 input_map { key: "x" value: "A" } output_map { key: "y" value: "B" } } ] }
`;
const TWICE = `backend: "python"
input [{ name: "x" data_type: TYPE_FP32 dims: [ 4 ] }]
output [{ name: "y" data_type: TYPE_FP32 dims: [ 4 ] }, { name: "z" data_type: TYPE_FP32 dims: [ 4 ] }]
`;

function open(name: string, stale = false): OpenModel {
  const derivation = createDerivation();
  const texts = { "e/config.pbtxt": ENSEMBLE, "twice/config.pbtxt": TWICE, "twice/1/model.py": "" };
  const repository = derivation.repository(new Map(Object.entries(texts).map(([path, text]) => [path, { path, text }])), ["e/1"]);
  return { ...openModelOf(derivation, repository, name)!, stale };
}

const ensemble = open("e");
const step: Target = { kind: "nodes", nodes: ["step:twice"] };
const port = (side: "in" | "out", name: string, tensor?: string): Target => ({ kind: "port", port: { node: "step:twice", side, port: name }, ...(tensor !== undefined && { tensor }) });

describe("what can be done", () => {
  it.each([
    ["with a step", ensemble, step, ["open-model", "gpu", "cpu", "duplicate", "copy", "cut", "show-text", "remove"]],
    ["with an input", ensemble, { kind: "nodes", nodes: ["input:A"] }, ["rename", "show-text", "remove"]],
    ["with nodes of both kinds", ensemble, { kind: "nodes", nodes: ["input:A", "step:twice"] }, ["gpu", "cpu", "duplicate", "copy", "cut", "remove"]],
    ["with a port on a wire", ensemble, port("in", "x", "A"), ["connect", "disconnect", "rename", "show-text"]],
    ["with a port without one", ensemble, port("out", "z"), ["connect", "expose"]],
    ["with a wire that has a result", ensemble, { kind: "wire", tensor: "B" }, ["open-result", "rename", "insert-step", "show-text", "remove"]],
    ["with the ground", ensemble, { kind: "ground" }, ["add-step", "paste", "choose-all", "fit", "tidy", "tidy-all", "show-text"]],
    ["while the text does not parse", open("e", true), { kind: "ground" }, ["choose-all", "fit", "tidy", "tidy-all"]],
    ["with a step of a model alone", open("twice"), step, ["gpu", "cpu", "show-text"]],
  ] satisfies [string, OpenModel, Target, string[]][])("%s", (_, model, target, expected) => {
    expect(actionsOf(target, model, (tensor) => tensor === "B").flat()).toEqual(expected);
  });
});

it("names are those of ensemble tensors, or of a model's own inputs and outputs", () => {
  expect(renamedAt({ kind: "wire", tensor: "A" }, ensemble)).toEqual({ name: "A", entity: { kind: "tensor", ensemble: "e", name: "A" } });
  expect(renamedAt(port("out", "z"), ensemble)).toBeUndefined();
  expect(renamedAt({ kind: "nodes", nodes: ["output:y"] }, open("twice"))).toEqual({ name: "y", entity: { kind: "port", model: "twice", side: "output", name: "y" } });
  expect(renamedAt(step, ensemble)).toBeUndefined();
});
