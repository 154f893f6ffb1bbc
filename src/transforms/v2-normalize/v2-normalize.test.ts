import { describe, expect, it } from "vitest";
import { elementsOf, runOne, withDefaults } from "../../testing/monai.ts";
import type { ArrayItem } from "../transform.ts";
import { v2NormalizeCpu } from "./cpu.ts";
import { v2NormalizeSpec, type NormalizeParameters } from "./spec.ts";

const normalize = (item: ArrayItem, given: Partial<NormalizeParameters>): ArrayItem => runOne(v2NormalizeSpec, v2NormalizeCpu, given, item);
const tensor = (shape: readonly number[], values: readonly number[]): ArrayItem => ({ dataType: "TYPE_FP32", shape, data: Float32Array.from(values) });

describe("v2.Normalize", () => {
  it("subtracts and divides by channel, each rounded to float32", () => {
    const { fround } = Math;
    const found = normalize(tensor([2, 1, 2], [0.1, 0.2, 0.3, 0.4]), { mean: [0.485, 0.5], std: [0.229, 2] });
    const first = (x: number): number => fround(fround(fround(x) - fround(0.485)) / fround(0.229));
    expect(elementsOf(found.data)).toEqual([first(0.1), first(0.2), fround(fround(fround(0.3) - 0.5) / 2), fround(fround(fround(0.4) - 0.5) / 2)]);
  });

  it("takes one value for all channels, in every image of a batch", () => {
    expect(elementsOf(normalize(tensor([2, 2, 1, 1], [1, 2, 3, 4]), { mean: [1], std: [2, 4] }).data)).toEqual([0, 0.25, 1, 0.75]);
  });

  it("spreads one channel over as many as mean has, as torch does", () => {
    expect(normalize(tensor([1, 1, 2], [1, 2]), { mean: [0, 1, 2], std: [1] })).toEqual(tensor([3, 1, 2], [1, 2, 0, 1, -1, 0]));
  });

  it.each([
    [{ dataType: "TYPE_UINT8", shape: [1, 1, 1], data: Uint8Array.of(1) }, { mean: [0], std: [1] }, "found uint8"],
    [{ dataType: "TYPE_UINT8", shape: [1, 1, 1], data: Uint8Array.of(1), image: "L" }, { mean: [0], std: [1] }, "found a PIL image (L)"],
    [tensor([2, 1, 1], [1, 2]), { mean: [0, 0, 0], std: [1] }, "mean has 3 values, but 2 channels"],
    [tensor([1, 1, 1], [1]), { mean: [0], std: [1, 1] }, "std has 2 values"],
    [tensor([1, 1], [1]), { mean: [0], std: [1] }, "channels, height and width"],
    [tensor([1, 1, 1], [1]), { mean: [0], std: [1e-60] }, "is 0 as float32"],
  ] as const)("refuses %o", (item, given, text) => {
    expect(() => normalize(item as ArrayItem, given)).toThrow(expect.objectContaining({ code: "TRANSFORM_FAILED", message: expect.stringContaining(text) }));
  });

  it.each([
    [{ mean: [0], std: [1, 0] }, "std has a 0"],
    [{ mean: [], std: [1] }, "mean has no value"],
    [{ mean: [0, 0, 0], std: [1, 1] }, "std has 2 values and mean 3"],
  ])("finds what is wrong with %o", (given, text) => {
    expect(v2NormalizeSpec.check?.(withDefaults(v2NormalizeSpec, given))).toEqual([expect.stringContaining(text)]);
  });
});
