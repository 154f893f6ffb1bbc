import { describe, expect, test } from "vitest";
import { runOnGpu, step } from "../../testing/gpu-transform.ts";
import { withGpu } from "../../testing/gpu.ts";
import { allocate, numpyName, type DataType } from "../../tensor/data-type.ts";
import { ARRAY_TYPES } from "../dtype-name.ts";
import { castElements } from "../element-cast.ts";
import type { ArrayItem } from "../transform.ts";
import { castToTypeCpu } from "./cpu.ts";
import { castToTypeGpu } from "./gpu.ts";
import { castToTypeSpec } from "./spec.ts";

const VALUES = [0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -1.9, 127, 128, 255, 256, -128, -129, 300.7, 32767, 32768, 65504, 65520, 70000, 1e9, -1e9];
const EXTREMES = [2147483647, 2147483648, -2147483648, -2147483649, 3e9, 1e19, -1e19, 6e-8, 5.96e-8, 2.98e-8, 1e-40, 1e-300, 3.4028236e38, 1e300];
const EVERY = [...VALUES, ...EXTREMES, NaN, Infinity, -Infinity, 16777217, 0.1, 1 / 3, 2 ** 53 - 1, 1 + 2 ** -24, 1 + 2 ** -11, 0.00006103515625];

function arrayOf(dataType: DataType): ArrayItem {
  if (dataType === "TYPE_INT64") {
    const data = new BigInt64Array([0n, 1n, -1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 31n, 2n ** 32n + 5n, 16777217n, 65519n, 65520n, 255n, 256n]);
    return { dataType, shape: [data.length], data };
  }
  const doubles = new Float64Array(EVERY);
  const data = dataType === "TYPE_FP64" ? doubles : castElements(doubles, "TYPE_FP64", dataType);
  return { dataType, shape: [data.length], data };
}

describe("CastToType on the GPU gives the elements that the CPU gives", () => {
  const pairs = ARRAY_TYPES.flatMap((from) => ARRAY_TYPES.map((to) => [numpyName(from), numpyName(to), from] as const));
  test.each(pairs)("%s to %s", (_, to, from) =>
    withGpu(async (gpu) => {
      const input = new Map([["image", arrayOf(from)]]);
      const one = step(castToTypeSpec, castToTypeCpu, castToTypeGpu, { dtype: to });
      const expected = one.cpu(input).get("image");
      const { items } = await runOnGpu(gpu, [one], input);
      const found = items.get("image");
      const text = (item: ArrayItem | undefined) => Array.from(item?.data as ArrayLike<number | bigint>, (value, i) => `${i}: ${isNan(item, i) ? "NaN" : value}`);
      expect(text(found)).toEqual(text(expected));
    }),
  );

  test("an empty array stays empty", () =>
    withGpu(async (gpu) => {
      const input = new Map([["image", { dataType: "TYPE_FP32", shape: [1, 0, 4], data: allocate("TYPE_FP32", 0) } as const]]);
      const { items } = await runOnGpu(gpu, [step(castToTypeSpec, castToTypeCpu, castToTypeGpu, { dtype: "uint8" })], input);
      expect(items.get("image")).toEqual({ dataType: "TYPE_UINT8", shape: [1, 0, 4], data: new Uint8Array(0) });
    }));
});

/** NaN has many bit patterns: any will do. */
function isNan(item: ArrayItem | undefined, i: number): boolean {
  const value = Number(item?.data[i]);
  if (item?.dataType === "TYPE_FP16") return (value & 0x7c00) === 0x7c00 && (value & 0x3ff) !== 0;
  return Number.isNaN(value);
}
