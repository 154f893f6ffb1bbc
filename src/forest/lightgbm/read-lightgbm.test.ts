import { expect, test } from "vitest";
import { lightgbmText } from "../../testing/forest-texts.ts";
import { packForest } from "../packed-forest.ts";
import { predictMargins } from "../predict.ts";
import { readLightgbm } from "./read-lightgbm.ts";

const read = (text: string) => readLightgbm(new TextEncoder().encode(text), "model.txt");
const margins = (text: string, ...rows: number[]) => [...predictMargins(packForest(read(text)), Float32Array.from(rows))];

test.for([
  ["on the threshold", 1.5, 9, -1],
  ["in a listed category", 2, 33, 2],
  ["in no listed category", 2, 34, 4],
  ["in a category beyond the list", 2, 1e6, 4],
  ["missing at a category", 2, NaN, 4],
] as const)("a row %s", ([, first, second, expected]) => {
  expect(margins(lightgbmText(), first, second)).toEqual([expected]);
});

test.for([
  ["goes right by default where the split says so", "8 1", "1.5 0", 4],
  ["goes left by default where the split says so", "10 1", "1.5 0", -1],
  ["counts as 0 where missing values are none", "0 1", "-1 0", 4],
  ["counts as 0 where missing values are zeros", "6 1", "1.5 0", -1],
] as const)("a missing value %s", ([, decision_type, threshold, expected]) => {
  expect(margins(lightgbmText({}, { decision_type, threshold }), NaN, 9)).toEqual([expected]);
});

test("nodes are numbered level by level", () => {
  const [tree] = read(lightgbmText()).trees;
  expect([tree?.left, tree?.right].map((side) => [...(side ?? [])])).toEqual([[1, -1, 3, -1, -1], [2, -1, 4, -1, -1]]);
});

test("a tree of one leaf is a constant", () => {
  expect(margins(lightgbmText({}, { num_leaves: "1", num_cat: "0", leaf_value: "0.25", split_feature: "", threshold: "", decision_type: "", left_child: "", right_child: "" }), 1, 1)).toEqual([0.25]);
});

test.for([
  ["binary sigmoid:2", "1", "sigmoid", 2],
  ["multiclass num_class:3", "3", "softmax", 1],
  ["multiclassova num_class:3 sigmoid:0.5", "3", "multiclass_ova", 0.5],
  ["regression sqrt", "1", "signed_square", 1],
  ["poisson", "1", "exponential", 1],
  ["cross_entropy_lambda", "1", "logarithm_one_plus_exp", 1],
  ["lambdarank", "1", "identity", 1],
] as const)("objective %s", ([objective, num_class, postprocessor, sigmoidAlpha]) => {
  expect(read(lightgbmText({ objective, num_class }))).toMatchObject({ postprocessor, sigmoidAlpha, averageTreeOutput: false });
});

test("a forest of random trees is averaged", () => {
  expect(read(lightgbmText({ average_output: "" })).averageTreeOutput).toBe(true);
});

test.for([
  ["another text", "forest", "FOREST_INVALID", /first line/],
  ["a cycle", lightgbmText({}, { right_child: "0 -3" }), "FOREST_INVALID", /tree 0, node 0: split 0/],
  ["a leaf with two parents", lightgbmText({}, { right_child: "1 -1" }), "FOREST_INVALID", /tree 0, node 1: leaf 0/],
  ["a child beyond the splits", lightgbmText({}, { left_child: "-1 9" }), "FOREST_INVALID", /tree 0: left_child\[1\] is 9/],
  ["2⁴⁰ leaves", lightgbmText({}, { num_leaves: "1099511627776" }), "FOREST_TRUNCATED", /tree 0: leaf_value has 3/],
  ["2⁴⁰ classes", lightgbmText({ objective: "multiclass" }).replace("num_class=1", "num_class=1099511627776"), "FOREST_UNSUPPORTED", /classes/],
  ["a threshold that is no number", lightgbmText({}, { threshold: "nan 0" }), "FOREST_INVALID", /tree 0, node 0: its threshold is NaN/],
  ["a list of categories that is not there", lightgbmText({}, { threshold: "1.5 7" }), "FOREST_INVALID", /tree 0, node 2: its list/],
  ["an unknown objective", lightgbmText({ objective: "mine" }), "FOREST_UNSUPPORTED", /mine/],
  ["linear leaves", lightgbmText({}, { is_linear: "1" }), "FOREST_UNSUPPORTED", /tree 0: it has linear models/],
  ["fewer trees than announced", lightgbmText({ tree_sizes: "10 10" }), "FOREST_TRUNCATED", /2 trees/],
  ["a cut text whose last number still is one", lightgbmText({ tree_sizes: "9999" }), "FOREST_TRUNCATED", /9999 bytes/],
] as const)("%s is refused", ([, text, code, message]) => {
  expect(() => read(text)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
});
