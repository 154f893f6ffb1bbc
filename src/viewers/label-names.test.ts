import { expect, it } from "vitest";
import { createDerivation } from "../state/derived.ts";
import { openModelOf } from "../state/open-model.ts";
import { labelNames } from "./label-names.ts";

const TEXTS = {
  "e/config.pbtxt": `platform: "ensemble"
input [{ name: "A" data_type: TYPE_FP32 dims: [ 4 ] }]
output [
  { name: "INHERITED" data_type: TYPE_FP32 dims: [ 4 ] },
  { name: "OWN" data_type: TYPE_FP32 dims: [ 4 ] label_filename: "own.txt" },
  { name: "NONE" data_type: TYPE_FP32 dims: [ 4 ] }
]
ensemble_scheduling {
  step [{
    model_name: "m"
    model_version: -1
    input_map { key: "x" value: "A" }
    output_map { key: "named" value: "INHERITED" }
    output_map { key: "other" value: "OWN" }
    output_map { key: "plain" value: "NONE" }
  }]
}
`,
  "e/own.txt": "nothing\r\nbone",
  "m/config.pbtxt": `backend: "identity"
input [{ name: "x" data_type: TYPE_FP32 dims: [ 4 ] }]
output [
  { name: "named" data_type: TYPE_FP32 dims: [ 4 ] label_filename: "labels.txt" },
  { name: "other" data_type: TYPE_FP32 dims: [ 4 ] label_filename: "labels.txt" },
  { name: "plain" data_type: TYPE_FP32 dims: [ 4 ] label_filename: "lost.txt" }
]
`,
  "m/labels.txt": "background\nspleen\n",
};

const files = new Map(Object.entries(TEXTS).map(([path, text]) => [path, { path, text }]));
const derivation = createDerivation();
const repository = derivation.repository(files, ["e/1", "m/1"]);

it.each([
  ["e", "INHERITED", ["background", "spleen", ""]],
  ["e", "OWN", ["nothing", "bone"]],
  ["e", "NONE", undefined],
  ["e", "A", undefined],
  ["m", "named", ["background", "spleen", ""]],
])("the labels of %s's %s are %j", (model, tensor, names) => {
  expect(labelNames(openModelOf(derivation, repository, model)!, tensor, files)).toEqual(names);
});
