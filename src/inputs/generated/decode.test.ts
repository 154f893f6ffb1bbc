import { describe, expect, it } from "vitest";
import type { DataType } from "../../tensor/data-type.ts";
import type { DecodeOptions, InputTarget } from "../input.ts";
import { generatedInput } from "./decode.ts";

const target = (dataType: DataType, dims: number[] = [-1, 4]): InputTarget => ({ name: "X", dataType, dims, batch: false });
const values = (dataType: DataType, options: DecodeOptions) => [...(generatedInput.decode([], target(dataType), options).tensor.data as Float64Array)].map(Number);

describe("generated tensors", () => {
  it("take the dims, with 1 for any size, or the shape that was asked for", () => {
    expect(generatedInput.decode([], target("TYPE_FP32"), {}).tensor.shape).toEqual([1, 4]);
    expect(generatedInput.decode([], { ...target("TYPE_FP32"), batch: true }, { shape: [2, 4] }).tensor.shape).toEqual([1, 2, 4]);
    expect(() => generatedInput.decode([], target("TYPE_FP32"), { shape: [2, 5] })).toThrow(/found \[2, 5\]/);
    expect(() => generatedInput.decode([], target("TYPE_FP32"), { shape: [-2, 4] })).toThrow(/whole numbers/);
  });

  it("are equal for equal seeds and different for others", () => {
    const shape = [25, 4];
    expect(values("TYPE_FP32", { shape, seed: 7 })).toEqual(values("TYPE_FP32", { shape, seed: 7 }));
    expect(values("TYPE_FP32", { shape, seed: 7 })).not.toEqual(values("TYPE_FP32", { shape, seed: 8 }));
  });

  it("uniform numbers stay in their range and are spread over it", () => {
    const found = values("TYPE_FP32", { shape: [2500, 4], range: [-2, 6] });
    expect(found.every((value) => value >= -2 && value < 6)).toBe(true);
    expect(Math.abs(found.reduce((a, b) => a + b) / found.length - 2)).toBeLessThan(0.1);
    expect(new Set(values("TYPE_INT64", { shape: [250, 4], range: [3, 6] }))).toEqual(new Set([3, 4, 5]));
    expect(new Set(values("TYPE_BOOL", { shape: [250, 4] }))).toEqual(new Set([0, 1]));
  });

  it("normal numbers have mean 0 and deviation 1", () => {
    const found = values("TYPE_FP64", { shape: [5000, 4], fill: "normal" });
    expect(Math.abs(found.reduce((a, b) => a + b) / found.length)).toBeLessThan(0.03);
    expect(Math.abs(found.reduce((a, b) => a + b * b, 0) / found.length - 1)).toBeLessThan(0.05);
  });

  it("zeros and ones are what they say", () => {
    expect(values("TYPE_INT32", { fill: "zeros" })).toEqual([0, 0, 0, 0]);
    expect(values("TYPE_FP16", { fill: "ones" })).toEqual([0x3c00, 0x3c00, 0x3c00, 0x3c00]);
    expect(generatedInput.decode([], target("TYPE_STRING"), { fill: "zeros" }).tensor.data).toHaveLength(4);
  });

  it.each<[string, DataType, DecodeOptions]>([
    ["random text", "TYPE_STRING", {}],
    ["an empty range", "TYPE_FP32", { range: [1, 1] }],
    ["a range beyond the type", "TYPE_UINT8", { range: [0, 300] }],
    ["a fractional range of integers", "TYPE_INT8", { range: [0.5, 3] }],
  ])("%s is refused", (_, type, options) => {
    expect(() => values(type, options)).toThrow(/Input "X"/);
  });
});
