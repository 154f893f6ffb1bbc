import { describe, expect, it } from "vitest";
import { elementsOf, runOne } from "../../testing/monai.ts";
import type { ArrayItem } from "../transform.ts";
import { v2GrayscaleCpu } from "./cpu.ts";
import { v2GrayscaleSpec, type GrayscaleParameters } from "./spec.ts";

const gray = (item: ArrayItem, given: Partial<GrayscaleParameters> = {}): ArrayItem => runOne(v2GrayscaleSpec, v2GrayscaleCpu, given, item);

describe("v2.Grayscale", () => {
  const rgb: ArrayItem = { dataType: "TYPE_UINT8", shape: [1, 3, 3], data: Uint8Array.of(255, 0, 0, 0, 255, 0, 10, 20, 30), image: "RGB" };

  it("makes a PIL image L as Pillow does", () => {
    expect(gray(rgb)).toEqual({ dataType: "TYPE_UINT8", shape: [1, 3, 1], data: Uint8Array.of(76, 150, 18), image: "L" });
  });

  it("drops alpha, and makes three equal channels where asked", () => {
    const rgba: ArrayItem = { dataType: "TYPE_UINT8", shape: [1, 1, 4], data: Uint8Array.of(255, 0, 0, 3), image: "RGBA" };
    expect(gray(rgba, { num_output_channels: 3 })).toEqual({ dataType: "TYPE_UINT8", shape: [1, 1, 3], data: Uint8Array.of(76, 76, 76), image: "RGB" });
  });

  it("weighs the channels of a tensor, and cuts integers", () => {
    expect(elementsOf(gray({ dataType: "TYPE_UINT8", shape: [3, 1, 2], data: Uint8Array.of(255, 10, 255, 20, 255, 30) }).data)).toEqual([254, 18]);
    const { fround } = Math;
    const found = gray({ dataType: "TYPE_FP32", shape: [3, 1, 1], data: Float32Array.of(0.1, 0.2, 0.3) });
    expect(elementsOf(found.data)[0]).toBeCloseTo(fround(0.1 * 0.2989 + 0.2 * 0.587 + 0.3 * 0.114), 7);
  });

  it("repeats one channel, and leaves one that stays one", () => {
    const one: ArrayItem = { dataType: "TYPE_INT64", shape: [2, 1, 1, 1], data: BigInt64Array.of(5n, 7n) };
    expect(gray(one, { num_output_channels: 3 })).toEqual({ dataType: "TYPE_INT64", shape: [2, 3, 1, 1], data: BigInt64Array.of(5n, 5n, 5n, 7n, 7n, 7n) });
    expect(gray(one)).toEqual(one);
  });

  it("refuses other numbers of channels", () => {
    expect(() => gray({ dataType: "TYPE_FP32", shape: [2, 1, 1], data: new Float32Array(2) })).toThrow(expect.objectContaining({ code: "TRANSFORM_FAILED", message: expect.stringContaining("found 2 channels") }));
    expect(v2GrayscaleSpec.check?.({ num_output_channels: 2 })).toEqual(["num_output_channels is 1 or 3, found 2"]);
  });
});
