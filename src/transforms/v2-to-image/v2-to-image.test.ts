import { describe, expect, it } from "vitest";
import { runOne } from "../../testing/monai.ts";
import type { ArrayItem } from "../transform.ts";
import { v2PilToTensorCpu, v2ToImageCpu } from "./cpu.ts";
import { v2PilToTensorSpec, v2ToImageSpec } from "./spec.ts";

const rgb: ArrayItem = { dataType: "TYPE_UINT8", shape: [2, 1, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6), image: "RGB" };
const tensor: ArrayItem = { dataType: "TYPE_FP32", shape: [1, 1, 2], data: Float32Array.of(7, 8) };

describe("v2.ToImage", () => {
  const toImage = (item: ArrayItem): ArrayItem => runOne(v2ToImageSpec, v2ToImageCpu, {}, item);

  it("puts the channels of a PIL image first", () => {
    expect(toImage(rgb)).toEqual({ dataType: "TYPE_UINT8", shape: [3, 2, 1], data: Uint8Array.of(1, 4, 2, 5, 3, 6) });
  });

  it("gives a grey image one channel", () => {
    expect(toImage({ dataType: "TYPE_UINT8", shape: [1, 2, 1], data: Uint8Array.of(9, 8), image: "L" })).toEqual({ dataType: "TYPE_UINT8", shape: [1, 1, 2], data: Uint8Array.of(9, 8) });
  });

  it("returns a tensor as it is but for its affine, and gives a plane a channel", () => {
    expect(toImage({ ...tensor, affine: new Float64Array(16) })).toEqual(tensor);
    expect(toImage({ ...tensor, shape: [1, 2] })).toEqual(tensor);
    expect(() => toImage({ ...tensor, shape: [2] })).toThrow(expect.objectContaining({ code: "TRANSFORM_FAILED" }));
  });

  it("knows the channels of an image that is not opened yet", () => {
    const image = { dataType: "TYPE_UINT8", shape: [null, null, 4], affine: false, image: "RGBA" } as const;
    expect(v2ToImageSpec.infer({}, ["image"], new Map([["image", image]])).get("image")).toEqual({ dataType: "TYPE_UINT8", shape: [4, null, null], affine: false });
  });
});

describe("v2.PILToTensor", () => {
  it("is v2.ToImage of a PIL image, and refuses a tensor", () => {
    expect(runOne(v2PilToTensorSpec, v2PilToTensorCpu, {}, rgb)).toEqual(runOne(v2ToImageSpec, v2ToImageCpu, {}, rgb));
    expect(() => runOne(v2PilToTensorSpec, v2PilToTensorCpu, {}, tensor)).toThrow(
      expect.objectContaining({ code: "TRANSFORM_FAILED", message: expect.stringContaining("takes a PIL image, found a tensor, TYPE_FP32 [1, 1, 2]") }),
    );
  });
});
