import { assert as check, float, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import type { DataType, TypedData } from "../tensor/data-type.ts";
import { castExactly } from "./cast.ts";
import { affineTensor, fit } from "./fit.ts";

describe("exact casts", () => {
  it.each<[string, DataType, TypedData, DataType, readonly (number | bigint)[]]>([
    ["whole floats to integers", "TYPE_FP32", Float32Array.of(0, -3, 127), "TYPE_INT8", [0, -3, 127]],
    ["integers to wider ones", "TYPE_UINT8", Uint8Array.of(0, 255), "TYPE_INT64", [0n, 255n]],
    ["64-bit integers to narrow ones", "TYPE_INT64", BigInt64Array.of(-5n, 7n), "TYPE_INT32", [-5, 7]],
    ["float64 to float32", "TYPE_FP64", Float64Array.of(0.5, NaN, Infinity), "TYPE_FP32", [0.5, NaN, Infinity]],
    ["halves to float32", "TYPE_FP16", Uint16Array.of(0x3c00, 0xc000), "TYPE_FP32", [1, -2]],
    ["float32 to halves", "TYPE_FP32", Float32Array.of(1, -2, 65504), "TYPE_FP16", [0x3c00, 0xc000, 0x7bff]],
    ["bool to integers", "TYPE_BOOL", Uint8Array.of(0, 1), "TYPE_INT32", [0, 1]],
  ])("%s keep every value", (_, from, data, to, expected) => {
    expect([...(castExactly({ dataType: from, shape: [data.length], data }, to, "X").data as Float64Array)]).toEqual(expected);
  });

  it.each<[string, DataType, TypedData, DataType, RegExp]>([
    ["a fraction", "TYPE_FP32", Float32Array.of(1, 1.5), "TYPE_INT32", /element 1 is 1.5, which int32/],
    ["a number out of range", "TYPE_INT16", Int16Array.of(300), "TYPE_UINT8", /element 0 is 300/],
    ["a negative for unsigned", "TYPE_INT8", Int8Array.of(-1), "TYPE_UINT64", /element 0 is -1/],
    ["NaN for an integer", "TYPE_FP64", Float64Array.of(NaN), "TYPE_INT64", /NaN/],
    ["a decimal for float32", "TYPE_FP64", Float64Array.of(0.1), "TYPE_FP32", /0.1, which float32/],
    ["an integer of 25 bits for float32", "TYPE_INT32", Int32Array.of(16777217), "TYPE_FP32", /16777217/],
    ["a big integer for float64", "TYPE_UINT64", BigUint64Array.of(2n ** 53n + 1n), "TYPE_FP64", /9007199254740993/],
    ["2 for bool", "TYPE_UINT8", Uint8Array.of(2), "TYPE_BOOL", /element 0 is 2/],
  ])("%s is refused by name and value", (_, from, data, to, message) => {
    expect(() => castExactly({ dataType: from, shape: [data.length], data }, to, "X")).toThrow(message);
  });

  it("rounding on request narrows floats and never makes integers of fractions", () => {
    const tensor = { dataType: "TYPE_FP64", shape: [1], data: Float64Array.of(0.1) } as const;
    expect((castExactly(tensor, "TYPE_FP32", "X", true).data as Float32Array)[0]).toBe(Math.fround(0.1));
    expect(() => castExactly(tensor, "TYPE_INT32", "X", true)).toThrow(/0.1/);
  });

  it("a cast that succeeds is undone by the cast back", () => {
    check(
      property(integer(), float({ noNaN: true }), (whole, fraction) => {
        const wide = castExactly({ dataType: "TYPE_INT32", shape: [1], data: Int32Array.of(whole) }, "TYPE_FP64", "X");
        expect((castExactly(wide, "TYPE_INT32", "X").data as Int32Array)[0]).toBe(whole);
        const double = castExactly({ dataType: "TYPE_FP32", shape: [1], data: Float32Array.of(fraction) }, "TYPE_FP64", "X");
        expect((castExactly(double, "TYPE_FP32", "X").data as Float32Array)[0]).toBe(Math.fround(fraction));
      }),
    );
  });
});

describe("fitting to a model's input", () => {
  const tensor = { dataType: "TYPE_FP32", shape: [2, 3], data: new Float32Array(6) } as const;

  it.each<[number[], boolean, number[]]>([
    [[2, 3], false, [2, 3]],
    [[-1, 3], false, [2, 3]],
    [[-1, -1], true, [1, 2, 3]],
    [[3], true, [2, 3]],
    [[-1], true, [2, 3]],
  ])("[2, 3] for dims %j, batched %j, becomes %j", (dims, batch, expected) => {
    expect(fit(tensor, { name: "X", dataType: "TYPE_FP32", dims, batch }).shape).toEqual(expected);
  });

  it.each<[number[], boolean]>([[[3, 2], false], [[2], false], [[2, 3, 1], true], [[2], true]])("[2, 3] for dims %j, batched %j, is refused", (dims, batch) => {
    expect(() => fit(tensor, { name: "X", dataType: "TYPE_FP32", dims, batch })).toThrow(/Input "X" expects shape .* found \[2, 3\]/);
  });

  it("an affine becomes the declared tensor", () => {
    const affine = Float64Array.from({ length: 16 }, (_, n) => n / 3);
    expect(affineTensor(affine, { name: "A", dataType: "TYPE_FP64", dims: [4, 4], batch: true })).toEqual({ dataType: "TYPE_FP64", shape: [1, 4, 4], data: affine });
  });
});
