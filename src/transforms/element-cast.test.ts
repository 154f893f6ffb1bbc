import { describe, expect, it } from "vitest";
import { allocate, type DataType } from "../tensor/data-type.ts";
import { floatToHalf } from "../tensor/half.ts";
import { elementsOf } from "../testing/monai.ts";
import { castElements } from "./element-cast.ts";
import { ARRAY_TYPES } from "./dtype-name.ts";

const NO_LONG = ARRAY_TYPES.filter((type) => type !== "TYPE_FP16");

describe("castElements", () => {
  it.each<[DataType, DataType, (number | bigint)[], (number | bigint)[]]>([
    ["TYPE_FP32", "TYPE_UINT8", [NaN, 256, -1, 3e9, 1.9], [0, 0, 255, 0, 1]],
    ["TYPE_FP32", "TYPE_INT32", [NaN, 3e9, -3e9, -1.9], [-2147483648, -2147483648, -2147483648, -1]],
    ["TYPE_FP64", "TYPE_INT64", [NaN, 1e19, -1.5], [-(2n ** 63n), -(2n ** 63n), -1n]],
    ["TYPE_INT64", "TYPE_INT8", [-1n, 300n, 2n ** 40n + 5n], [-1, 44, 5]],
    ["TYPE_INT64", "TYPE_FP32", [2n ** 60n + 2n ** 36n + 1n], [2 ** 60 + 2 ** 37]],
    ["TYPE_INT32", "TYPE_INT64", [-7], [-7n]],
    ["TYPE_FP32", "TYPE_BOOL", [NaN, 0, -0, 0.1], [1, 0, 0, 1]],
    ["TYPE_INT64", "TYPE_BOOL", [0n, 2n ** 32n], [0, 1]],
    ["TYPE_BOOL", "TYPE_FP64", [1, 0], [1, 0]],
    ["TYPE_INT16", "TYPE_UINT8", [-1, 256], [255, 0]],
    ["TYPE_INT32", "TYPE_FP16", [3], [0x4200]],
  ])("casts %s to %s", (from, to, values, wanted) => {
    const data = allocate(from, values.length);
    values.forEach((value, n) => (data[n] = value));
    expect(elementsOf(castElements(data, from, to))).toEqual(wanted);
  });

  it("reads float16 as numbers", () => {
    expect(elementsOf(castElements(Uint16Array.of(floatToHalf(-2.5)), "TYPE_FP16", "TYPE_INT8"))).toEqual([-2]);
  });

  it("keeps 0 … 127 whichever way it goes", () => {
    for (const from of NO_LONG) {
      for (const to of NO_LONG) {
        if (from === "TYPE_BOOL" || to === "TYPE_BOOL") continue;
        const data = castElements(Uint8Array.from({ length: 128 }, (_, n) => n), "TYPE_UINT8", from);
        expect(Array.from(castElements(data, from, to), Number)).toEqual(Array.from({ length: 128 }, (_, n) => n));
      }
    }
  });
});
