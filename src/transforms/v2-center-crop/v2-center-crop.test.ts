import { describe, expect, it } from "vitest";
import { elementsOf, runOne } from "../../testing/monai.ts";
import type { ArrayItem } from "../transform.ts";
import { v2CenterCropCpu } from "./cpu.ts";
import { cropStart, v2CenterCropSpec, type CenterCropParameters } from "./spec.ts";

const crop = (item: ArrayItem, size: CenterCropParameters["size"]): ArrayItem => runOne(v2CenterCropSpec, v2CenterCropCpu, { size }, item);
const counted = (shape: readonly number[]): ArrayItem => ({ dataType: "TYPE_INT16", shape, data: Int16Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + 1) });

describe("v2.CenterCrop", () => {
  it.each([
    [47, 20, 14],
    [48, 33, 8],
    [64, 33, 16],
    [5, 2, 2],
    [7, 2, 2],
    [9, 9, 0],
    [4, 7, -1],
    [4, 8, -2],
  ])("begins the cut from %i to %i at %i", (size, to, start) => {
    expect(cropStart(size, to)).toBe(start);
  });

  it("cuts a tensor's last two axes", () => {
    expect(crop(counted([2, 3, 4]), [1, 2])).toEqual({ dataType: "TYPE_INT16", shape: [2, 1, 2], data: Int16Array.of(6, 7, 18, 19) });
  });

  it("pads with zeros what is too small, one more behind", () => {
    expect(crop(counted([1, 1, 2]), [2, 5])).toEqual({ dataType: "TYPE_INT16", shape: [1, 2, 5], data: Int16Array.of(0, 1, 2, 0, 0, 0, 0, 0, 0, 0) });
  });

  it("cuts one axis and pads the other", () => {
    expect(elementsOf(crop(counted([3, 2]), [1, 4]).data)).toEqual([0, 3, 4, 0]);
  });

  it("keeps the pixels of a PIL image whole", () => {
    const image: ArrayItem = { dataType: "TYPE_UINT8", shape: [3, 3, 3], data: Uint8Array.from({ length: 27 }, (_, i) => i), image: "RGB" };
    expect(crop(image, 1)).toEqual({ dataType: "TYPE_UINT8", shape: [1, 1, 3], data: Uint8Array.of(12, 13, 14), image: "RGB" });
  });

  it("takes one number for both sides, and drops the affine", () => {
    expect(crop({ ...counted([3, 3]), affine: new Float64Array(16) }, [2])).toEqual(crop(counted([3, 3]), 2));
  });

  it.each([
    [[1, 2, 3], "size has 3 values"],
    [0, "size must be positive"],
  ])("finds what is wrong with %o", (size, text) => {
    expect(v2CenterCropSpec.check?.({ size })).toEqual([expect.stringContaining(text)]);
  });

  it("knows the size of an image that is not opened yet", () => {
    const image = { dataType: "TYPE_UINT8", shape: [null, null, 4], affine: false, image: "RGBA" } as const;
    expect(v2CenterCropSpec.infer({ size: [5, 6] }, ["image"], new Map([["image", image]])).get("image")).toEqual({ ...image, shape: [5, 6, 4] });
    expect(() => crop(counted([4]), 1)).toThrow(expect.objectContaining({ code: "TRANSFORM_FAILED", message: expect.stringContaining("height and width last") }));
  });
});
