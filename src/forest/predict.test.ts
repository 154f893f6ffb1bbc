import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomForest, randomFrom, randomRows } from "../testing/forests.ts";
import { COMPARISON, type Forest, NODE, type Tree } from "./forest.ts";
import { packForest } from "./packed-forest.ts";
import { postprocess } from "./postprocess.ts";
import { leafIndices, predictMargins, predictRows } from "./predict.ts";

/** The leaf of a row, straight from the definition: float32 value against the threshold in the forest's own precision. */
function plainLeaf(tree: Tree, row: Float32Array): number {
  let node = 0;
  while (tree.nodeType[node] !== NODE.leaf) {
    const value = row[tree.feature[node] ?? 0] ?? NaN;
    const threshold = tree.threshold[node] ?? 0;
    let left: boolean;
    if (Number.isNaN(value)) left = tree.defaultLeft[node] === 1;
    else if (tree.nodeType[node] === NODE.categorical) {
      const list = tree.categories.values.subarray(tree.categories.begin[node], tree.categories.end[node]);
      const listed = value >= 0 && value <= 2 ** 24 && list.includes(Math.trunc(value));
      left = listed !== (tree.categoriesGoRight[node] === 1);
    } else {
      left = [false, value === threshold, value < threshold, value <= threshold, value > threshold, value >= threshold][tree.comparison[node] ?? 0] ?? false;
    }
    node = (left ? tree.left[node] : tree.right[node]) ?? 0;
  }
  return node;
}

test("a packed forest reaches the leaves that its definition says", () => {
  const sizes = fc.record({ trees: fc.integer({ min: 1, max: 6 }), depth: fc.integer({ min: 1, max: 6 }), features: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(9000)) });
  fc.assert(
    fc.property(fc.integer(), sizes, (seed, size) => {
      const random = randomFrom(seed);
      const forest = randomForest(random, size);
      const rows = randomRows(random, 8, size.features);
      const expected = Array.from({ length: 8 }, (_, row) => forest.trees.map((tree) => plainLeaf(tree, rows.subarray(row * size.features, (row + 1) * size.features))));
      expect([...leafIndices(packForest(forest), rows)]).toEqual(expected.flat());
    }),
    { numRuns: 150 },
  );
});

/** One tree: feature 0 against a threshold, leaves -1 (left) and 1 (right). */
function stump(threshold: number, comparison: number, more: Partial<Forest> = {}): Forest {
  const random = randomFrom(1);
  const whole = randomForest(random, { trees: 1, depth: 1, features: 1 });
  const tree: Tree = {
    ...(whole.trees[0] as Tree),
    nodeType: Int8Array.of(NODE.numerical, NODE.leaf, NODE.leaf),
    left: Int32Array.of(1, -1, -1),
    right: Int32Array.of(2, -1, -1),
    feature: Int32Array.of(0, -1, -1),
    defaultLeft: Uint8Array.of(1, 0, 0),
    threshold: Float64Array.of(threshold, 0, 0),
    leafValue: Float64Array.of(0, -1, 1),
    comparison: Int8Array.of(comparison, 0, 0),
    categoriesGoRight: new Uint8Array(3),
    leafVectors: { values: new Float64Array(0), begin: new Uint32Array(0), end: new Uint32Array(0) },
    categories: { values: new Uint32Array(0), begin: new Uint32Array(0), end: new Uint32Array(0) },
  };
  return { ...whole, precision: "float64", trees: [tree], classCounts: Int32Array.of(1), classIds: Int32Array.of(0), leafVectorShape: [1, 1], averageTreeOutput: false, postprocessor: "identity", baseScores: Float64Array.of(0), ...more };
}

test.for([
  ["0.1 as float32 is above 0.1", 0.1, COMPARISON.lt, 0.1, 1],
  ["0.1 as float32 is not below or at 0.1", 0.1, COMPARISON.le, 0.1, 1],
  ["a value on the threshold is not below it", 2, COMPARISON.lt, 2, 1],
  ["a value on the threshold is at it", 2, COMPARISON.le, 2, -1],
  ["-0 is not below 0", 0, COMPARISON.lt, -0, 1],
  ["0 is at -0", -0, COMPARISON.le, 0, -1],
  ["the least denormal is above 0", 0, COMPARISON.le, 2 ** -149, 1],
  ["infinity is at infinity", Infinity, COMPARISON.le, Infinity, -1],
  ["infinity is not below what float32 does not hold", 1e300, COMPARISON.lt, Infinity, 1],
  ["a missing value takes the default", 0, COMPARISON.lt, NaN, -1],
] as const)("%s", ([, threshold, comparison, value, expected]) => {
  expect([...predictMargins(packForest(stump(threshold, comparison)), Float32Array.of(value))]).toEqual([expected]);
});

describe("a row gives", () => {
  const forest = stump(0, COMPARISON.lt, { postprocessor: "sigmoid", sigmoidAlpha: 1, baseScores: Float64Array.of(0.5) });
  const rows = Float32Array.of(-1, 1);
  const p = [1 / (1 + Math.exp(0.5)), 1 / (1 + Math.exp(-1.5))].map(Math.fround) as [number, number];

  test.for([
    ["its value", { kind: "values", threshold: 0.5 }, p],
    ["both probabilities", { kind: "pair", threshold: 0.5 }, [1 - p[0], p[0], 1 - p[1], p[1]]],
    ["its class, above 0.5", { kind: "class", threshold: 0.5 }, [0, 1]],
    ["its class, above another threshold", { kind: "class", threshold: 0.9 }, [0, 0]],
  ] as const)("%s", ([, output, expected]) => {
    expect([...predictRows(forest, packForest(forest), rows, output)]).toEqual(expected.map((value) => expect.closeTo(value, 6)));
  });

  test("the average of its trees, then the base score", () => {
    const twice: Forest = { ...stump(0, COMPARISON.lt), averageTreeOutput: true, baseScores: Float64Array.of(10) };
    const two = { ...twice, trees: [...twice.trees, ...twice.trees], targetIds: new Int32Array(2), classIds: new Int32Array(2) };
    expect([...predictMargins(packForest(two), rows)]).toEqual([9, 11]);
  });
});

test.for([
  ["identity", [3], [3]],
  ["signed_square", [-3], [-9]],
  ["hinge", [-3], [0]],
  ["sigmoid", [0], [0.5]],
  ["exponential", [Math.log(3)], [3]],
  ["exponential_standard_ratio", [2], [0.25]],
  ["logarithm_one_plus_exp", [0], [Math.log(2)]],
  ["identity_multiclass", [1, 2], [1, 2]],
  ["softmax", [0, Math.log(3)], [0.25, 0.75]],
  ["multiclass_ova", [0, 0], [0.5, 0.5]],
] as const)("%s turns %j into %j", ([postprocessor, margins, expected]) => {
  const sums = Float64Array.from(margins);
  postprocess(stump(0, COMPARISON.lt, { postprocessor, ratioC: 1, sigmoidAlpha: 1, classCounts: Int32Array.of(margins.length) }), sums);
  expect([...sums]).toEqual(expected.map((value) => expect.closeTo(value, 12)));
});
