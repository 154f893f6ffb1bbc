import { describe, expect, it } from "vitest";
import { around, drawSlice, firstView, indexOf, offsetOf, throughAxis, withAxis, withIndex } from "./slice.ts";

describe("firstView", () => {
  it.each([
    [[4, 6], { rows: 0, columns: 1, index: [2, 3] }],
    [[1, 2, 96, 96, 90], { rows: 3, columns: 4, index: [0, 0, 48, 48, 45] }],
  ])("of %j shows the last two axes", (shape, view) => {
    expect(firstView(shape)).toEqual(view);
  });
});

describe("withAxis", () => {
  const view = { rows: 1, columns: 2, index: [0, 0, 0] };
  it("takes another axis, or swaps the two", () => {
    expect(withAxis(view, "rows", 0)).toMatchObject({ rows: 0, columns: 2 });
    expect(withAxis(view, "columns", 1)).toMatchObject({ rows: 2, columns: 1 });
  });
});

it("keeps indices within their axis", () => {
  const view = firstView([3, 4]);
  expect(withIndex(view, [3, 4], 0, 9).index).toEqual([2, 2]);
  expect(withIndex(view, [3, 4], 1, -1).index).toEqual([1, 0]);
});

it("pages through the last axis that is not shown and has more than one index", () => {
  expect(throughAxis(firstView([1, 2, 9, 5, 5]), [1, 2, 9, 5, 5])).toBe(2);
  expect(throughAxis(firstView([1, 2, 1, 5, 5]), [1, 2, 1, 5, 5])).toBe(1);
  expect(throughAxis(firstView([1, 5, 5]), [1, 5, 5])).toBeUndefined();
});

it("turns positions into indices and back", () => {
  const shape = [2, 3, 4];
  for (let offset = 0; offset < 24; offset++) expect(offsetOf(indexOf(offset, shape), shape)).toBe(offset);
  expect(indexOf(23, shape)).toEqual([1, 2, 3]);
  expect(indexOf(0, [])).toEqual([]);
});

describe("drawSlice", () => {
  const shape = [2, 2, 3];
  const values = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, NaN];
  const read = (offset: number) => values[offset] as number;
  const greys = ({ pixels }: { pixels: Uint8ClampedArray }) => Array.from({ length: pixels.length / 4 }, (_, n) => pixels[n * 4]);

  it("scales values between black and white", () => {
    const picture = drawSlice(read, shape, { rows: 1, columns: 2, index: [0, 0, 0] }, 0, 5);
    expect(picture).toMatchObject({ width: 3, height: 2, step: 1 });
    expect(greys(picture)).toEqual([0, 51, 102, 153, 204, 255]);
  });

  it("goes across any two axes, the rest at their index", () => {
    const picture = drawSlice(read, shape, { rows: 2, columns: 0, index: [0, 1, 0] }, 0, 255);
    expect(greys(picture)).toEqual([3, 9, 4, 10, 5, 160]);
  });

  it("colours NaN, and is grey where all values are equal", () => {
    const picture = drawSlice(read, shape, { rows: 1, columns: 2, index: [1, 0, 0] }, 0, 10);
    expect([...picture.pixels.subarray(20, 24)]).toEqual([160, 0, 200, 255]);
    expect(greys(drawSlice(() => 7, [1, 2], { rows: 0, columns: 1, index: [0, 0] }, 7, 7))).toEqual([128, 128]);
  });

  it("leaves out elements of axes longer than a picture", () => {
    expect(drawSlice((offset) => offset, [1, 5000], { rows: 0, columns: 1, index: [0, 0] }, 0, 5000)).toMatchObject({ width: 1667, height: 1, step: 3 });
  });
});

describe("around", () => {
  it.each([
    [5, 20, 5, [3, 4, 5, 6, 7]],
    [0, 20, 5, [0, 1, 2, 3, 4]],
    [19, 20, 5, [15, 16, 17, 18, 19]],
    [1, 3, 5, [0, 1, 2]],
  ])("%i of %i, %i at a time", (centre, size, count, expected) => {
    expect(around(centre, size, count)).toEqual(expected);
  });
});
