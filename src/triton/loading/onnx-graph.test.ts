import { describe, expect, it } from "vitest";
import { encodeModel, makeNode } from "../../onnx/encode.ts";
import type { OnnxNode } from "../../onnx/model.ts";
import { floats, testModel } from "../../testing/onnx.ts";
import { signatureInNode } from "../../testing/onnxruntime-node.ts";
import { refuseGraph } from "./onnx-graph.ts";

describe("how a graph holds together", () => {
  it.each<[string, OnnxNode[], [code: number, message: string] | undefined]>([
    ["a chain", [makeNode("Relu", "a", ["X"], ["t"]), makeNode("Abs", "b", ["t"], ["Y"])], undefined],
    ["nodes in another order", [makeNode("Abs", "b", ["t"], ["Y"]), makeNode("Relu", "a", ["X"], ["t"])], undefined],
    ["nodes without names", [makeNode("Relu", "", ["X"], ["t"]), makeNode("Abs", "", ["t"], ["Y"])], undefined],
    ["an input that is left out", [makeNode("Clip", "a", ["X", "", "W"], ["Y"])], undefined],
    ["an input from nowhere", [makeNode("Add", "a", ["X", "U"], ["Y"])], [2, "Invalid model. Node input 'U' is not a graph input, initializer, or output of a previous node."]],
    ["an output from nowhere", [makeNode("Relu", "a", ["X"], ["t"])], [1, "This is an invalid model. Graph output (Y) does not exist in the graph."]],
    ["a value made twice", [makeNode("Relu", "a", ["X"], ["Y"]), makeNode("Abs", "b", ["X"], ["Y"])], [1, "This is an invalid model. Error: Duplicate definition of name (Y)."]],
    ["an input made again", [makeNode("Relu", "a", ["X"], ["Y"]), makeNode("Abs", "b", ["Y"], ["X"])], [1, "This is an invalid model. Error: Duplicate definition of name (X)."]],
    ["two nodes of one name", [makeNode("Relu", "a", ["X"], ["t"]), makeNode("Abs", "a", ["t"], ["Y"])], [1, "This is an invalid model. Error: two nodes with same node name (a)."]],
    ["a circle", [makeNode("Add", "a", ["X", "t"], ["Y"]), makeNode("Abs", "b", ["Y"], ["t"])], [1, "This is an invalid model. Error: the graph is not acyclic."]],
  ])("is ONNX Runtime's own judgement of %s", async (_, nodes, expected) => {
    const model = testModel({ inputs: { X: ["n", 4] }, outputs: { Y: ["n", 4] }, nodes, initializers: [floats("W", [], [1])] });
    expect(refuseGraph(model.graph)).toEqual(expected);
    const judged = await signatureInNode(encodeModel(model)).then(
      () => undefined,
      (error: unknown) => String(error),
    );
    if (expected === undefined) expect(judged).toBeUndefined();
    else expect(judged).toSatisfy((text: string) => text.includes(`ERROR_CODE: ${expected[0]},`) && text.includes(expected[1]));
  });
});
