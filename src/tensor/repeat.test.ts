import { expect, test } from "vitest";
import { repeatItems } from "./repeat.ts";
import type { Tensor } from "./tensor.ts";

const pair: Tensor = { dataType: "TYPE_FP32", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };

test.for([
  [1, [1, 2], [1, 2]],
  [2, [2, 2], [1, 2, 3, 4]],
  [5, [5, 2], [1, 2, 3, 4, 1, 2, 3, 4, 1, 2]],
  [null, [2, 2], [1, 2, 3, 4]],
] as const)("two items become %s by going round", ([items, shape, data]) => {
  expect(repeatItems(pair, items)).toEqual({ dataType: "TYPE_FP32", shape, data: Float32Array.from(data) });
});

test("the copy has elements of its own", () => {
  expect((repeatItems(pair, null).data as Float32Array).buffer).not.toBe((pair.data as Float32Array).buffer);
});

test("strings and 64-bit integers are repeated too", () => {
  const [a, b] = [Uint8Array.of(1), Uint8Array.of(2, 3)];
  expect(repeatItems({ dataType: "TYPE_STRING", shape: [2, 1], data: [a, b] }, 3)).toEqual({ dataType: "TYPE_STRING", shape: [3, 1], data: [a, b, a] });
  expect(repeatItems({ dataType: "TYPE_INT64", shape: [1], data: BigInt64Array.of(7n) }, 2).data).toEqual(BigInt64Array.of(7n, 7n));
});

test("an empty batch and a scalar are copied as they are", () => {
  expect(repeatItems({ dataType: "TYPE_FP32", shape: [0, 2], data: new Float32Array(0) }, 4).shape).toEqual([0, 2]);
  expect(repeatItems({ dataType: "TYPE_FP32", shape: [], data: Float32Array.of(1) }, 4)).toEqual({ dataType: "TYPE_FP32", shape: [], data: Float32Array.of(1) });
});
