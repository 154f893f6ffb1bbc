import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { elementsOf, withDefaults } from "../../testing/monai.ts";
import type { ArrayItem } from "../transform.ts";
import { cropForegroundCpu, foregroundBox } from "./cpu.ts";
import { cropForegroundSpec, type CropForegroundParameters } from "./spec.ts";

const parameters = (given: Partial<CropForegroundParameters> = {}): CropForegroundParameters => withDefaults(cropForegroundSpec, { source_key: "image", ...given });

function crop(item: ArrayItem, given: Partial<CropForegroundParameters> = {}): Map<string, ArrayItem> {
  return cropForegroundCpu(parameters(given), ["image"], new Map([["image", item]]));
}

const line = (...values: number[]): ArrayItem => ({ dataType: "TYPE_FP32", shape: [1, values.length], data: Float32Array.from(values) });

describe("CropForeground", () => {
  it.each<[string, Partial<CropForegroundParameters>, number[]]>([
    ["to the voxels above 0", {}, [1, NaN, 2]],
    ["with a margin cut at the border", { margin: 2, allow_smaller: true }, [0, 1, NaN, 2, -1, NaN]],
    ["with a margin padded beyond the border", { margin: 2 }, [0, 0, 1, NaN, 2, -1, NaN]],
    ["to a multiple, the odd voxel at the end", { k_divisible: 4 }, [1, NaN, 2, -1]],
    ["to a multiple beyond the border", { k_divisible: 8 }, [0, 0, 1, NaN, 2, -1, NaN, 0]],
  ])("crops %s", (_name, given, wanted) => {
    const found = crop(line(0, 1, NaN, 2, -1, NaN), given);
    expect(elementsOf(found.get("image")?.data)).toEqual(wanted);
  });

  it("writes the box as int64 and moves the affine to its start", () => {
    const affine = new Float64Array([2, 0, 0, 10, 0, 3, 0, 20, 0, 0, 4, 30, 0, 0, 0, 1]);
    const data = new Float32Array(27);
    data[13] = 1;
    const found = crop({ dataType: "TYPE_FP32", shape: [1, 3, 3, 3], data, affine });
    expect(found.get("foreground_start_coord")).toEqual({ dataType: "TYPE_INT64", shape: [3], data: BigInt64Array.of(1n, 1n, 1n) });
    expect(found.get("foreground_end_coord")?.data).toEqual(BigInt64Array.of(2n, 2n, 2n));
    expect(Array.from(found.get("image")?.affine ?? [])).toEqual([2, 0, 0, 12, 0, 3, 0, 23, 0, 0, 4, 34, 0, 0, 0, 1]);
  });

  it("leaves nothing of an array without foreground", () => {
    const found = crop({ dataType: "TYPE_FP32", shape: [1, 2, 3, 4], data: new Float32Array(24) });
    expect(found.get("image")?.shape).toEqual([1, 0, 0, 0]);
    expect(found.get("foreground_end_coord")?.data).toEqual(BigInt64Array.of(0n, 0n, 0n));
  });

  it("looks only at the channels named", () => {
    const item: ArrayItem = { dataType: "TYPE_INT8", shape: [2, 3], data: Int8Array.of(1, 0, 0, 0, 0, 1) };
    expect(foregroundBox(parameters(), item)).toEqual({ start: [0], end: [3] });
    expect(foregroundBox(parameters({ channel_indices: -1 }), item)).toEqual({ start: [2], end: [3] });
    expect(() => foregroundBox(parameters({ channel_indices: 2 }), item)).toThrow(expect.objectContaining({ code: "TRANSFORM_FAILED" }));
  });

  it("finds the smallest box whatever the volume", () => {
    const size = fc.integer({ min: 1, max: 6 });
    fc.assert(
      fc.property(size, size, size, fc.infiniteStream(fc.nat(9)), (depth, rows, width, stream) => {
        const values = Array.from({ length: depth * rows * width }, () => ((stream.next().value ?? 0) === 9 ? 1 : 0));
        const places = values.flatMap((value, n) => (value === 1 ? [[Math.floor(n / width / rows), Math.floor(n / width) % rows, n % width]] : []));
        const item: ArrayItem = { dataType: "TYPE_FP32", shape: [1, depth, rows, width], data: Float32Array.from(values) };
        const wanted = [0, 1, 2].map((axis) => places.map((place) => place[axis] ?? 0));
        const box = foregroundBox(parameters(), item);
        expect(box.start).toEqual(wanted.map((list) => (list.length === 0 ? 0 : Math.min(...list))));
        expect(box.end).toEqual(wanted.map((list) => (list.length === 0 ? 0 : Math.max(...list) + 1)));
        const cropped = crop(item).get("image")?.data as Float32Array;
        expect(cropped.reduce((sum, value) => sum + value, 0)).toBe(places.length);
      }),
    );
  });
});
