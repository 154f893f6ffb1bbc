import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyEdits, invertEdits, type TextEdit } from "../../base/text-edit.ts";
import { type ParsedConfig, parseConfig } from "../model-config/decode.ts";
import {
  addEnsembleInput,
  addEnsembleOutput,
  addStep,
  connect,
  disconnect,
  freshTensorName,
  removeStep,
  removeSteps,
  removeTerminal,
  setInputOptional,
  setInstanceGroupKind,
  setStepVersion,
} from "./edit.ts";
import type { Endpoint } from "./graph.ts";

const TEXT = `platform: "ensemble"
# volumes
input [
  { name: "CT" data_type: TYPE_FP32 dims: [ -1, -1, -1 ] }
]
output [
  { name: "MASK" data_type: TYPE_UINT8 dims: [ -1, -1, -1 ] } # labels
]
ensemble_scheduling {
  step [
    {
      model_name: "pre"
      model_version: -1
      input_map { key: "RAW" value: "CT" } # straight in
      output_map { key: "IMAGE" value: "image" }
    },
    {
      model_name: "unet"
      model_version: -1
      input_map { key: "x" value: "image" }
      output_map {
        key: "logits"
        value: "logits"
      }
    },
    {
      model_name: "post"
      model_version: -1
      input_map { key: "LOGITS" value: "logits" }
      output_map { key: "MASK" value: "MASK" }
    }
  ]
}
`;

const parse = (text: string) => parseConfig(text, "e/config.pbtxt");
const step = (index: number, port: string): Endpoint => ({ kind: "step", step: index, port });
const input = (name: string): Endpoint => ({ kind: "input", name });
const output = (name: string): Endpoint => ({ kind: "output", name });

/** Applies the edits and gives the maps of all steps. */
function after(edits: readonly TextEdit[], text = TEXT) {
  const parsed = parse(applyEdits(text, edits));
  expect(parsed.diagnostics).toEqual([]);
  return { text: parsed.text, config: parsed.config, steps: parsed.config.ensemble_scheduling?.step ?? [] };
}

describe("connecting", () => {
  it("writes the producer's tensor into the consumer's entry, and nothing else", () => {
    const edits = connect(parse(TEXT), input("CT"), step(1, "x"));
    expect(edits).toEqual([{ from: TEXT.indexOf('"image" }\n      output_map {\n'), to: TEXT.indexOf('"image" }\n      output_map {\n') + 7, insert: '"CT"' }]);
  });

  it("adds an entry like its neighbours", () => {
    const { text } = after(connect(parse(TEXT), step(0, "IMAGE"), step(2, "REFERENCE")));
    expect(text).toBe(
      TEXT.replace('input_map { key: "LOGITS" value: "logits" }', 'input_map { key: "LOGITS" value: "logits" }\n      input_map { key: "REFERENCE" value: "image" }'),
    );
  });

  it("names the tensor of a producer that has none yet", () => {
    const { steps } = after(connect(parse(TEXT), step(0, "AFFINE"), step(2, "AFFINE")));
    expect(steps[0]?.output_map).toEqual({ IMAGE: "image", AFFINE: "AFFINE" });
    expect(steps[2]?.input_map).toEqual({ LOGITS: "logits", AFFINE: "AFFINE" });
  });

  it("moves an ensemble output to another port of the same step", () => {
    const { steps } = after(connect(parse(TEXT), step(2, "CONTOUR"), output("MASK")));
    expect(steps[2]?.output_map).toEqual({ CONTOUR: "MASK" });
  });

  it("avoids names that are taken", () => {
    expect(freshTensorName(parse(TEXT).config, "logits", "unet")).toBe("unet_logits");
    const { steps } = after(connect(parse(TEXT), step(0, "CT"), step(2, "AFFINE")));
    expect(steps[0]?.output_map).toEqual({ IMAGE: "image", CT: "pre_CT" });
  });

  it("gives an ensemble output's name to its producer, and what read the producer follows", () => {
    const { steps } = after(connect(parse(TEXT), step(1, "logits"), output("MASK")));
    expect(steps[1]?.output_map).toEqual({ logits: "MASK" });
    expect(steps[2]?.input_map).toEqual({ LOGITS: "MASK" });
    expect(steps[2]?.output_map).toEqual({});
  });

  it.each<[string, Endpoint, Endpoint]>([
    ["an ensemble input to an ensemble output", input("CT"), output("MASK")],
    ["against the direction", output("MASK"), step(0, "RAW")],
  ])("refuses %s", (_, from, to) => {
    expect(() => connect(parse(TEXT), from, to)).toThrow(expect.objectContaining({ code: "EDIT_IMPOSSIBLE" }));
  });

  it("refuses a second ensemble output for one producer", () => {
    const text = TEXT.replace("# labels", ', { name: "SECOND" data_type: TYPE_UINT8 dims: [ 1 ] }');
    expect(() => connect(parse(text), step(2, "MASK"), output("SECOND"))).toThrow("a tensor has one name");
  });
});

describe("disconnecting", () => {
  it("removes the entry, and the producer's when nothing else reads it", () => {
    const { steps, text } = after(disconnect(parse(TEXT), step(1, "x")));
    expect(steps[1]?.input_map).toEqual({});
    expect(steps[0]?.output_map).toEqual({});
    expect(text).toBe(TEXT.replace('      input_map { key: "x" value: "image" }\n', "").replace('      output_map { key: "IMAGE" value: "image" }\n', ""));
  });

  it("keeps a producer that others read", () => {
    const wired = after(connect(parse(TEXT), step(0, "IMAGE"), step(2, "REFERENCE"))).text;
    expect(after(disconnect(parse(wired), step(2, "REFERENCE")), wired).text).toBe(TEXT);
  });

  it("frees an ensemble output", () => {
    expect(after(disconnect(parse(TEXT), output("MASK"))).steps[2]?.output_map).toEqual({});
  });

  it("does nothing where there is no wire", () => {
    expect(disconnect(parse(TEXT), step(1, "nothing"))).toEqual([]);
  });
});

describe("steps and terminals", () => {
  it("adds and removes a step", () => {
    const { text, steps } = after(addStep(parse(TEXT), { modelName: "contour", inputMap: { M: "MASK" }, outputMap: { C: "c" } }));
    expect(steps[3]).toEqual({ model_name: "contour", model_version: -1, input_map: { M: "MASK" }, output_map: { C: "c" }, model_namespace: "" });
    expect(text).toContain(`    },
    {
      model_name: "contour"
      model_version: -1
      input_map { key: "M" value: "MASK" }
      output_map { key: "C" value: "c" }
    }
  ]`);
    expect(after(removeStep(parse(text), 3), text).text).toBe(TEXT);
  });

  it("takes a step out with its wires, and nothing else", () => {
    const { text } = after(removeStep(parse(TEXT), 1));
    const block = TEXT.slice(TEXT.indexOf('    {\n      model_name: "unet"'), TEXT.indexOf('    {\n      model_name: "post"'));
    expect(text).toBe(TEXT.replace(block, "").replace('      output_map { key: "IMAGE" value: "image" }\n', "").replace('      input_map { key: "LOGITS" value: "logits" }\n', ""));
  });

  it("takes several steps out at once; terminals stay", () => {
    const { text, steps, config } = after(removeSteps(parse(TEXT), [1, 2, 7]));
    expect(steps).toEqual([{ model_name: "pre", model_version: -1, input_map: { RAW: "CT" }, output_map: {}, model_namespace: "" }]);
    expect(config.output.map(({ name }) => name)).toEqual(["MASK"]);
    expect(text).toContain("# straight in");
    expect(after(removeSteps(parse(TEXT), [2, 0, 1])).steps).toEqual([]);
  });

  it("keeps wires of a removed step that have another end", () => {
    const wired = after(connect(parse(TEXT), step(0, "IMAGE"), step(2, "REFERENCE"))).text;
    const { steps } = after(removeStep(parse(wired), 1), wired);
    expect(steps[0]?.output_map).toEqual({ IMAGE: "image" });
    expect(steps[1]?.input_map).toEqual({ REFERENCE: "image" });
  });

  it("takes an input out with what reads it, and an output with its entry unless a step reads the tensor", () => {
    expect(after(removeTerminal(parse(TEXT), "input", "CT")).steps[0]?.input_map).toEqual({});
    expect(after(removeTerminal(parse(TEXT), "output", "MASK")).steps[2]?.output_map).toEqual({});
    const read = TEXT.replace('"MASK" data_type', '"image" data_type');
    expect(after(removeTerminal(parse(read), "output", "image"), read).steps[0]?.output_map).toEqual({ IMAGE: "image" });
    expect(removeTerminal(parse(TEXT), "output", "CT")).toEqual([]);
  });

  it("sets the version of a step", () => {
    expect(after(setStepVersion(parse(TEXT), 1, 3)).text).toBe(TEXT.replace('"unet"\n      model_version: -1', '"unet"\n      model_version: 3'));
    expect(() => setStepVersion(parse(TEXT), 1, -2)).toThrow(expect.objectContaining({ code: "EDIT_IMPOSSIBLE" }));
  });

  it("makes an input optional and required again", () => {
    const { text } = after(setInputOptional(parse(TEXT), "CT", true));
    expect(text).toBe(TEXT.replace("dims: [ -1, -1, -1 ] }\n]\noutput", "dims: [ -1, -1, -1 ] optional: true }\n]\noutput"));
    expect(after(setInputOptional(parse(text), "CT", false), text).text).toBe(TEXT);
    expect(() => setInputOptional(parse(TEXT), "MASK", true)).toThrow("declares no input 'MASK'");
  });

  it("adds inputs and outputs in the style of those that are there", () => {
    const { text } = after(addEnsembleInput(parse(TEXT), { name: "SPACING", dataType: "TYPE_FP64", dims: [3] }));
    expect(text).toContain('dims: [ -1, -1, -1 ] },\n  { name: "SPACING" data_type: TYPE_FP64 dims: [ 3 ] }\n]');
    expect(after(removeTerminal(parse(text), "input", "SPACING"), text).text).toBe(TEXT);
    const more = after(addEnsembleOutput(parse(TEXT), { name: "LOGITS", dataType: "TYPE_FP32", dims: [-1] })).text;
    expect(more).toContain('}, # labels\n  { name: "LOGITS" data_type: TYPE_FP32 dims: [ -1 ] }\n]');
  });

  it.each([
    ["a group that is there", "instance_group [ { count: 2 kind: KIND_CPU } ] # here\n", "KIND_GPU", "instance_group [ { count: 2 kind: KIND_GPU } ] # here\n"],
    ["no group", 'name: "m"\n', "KIND_CPU", 'name: "m"\ninstance_group {\n  kind: KIND_CPU\n}\n'],
    ["a group without kind", "instance_group [ { count: 2 } ]", "KIND_CPU", "instance_group [ { count: 2 kind: KIND_CPU } ]"],
    ["GPU ids, which the CPU does not take", "instance_group [ { kind: KIND_GPU gpus: [ 0 ] } ]", "KIND_CPU", "instance_group [ { kind: KIND_CPU } ]"],
    ["GPU ids and no kind", "instance_group [ { gpus: [ 0 ] } ]", "KIND_CPU", "instance_group [ { kind: KIND_CPU } ]"],
    ["the kind it has", "instance_group [ { kind: KIND_GPU } ]", "KIND_GPU", "instance_group [ { kind: KIND_GPU } ]"],
  ] as const)("sets the instance kind with %s", (_, before, kind, expected) => {
    expect(applyEdits(before, setInstanceGroupKind(parse(before), kind))).toBe(expected);
  });
});

describe("any sequence of gestures", () => {
  const port = fc.constantFrom("IMAGE", "x", "logits", "MASK", "LOGITS", "new");
  const index = fc.nat(2);
  type Gesture = (ensemble: ParsedConfig) => TextEdit[];
  const gesture: fc.Arbitrary<Gesture> = fc.oneof(
    fc.tuple(index, port, index, port).map(([a, from, b, to]): Gesture => (e) => connect(e, step(a, from), step(b, to))),
    fc.tuple(index, port).map(([a, to]): Gesture => (e) => connect(e, input("CT"), step(a, to))),
    fc.tuple(index, port).map(([a, from]): Gesture => (e) => connect(e, step(a, from), output("MASK"))),
    fc.tuple(index, port).map(([a, to]): Gesture => (e) => disconnect(e, step(a, to))),
    fc.constant<Gesture>((e) => disconnect(e, output("MASK"))),
    fc.constant<Gesture>((e) => addStep(e, { modelName: "extra" })),
  );

  it("leaves a text that parses, that its inverse restores, and in which a tensor has one producer", () => {
    fc.assert(
      fc.property(fc.array(gesture, { maxLength: 8 }), (gestures) => {
        let text = TEXT;
        const undo: { text: string; edits: TextEdit[] }[] = [];
        for (const make of gestures) {
          const edits = make(parse(text));
          const edited = applyEdits(text, edits);
          undo.push({ text, edits: invertEdits(text, edits) });
          text = edited;
          const parsed = parse(text);
          expect(parsed.diagnostics).toEqual([]);
          const written = parsed.config.ensemble_scheduling?.step.flatMap(({ output_map }) => Object.values(output_map)) ?? [];
          expect(new Set(written).size).toBe(written.length);
          expect(text.match(/#.*/g)).toEqual(TEXT.match(/#.*/g));
        }
        for (const { text: before, edits } of undo.reverse()) {
          text = applyEdits(text, edits);
          expect(text).toBe(before);
        }
      }),
      { numRuns: 400 },
    );
  });
});
