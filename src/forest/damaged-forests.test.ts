import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConchError } from "../base/errors.ts";
import { randomForest, randomFrom, randomRows } from "../testing/forests.ts";
import { lightgbmText, ubjson, xgboostModel } from "../testing/forest-texts.ts";
import { checkForest } from "./check.ts";
import type { Forest, Tree } from "./forest.ts";
import { packForest } from "./packed-forest.ts";
import { predictMargins } from "./predict.ts";
import { type ForestFormat, readForest } from "./read-forest.ts";
import { readCheckpoint } from "./treelite/read-checkpoint.ts";
import { writeCheckpoint } from "./treelite/write-checkpoint.ts";

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const json = (model: object): Uint8Array<ArrayBuffer> => encode(JSON.stringify(model));

function thrownBy(read: () => unknown): ConchError {
  try {
    read();
  } catch (thrown) {
    if (thrown instanceof ConchError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was thrown");
}

/** A forest of three trees of 15 nodes at most, and one with a tree changed. */
const forest = randomForest(randomFrom(5), { trees: 3, depth: 3, features: 4 });
function changed(change: Partial<Tree>): Forest {
  return { ...forest, trees: [forest.trees[0] as Tree, { ...(forest.trees[1] as Tree), ...change }, forest.trees[2] as Tree] };
}
const second = forest.trees[1] as Tree;
const withFirst = <A extends { slice(): A; [index: number]: number }>(array: A, value: number): A => {
  const copy = array.slice();
  copy[0] = value;
  return copy;
};

describe("a tree that is none is refused by tree and node", () => {
  test.for([
    ["a child beyond the nodes", { left: withFirst(second.left, 99) }, /tree 1, node 0: its left child is 99/],
    ["a child below 0", { right: withFirst(second.right, -7) }, /tree 1, node 0: its right child is -7/],
    ["a root that is its own child", { left: withFirst(second.left, 0) }, /tree 1, node 0: its left child, node 0, is the root/],
    ["two parents of one node", { right: withFirst(second.right, second.left[0] ?? 0) }, /tree 1, node 0: .*already/],
    ["a feature that rows do not have", { feature: withFirst(second.feature, 4) }, /tree 1, node 0: it tests feature 4/],
    ["a threshold that is no number", { nodeType: withFirst(second.nodeType, 1), threshold: withFirst(second.threshold as Float64Array<ArrayBuffer>, NaN), comparison: withFirst(second.comparison, 2) }, /tree 1, node 0: its threshold is NaN/],
    ["an unknown operator", { nodeType: withFirst(second.nodeType, 1), comparison: withFirst(second.comparison, 9) }, /tree 1, node 0: it compares by operator 9/],
    ["an unknown type of node", { nodeType: withFirst(second.nodeType, 7) }, /tree 1, node 0: it is of type 7/],
    ["arrays of different lengths", { left: second.left.slice(1) }, /tree 1: it has \d+ nodes and \d+ entries of "left"/],
  ] as const)("%s", ([, change, message]) => {
    const error = thrownBy(() => readCheckpoint(writeCheckpoint(changed(change)), "checkpoint.tl"));
    expect(error).toMatchObject({ code: "FOREST_INVALID", message: expect.stringMatching(message), data: { file: "checkpoint.tl", tree: 1 } });
  });

  test("a longer cycle", () => {
    const deep = second.left.findIndex((child, node) => node > 0 && child > 0);
    const left = second.left.slice();
    left[deep] = 0;
    expect(thrownBy(() => checkForest(changed({ left }), "checkpoint.tl")).message).toMatch(new RegExp(`tree 1, node ${deep}: its left child, node 0, is the root`));
  });
});

describe("a checkpoint", () => {
  const bytes = writeCheckpoint(forest);
  const patched = (offset: number, patch: (view: DataView) => void): Uint8Array<ArrayBuffer> => {
    const copy = bytes.slice();
    patch(new DataView(copy.buffer, offset));
    return copy;
  };

  test("of another major version is refused by its version", () => {
    for (const version of [0, 3, 5, -1]) {
      const error = thrownBy(() => readCheckpoint(patched(0, (view) => view.setInt32(0, version, true)), "checkpoint.tl"));
      expect(error).toMatchObject({ code: "FOREST_UNSUPPORTED", message: expect.stringContaining(`version ${version}.`) });
    }
  });

  test.for([
    ["nothing", new Uint8Array(0), "FOREST_TRUNCATED", /the file is empty, expected a forest by model_type "treelite_checkpoint"/],
    ["a model of XGBoost", encode(JSON.stringify(xgboostModel())), "FOREST_INVALID", /the file is JSON, expected a Treelite checkpoint.*model_type "xgboost_json"/],
    ["a web page", encode("<!doctype html><html><body>404</body></html>"), "FOREST_INVALID", /does not begin with the version of a Treelite checkpoint/],
  ] as const)("that holds %s is refused as that", ([, found, code, message]) => {
    expect(thrownBy(() => readForest(found, "treelite_checkpoint", "checkpoint.tl"))).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("that announces 2⁴⁰ trees is refused before anything is made of it", () => {
    const error = thrownBy(() => readCheckpoint(patched(14, (view) => view.setBigUint64(0, 2n ** 40n, true)), "checkpoint.tl"));
    expect(error).toMatchObject({ code: "FOREST_TRUNCATED", message: expect.stringContaining("1099511627776") });
  });

  test("that announces 2⁴⁰ nodes is refused by the tree", () => {
    const single = writeCheckpoint({ ...forest, trees: [], targetIds: new Int32Array(0), classIds: new Int32Array(0) });
    const tail = new Uint8Array(200);
    const view = new DataView(tail.buffer);
    view.setInt32(0, 0x7fffffff, true);
    view.setBigUint64(5, 2n ** 40n, true);
    const whole = new Uint8Array([...single, ...tail]);
    new DataView(whole.buffer).setBigUint64(14, 1n, true);
    expect(thrownBy(() => readCheckpoint(whole, "checkpoint.tl"))).toMatchObject({ code: "FOREST_TRUNCATED", data: { tree: 0 } });
  });

  test("that ends early is refused, wherever it ends", () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(["FOREST_TRUNCATED", "FOREST_INVALID"]).toContain(thrownBy(() => readCheckpoint(bytes.slice(0, length), "checkpoint.tl")).code);
    }
  });

  test("with fields of later versions is read without them", () => {
    // No trees: the count of the forest's optional fields is the last word.
    const empty = writeCheckpoint({ ...forest, trees: [], targetIds: new Int32Array(0), classIds: new Int32Array(0) });
    const field = [1, 0, 0, 0, 0, 0, 0, 0, 120, 4, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9];
    const longer = new Uint8Array([...empty, ...field]);
    longer[empty.length - 4] = 1;
    expect(readCheckpoint(longer, "checkpoint.tl").trees).toEqual([]);
  });
});

test("random forests are the same after they were written and read", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const made = randomForest(randomFrom(seed), { trees: 3, depth: 4, features: 5 });
      const read = readCheckpoint(writeCheckpoint(made), "checkpoint.tl");
      expect(Buffer.compare(writeCheckpoint(read), writeCheckpoint(made))).toBe(0);
      expect(packForest(read)).toEqual(packForest(made));
    }),
    { numRuns: 60 },
  );
});

describe("damaged files give a forest or a coded error", () => {
  const sources: readonly (readonly [ForestFormat, Uint8Array<ArrayBuffer>])[] = [
    ["treelite_checkpoint", writeCheckpoint(forest)],
    ["xgboost_json", json(xgboostModel())],
    ["xgboost_ubj", ubjson(xgboostModel())],
    ["lightgbm", encode(lightgbmText())],
  ];

  test.for(sources)("%s", ([format, bytes]) => {
    expect(readForest(bytes, format, "whole").trees.length).toBeGreaterThan(0);
    const place = fc.nat(bytes.length - 1);
    const damage = fc.oneof(
      fc.record({ cut: place }),
      fc.array(fc.record({ at: place, value: fc.nat(255) }), { minLength: 1, maxLength: 6 }),
      fc.record({ at: place, length: fc.constantFrom(4, 8), value: fc.constantFrom(-1, 0, 0x7fffffff, -0x80000000, 0x10000) }),
    );
    fc.assert(
      fc.property(damage, fc.constantFrom(true, false), (how, little) => {
        let damaged = bytes.slice();
        if ("cut" in how) damaged = damaged.slice(0, how.cut);
        else if (Array.isArray(how)) for (const { at, value } of how) damaged[at] = value;
        else {
          const view = new DataView(damaged.buffer);
          for (let at = how.at; at + 4 <= Math.min(how.at + how.length, bytes.length); at += 4) view.setInt32(at, how.value, little);
        }
        let read: Forest;
        try {
          read = readForest(damaged, format, "damaged");
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(ConchError);
          expect((thrown as ConchError).code).toMatch(/^FOREST_/);
          return;
        }
        const rows = read.featureCount > 100 ? new Float32Array(read.featureCount) : randomRows(randomFrom(1), 2, read.featureCount);
        expect(predictMargins(packForest(read), rows).length).toBeGreaterThan(0);
      }),
      { numRuns: 1500 },
    );
  });
});
