import { expect, it } from "vitest";
import { createDerivation } from "../../state/derived.ts";
import { openModelOf, type OpenModel } from "../../state/open-model.ts";
import { rangesOf, selectedAt } from "./selection-ranges.ts";

const ENSEMBLE = `platform: "ensemble"
input [{ name: "A" data_type: TYPE_FP32 dims: [ 1 ] }]
output [{ name: "B" data_type: TYPE_FP32 dims: [ 1 ] }]
ensemble_scheduling {
  step [
    { model_name: "first" model_version: -1 input_map { key: "x" value: "A" } output_map { key: "y" value: "middle" } },
    { model_name: "second" model_version: -1 input_map { key: "x" value: "middle" } output_map { key: "y" value: "B" } }
  ]
}
`;

function open(text: string): OpenModel {
  const derivation = createDerivation();
  const files = new Map([["e/config.pbtxt", { path: "e/config.pbtxt", text }]]);
  return openModelOf(derivation, derivation.repository(files, ["e/1"]), "e")!;
}

const model = open(ENSEMBLE);
const textsOf = (selected: { node?: string; tensor?: string }) =>
  rangesOf(model, { node: selected.node ?? null, tensor: selected.tensor ?? null }).map(({ from, to }) => ENSEMBLE.slice(from, to));

it("finds the entry of an input", () => {
  expect(textsOf({ node: "input:A" })).toEqual(['{ name: "A" data_type: TYPE_FP32 dims: [ 1 ] }']);
});

it("finds the entry of a step", () => {
  expect(textsOf({ node: "step:second" })[0]).toMatch(/^\{ model_name: "second"/);
});

it("finds every mention of a wire, its producer first", () => {
  expect(textsOf({ tensor: "middle" })).toEqual(['"middle"', '"middle"']);
  expect(textsOf({ tensor: "B" })).toEqual(['"B"', '"B"']);
});

it("finds nothing for what is not there", () => {
  expect(textsOf({ node: "step:third" })).toEqual([]);
  expect(textsOf({})).toEqual([]);
});

it.each([
  ['name: "A"', { node: "input:A", tensor: null }],
  ['"second"', { node: "step:second", tensor: null }],
  ['key: "x" value: "A"', { node: null, tensor: "A" }],
  ['value: "middle" } }', { node: null, tensor: "middle" }],
  ["platform", undefined],
])("a cursor at %s selects %j", (text, expected) => {
  const path = model.view.parsed!.pathAt(ENSEMBLE.indexOf(text) + 2);
  expect(selectedAt(model, path)).toEqual(expected);
});
