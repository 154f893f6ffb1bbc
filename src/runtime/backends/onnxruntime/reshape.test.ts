import { expect, test } from "vitest";
import { fromModel, toModel, type Reshaping } from "./reshape.ts";

test.each<[string, Reshaping, boolean, number[], number[]]>([
  ["no reshape", { dims: [2, 3] }, false, [2, 3], [2, 3]],
  ["an axis that the model lacks", { dims: [1], reshape: { shape: [] } }, true, [4, 1], [4]],
  ["an axis that the model adds", { dims: [4, 4], reshape: { shape: [1, 4, 4] } }, false, [4, 4], [1, 4, 4]],
  ["open sizes in order", { dims: [-1, 3, -1], reshape: { shape: [3, -1, -1] } }, true, [2, 5, 3, 7], [2, 3, 5, 7]],
])("%s", (_, reshaping, batched, outside, inside) => {
  expect(toModel(outside, reshaping, batched)).toEqual(inside);
  expect(fromModel(inside, reshaping, batched)).toEqual(outside);
});

test("a shape that does not fit stays as it is", () => {
  expect(toModel([2, 2], { dims: [4], reshape: { shape: [2, 2] } }, false)).toEqual([2, 2]);
});
