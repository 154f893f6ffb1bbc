import { describe, expect, it } from "vitest";
import { createDerivation } from "../../state/derived.ts";
import type { DocumentFile } from "../../state/document.ts";
import { openModelOf, type OpenModel } from "../../state/open-model.ts";
import { actionOfKey, actionsOf, defaultAction, type OutlineAction } from "./actions.ts";
import { outlineRows } from "./rows.ts";
import { candidatesFor, connectedTo } from "./wiring.ts";

const NET = `
  backend: "onnxruntime"
  input { name: "X" data_type: TYPE_FP32 dims: [ 3 ] }
  output { name: "Y" data_type: TYPE_FP32 dims: [ 3 ] }`;
const CHAIN = `
  platform: "ensemble"
  input { name: "CT" data_type: TYPE_FP32 dims: [ 3 ] }
  input { name: "AGE" data_type: TYPE_INT64 dims: [ 1 ] }
  output { name: "MASK" data_type: TYPE_FP32 dims: [ 3 ] }
  ensemble_scheduling {
    step { model_name: "net" model_version: -1 input_map { key: "X" value: "CT" } output_map { key: "Y" value: "first" } }
    step { model_name: "net" model_version: -1 input_map { key: "X" value: "first" } }
    step { model_name: "gone" model_version: -1 output_map { key: "Z" value: "MASK" } }
  }`;

function opened(name: string, chain = CHAIN): OpenModel {
  const texts = { "net/config.pbtxt": NET, "chain/config.pbtxt": chain };
  const files = new Map<string, DocumentFile>(Object.entries(texts).map(([path, text]) => [path, { path, text, saved: text }]));
  const derivation = createDerivation();
  return openModelOf(derivation, derivation.repository(files), name)!;
}

function actions(model: OpenModel, id: string, hasResult = false): readonly OutlineAction[] {
  const row = outlineRows(model, [], () => true).find((one) => one.id === id);
  return actionsOf(row!, model, hasResult);
}

describe("what can be done", () => {
  it.each<[string, string, readonly OutlineAction[]]>([
    ["with the inputs", "group:inputs", ["add-input"]],
    ["with the steps", "group:steps", ["add-step"]],
    ["with the tensors", "group:tensors", []],
    ["with an input", "input:CT", ["connect", "disconnect", "rename", "show-text", "remove"]],
    ["with an input that nothing reads", "input:AGE", ["connect", "rename", "show-text", "remove"]],
    ["with a step", "step:net", ["open-model", "version", "gpu", "cpu", "show-text", "remove"]],
    ["with a step whose model is missing", "step:gone", ["version", "show-text", "remove"]],
    ["with a port that takes an ensemble input", "step:net/in:X", ["connect", "disconnect", "rename", "show-text"]],
    ["with a port that takes another step's tensor", "step:net#2/in:X", ["connect", "disconnect", "expose", "rename", "show-text"]],
    ["with a port that is connected to nothing", "step:net#2/out:Y", ["connect", "expose"]],
    ["with a tensor", "tensor:first", ["rename", "show-text"]],
  ])("%s", (_, id, expected) => expect(actions(opened("chain"), id)).toEqual(expected));

  it("opens the tensor that the last run left before anything else", () => {
    const found = actions(opened("chain"), "tensor:first", true);
    expect(found[0]).toBe("open-result");
    expect(defaultAction(found)).toBe("open-result");
  });

  it("leaves the wiring of a model that is no ensemble alone", () => {
    expect(actions(opened("net"), "step:net")).toEqual(["gpu", "cpu", "show-text"]);
    expect(actions(opened("net"), "input:X")).toEqual(["rename", "show-text"]);
    expect(actions(opened("net"), "group:steps")).toEqual([]);
  });

  it("edits nothing while the text does not parse", () => {
    const broken = opened("chain", `${CHAIN} }`);
    const all = outlineRows(broken, [], () => true).flatMap((row) => actionsOf(row, broken, false));
    expect(new Set(all)).toEqual(new Set(["open-model", "gpu", "cpu"]));
  });

  it.each<[string, string, string, OutlineAction | undefined]>([
    ["Delete disconnects a port", "step:net/in:X", "Delete", "disconnect"],
    ["Backspace does too", "step:net/in:X", "Backspace", "disconnect"],
    ["Delete removes a step", "step:net", "Delete", "remove"],
    ["Insert connects a port", "step:net#2/out:Y", "Insert", "connect"],
    ["Insert adds to a group", "group:steps", "Insert", "add-step"],
    ["F2 renames a tensor", "tensor:first", "F2", "rename"],
    ["F2 does not rename a step", "step:net", "F2", undefined],
  ])("%s", (_, id, key, action) => expect(actionOfKey(actions(opened("chain"), id), key)).toBe(action));
});

describe("the other ends of a wire", () => {
  const model = opened("chain");

  it("are offered with those that fit first, and with the reason of those that do not", () => {
    const found = candidatesFor(model, { kind: "step", step: 1, port: "X" }, "in");
    expect(found.map(({ title, problem }) => [title, problem === undefined])).toEqual([
      ["CT", true],
      ["gone · Z", true],
      ["AGE", false],
      ["net · Y", false],
    ]);
    expect(found.find(({ title }) => title === "AGE")?.problem).toContain("TYPE_INT64");
  });

  it("are those that a wire has", () => {
    expect(connectedTo(model.graph, { kind: "step", step: 0, port: "Y" }, "out")).toEqual([{ kind: "step", step: 1, port: "X" }]);
    expect(connectedTo(model.graph, { kind: "output", name: "MASK" }, "in")).toEqual([{ kind: "step", step: 2, port: "Z" }]);
    expect(connectedTo(model.graph, { kind: "step", step: 1, port: "Y" }, "out")).toEqual([]);
  });
});
