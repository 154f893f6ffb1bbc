import { describe, expect, it } from "vitest";
import { numpyName, type DataType, type TypedData } from "../../tensor/data-type.ts";
import { elementsOf, runOne } from "../../testing/monai.ts";
import { castElements } from "../element-cast.ts";
import type { ArrayItem } from "../transform.ts";
import { v2ConvertImageDtypeCpu, v2ToDtypeCpu } from "./cpu.ts";
import { v2ConvertImageDtypeSpec, v2ToDtypeSpec } from "./spec.ts";

const item = (dataType: DataType, data: TypedData): ArrayItem => ({ dataType, shape: [data.length], data });
const scaled = (dataType: DataType, data: TypedData, to: DataType): ArrayItem => runOne(v2ToDtypeSpec, v2ToDtypeCpu, { dtype: numpyName(to), scale: true }, item(dataType, data));

describe("v2.ToDtype", () => {
  it("casts without scale", () => {
    const found = runOne(v2ToDtypeSpec, v2ToDtypeCpu, { dtype: "torch.uint8" }, item("TYPE_FP32", Float32Array.of(1.9, 254.5, -1)));
    expect(found).toEqual(item("TYPE_UINT8", Uint8Array.of(1, 254, 255)));
  });

  it.each([
    ["TYPE_UINT8", Uint8Array.of(0, 51, 255), [0, Math.fround(51 * Math.fround(1 / 255)), 1]],
    ["TYPE_INT8", Int8Array.of(-128, 127), [Math.fround(-128 * Math.fround(1 / 127)), 1]],
    ["TYPE_INT16", Int16Array.of(32767), [1]],
    ["TYPE_BOOL", Uint8Array.of(0, 1), [0, 1]],
    ["TYPE_INT64", BigInt64Array.of(2n ** 62n), [0.5]],
  ] as const)("scales %s to float32 by its largest value", (from, data, wanted) => {
    expect(elementsOf(scaled(from, data, "TYPE_FP32").data)).toEqual(wanted);
  });

  it.each([
    ["TYPE_UINT8", [0, 0.5, 1, 0.999], [0, 127, 255, 255]],
    ["TYPE_INT8", [0, 0.5, 1], [0, 63, 127]],
    ["TYPE_INT16", [0.5, 1], [16383, 32767]],
    ["TYPE_BOOL", [0, 0.001, 1], [0, 1, 1]],
  ] as const)("scales float32 to %s, cut toward zero", (to, values, wanted) => {
    expect(elementsOf(scaled("TYPE_FP32", Float32Array.from(values), to).data)).toEqual(wanted);
  });

  it.each([
    ["TYPE_UINT8", "TYPE_INT8", [0, 1, 255], [0, 0, 127]],
    ["TYPE_INT8", "TYPE_UINT8", [0, 64, 127], [0, 128, 254]],
    ["TYPE_UINT8", "TYPE_INT16", [1, 255], [128, 32640]],
    ["TYPE_INT16", "TYPE_UINT8", [128, 32767, -1], [1, 255, 255]],
    ["TYPE_INT32", "TYPE_INT8", [2 ** 30, -1], [64, -1]],
    ["TYPE_UINT8", "TYPE_INT64", [1], [2n ** 55n]],
    ["TYPE_INT64", "TYPE_UINT8", [2 ** 52], [0]],
  ] as const)("shifts %s to %s", (from, to, values, wanted) => {
    expect(elementsOf(scaled(from, castElements(Float64Array.from(values), "TYPE_FP64", from), to).data)).toEqual(wanted);
  });

  it.each([
    ["TYPE_FP32", "TYPE_INT32"],
    ["TYPE_FP32", "TYPE_INT64"],
    ["TYPE_FP64", "TYPE_INT64"],
    ["TYPE_BOOL", "TYPE_UINT8"],
    ["TYPE_UINT8", "TYPE_BOOL"],
  ] as const)("refuses to scale %s to %s, as torchvision does", (from, to) => {
    expect(() => scaled(from, castElements(Float64Array.of(1), "TYPE_FP64", from), to)).toThrow(expect.objectContaining({ code: "TRANSFORM_FAILED", message: expect.stringContaining("use scale false") }));
  });

  it("says that a PIL image is to become a tensor first", () => {
    const image: ArrayItem = { dataType: "TYPE_UINT8", shape: [1, 1, 3], data: Uint8Array.of(1, 2, 3), image: "RGB" };
    expect(() => runOne(v2ToDtypeSpec, v2ToDtypeCpu, { dtype: "float32" }, image)).toThrow(expect.objectContaining({ message: expect.stringContaining("v2.ToImage makes a tensor of it") }));
    expect(() => v2ToDtypeSpec.infer({ dtype: "float32", scale: true }, ["image"], new Map([["image", { ...image, affine: false }]]))).toThrow(/would leave as it is/);
  });

  it("finds a dtype that torch has not", () => {
    expect(v2ToDtypeSpec.check?.({ dtype: "float31", scale: true })).toEqual([expect.stringContaining('dtype "float31"')]);
  });
});

describe("v2.ConvertImageDtype", () => {
  it("scales to float32 where no dtype is named", () => {
    const bytes = item("TYPE_UINT8", Uint8Array.of(0, 100, 255));
    expect(runOne(v2ConvertImageDtypeSpec, v2ConvertImageDtypeCpu, {}, bytes)).toEqual(scaled("TYPE_UINT8", bytes.data, "TYPE_FP32"));
  });
});
