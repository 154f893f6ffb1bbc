import { describe, expect, it } from "vitest";
import { labelReader } from "./label-reader.ts";

describe("labelReader", () => {
  const affine = [0, 0, 2, 1, 3, 0, 0, 2, 0, 4, 1, 3, 0, 0, 0, 1];
  const labels = Uint8Array.from({ length: 24 }, (_, index) => index);
  const read = labelReader(labels, [2, 3, 4], affine);

  it("finds every voxel by its centre, and by places up to half a voxel off", () => {
    for (let i = 0; i < 2; i++) {
      for (let j = 0; j < 3; j++) {
        for (let k = 0; k < 4; k++) {
          const mm = [2 * k + 1, 3 * i + 2, 4 * j + k + 3] as const;
          expect(read(mm)).toBe(i + 2 * (j + 3 * k));
          expect(read([mm[0], mm[1] + 1.4, mm[2] - 1.9])).toBe(i + 2 * (j + 3 * k));
        }
      }
    }
  });

  it("is undefined outside the grid", () => {
    expect(read([1, 2 - 1.6, 3])).toBeUndefined();
    expect(read([100, 100, 100])).toBeUndefined();
  });

  it("refuses an affine without inverse", () => {
    expect(() => labelReader(labels, [2, 3, 4], Array.from({ length: 16 }, () => 0))).toThrow(RangeError);
  });
});
