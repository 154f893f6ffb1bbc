import { voxelDeterminant } from "../../tensor/label-map.ts";
import type { SpatialShape } from "../../tensor/volume-voxels.ts";

/**
 * Reads the label nearest to a place in RAS millimetres; undefined outside the grid. Throws RangeError for an affine without inverse.
 * @param labels first axis fastest.
 * @param affine index (i, j, k) → RAS millimetres, row-major 4 × 4.
 */
export function labelReader(labels: Uint8Array, [ni, nj, nk]: SpatialShape, affine: readonly number[]): (mm: readonly [number, number, number]) => number | undefined {
  const inverse = inverseLinear(affine);
  return (mm) => {
    const [x, y, z] = [0, 1, 2].map((row) => (mm[row] as number) - at(affine, row, 3)) as [number, number, number];
    const index = (row: number) => Math.round((inverse[row * 3] as number) * x + (inverse[row * 3 + 1] as number) * y + (inverse[row * 3 + 2] as number) * z);
    const [i, j, k] = [index(0), index(1), index(2)];
    if (i < 0 || j < 0 || k < 0 || i >= ni || j >= nj || k >= nk) return undefined;
    return labels[i + ni * (j + nj * k)];
  };
}

/** Inverse of the 3 × 3 part, row-major. */
function inverseLinear(affine: readonly number[]): readonly number[] {
  const determinant = voxelDeterminant(affine);
  if (determinant === 0 || !Number.isFinite(determinant)) throw new RangeError("The affine has no inverse");
  const m = (row: number, column: number) => at(affine, row % 3, column % 3);
  return Array.from({ length: 9 }, (_, n) => {
    const [row, column] = [Math.floor(n / 3), n % 3];
    // Cofactor of the transposed place; cyclic indices carry its sign.
    return (m(column + 1, row + 1) * m(column + 2, row + 2) - m(column + 1, row + 2) * m(column + 2, row + 1)) / determinant;
  });
}

function at(affine: readonly number[], row: number, column: number): number {
  return affine[row * 4 + column] as number;
}
