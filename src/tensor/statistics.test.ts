import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAbort } from "../base/errors.ts";
import { statistics, statisticsSteps } from "./statistics.ts";
import type { Tensor } from "./tensor.ts";

describe("statistics", () => {
  it("counts NaN, infinities and zeros apart from the finite values", () => {
    const data = new Float32Array([NaN, -1, 0, 3, Infinity, NaN]);
    expect(statistics({ dataType: "TYPE_FP32", shape: [6], data }, 4)).toEqual({
      count: 6,
      nan: 2,
      infinite: 1,
      zeros: 1,
      min: -1,
      max: Infinity,
      mean: 2 / 3,
      histogram: { low: -1, high: 3, counts: [1, 1, 0, 1] },
    });
  });

  it.each<[string, Tensor, number, number, number]>([
    ["bool", { dataType: "TYPE_BOOL", shape: [3], data: new Uint8Array([0, 1, 1]) }, 0, 1, 2 / 3],
    ["int64", { dataType: "TYPE_INT64", shape: [2], data: new BigInt64Array([-5n, 7n]) }, -5, 7, 1],
    ["uint64", { dataType: "TYPE_UINT64", shape: [1], data: new BigUint64Array([9n]) }, 9, 9, 9],
    ["float16", { dataType: "TYPE_FP16", shape: [2], data: new Uint16Array([0x3c00, 0xc000]) }, -2, 1, -0.5],
    ["bfloat16", { dataType: "TYPE_BF16", shape: [1], data: new Uint16Array([0x4040]) }, 3, 3, 3],
    ["float64 at its ends", { dataType: "TYPE_FP64", shape: [2], data: new Float64Array([-Number.MAX_VALUE, Number.MAX_VALUE]) }, -Number.MAX_VALUE, Number.MAX_VALUE, 0],
  ])("reads %s", (_name, tensor, min, max, mean) => {
    const found = statistics(tensor, 8);
    expect([found.min, found.max, found.mean]).toEqual([min, max, mean]);
    expect(found.histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(found.count);
  });

  it("has no range for an empty tensor", () => {
    const found = statistics({ dataType: "TYPE_FP32", shape: [0], data: new Float32Array(0) });
    expect([found.min, found.max, found.mean]).toEqual([NaN, NaN, NaN]);
  });

  it("puts every finite value in one bar", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), (values) => {
        const found = statistics({ dataType: "TYPE_FP64", shape: [values.length], data: Float64Array.from(values) }, 7);
        expect(found.histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
        expect(found.histogram.low).toBe(values.reduce((low, value) => (value < low ? value : low)));
      }),
    );
  });

  it("pauses between pieces and ends when the signal aborts", () => {
    const tensor: Tensor = { dataType: "TYPE_UINT8", shape: [3 << 20], data: new Uint8Array(3 << 20) };
    expect([...statisticsSteps(tensor)]).toHaveLength(6);
    const controller = new AbortController();
    const steps = statisticsSteps(tensor, 64, controller.signal);
    steps.next();
    controller.abort();
    expect(() => steps.next()).toThrow(expect.toSatisfy(isAbort));
  });
});
