import { describe, expect, it } from "vitest";
import { labelReader, labelStatistics, voxelDeterminant } from "./label-statistics.ts";

const LPS = [-2, 0, 0, 100, 0, -3, 0, 50, 0, 0, 5, -20, 0, 0, 0, 1];

describe("labelStatistics", () => {
  it("counts, measures and places each label that occurs", () => {
    // shape [2, 2, 3]
    const labels = Uint8Array.of(0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 7);
    expect(labelStatistics(labels, [2, 2, 3], LPS)).toEqual([
      { value: 1, voxels: 2, millilitres: 0.06, centroid: [100, 50, -12.5] },
      { value: 7, voxels: 1, millilitres: 0.03, centroid: [98, 47, -10] },
    ]);
  });

  it("follows shear and axis order of the affine", () => {
    const affine = [0, 0, 2, 1, 3, 0, 0, 2, 0, 4, 1, 3, 0, 0, 0, 1];
    const labels = new Uint8Array(8);
    labels[0b101] = 3;
    expect(labelStatistics(labels, [2, 2, 2], affine)).toEqual([{ value: 3, voxels: 1, millilitres: 0.024, centroid: [3, 5, 4] }]);
  });

  it("gives nothing for a volume of background", () => {
    expect(labelStatistics(new Uint8Array(8), [2, 2, 2], LPS)).toEqual([]);
  });
});

describe("voxelDeterminant", () => {
  it("is signed by handedness", () => {
    expect(voxelDeterminant(LPS)).toBe(30);
    expect(voxelDeterminant([-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])).toBe(-1);
  });
});

describe("labelReader", () => {
  const affine = [0, 0, 2, 1, 3, 0, 0, 2, 0, 4, 1, 3, 0, 0, 0, 1];
  const labels = Uint8Array.from({ length: 24 }, (_, index) => index);
  const read = labelReader(labels, [2, 3, 4], affine);

  it("finds every voxel by its centre, and by places up to half a voxel off", () => {
    for (let i = 0; i < 2; i++) {
      for (let j = 0; j < 3; j++) {
        for (let k = 0; k < 4; k++) {
          const mm = [2 * k + 1, 3 * i + 2, 4 * j + k + 3] as const;
          expect(read(mm)).toBe((i * 3 + j) * 4 + k);
          expect(read([mm[0], mm[1] + 1.4, mm[2] - 1.9])).toBe((i * 3 + j) * 4 + k);
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
