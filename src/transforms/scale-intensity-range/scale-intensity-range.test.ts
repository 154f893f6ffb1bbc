import { describe, expect, it } from "vitest";
import { allocate, type DataType } from "../../tensor/data-type.ts";
import { floatToHalf, halfToNumber } from "../../tensor/half.ts";
import { elementsOf, runOne } from "../../testing/monai.ts";
import type { ArrayItem } from "../transform.ts";
import { scaleIntensityRangeCpu } from "./cpu.ts";
import { scaleIntensityRangeSpec, type ScaleIntensityRangeParameters } from "./spec.ts";

const WINDOW = { a_min: { value: -57, integer: true }, a_max: 164, b_min: 0, b_max: 1, clip: true } as const;

function scale(item: ArrayItem, given: Partial<ScaleIntensityRangeParameters> = {}): ArrayItem {
  return runOne(scaleIntensityRangeSpec, scaleIntensityRangeCpu, { ...WINDOW, ...given }, item);
}

function array(dataType: DataType, ...values: number[]): ArrayItem {
  const data = allocate(dataType, values.length);
  values.forEach((value, n) => (data[n] = data instanceof BigInt64Array ? BigInt(value) : value));
  return { dataType, shape: [values.length], data };
}

describe("ScaleIntensityRange", () => {
  it.each([
    [-57, 0],
    [-56, 0.004524887],
    [0, 0.25791857],
    [53.5, 0.5],
    [164, 1],
    [1000, 1],
    [Infinity, 1],
    [-Infinity, 0],
  ])("maps %d to %d", (value, wanted) => {
    expect(scale(array("TYPE_FP32", value)).data[0]).toBeCloseTo(wanted, 8);
  });

  it("leaves NaN as it is", () => {
    expect(scale(array("TYPE_FP32", NaN)).data[0]).toBeNaN();
  });

  it.each<[DataType, number, number]>([
    ["TYPE_UINT8", 255, 0.2534],
    ["TYPE_INT16", 32767, 0],
    ["TYPE_INT8", 71, 0],
    ["TYPE_INT64", 164, 1],
  ])("wraps %s %d around where a_min is an int", (dataType, value, wanted) => {
    const found = scale(array(dataType, value));
    expect(found.dataType).toBe("TYPE_FP32");
    expect(found.data[0]).toBeCloseTo(wanted, 4);
  });

  it("does not wrap where a_min is a float", () => {
    expect(scale(array("TYPE_UINT8", 255), { a_min: { value: -57, integer: false } }).data[0]).toBe(1);
  });

  it("warns of the wrap-around and of nothing else", () => {
    const warn = (dataType: DataType, integer: boolean): number =>
      scaleIntensityRangeSpec.warn?.({ ...WINDOW, a_min: { value: -57, integer }, dtype: null }, ["image"], new Map([["image", { dataType, shape: [1], affine: false }]])).length ?? -1;
    expect([warn("TYPE_INT16", true), warn("TYPE_INT16", false), warn("TYPE_FP32", true)]).toEqual([1, 0, 0]);
  });

  it("computes in the array's own float type", () => {
    const half: ArrayItem = { dataType: "TYPE_FP16", shape: [1], data: Uint16Array.of(floatToHalf(10)) };
    const found = scale(half, { dtype: null });
    expect(found.dataType).toBe("TYPE_FP16");
    expect(halfToNumber(found.data[0] as number)).toBeCloseTo(67 / 221, 3);
    expect(scale(array("TYPE_FP64", 10), { dtype: null }).data[0]).toBe(67 / 221);
  });

  it("casts the result, truncating", () => {
    expect(elementsOf(scale(array("TYPE_FP32", 53.5, 164), { b_max: 255, dtype: "torch.uint8" }).data)).toEqual([127, 255]);
  });

  it("only shifts where a_min equals a_max", () => {
    expect(scale(array("TYPE_FP32", 9), { a_min: { value: 4, integer: true }, a_max: 4, b_min: 1 }).data[0]).toBe(6);
    expect(() => scale(array("TYPE_INT8", 9), { a_min: { value: 4, integer: true }, a_max: 4 })).toThrow(expect.objectContaining({ code: "TRANSFORM_FAILED" }));
  });

  it("refuses bool, from which torch does not subtract", () => {
    expect(() => scale(array("TYPE_BOOL", 1))).toThrow(expect.objectContaining({ code: "TRANSFORM_FAILED" }));
  });
});
