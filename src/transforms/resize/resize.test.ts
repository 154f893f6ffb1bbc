import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { elementsOf, runOne } from "../../testing/monai.ts";
import type { ArrayItem } from "../transform.ts";
import { areaWindows, resizeCpu } from "./cpu.ts";
import { resizedSizes, resizeSpec, type ResizeParameters } from "./spec.ts";

const resize = (item: ArrayItem, given: Partial<ResizeParameters>): ArrayItem => runOne(resizeSpec, resizeCpu, given, item);

function image(shape: readonly number[], values: ArrayLike<number>): ArrayItem {
  return { dataType: "TYPE_FP32", shape: [1, ...shape], data: Float32Array.from(values) };
}

/** The recipe for one output after the other. */
function averaged(values: Float32Array, from: readonly number[], to: readonly number[]): number[] {
  const [windows0, windows1, windows2] = [0, 1, 2].map((axis) => areaWindows(from[axis] ?? 1, to[axis] ?? 1));
  const result: number[] = [];
  for (let o0 = 0; o0 < (to[0] ?? 0); o0++) {
    for (let o1 = 0; o1 < (to[1] ?? 0); o1++) {
      for (let o2 = 0; o2 < (to[2] ?? 0); o2++) {
        const range = [windows0, windows1, windows2].map((windows, axis) => [windows?.starts[[o0, o1, o2][axis] ?? 0] ?? 0, windows?.ends[[o0, o1, o2][axis] ?? 0] ?? 0] as const);
        let sum = 0;
        for (let i = range[0]?.[0] ?? 0; i < (range[0]?.[1] ?? 0); i++) {
          for (let j = range[1]?.[0] ?? 0; j < (range[1]?.[1] ?? 0); j++) {
            for (let k = range[2]?.[0] ?? 0; k < (range[2]?.[1] ?? 0); k++) {
              sum = Math.fround(sum + (values[(i * (from[1] ?? 1) + j) * (from[2] ?? 1) + k] ?? NaN));
            }
          }
        }
        result.push(range.reduce((mean, [start, end]) => Math.fround(mean / (end - start)), sum));
      }
    }
  }
  return result;
}

describe("Resize", () => {
  it("averages bit for bit as the recipe does", () => {
    const size = fc.integer({ min: 1, max: 9 });
    const sizes = fc.tuple(size, size, size);
    fc.assert(
      fc.property(sizes, sizes, fc.infiniteStream(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 })), (from, to, stream) => {
        if (from.every((value, axis) => value === to[axis]) || to.every((value) => value === 1)) return;
        const values = Float32Array.from({ length: from[0] * from[1] * from[2] }, () => stream.next().value ?? 0);
        expect(elementsOf(resize(image(from, values), { spatial_size: to }).data)).toEqual(averaged(values, from, to));
      }),
    );
  });

  it.each([
    ["area up", "area", [0, 2, 4], 5, [0, 1, 2, 3, 4]],
    ["area down", "area", [0, 1, 2, 3], 2, [0.5, 2.5]],
    ["linear up", "linear", [0, 4], 4, [0, 1, 3, 4]],
    ["linear down", "linear", [0, 1, 2, 3], 2, [0.5, 2.5]],
    ["nearest", "nearest", [0, 1, 2], 5, [0, 0, 1, 1, 2]],
    ["nearest-exact", "nearest-exact", [0, 1, 2], 5, [0, 0, 1, 2, 2]],
  ] as const)("%s", (_name, mode, values, to, wanted) => {
    expect(elementsOf(resize(image([values.length], values), { spatial_size: [to], mode }).data)).toEqual(wanted);
  });

  it("leaves the corners in place with align_corners", () => {
    expect(elementsOf(resize(image([2], [0, 4]), { spatial_size: [5], mode: "linear", align_corners: true }).data)).toEqual([0, 1, 2, 3, 4]);
  });

  it("resizes planes with bilinear", () => {
    expect(elementsOf(resize(image([2, 2], [0, 2, 4, 6]), { spatial_size: [1, 1], mode: "bilinear" }).data)).toEqual([3]);
  });

  it("keeps the extent of the voxels by the affine, and an axis whose size is -1", () => {
    const affine = new Float64Array([2, 0, 0, 10, 0, 3, 0, 20, 0, 0, 4, 30, 0, 0, 0, 1]);
    const found = resize({ ...image([2, 2, 2], new Float32Array(8)), affine }, { spatial_size: [4, -1, 1] });
    expect(found.shape).toEqual([1, 4, 2, 1]);
    expect(Array.from(found.affine ?? [])).toEqual([1, 0, 0, 9.5, 0, 3, 0, 20, 0, 0, 8, 32, 0, 0, 0, 1]);
  });

  it("returns an array of that size as it is, as float32", () => {
    const item: ArrayItem = { dataType: "TYPE_UINT8", shape: [1, 2], data: Uint8Array.of(3, 200) };
    expect(resize(item, { spatial_size: [2] })).toEqual({ dataType: "TYPE_FP32", shape: [1, 2], data: Float32Array.of(3, 200) });
  });

  it("says why an empty array cannot be resized", () => {
    expect(() => resize(image([0, 0, 0], []), { spatial_size: [96, 96, 96] })).toThrow(/no voxel is above its threshold 0/);
  });

  it.each([
    [{ spatial_size: [4, 4] }, "2 values for 3 axes"],
    [{ spatial_size: [4, 4, 4], mode: "bilinear" }, "2 axes"],
  ] as const)("refuses %o on three axes", (given, text) => {
    expect(() => resize(image([2, 2, 2], new Float32Array(8)), given)).toThrow(expect.objectContaining({ code: "TRANSFORM_FAILED", message: expect.stringContaining(text) }));
  });

  it("knows the sizes that do not depend on the data", () => {
    const parameters = { spatial_size: [96, -1, 96], size_mode: "all", mode: "area" } as unknown as ResizeParameters;
    expect(resizedSizes(parameters, [null, null, null], "image")).toEqual([96, null, 96]);
  });
});
