import { describe, expect, it } from "vitest";
import { floats, testModel } from "../testing/onnx.ts";
import { makeInt, makeInt64s, makeNode } from "./encode.ts";
import { indexBounds, indexExcess } from "./index-bounds.ts";
import { shapeConflict } from "./shape-conflict.ts";
import { inferShapes } from "./shape-inference.ts";

const INT64 = 7;
const FLOAT = 1;
const table = (name: string, dims: readonly [number, number]) => floats(name, dims, new Float32Array(dims[0] * dims[1]));
const embedding = (nodes: Parameters<typeof testModel>[0]["nodes"], type = INT64) =>
  testModel({ inputs: { ids: { type, shape: ["N", "L"] } }, outputs: { y: ["N", "L", 3] }, nodes, initializers: [table("words", [10, 3]), table("few", [4, 3])] });

describe("the bounds of a model's indices", () => {
  it.each([
    ["of the table itself", [makeNode("Gather", "n", ["words", "ids"], ["y"])], [{ input: "ids", node: "n", table: "words", rows: 10 }]],
    ["of another axis", [makeNode("Gather", "n", ["words", "ids"], ["y"], [makeInt("axis", -1)])], [{ input: "ids", node: "n", table: "words", rows: 3 }]],
    ["behind casts and reshapes", [makeNode("Cast", "", ["ids"], ["a"], [makeInt("to", 6)]), makeNode("Flatten", "", ["a"], ["b"]), makeNode("Gather", "n", ["words", "b"], ["y"])], [{ input: "ids", node: "n", table: "words", rows: 10 }]],
    ["of a quantised table", [makeNode("DequantizeLinear", "", ["words", "few"], ["t"]), makeNode("Gather", "n", ["t", "ids"], ["y"])], [{ input: "ids", node: "n", table: "words", rows: 10 }]],
    ["of the smaller of two tables", [makeNode("Gather", "n", ["words", "ids"], ["a"]), makeNode("Gather", "m", ["few", "ids"], ["y"])], [{ input: "ids", node: "m", table: "few", rows: 4 }]],
  ] as const)("are those %s", (_, nodes, expected) => {
    expect(indexBounds(embedding(nodes))).toEqual(expected);
  });

  it("are unknown where the table is computed, the indices are, or they are no whole numbers", () => {
    expect(indexBounds(embedding([makeNode("Relu", "", ["words"], ["t"]), makeNode("Gather", "n", ["t", "ids"], ["y"])]))).toEqual([]);
    expect(indexBounds(embedding([makeNode("Add", "", ["ids", "ids"], ["i"]), makeNode("Gather", "n", ["words", "i"], ["y"])]))).toEqual([]);
    expect(indexBounds(embedding([makeNode("Gather", "n", ["words", "ids"], ["y"])], FLOAT))).toEqual([]);
  });
});

describe("positions that follow from a length", () => {
  const model = testModel({
    inputs: { ids: { type: INT64, shape: ["N", "L"] } },
    outputs: { y: ["N", "L", 3] },
    nodes: [
      makeNode("Shape", "", ["ids"], ["shape"]),
      makeNode("Gather", "", ["shape", "one"], ["length"]),
      makeNode("Range", "", ["zero", "length", "step"], ["positions"]),
      makeNode("Gather", "position", ["few", "positions"], ["y"]),
    ],
    initializers: [table("few", [4, 3]), makeInt64s("one", [1]), makeInt64s("zero", [0]), makeInt64s("step", [1])].map((tensor) => (tensor.name === "few" ? tensor : { ...tensor, dims: [] })),
  });
  const excess = (length: number) => indexExcess(model, inferShapes(model, new Map([["ids", [2, length]]])));

  it("are beyond the table by name, row and index, or not", () => {
    expect(excess(4)).toBeUndefined();
    expect(excess(6)).toEqual({ node: "position", table: "few", rows: 4, index: 4 });
  });
});

describe("shapes that meet at a node", () => {
  const model = testModel({ inputs: { a: ["N", "L", 3], b: ["K", 3] }, outputs: { y: ["N", "L", 3] }, nodes: [makeNode("Add", "sum", ["a", "b"], ["y"])] });
  const conflict = (a: number[], b: number[]) => shapeConflict(model, inferShapes(model, new Map([["a", a], ["b", b]])));

  it("go together where sizes are equal or 1, and are named where not", () => {
    expect(conflict([2, 5, 3], [5, 3])).toBeUndefined();
    expect(conflict([2, 1, 3], [5, 3])).toBeUndefined();
    expect(conflict([2, 6, 3], [5, 3])).toEqual({ node: "sum", op: "Add", shapes: [[2, 6, 3], [5, 3]] });
  });
});
