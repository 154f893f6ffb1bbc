import { describe, expect, test } from "vitest";
import { tensorDifference } from "./difference.ts";
import type { DataType, TensorData } from "./data-type.ts";
import type { Tensor } from "./tensor.ts";

const of = (dataType: DataType, data: TensorData, shape: readonly number[] = [data.length]): Tensor => ({ dataType, shape, data });
const f32 = (...values: number[]): Tensor => of("TYPE_FP32", Float32Array.from(values));
const text = (...values: string[]): Tensor => of("TYPE_STRING", values.map((value) => new TextEncoder().encode(value)));

describe("the difference of floats", () => {
  test("is the largest, absolute and by the largest magnitude of the first", () => {
    expect(tensorDifference(f32(1, -4, 2), f32(1.5, -4, 1))).toEqual({ kind: "floats", count: 3, different: 2, maxAbsolute: 1, maxRelative: 0.25, unmatched: 0 });
  });

  test.for([
    ["NaN on both sides is equal", f32(NaN, 1), f32(NaN, 1), { different: 0, unmatched: 0, maxAbsolute: 0, maxRelative: 0 }],
    ["NaN on one side is counted and enters no maximum", f32(NaN, 2), f32(5, 3), { different: 2, unmatched: 1, maxAbsolute: 1, maxRelative: 0.5 }],
    ["the same infinity is equal", f32(Infinity, -Infinity), f32(Infinity, -Infinity), { different: 0, unmatched: 0 }],
    ["the opposite infinity is not", f32(Infinity), f32(-Infinity), { different: 1, unmatched: 1, maxAbsolute: 0, maxRelative: 0 }],
    ["there is no relative one where all is 0", f32(0), f32(1), { different: 1, maxAbsolute: 1, maxRelative: null }],
    ["0 and -0 are equal", f32(0), f32(-0), { different: 0 }],
    ["no element differs in nothing", f32(), f32(), { count: 0, different: 0, maxAbsolute: 0, maxRelative: 0 }],
    ["half floats are compared as numbers", of("TYPE_FP16", Uint16Array.of(0x3c00)), of("TYPE_FP16", Uint16Array.of(0x4000)), { maxAbsolute: 1, maxRelative: 1 }],
    ["bfloats are compared as numbers", of("TYPE_BF16", Uint16Array.of(0x3f80)), of("TYPE_BF16", Uint16Array.of(0x4000)), { maxAbsolute: 1, maxRelative: 1 }],
  ] as const)("%s", ([, a, b, expected]) => {
    expect(tensorDifference(a, b)).toMatchObject(expected);
  });
});

test.for([
  ["integers", of("TYPE_INT64", BigInt64Array.of(1n, 2n, 2n ** 60n)), of("TYPE_INT64", BigInt64Array.of(1n, 3n, 2n ** 60n + 1n)), 2],
  ["integers", of("TYPE_BOOL", Uint8Array.of(0, 1)), of("TYPE_BOOL", Uint8Array.of(0, 1)), 0],
  ["strings", text("a", "b", ""), text("a", "bc", "x"), 2],
] as const)("%s are counted where they are not equal", ([kind, a, b, different]) => {
  expect(tensorDifference(a, b)).toEqual({ kind, count: a.data.length, different, maxAbsolute: null, maxRelative: null, unmatched: 0 });
});

test.for([
  [f32(1, 2), of("TYPE_FP32", Float32Array.of(1, 2), [1, 2])],
  [f32(1), of("TYPE_FP64", Float64Array.of(1))],
] as const)("tensors of another type or shape are no pair", ([a, b]) => {
  expect(() => tensorDifference(a, b)).toThrow(expect.objectContaining({ code: "TENSOR_MISMATCH" }));
});
