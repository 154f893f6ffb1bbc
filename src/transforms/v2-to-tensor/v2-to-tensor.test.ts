import { describe, expect, it } from "vitest";
import { runOne } from "../../testing/monai.ts";
import type { ArrayItem } from "../transform.ts";
import { v2ToTensorCpu } from "./cpu.ts";
import { v2ToTensorSpec } from "./spec.ts";

const toTensor = (item: ArrayItem): ArrayItem => runOne(v2ToTensorSpec, v2ToTensorCpu, {}, item);

describe("v2.ToTensor", () => {
  it("divides by 255 and puts the channels first", () => {
    const image: ArrayItem = { dataType: "TYPE_UINT8", shape: [1, 2, 3], data: Uint8Array.of(0, 51, 255, 1, 2, 3), image: "RGB" };
    expect(toTensor(image)).toEqual({ dataType: "TYPE_FP32", shape: [3, 1, 2], data: Float32Array.of(0, 1 / 255, 0.2, 2 / 255, 1, 3 / 255) });
  });

  it("refuses a tensor", () => {
    expect(() => toTensor({ dataType: "TYPE_UINT8", shape: [1, 1, 1], data: Uint8Array.of(1) })).toThrow(
      expect.objectContaining({ code: "TRANSFORM_FAILED", message: expect.stringContaining("v2.ToDtype with scale true") }),
    );
  });
});
