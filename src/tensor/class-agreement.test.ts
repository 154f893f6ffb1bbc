import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { classAgreement } from "./class-agreement.ts";
import { classAxis } from "./class-axis.ts";
import { labelOverlap } from "./label-overlap.ts";
import { compareTensors } from "./tensor-comparison.ts";
import { elementCount, type Tensor } from "./tensor.ts";

const floats = (shape: readonly number[], values: Iterable<number>): Tensor => ({ dataType: "TYPE_FP32", shape, data: Float32Array.from(values) });

function end<Result>(steps: Generator<number, Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

describe("the axis of classes", () => {
  test.for<[readonly number[], boolean | undefined, string | undefined]>([
    [[10], false, "0: 1 × 10 × 1"],
    [[4, 10], true, "1: 4 × 10 × 1"],
    [[1, 10], undefined, "1: 1 × 10 × 1"],
    [[1, 5, 64, 64], true, "1: 1 × 5 × 4096"],
    [[2, 5, 64, 64], true, "1: 2 × 5 × 4096"],
    [[5, 64, 64], false, "0: 1 × 5 × 4096"],
    [[1, 2, 32, 24, 32], true, "1: 1 × 2 × 24576"],
    [[3, 2, 32, 24, 32], true, "1: 3 × 2 × 24576"],
    [[2, 32, 24, 32], false, "0: 1 × 2 × 24576"],
    [[1, 1, 32, 24, 32], true, undefined],
    [[3, 2, 32, 24, 32], false, undefined],
    [[40, 32, 24, 32], false, undefined],
    [[64, 64], true, "1: 64 × 64 × 1"],
  ])("of %j (batch: %s) is %s", ([shape, batched, expected]) => {
    const found = classAxis("TYPE_FP32", shape, batched);
    expect(found && `${found.axis}: ${found.outer} × ${found.classes} × ${found.inner}`).toBe(expected);
    if (found !== undefined) expect(found.outer * found.classes * found.inner).toBe(elementCount(shape));
  });

  test("is none of colours, unless as many classes have names", () => {
    expect(classAxis("TYPE_FP32", [1, 3, 64, 64], true)).toBeUndefined();
    expect(classAxis("TYPE_FP32", [1, 3, 64, 64], true, 4)).toBeUndefined();
    expect(classAxis("TYPE_FP32", [1, 3, 64, 64], true, 3)).toEqual({ axis: 1, classes: 3, outer: 1, inner: 4096 });
  });

  test("is none of whole numbers", () => {
    expect(classAxis("TYPE_INT64", [10])).toBeUndefined();
    expect(classAxis("TYPE_INT64", [2, 32, 32, 32])).toBeUndefined();
  });
});

describe("agreement on classes", () => {
  test("counts rows and names the first that differs", () => {
    const [a, b] = [floats([3, 2], [1, 0, 0, 1, 5, 5]), floats([3, 2], [1, 0, 2, 1, 5, 6])];
    expect(end(classAgreement(a, b, classAxis("TYPE_FP32", [3, 2], true)!))).toEqual({ positions: 3, agreeing: 1, first: { index: [1], a: 1, b: 0 } });
  });

  test("leaves the axis of the classes out of a pixel's index", () => {
    const zeros = new Float32Array(2 * 5 * 6);
    const other = zeros.slice();
    other[30 + 8] = 1;
    const axis = classAxis("TYPE_FP32", [2, 5, 6], false)!;
    expect(end(classAgreement(floats([2, 5, 6], zeros), floats([2, 5, 6], other), axis))).toEqual({ positions: 30, agreeing: 29, first: { index: [1, 2], a: 0, b: 1 } });
  });

  test("takes a NaN for the largest", () => {
    const [a, b] = [floats([1, 3], [9, NaN, 1]), floats([1, 3], [9, 10, 1])];
    expect(end(classAgreement(a, b, classAxis("TYPE_FP32", [1, 3], true)!)).agreeing).toBe(1);
  });
});

describe("the overlap of labels", () => {
  test("is Dice and intersection over union of each label that occurs", () => {
    const found = end(labelOverlap(floats([6], [0, 0, 1, 1, 1, 3]), floats([6], [0, 1, 1, 1, 0, 2])));
    expect(found).toEqual([
      { label: 0, a: 2, b: 2, both: 1, dice: 0.5, iou: 1 / 3 },
      { label: 1, a: 3, b: 3, both: 2, dice: 2 / 3, iou: 0.5 },
      { label: 2, a: 0, b: 1, both: 0, dice: 0, iou: 0 },
      { label: 3, a: 1, b: 0, both: 0, dice: 0, iou: 0 },
    ]);
  });

  test("is none where an element is no label", () => {
    for (const odd of [0.5, -1, 256, NaN, Infinity]) expect(end(labelOverlap(floats([1], [odd]), floats([1], [1])))).toBeNull();
  });

  test("adds up to the elements that agree", () => {
    const labels = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })), { maxLength: 50 });
    fc.assert(
      fc.property(labels, (rows) => {
        const found = end(labelOverlap(floats([rows.length], rows.map(([x]) => x)), floats([rows.length], rows.map(([, y]) => y))))!;
        const sum = (of: "a" | "b" | "both"): number => found.reduce((total, each) => total + each[of], 0);
        expect([sum("a"), sum("b"), sum("both")]).toEqual([rows.length, rows.length, rows.filter(([x, y]) => x === y).length]);
        for (const { dice, iou } of found) expect(dice).toBeCloseTo((2 * iou) / (1 + iou), 12);
      }),
    );
  });
});

test("a comparison has only those parts that suit, and rises to its end", () => {
  const [a, b] = [floats([3, 2], [1, 0, 0, 1, 5, 5]), floats([3, 2], [1, 0, 0, 1, 5, 4])];
  const options = { tolerance: { absolute: 0, relative: 0 }, largest: 3 };
  expect(end(compareTensors(a, b, { ...options, classes: null, labels: false }))).toMatchObject({ different: 1, classes: null, labels: null });
  const steps = compareTensors(a, b, { ...options, classes: classAxis("TYPE_FP32", [3, 2], true)!, labels: true });
  const fractions: number[] = [];
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) {
      expect(step.value).toMatchObject({ different: 1, classes: { positions: 3, agreeing: 3 }, labels: [{ label: 0 }, { label: 1 }, { label: 4 }, { label: 5 }] });
      break;
    }
    fractions.push(step.value);
  }
  expect(fractions).toEqual([...fractions].sort((x, y) => x - y));
  expect(fractions.at(-1)).toBe(1);
});
