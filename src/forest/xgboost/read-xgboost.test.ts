import { describe, expect, test } from "vitest";
import { ubjson, type XgboostChoices, xgboostModel, xgboostTree } from "../../testing/forest-texts.ts";
import { packForest } from "../packed-forest.ts";
import { predictMargins } from "../predict.ts";
import { readForest } from "../read-forest.ts";
import { readXgboostJson, readXgboostUbjson } from "./read-xgboost.ts";

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const read = (choices?: XgboostChoices) => readXgboostJson(encode(JSON.stringify(xgboostModel(choices))), "xgboost.json");
const margins = (choices: XgboostChoices, ...rows: number[]) => [...predictMargins(packForest(read(choices)), Float32Array.from(rows))];
const one = { trees: [xgboostTree()], baseScore: "0" };

test.for([
  ["below the threshold", 0.25, 0, -1],
  ["on the threshold", 0.5, 0, 2],
  ["missing, by default", NaN, 1, -1],
  ["in a listed category", 1, 3, 4],
  ["in a category of the fraction cut off", 1, 3.75, 4],
  ["in no listed category", 1, 2, 2],
  ["in a category below 0", 1, -1, 2],
  ["missing at a category", 1, NaN, 4],
] as const)("a row %s", ([, first, second, expected]) => {
  expect(margins(one, first, second)).toEqual([expected]);
});

describe("the sums begin with what becomes the base score", () => {
  test.for([
    ["reg:squarederror", "2.5E0", 2.5],
    ["binary:logistic", "2.5E-1", Math.log(1 / 3)],
    ["count:poisson", "3", Math.log(3)],
    ["binary:logitraw", "5E-1", 0.5],
    ["reg:squarederror", "[2.5E0]", 2.5],
  ] as const)("%s of %s: %d", ([objective, baseScore, expected]) => {
    expect(read({ objective, baseScore }).baseScores[0]).toBeCloseTo(expected, 6);
  });

  test("one for each class where there are several", () => {
    expect([...read({ objective: "multi:softprob", classes: 3, baseScore: "[1,2,3]", treeInfo: [0, 2] }).baseScores]).toEqual([1, 2, 3]);
  });
});

test("dart weighs its trees", () => {
  expect(margins({ weights: [0.5, 2], baseScore: "0" }, 0.25, 0)).toEqual([-2.5]);
});

test("classes take their trees by tree_info", () => {
  expect(margins({ objective: "multi:softmax", classes: 3, baseScore: "0", treeInfo: [2, 0] }, 1, 3)).toEqual([4, 0, 4]);
});

test("leaves of several values are read from base_weights", () => {
  const tree = xgboostTree({ tree_param: { num_nodes: "3", size_leaf_vector: "2" }, left_children: [1, -1, -1], right_children: [2, -1, -1], split_indices: [0, 0, 0], split_conditions: [0.5, 0, 0], split_type: [0, 0, 0], default_left: [1, 0, 0], base_weights: [0, 0, 1, 2, 3, 4], loss_changes: [], sum_hessian: [], categories_nodes: [], categories_segments: [], categories_sizes: [], categories: [] });
  expect(margins({ trees: [tree], objective: "multi:softprob", classes: 2, baseScore: "0" }, 0, 0, 1, 0)).toEqual([1, 2, 3, 4]);
});

test("numbers that JSON does not know are read where XGBoost writes them", () => {
  const text = JSON.stringify(xgboostModel(one)).replace("null", "NaN").replace('"loss_changes":[1', '"loss_changes":[-Infinity').replace('"attributes":{}', '"attributes":{"a":"NaN \\" Infinity"}');
  expect(readXgboostJson(encode(text), "xgboost.json").trees[0]?.gain.values[0]).toBe(-Infinity);
});

test("UBJSON says the same as JSON", () => {
  const model = xgboostModel();
  expect(readXgboostUbjson(ubjson(model), "file")).toEqual(readXgboostJson(encode(JSON.stringify(model)), "file"));
});

test.for([
  ["no JSON", "xgboost_json", encode("forest"), "FOREST_INVALID", /no JSON/],
  ["an unknown objective", "xgboost_json", encode(JSON.stringify(xgboostModel({ objective: "reg:mine" }))), "FOREST_UNSUPPORTED", /reg:mine/],
  ["an objective named as a part of objects is", "xgboost_json", encode(JSON.stringify(xgboostModel({ objective: "constructor" }))), "FOREST_UNSUPPORTED", /constructor/],
  ["a linear booster", "xgboost_json", encode(JSON.stringify(xgboostModel()).replace('"gbtree"', '"gblinear"')), "FOREST_UNSUPPORTED", /gblinear/],
  ["fewer nodes than announced", "xgboost_json", encode(JSON.stringify(xgboostModel({ trees: [xgboostTree({ tree_param: { num_nodes: "1099511627776" } })] }))), "FOREST_TRUNCATED", /tree 0: 1099511627776 nodes/],
  ["billions of classes", "xgboost_json", encode(JSON.stringify(xgboostModel({ classes: 2 ** 40 }))), "FOREST_UNSUPPORTED", /1099511627776 classes/],
  ["a word for a child", "xgboost_json", encode(JSON.stringify(xgboostModel({ trees: [xgboostTree({ left_children: [1, "x", 3, -1, -1] })] }))), "FOREST_INVALID", /tree 0: .*left_children\[1\]/],
  ["a categorical split without its list", "xgboost_json", encode(JSON.stringify(xgboostModel({ trees: [xgboostTree({ categories_nodes: [], categories_segments: [], categories_sizes: [] })] }))), "FOREST_INVALID", /tree 0, node 2/],
  ["UBJSON under the name of JSON", "xgboost_json", ubjson(xgboostModel()), "FOREST_UNSUPPORTED", /xgboost_ubj/],
  ["JSON under the name of UBJSON", "xgboost_ubj", encode(JSON.stringify(xgboostModel())), "FOREST_UNSUPPORTED", /xgboost_json/],
  ["the old binary format", "xgboost", Uint8Array.of(0, 0, 0, 63), "FOREST_UNSUPPORTED", /old binary format/],
  ["containers without end", "xgboost_ubj", new Uint8Array(1_000_000).fill(0x5b), "FOREST_INVALID", /within each other/],
  ["a typed array of nothing, 2⁴⁰ times", "xgboost_ubj", Uint8Array.of(0x5b, 0x24, 0x54, 0x23, 0x4c, 0, 0, 1, 0, 0, 0, 0, 0), "FOREST_INVALID", /type "T"/],
  ["2⁴⁰ floats", "xgboost_ubj", Uint8Array.of(0x5b, 0x24, 0x64, 0x23, 0x4c, 0, 0, 1, 0, 0, 0, 0, 0), "FOREST_TRUNCATED", /1099511627776/],
] as const)("%s is refused", ([, format, bytes, code, message]) => {
  expect(() => readForest(bytes, format, "file")).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
});
