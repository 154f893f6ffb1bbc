import { readFileSync } from "node:fs";
import { zipSync } from "fflate";
import type { Forest, Tree } from "../src/forest/forest.ts";
import { readCheckpoint } from "../src/forest/treelite/read-checkpoint.ts";
import { writeCheckpoint } from "../src/forest/treelite/write-checkpoint.ts";
import { lightgbmText, xgboostModel } from "../src/testing/forest-texts.ts";
import { expect, test, type AppPage } from "./fixtures/app.ts";
import { choose, dropZip, replaced, run, runFails, runSucceeds } from "./fixtures/readability.ts";

const MODEL = new URL("../public/repositories/readability/cuml/", import.meta.url);
const CONFIG = readFileSync(new URL("config.pbtxt", MODEL), "utf8").replace("KIND_GPU", "KIND_CPU");
const ON_GPU = CONFIG.replace("KIND_CPU", "KIND_GPU");
const FULL = readCheckpoint(new Uint8Array(readFileSync(new URL("1/checkpoint.tl", MODEL))), "checkpoint.tl");
/** The first trees of the sample's forest. */
const FOREST: Forest = { ...FULL, trees: FULL.trees.slice(0, 3), targetIds: FULL.targetIds.slice(0, 3), classIds: FULL.classIds.slice(0, 3) };
const GOOD = writeCheckpoint(FOREST);
const NO_TREES = writeCheckpoint({ ...FOREST, trees: [], targetIds: new Int32Array(0), classIds: new Int32Array(0) });

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);
const rows = (count: number, width: number): string => JSON.stringify(Array.from({ length: count }, (_, row) => Array.from({ length: width }, () => row)));

/** The forest with another second tree. */
function withTree(change: (tree: Tree) => Partial<Tree>): Uint8Array {
  return writeCheckpoint({ ...FOREST, trees: FOREST.trees.map((tree, index) => (index === 1 ? { ...tree, ...change(tree) } : tree)) });
}

function withValue<A extends Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(values: A, at: number, value: number): A {
  const copy = values.slice() as A;
  copy[at] = value;
  return copy;
}

function patched(bytes: Uint8Array, patch: (view: DataView) => void): Uint8Array {
  const copy = bytes.slice();
  patch(new DataView(copy.buffer));
  return copy;
}

/** A checkpoint whose only tree announces 2⁴⁰ nodes. */
function endless(): Uint8Array {
  const bytes = new Uint8Array(NO_TREES.length + 300);
  bytes.set(NO_TREES);
  return patched(bytes, (view) => {
    view.setBigUint64(14, 1n, true);
    view.setInt32(NO_TREES.length, 0x7fffffff, true);
    view.setBigUint64(NO_TREES.length + 5, 2n ** 40n, true);
  });
}

const parameter = (name: string, value: string) => replaced(`key: "${name}"\n  value: { string_value: "false" }`, `key: "${name}"\n  value: { string_value: "${value}" }`);
const threshold = (config: string, value: string): string => `${config}parameters {\n  key: "threshold"\n  value: { string_value: "${value}" }\n}\n`;
const ofType = (type: string): string => replaced('"treelite_checkpoint"', `"${type}"`)(CONFIG);
const width = (size: number): string => replaced("dims: [ 1 ]", `dims: [ ${size} ]`)(CONFIG).replace("reshape { shape: [ 1 ] }", "");

interface Given {
  readonly config?: string;
  /** null: none. */
  readonly file?: Uint8Array | null;
  readonly name?: string;
  readonly rows?: readonly [count: number, width: number];
}

/** Opens a repository with the forest, beside another model so that it keeps its name, and gives it rows. */
async function open(app: AppPage, name: string, { config = CONFIG, file = GOOD, name: path = "checkpoint.tl", rows: [count, features] = [2, 207] }: Given): Promise<void> {
  const other = 'name: "other"\nbackend: "identity"\ninput [{ name: "INPUT__0", data_type: TYPE_FP32, dims: [1] }]\noutput [{ name: "OUTPUT__0", data_type: TYPE_FP32, dims: [1] }]\n';
  const files = { "cuml/config.pbtxt": encoded(config), "cuml/1/README.md": encoded("A forest."), "other/config.pbtxt": encoded(other), "other/1/note.txt": encoded("note"), ...(file === null ? {} : { [`cuml/1/${path}`]: file }) };
  await dropZip(app, `${name}.zip`, zipSync(files, { level: 0 }));
  await choose(app, "input__0", ["rows.json", rows(count, features)]);
}

test("forests that contradict themselves or end early are refused with tree and node, one after the other in one page", async ({ app }) => {
  const { page } = app;
  const inner = FOREST.trees[1]!.left.findIndex((child, node) => node > 0 && child > 0);
  const xgboost = JSON.stringify(xgboostModel({ features: 207 }));
  const boosted = { config: ofType("xgboost_json"), name: "xgboost.json" };
  const light = { config: ofType("lightgbm"), name: "model.txt" };
  const cases: readonly (readonly [name: string, given: Given, code: string, words: string | RegExp])[] = [
    ["child", { file: withTree(({ left }) => ({ left: withValue(left, 0, 99_999) })) }, "FOREST_INVALID", "cuml/1/checkpoint.tl, tree 1, node 0: its left child is 99999"],
    ["cycle", { file: withTree(({ left }) => ({ left: withValue(left, inner, 0) })) }, "FOREST_INVALID", `tree 1, node ${inner}: its left child, node 0, is the root`],
    ["twice", { file: withTree(({ left, right }) => ({ right: withValue(right, 0, left[0]!) })) }, "FOREST_INVALID", /tree 1, node 0: its right child, node \d+, is a child of node 0 already/],
    ["nan", { file: withTree(({ threshold: values }) => ({ threshold: withValue(values, 0, NaN) })) }, "FOREST_INVALID", "tree 1, node 0: its threshold is NaN"],
    ["feature", { file: withTree(({ feature }) => ({ feature: withValue(feature, 0, 207) })) }, "FOREST_INVALID", "tree 1, node 0: it tests feature 207, the forest has features 0 … 206"],
    ["version-3", { file: patched(GOOD, (view) => view.setInt32(0, 3, true)) }, "FOREST_UNSUPPORTED", "a Treelite checkpoint of version 3."],
    ["version-5", { file: patched(GOOD, (view) => view.setInt32(0, 5, true)) }, "FOREST_UNSUPPORTED", "a Treelite checkpoint of version 5."],
    ["endless", { file: endless() }, "FOREST_TRUNCATED", /tree 0: .*1099511627776/],
    ["endless-gpu", { config: ON_GPU, file: endless() }, "FOREST_TRUNCATED", /tree 0: .*1099511627776/],
    ["no-feature", { file: writeCheckpoint({ ...FOREST, featureCount: 0 }) }, "FOREST_INVALID", "expected at least one feature, found 0"],
    ["cut", { file: GOOD.slice(0, -1000) }, "FOREST_TRUNCATED", "cuml/1/checkpoint.tl, tree 2: "],
    ["behind", { file: new Uint8Array([...GOOD, 0]) }, "FOREST_INVALID", "follow the last of its 3 trees"],
    ["empty", { file: new Uint8Array(0) }, "FOREST_TRUNCATED", "the file is empty"],
    ["json", { file: encoded('{"hello": 1}') }, "FOREST_INVALID", "the file is JSON, expected a Treelite checkpoint"],
    ["page", { file: encoded("<!doctype html><p>404</p>".repeat(10)) }, "FOREST_INVALID", "does not begin with the version of a Treelite checkpoint"],
    ["missing", { file: null }, "MODEL_NOT_RUNNABLE", "model 'cuml' cannot run in the browser: its model file is not in the repository (1/checkpoint.tl)"],
    ["boosted-cut", { ...boosted, file: encoded(xgboost.slice(0, 900)) }, "FOREST_INVALID", "cuml/1/xgboost.json: it is no JSON"],
    ["boosted-child", { ...boosted, file: encoded(xgboost.replace('"left_children":[1,', '"left_children":[1000000000000,')) }, "FOREST_INVALID", "trees[0].left_children[0] is 1000000000000, expected a whole number of 32 bits"],
    ["boosted-feature", { ...boosted, file: encoded(xgboost.replace('"split_indices":[0,', '"split_indices":[4000,')) }, "FOREST_INVALID", "tree 0, node 0: it tests feature 4000"],
    ["light-cut", { ...light, file: encoded(lightgbmText().slice(0, lightgbmText().length / 2)) }, "FOREST_TRUNCATED", "cuml/1/model.txt, tree 0: "],
  ];
  await app.open();
  for (const [name, given, code, words] of cases) {
    await test.step(name, async () => {
      await open(app, name, given);
      await runFails(app, code, words);
    });
  }
  for (const [name, given] of [["good", {}], ["boosted", { ...boosted, file: encoded(xgboost) }], ["treeless", { file: NO_TREES }]] as const) {
    await test.step(name, async () => {
      await open(app, name, given);
      await runSucceeds(app);
      await expect(page.getByTestId("dock")).toContainText("output__0");
    });
  }
});

test("configurations that contradict a forest are refused by the parameter, and rows by their number and width", async ({ app }) => {
  const { page } = app;
  const classes = parameter("output_class", "true")(CONFIG);
  const cases: readonly (readonly [name: string, given: Given, code: string, words: string | RegExp])[] = [
    ["class", { config: parameter("output_class", "yes")(CONFIG) }, "MODEL_NOT_RUNNABLE", "Expected 'true' or 'false' for parameter 'output_class', got: 'yes'"],
    ["proba", { config: parameter("predict_proba", "maybe")(CONFIG) }, "MODEL_NOT_RUNNABLE", "parameter 'predict_proba', got: 'maybe'"],
    ["threshold", { config: threshold(classes, "high") }, "MODEL_NOT_RUNNABLE", "Bad input for parameter threshold"],
    ["binary", { config: ofType("xgboost"), name: "xgboost.model" }, "FOREST_UNSUPPORTED", 'model_type "xgboost" is XGBoost\'s old binary format'],
    ["other-type", { config: ofType("lightgbm"), name: "model.txt" }, "FOREST_INVALID", "cuml/1/model.txt"],
    ["output", { config: width(3) }, "MODEL_NOT_RUNNABLE", "output__0 has dims [3], and for each row the forest gives 1: write dims: [ 1 ]"],
    ["double", { config: replaced('name: "output__0"\n    data_type: TYPE_FP32', 'name: "output__0"\n    data_type: TYPE_FP64')(CONFIG) }, "MODEL_NOT_RUNNABLE", "output__0 is TYPE_FP64, expected TYPE_FP32"],
    ["names", { config: replaced('name: "output__0"', 'name: "scores"')(CONFIG) }, "MODEL_NOT_RUNNABLE", "expected output output__0, found scores"],
    ["narrow", { config: replaced("dims: [ 207 ]", "dims: [ 100 ]")(CONFIG), rows: [2, 100] }, "REQUEST_INVALID", "it has shape [2, 100], and the forest reads rows of 207 features"],
    ["narrow-gpu", { config: replaced("dims: [ 207 ]", "dims: [ 100 ]")(ON_GPU), rows: [2, 100] }, "REQUEST_INVALID", "it has shape [2, 100], and the forest reads rows of 207 features"],
    ["rows", { config: replaced("max_batch_size: 512", "max_batch_size: 4")(CONFIG), rows: [5, 207] }, "BATCH_TOO_LARGE", 'Input "input__0" takes at most 4 items at once (max_batch_size), found 5'],
  ];
  await app.open();
  for (const [name, given, code, words] of cases) {
    await test.step(name, async () => {
      await open(app, name, given);
      await runFails(app, code, words);
    });
  }
  // What the backend computes all the same: classes by the threshold, a probability and its rest.
  for (const [name, given] of [["classes", { config: threshold(classes, "9.5") }], ["pair", { config: parameter("predict_proba", "true")(width(2)) }], ["good", { config: ON_GPU }]] as const) {
    await test.step(name, async () => {
      await open(app, name, given);
      await run(app);
      await expect(page.getByTestId("tab-results")).toHaveAttribute("aria-selected", "true");
    });
  }
});
