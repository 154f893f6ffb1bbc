import { describe, expect, it } from "vitest";
import type { TypedData } from "./data-type.ts";
import { labelMap, voxelDeterminant, type LabelMap } from "./label-map.ts";
import type { Tensor } from "./tensor.ts";
import type { SpatialShape } from "./volume-voxels.ts";

const LPS = [-2, 0, 0, 100, 0, -3, 0, 50, 0, 0, 5, -20, 0, 0, 0, 1];

function mapOf(data: TypedData, shape: SpatialShape, affine = LPS, dataType: Tensor["dataType"] = "TYPE_UINT8"): LabelMap | null {
  const steps = labelMap({ dataType, shape, data }, shape, affine);
  let [step, done] = [steps.next(), 0];
  for (; step.done !== true; step = steps.next()) {
    expect(step.value).toBeGreaterThan(done);
    expect(step.value).toBeLessThanOrEqual(1);
    done = step.value;
  }
  return step.value;
}

describe("labelMap", () => {
  it("counts, measures and places each label that occurs", () => {
    const labels = Float32Array.of(0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 7);
    expect(mapOf(labels, [2, 2, 3], LPS, "TYPE_FP32")).toEqual({
      voxels: Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 7),
      statistics: [
        { value: 1, voxels: 2, millilitres: 0.06, centroid: [100, 50, -12.5] },
        { value: 7, voxels: 1, millilitres: 0.03, centroid: [98, 47, -10] },
      ],
    });
  });

  it("follows shear and axis order of the affine", () => {
    const affine = [0, 0, 2, 1, 3, 0, 0, 2, 0, 4, 1, 3, 0, 0, 0, 1];
    const labels = new Uint8Array(8);
    labels[0b101] = 3;
    expect(mapOf(labels, [2, 2, 2], affine)?.statistics).toEqual([{ value: 3, voxels: 1, millilitres: 0.024, centroid: [3, 5, 4] }]);
  });

  it("has no statistics of a volume of background", () => {
    expect(mapOf(new Uint8Array(8), [2, 2, 2])).toEqual({ voxels: new Uint8Array(8), statistics: [] });
  });

  it("counts over more planes than it reads at once", () => {
    const size = 37;
    const labels = Uint8Array.from({ length: size ** 3 }, (_, index) => (index % 5 === 0 ? 2 : 0));
    const [two] = mapOf(labels, [size, size, size])?.statistics ?? [];
    expect(two?.voxels).toBe(Math.ceil(size ** 3 / 5));
  });

  it("is nothing where an element is no label", () => {
    expect(mapOf(Float32Array.of(0, 0.5), [1, 1, 2], LPS, "TYPE_FP32")).toBeNull();
  });
});

describe("voxelDeterminant", () => {
  it("is signed by handedness", () => {
    expect(voxelDeterminant(LPS)).toBe(30);
    expect(voxelDeterminant([-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])).toBe(-1);
  });
});
