import { describe, expect, it } from "vitest";
import { applyEdits, type TextEdit } from "../../base/text-edit.ts";
import { parseConfig } from "../model-config/decode.ts";
import { exposePort } from "./exposed-ports.ts";
import type { GraphModel } from "./graph-model.ts";
import { buildEnsembleGraph, type Endpoint } from "./graph.ts";
import { newEnsemble, newOnnxModel } from "./new-model.ts";
import { stepsThatFit, type WireEnd } from "./step-fit.ts";
import { copySteps, duplicateSteps, pasteSteps } from "./step-fragment.ts";
import { addStepAt, insertOnWire } from "./wired-steps.ts";

const TEXT = `platform: "ensemble"
input [ { name: "CT" data_type: TYPE_FP32 dims: [ -1, 8 ] } ] # the volume
output [ { name: "MASK" data_type: TYPE_UINT8 dims: [ 8 ] } ]
ensemble_scheduling {
  step [
    {
      model_name: "pre"
      model_version: -1
      input_map { key: "RAW" value: "CT" } # straight in
      output_map { key: "IMAGE" value: "image" }
    },
    {
      model_name: "post"
      model_version: 2
      input_map { key: "IMAGE" value: "image" }
      output_map { key: "MASK" value: "MASK" }
    }
  ]
}
`;

const port = (name: string, type: string, ...dims: number[]): string => `{ name: "${name}" data_type: TYPE_${type} dims: [ ${dims.join(", ")} ] }`;
const MODELS: Readonly<Record<string, string>> = {
  pre: `input [ ${port("RAW", "FP32", -1, 8)} ] output [ ${port("IMAGE", "FP32", 8)}, ${port("AFFINE", "FP64", 4, 4)} ]`,
  post: `input [ ${port("IMAGE", "FP32", 8)}, ${port("SPARE", "FP32", 8)} ] output [ ${port("MASK", "UINT8", 8)} ]`,
  smooth: `input [ ${port("matrix", "FP64", 4, 4)}, ${port("anything", "FP32", -1)}, ${port("x", "FP32", 8)} ] output [ ${port("y", "FP32", 8)} ]`,
  invert: `input [ ${port("mask", "UINT8", 8)} ] output [ ${port("inverted", "UINT8", 8)} ]`,
  batched: `max_batch_size: 4 input [ ${port("x", "FP32", 8)} ] output [ ${port("y", "FP32", 8)} ]`,
  outer: `platform: "ensemble" input [ ${port("x", "FP32", 8)} ] ensemble_scheduling { step [ { model_name: "e" } ] }`,
  unknown: `backend: "python"`,
  untyped: `input [ { name: "x" dims: [ 8 ] } ]`,
};

function open(text = TEXT) {
  const models = new Map<string, GraphModel>();
  for (const [name, source] of Object.entries({ e: text, ...MODELS })) {
    const parsed = parseConfig(source, `${name}/config.pbtxt`);
    models.set(name, { name, config: parsed.config, parsed });
  }
  return { ensemble: models.get("e")!.parsed!, graph: buildEnsembleGraph("e", models), models };
}

/** The text after a gesture, and what it says. */
function after(edits: readonly TextEdit[], text = TEXT) {
  const parsed = parseConfig(applyEdits(text, edits), "e/config.pbtxt");
  expect(parsed.diagnostics).toEqual([]);
  expect(parsed.text.match(/#.*/g)).toEqual(text.match(/#.*/g));
  const { config } = parsed;
  return { text: parsed.text, config, maps: config.ensemble_scheduling!.step.map(({ model_name, input_map, output_map }) => [model_name, input_map, output_map]) };
}

const step = (index: number, name: string): Endpoint => ({ kind: "step", step: index, port: name });
const out = (end: Endpoint): WireEnd => ({ end, side: "out" });
const into = (end: Endpoint): WireEnd => ({ end, side: "in" });
const output: Endpoint = { kind: "output", name: "MASK" };
const impossible = (message: string | RegExp): unknown => expect.objectContaining({ code: "EDIT_IMPOSSIBLE", message: expect.stringMatching(message) });

describe("models that fit a wire's end", () => {
  it("are listed with their best port, the others with the reason", () => {
    const { graph, models } = open();
    expect(stepsThatFit(graph, out(step(0, "IMAGE")), models)).toEqual([
      { model: "post", port: "IMAGE" },
      { model: "smooth", port: "x" },
      { model: "batched", port: "x" },
      { model: "e", problem: "An ensemble is no step of itself" },
      { model: "pre", problem: "[8] does not fit [-1, 8]" },
      { model: "invert", problem: "TYPE_FP32 does not fit TYPE_UINT8" },
      { model: "outer", problem: "outer holds this ensemble" },
      { model: "unknown", problem: "unknown declares no input" },
      { model: "untyped", problem: "TYPE_FP32 does not fit TYPE_INVALID" },
    ]);
  });

  it("give what the end takes, where it takes something", () => {
    const { graph, models } = open();
    const fits = stepsThatFit(graph, into(output), models).filter((fit) => "port" in fit);
    expect(fits).toEqual([{ model: "post", port: "MASK" }, { model: "invert", port: "inverted" }]);
  });
});

describe("a step at the end of a wire", () => {
  it.each<[string, WireEnd, string, number, unknown[]]>([
    ["reads a tensor that has a name", out(step(0, "IMAGE")), "smooth", 2, ["smooth", { x: "image" }, {}]],
    ["names a tensor that has none", out(step(0, "AFFINE")), "smooth", 0, ["pre", { RAW: "CT" }, { IMAGE: "image", AFFINE: "AFFINE" }]],
    ["reads an ensemble input", out({ kind: "input", name: "CT" }), "pre", 2, ["pre", { RAW: "CT" }, {}]],
    ["writes a new tensor for an input", into(step(1, "SPARE")), "smooth", 2, ["smooth", {}, { y: "y" }]],
    ["takes an ensemble output over", into(output), "invert", 2, ["invert", {}, { inverted: "MASK" }]],
  ])("%s", (_, wire, model, at, expected) => {
    const { ensemble, graph, models } = open();
    expect(after(addStepAt(ensemble, graph, wire, model, models)).maps[at]).toEqual(expected);
  });

  it("looks like its neighbours", () => {
    const { ensemble, graph, models } = open();
    expect(after(addStepAt(ensemble, graph, out(step(0, "IMAGE")), "smooth", models)).text).toBe(
      TEXT.replace("    }\n  ]\n}", '    },\n    {\n      model_name: "smooth"\n      model_version: -1\n      input_map { key: "x" value: "image" }\n    }\n  ]\n}'),
    );
  });

  it("is refused with the reason", () => {
    const { ensemble, graph, models } = open();
    expect(() => addStepAt(ensemble, graph, into(output), "smooth", models)).toThrow(impossible("TYPE_FP32 does not fit TYPE_UINT8"));
    expect(() => addStepAt(ensemble, graph, into(output), "gone", models)).toThrow(impossible("no model 'gone'"));
  });
});

describe("a step in a wire", () => {
  const wire = (name: string, text = TEXT) => open(text).graph.tensors.find((tensor) => tensor.name === name)!;
  const insert = (name: string, model: string, text = TEXT, consumers?: Endpoint[]) => {
    const { ensemble, graph, models } = open(text);
    return insertOnWire(ensemble, graph, wire(name, text), models.get(model)!, models, consumers);
  };

  it("reads the producer, and what read the producer reads it", () => {
    const { maps, text } = after(insert("image", "smooth"));
    expect(maps).toEqual([["pre", { RAW: "CT" }, { IMAGE: "image" }], ["post", { IMAGE: "y" }, { MASK: "MASK" }], ["smooth", { x: "image" }, { y: "y" }]]);
    expect(text.startsWith(TEXT.slice(0, TEXT.lastIndexOf('"image"')))).toBe(true);
  });

  it("writes an ensemble output under its name", () => {
    expect(after(insert("MASK", "invert")).maps.slice(1)).toEqual([["post", { IMAGE: "image" }, { MASK: "post_MASK" }], ["invert", { mask: "post_MASK" }, { inverted: "MASK" }]]);
  });

  it("stands before some of the readers only, where asked", () => {
    const more = TEXT.replace('value: "image" }\n      output_map { key: "MASK"', 'value: "image" }\n      input_map { key: "SPARE" value: "image" }\n      output_map { key: "MASK"');
    expect(after(insert("image", "smooth", more, [step(1, "SPARE")]), more).maps[1]).toEqual(["post", { IMAGE: "image", SPARE: "y" }, { MASK: "MASK" }]);
  });

  it("is refused with the reason", () => {
    expect(() => insert("image", "invert")).toThrow(impossible("TYPE_FP32 does not fit TYPE_UINT8"));
    expect(() => insert("image", "outer")).toThrow(impossible("outer holds this ensemble"));
    expect(() => insert("image", "smooth", TEXT, [])).toThrow(impossible("one end only"));
  });
});

describe("a port made an input or output of the ensemble", () => {
  const expose = (text: string, index: number, side: "input" | "output", name: string) => {
    const { ensemble, graph } = open(text);
    return after(exposePort(ensemble, graph, index, side, name), text);
  };

  it("gives an input of the port's name, type and dims", () => {
    const { config, maps, text } = expose(TEXT, 1, "input", "SPARE");
    expect(config.input[1]).toMatchObject({ name: "SPARE", data_type: "TYPE_FP32", dims: [8] });
    expect(maps[1]![1]).toEqual({ IMAGE: "image", SPARE: "SPARE" });
    expect(text).toContain(', { name: "SPARE" data_type: TYPE_FP32 dims: [ 8 ] } ] # the volume');
  });

  it("declares the tensor that an output writes already", () => {
    const { config, maps } = expose(TEXT, 0, "output", "IMAGE");
    expect(config.output[1]).toMatchObject({ name: "image", dims: [8] });
    expect(maps[0]![2]).toEqual({ IMAGE: "image" });
  });

  it("declares a tensor that nobody writes as the input that it is read as", () => {
    const waiting = TEXT.replace('input_map { key: "IMAGE" value: "image" }', 'input_map { key: "IMAGE" value: "scan" }');
    const { config, maps } = expose(waiting, 1, "input", "IMAGE");
    expect([config.input[1]!.name, maps[1]![1]]).toEqual(["scan", { IMAGE: "scan" }]);
  });

  it.each<[string, string, number, number[]]>([
    ["as they are where both batch", "batched", 4, [8]],
    ["with the batch dimension where only the model batches", "batched", 0, [-1, 8]],
    ["without it where the model spells it out", "pre", 4, [8]],
    ["as they are where no dimension is open", "post", 4, [8]],
  ])("has dims %s", (_, model, batch, dims) => {
    const text = `platform: "ensemble"\nmax_batch_size: ${batch}\nensemble_scheduling { step [ { model_name: "${model}" model_version: -1 } ] }\n`;
    const { ensemble, graph } = open(text);
    const { config } = after(exposePort(ensemble, graph, 0, "input", graph.steps[0]!.inputs[0]!.name), text);
    expect(config.input[0]!.dims).toEqual(dims);
  });

  it("is refused where it is one, or is not known", () => {
    const { ensemble, graph } = open();
    expect(() => exposePort(ensemble, graph, 1, "output", "MASK")).toThrow(impossible("is the ensemble output 'MASK' already"));
    const untyped = open(TEXT.replace('model_name: "post"', 'model_name: "untyped"'));
    expect(() => exposePort(untyped.ensemble, untyped.graph, 1, "input", "x")).toThrow(impossible("its model does not declare it"));
    expect(() => exposePort(ensemble, graph, 1, "output", "gone")).toThrow(impossible("its model does not declare it"));
  });
});

describe("copied steps", () => {
  it("are text of a configuration", () => {
    const { config, valid } = parseConfig(copySteps(open().ensemble, [1, 0, 1]), "");
    expect([valid, config.ensemble_scheduling]).toEqual([true, open().ensemble.config.ensemble_scheduling]);
  });

  it("are doubled with fresh names between them and the same inputs", () => {
    const { text, maps } = after(duplicateSteps(open().ensemble, [0, 1]));
    expect(maps.slice(2)).toEqual([["pre", { RAW: "CT" }, { IMAGE: "image_2" }], ["post", { IMAGE: "image_2" }, {}]]);
    expect(text.startsWith(TEXT.slice(0, TEXT.lastIndexOf("\n  ]")))).toBe(true);
  });

  it("write what the ensemble waits for, and leave out what it does not have", () => {
    const target = `output { name: "MASK" data_type: TYPE_UINT8 dims: 8 }\nplatform: "ensemble"\n`;
    const { maps, config } = after(pasteSteps(parseConfig(target, "e/config.pbtxt"), copySteps(open().ensemble, [0, 1])), target);
    expect(maps).toEqual([["pre", {}, { IMAGE: "image" }], ["post", { IMAGE: "image" }, { MASK: "MASK" }]]);
    expect(config.ensemble_scheduling!.step[1]!.model_version).toBe(2);
  });

  it.each(["", "hello", 'platform: "ensemble"', "ensemble_scheduling { step ["])("are not in %j", (text) => {
    expect(() => pasteSteps(open().ensemble, text)).toThrow(impossible("holds no steps"));
  });
});

describe("a new model", () => {
  it("is an ensemble to begin from, with its version folder", () => {
    expect(newEnsemble("all", new Set(["e"]), 4)).toEqual([
      { path: "all/config.pbtxt", create: 'name: "all"\nplatform: "ensemble"\nmax_batch_size: 4\n' },
      { path: "all/1/.gitkeep", create: "" },
    ]);
  });

  it.each(["", "..", "a/b", "e"])("is refused under the name %j", (name) => {
    expect(() => newEnsemble(name, new Set(["e"]))).toThrow(expect.objectContaining({ code: "EDIT_IMPOSSIBLE" }));
  });

  it("is named after its .onnx file", () => {
    const text = 'name: "x" # ours\nbackend: "onnxruntime"\n';
    expect(newOnnxModel("my nets/U Net.onnx", text, new Set(["U_Net"]))).toEqual({
      model: "U_Net_2",
      modelFile: "U_Net_2/1/model.onnx",
      files: [{ path: "U_Net_2/config.pbtxt", create: text.replace('"x"', '"U_Net_2"') }],
    });
    expect(newOnnxModel(".onnx", 'default_model_filename: "net.onnx"\n', new Set())).toMatchObject({ model: "model", modelFile: "model/1/net.onnx" });
  });
});
