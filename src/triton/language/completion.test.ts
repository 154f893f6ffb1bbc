import { describe, expect, it } from "vitest";
import { caretIn, languageContext } from "../../testing/language-context.ts";
import { completionsAt } from "./completion.ts";
import type { CompletionItem } from "./completion-item.ts";

const MODELS = {
  preprocess: `backend: "python"
max_batch_size: 8
input [ { name: "RAW" data_type: TYPE_UINT8 dims: [ -1 ] } ]
output [
  { name: "IMAGE" data_type: TYPE_FP32 dims: [ 3, -1, -1 ] },
  { name: "SCALE" data_type: TYPE_FP32 dims: [ 1 ] optional: false }
]
`.replace(" optional: false", ""),
  unet: `backend: "onnxruntime"
max_batch_size: 8
input [ { name: "input" data_type: TYPE_FP32 dims: [ 3, 224, 224 ] } ]
output [ { name: "logits" data_type: TYPE_FP32 dims: [ 10 ] } ]
`,
};

/** An ensemble with a place for text in its second step. */
const ensemble = (second: string, more = ""): string => `platform: "ensemble"
max_batch_size: 8
input [ { name: "FILE" data_type: TYPE_UINT8 dims: [ -1 ] } ]
output [ { name: "CLASS" data_type: TYPE_FP32 dims: [ 10 ] } ]
ensemble_scheduling {
  step [
    {
      model_name: "preprocess"
      model_version: -1
      input_map { key: "RAW" value: "FILE" }
      output_map { key: "IMAGE" value: "pixels" }
      output_map { key: "SCALE" value: "scale" }
    },
    {
      ${second}
    }
  ]
}
${more}`;

const FILES = ["unet/3/model.onnx", "unet/labels.txt", "unet/warmup/sample", "unet/initial_state/zeros"];

function complete(marked: string, model = "pipeline"): readonly CompletionItem[] {
  const { text, offset } = caretIn(marked);
  return completionsAt(text, offset, languageContext(model, { ...MODELS, [model]: text }, FILES))?.items ?? [];
}

const labels = (marked: string, model?: string): string => complete(marked, model).map(({ label }) => label).join(", ");

/** The text after a suggestion was taken, places of templates as they are written. */
function accepted(marked: string, label: string, model = "pipeline"): string {
  const { text, offset } = caretIn(marked);
  const found = completionsAt(text, offset, languageContext(model, { ...MODELS, [model]: text }, FILES))!;
  const item = found.items.find((each) => each.label === label);
  if (item === undefined) throw new Error(`${label} is not among ${found.items.map((each) => each.label).join(", ")}`);
  return text.slice(0, found.from) + item.insert + text.slice(found.to);
}

const step = (marked: string): string => labels(ensemble(marked));

describe("fields", () => {
  it.each([
    ["of an output", "output { | }", "name, data_type, dims, reshape, label_filename, is_shape_tensor, is_non_linear_format_io"],
    ["half written", "output { na| }", "name, data_type, dims, reshape, label_filename, is_shape_tensor, is_non_linear_format_io"],
    ["that are present are left out, before and behind", 'output { name: "A" | data_type: TYPE_FP32 }', "dims, reshape, label_filename, is_shape_tensor, is_non_linear_format_io"],
    ["that repeat are offered again", "output { dims: 1 name: \"a\" data_type: TYPE_FP32 is_shape_tensor: false is_non_linear_format_io: false reshape {} | }", "dims, label_filename"],
    ["of a oneof that is taken are left out", "version_policy { all { } | }", ""],
    ["of a message in angle brackets", "dynamic_batching < preserve_ordering: true default_queue_policy < > priority_levels: 1 | >", "preferred_batch_size, max_queue_delay_microseconds, default_priority_level, priority_queue_policy"],
    ["of an element of a list", "instance_group [ { | } ]", "name, kind, count, rate_limiter, gpus, secondary_devices, profile, passive, host_policy"],
    ["of a message within a list behind comments with braces", "instance_group [ # { [\n { count: 1 kind: KIND_GPU # }\n | } ]", "name, rate_limiter, gpus, secondary_devices, profile, passive, host_policy"],
    ["behind a value that is missing are not offered: the value belongs here", "max_batch_size: |", ""],
    ["none below an unknown field", "nothing { | }", ""],
    ["none in a comment", "# na|", ""],
    ["none in quotes", '"na|"', ""],
  ])("%s", (_, marked, expected) => expect(labels(marked)).toBe(expected));

  it("of the file leave out the schedulings that another one stands against", () => {
    expect(labels("dynamic_batching { }\n|").split(", ")).not.toContain("sequence_batching");
    expect(labels("|").split(", ")).toEqual(expect.arrayContaining(["name", "sequence_batching", "ensemble_scheduling", "input"]));
  });

  it("are written with what belongs to them", () => {
    expect(accepted("na|", "name")).toBe('name: "${1:}"');
    expect(accepted("|", "max_batch_size")).toBe("max_batch_size: ${1:}");
    expect(accepted("input { | }", "dims")).toBe("input { dims: [ ${1:} ] }");
    expect(accepted("optim|", "optimization")).toBe("optimization {\n  ${1:}\n}");
  });

  it("change their name alone where a value is there", () => {
    expect(accepted("bac|: \"python\"", "backend")).toBe('backend: "python"');
  });
});

describe("blocks", () => {
  it("are written whole", () => {
    expect(accepted("|", "input")).toBe('input {\n  name: "${1:INPUT}"\n  data_type: ${2:TYPE_FP32}\n  dims: [ ${3:-1} ]\n}');
  });

  it("follow the style of their neighbours", () => {
    expect(accepted("instance_group: < kind: KIND_CPU >\n|", "instance_group")).toBe("instance_group: < kind: KIND_CPU >\ninstance_group: < count: ${1:1} kind: ${2:KIND_GPU} >");
  });

  it("are elements within a list, with the comma that is missing", () => {
    expect(accepted("instance_group [ { count: 1 } | ]", "instance_group")).toBe("instance_group [ { count: 1 } , { count: ${1:1} kind: ${2:KIND_GPU} } ]");
  });

  it("of a step come with the maps of a model, each input on the tensor that fits it best", () => {
    const text = accepted(ensemble('model_name: "unet" }, |').replace(/ {4}\}\n {2}\]/, "  ]"), "unet");
    expect(text.replaceAll(/\s+/g, " ")).toContain(
      '{ model_name: "unet" model_version: -1 input_map { key: "input" value: "${1:pixels}" } output_map { key: "logits" value: "${2:CLASS}" } }',
    );
  });
});

describe("values", () => {
  it.each([
    ["kinds", "instance_group { kind: | }", "KIND_AUTO, KIND_GPU, KIND_CPU, KIND_MODEL"],
    ["kinds in an unclosed message", "instance_group [ { kind: KI|", "KIND_AUTO, KIND_GPU, KIND_CPU, KIND_MODEL"],
    ["booleans", "response_cache { enable: | }", "true, false"],
    ["a value on the next line", "response_cache {\n  enable:\n    |\n}", "true, false"],
    ["no enum values in quotes", 'instance_group { kind: "|" }', ""],
    ["platforms", 'platform: "|"', "ensemble, onnxruntime_onnx, tensorrt_plan, pytorch_libtorch, torch_aoti, tensorflow_savedmodel, tensorflow_graphdef"],
    ["the directory's name", 'name: "|"', "pipeline"],
    ["parameters of the backend that are not set", 'backend: "python"\nparameters { key: "EXECUTION_ENV_PATH" }\nparameters { key: "|" }', "FORCE_CPU_ONLY_INPUT_TENSORS"],
    ["models", 'ensemble_scheduling { step { model_name: "|" } }', "preprocess, unet"],
    ["versions, the latest first", 'ensemble_scheduling { step { model_name: "unet" model_version: | } }', "-1, 3, 1"],
    ["versions behind a sign", 'ensemble_scheduling { step { model_name: "unet" model_version: -| } }', "-1, 3, 1"],
  ])("%s", (_, marked, expected) => expect(labels(marked)).toBe(expected));

  it("know data types by other names", () => {
    const type = complete("input { data_type: | }").find(({ label }) => label === "TYPE_FP32");
    expect(type).toMatchObject({ detail: "float32", alias: "float32 FP32" });
  });

  it.each([
    ["label files", 'output { label_filename: "|" }', "labels.txt"],
    ["model files", 'default_model_filename: "|"', "model.onnx"],
    ["warm-up data", 'model_warmup { inputs { key: "input" value { input_data_file: "|" } } }', "sample"],
    ["initial states", 'sequence_batching { state { initial_state { data_file: "|" } } }', "zeros"],
    ["own inputs", 'input { name: "x" } batch_input { source_input: "|" }', "x"],
    ["own inputs that have no warm-up data yet", 'input { name: "x" } input { name: "y" } model_warmup { inputs { key: "x" } inputs { key: "|" } }', "y"],
    ["own outputs", 'output { name: "o" } batch_output { target_name: [ "|" ] }', "o"],
  ])("%s of a model", (_, marked, expected) => expect(labels(marked, "unet")).toBe(expected));
});

describe("maps of a step", () => {
  it.each([
    ["keys are the inputs of that step's model", 'model_name: "unet" input_map { key: "|" }', "input"],
    ["keys are found where the model's name stands behind", 'input_map { key: "|" value: "pixels" } model_name: "unet"', "input"],
    ["keys that are mapped already are left out", 'model_name: "preprocess" output_map { key: "IMAGE" value: "a" } output_map { key: "|" }', "SCALE"],
    ["keys of another step do not count", 'model_name: "preprocess" output_map [ { key: "|" } ]', "IMAGE, SCALE"],
    ["values of an input: what fits first, then the others", 'model_name: "unet" input_map { key: "input" value: "|" }', "pixels, scale, FILE"],
    ["values in angle brackets", 'model_name: "unet" input_map < key: "input" value: "|" >', "pixels, scale, FILE"],
    ["values without quotes yet", 'model_name: "unet" input_map { key: "input" value: |', "pixels, scale, FILE"],
    ["values of which a part is there", 'model_name: "unet" input_map { key: "input" value: "pi|" }', "pixels, scale, FILE"],
    ["values behind an unclosed quote", 'model_name: "unet" input_map { key: "input" value: "pi| }', "pixels, scale, FILE"],
    ["values of an output: what is missing, or a new name", 'model_name: "unet" output_map { key: "logits" value: "|" }', "CLASS, logits"],
    ["the step's own outputs are no inputs", 'model_name: "unet" output_map { key: "logits" value: "CLASS" } input_map { key: "input" value: "|" }', "pixels, scale, FILE"],
    ["an empty entry takes key and value together", 'model_name: "unet" input_map { | }', "input, key, value"],
    ["an entry in a list", 'model_name: "unet" input_map [ | ]', "input, input_map"],
  ])("%s", (_, marked, expected) => expect(step(marked)).toBe(expected));

  it("are written whole, in the style of their neighbours", () => {
    const text = accepted(ensemble('model_name: "unet"\n      |'), "input_map input");
    expect(text).toContain('model_name: "unet"\n      input_map { key: "input" value: "${1:pixels}" }');
  });

  it("take key and value into an empty entry", () => {
    expect(accepted(ensemble('model_name: "unet" input_map { | }'), "input")).toContain('input_map { key: "input" value: "${1:pixels}" }');
  });

  it("quote a name, and leave out the quotes that are there", () => {
    const entry = (marked: string): string => accepted(ensemble(`model_name: "unet" input_map { key: "input" value: ${marked} }`), "pixels");
    for (const marked of ["|", '"|"', '"pi|"', '"pi|', "pi|"]) expect(entry(marked)).toContain('value: "pixels" }');
    expect(entry("'pi|'")).toContain("value: 'pixels' }");
  });
});

it("suggests as an ensemble input what steps read and nobody writes", () => {
  expect(labels(ensemble('model_name: "unet" input_map { key: "input" value: "MASK" }', 'input { name: "|" }'))).toBe("MASK");
});

it("offers every tensor of a text of 10,000 lines", () => {
  const one = (index: number): string => `    {
      model_name: "unet"
      model_version: -1
      input_map {
        key: "input"
        value: "t${index}"
      }
      output_map {
        key: "logits"
        value: "t${index + 1}"
      }
    },
`;
  const text = `platform: "ensemble"\nensemble_scheduling {\n  step [\n${Array.from({ length: 840 }, (_, index) => one(index)).join("")}    { model_name: "unet" input_map { key: "input" value: "" } }\n  ]\n}\n`;
  const context = languageContext("pipeline", { ...MODELS, pipeline: text });
  expect(completionsAt(text, text.lastIndexOf('""') + 1, context)?.items.length).toBe(840);
});
