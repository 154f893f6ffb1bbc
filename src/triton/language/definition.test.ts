import { describe, expect, it } from "vitest";
import { caretIn, languageContext } from "../../testing/language-context.ts";
import { definitionsAt, referencesAt } from "./definition.ts";
import type { LanguageContext, Location } from "./context.ts";

const MODELS = {
  preprocess: 'name: "preprocess"\ninput { name: "RAW" } output { name: "IMAGE" }\n',
  unet: 'input { name: "input" } output { name: "logits" label_filename: "labels.txt" }\nbatch_output { target_name: "logits" source_input: "input" }\n',
  lone: "# completed from its file\n",
};

const PIPELINE = `platform: "ensemble"
input { name: "FILE" }
output { name: "CLASS" }
ensemble_scheduling {
  step { model_name: "preprocess" input_map { key: "RAW" value: "FILE" } output_map { key: "IMAGE" value: "pixels" } }
  step { model_name: "unet" input_map { key: "input" value: "pixels" } output_map { key: "logits" value: "CLASS" } }
  step { model_name: "lone" input_map { key: "x" value: "pixels" } }
  step { model_name: "outer_missing" input_map { key: "x" value: "nothing" } }
}
`;

const OUTER = `platform: "ensemble"
ensemble_scheduling { step { model_name: "pipeline" input_map { key: "FILE" value: "BYTES" } output_map { key: "CLASS" value: "C" } } }
`;

const CONFIGS: Readonly<Record<string, string>> = { ...MODELS, pipeline: PIPELINE, outer: OUTER };

/** A place as "file:line:text". */
function shown({ file, from, to }: Location): string {
  const text = CONFIGS[file.split("/")[0]!]!;
  return `${file}:${text.slice(0, from).split("\n").length}:${text.slice(from, to)}`;
}

function at(model: string, marked: string): { offset: number; context: LanguageContext } {
  const text = CONFIGS[model]!;
  const { text: part, offset } = caretIn(marked);
  expect(text.split(part).length, `${part} occurs once`).toBe(2);
  return { offset: text.indexOf(part) + offset, context: languageContext(model, CONFIGS, ["unet/labels.txt"]) };
}

describe("the definition", () => {
  it.each([
    ["of a model is its name", "pipeline", 'model_name: "pre|process"', ['preprocess/config.pbtxt:1:"preprocess"']],
    ["of a model without a name is its file", "pipeline", 'model_name: "un|et"', ["unet/config.pbtxt:1:"]],
    ["of a missing model is nowhere", "pipeline", 'model_name: "outer|_missing"', []],
    ["of a map's key is the declaration in that model", "pipeline", 'key: "in|put"', ['unet/config.pbtxt:1:"input"']],
    ["of a key that the server completes is the model", "pipeline", '"lone" input_map { key: "|x"', ["lone/config.pbtxt:1:"]],
    ["of a map's value is the step that writes it", "pipeline", '"input" value: "|pixels"', ['pipeline/config.pbtxt:5:"pixels"']],
    ["of a map's value is the ensemble's input", "pipeline", '"RAW" value: "F|ILE"', ['pipeline/config.pbtxt:2:"FILE"']],
    ["of an ensemble output is what writes it", "pipeline", 'output { name: "|CLASS"', ['pipeline/config.pbtxt:6:"CLASS"']],
    ["of a tensor that nobody writes is itself", "pipeline", 'value: "noth|ing"', ['pipeline/config.pbtxt:8:"nothing"']],
    ["of an ensemble's input, from outside, is its declaration", "outer", 'key: "FI|LE"', ['pipeline/config.pbtxt:2:"FILE"']],
    ["of an own tensor is its declaration", "unet", 'target_name: "log|its"', ['unet/config.pbtxt:1:"logits"']],
    ["of a label file is that file", "unet", 'label_filename: "lab|els.txt"', ["unet/labels.txt"]],
    ["of a field is nowhere", "unet", "label_file|name", []],
  ])("%s", (_, model, marked, expected) => {
    const { offset, context } = at(model, marked);
    const found = definitionsAt(offset, context);
    expect(found.map((one) => (one.file.endsWith(".pbtxt") ? shown(one) : one.file))).toEqual(expected);
  });
});

describe("references", () => {
  it.each([
    ["to a model", "pipeline", 'model_name: "un|et"', ['pipeline/config.pbtxt:6:"unet"']],
    ["to an ensemble tensor", "pipeline", '"IMAGE" value: "pix|els"', ['pipeline/config.pbtxt:5:"pixels"', 'pipeline/config.pbtxt:6:"pixels"', 'pipeline/config.pbtxt:7:"pixels"']],
    [
      "to a model's tensor",
      "unet",
      'output { name: "log|its"',
      ['pipeline/config.pbtxt:6:"logits"', 'unet/config.pbtxt:1:"logits"', 'unet/config.pbtxt:2:"logits"'],
    ],
    ["to an ensemble's input, inside and outside", "pipeline", 'input { name: "FI|LE"', ['outer/config.pbtxt:2:"FILE"', 'pipeline/config.pbtxt:2:"FILE"', 'pipeline/config.pbtxt:5:"FILE"']],
  ])("%s", (_, model, marked, expected) => {
    const { offset, context } = at(model, marked);
    expect(referencesAt(offset, context).map(shown)).toEqual(expected);
  });
});
