/** Size and place of one label of a label volume. */
export interface LabelStatistics {
  readonly value: number;
  readonly voxels: number;
  /** Voxels times the volume of one, |det| of the affine's 3 × 3 part, in millilitres. */
  readonly millilitres: number;
  /** Mean of the voxel centres in RAS millimetres. */
  readonly centroid: readonly [number, number, number];
}

/**
 * Statistics of every label that occurs, 0 (background) left out, by rising value.
 * @param labels integers 0…255, C order, `shape` = [i, j, k].
 * @param affine index (i, j, k) → RAS millimetres, row-major 4 × 4.
 */
export function labelStatistics(labels: Uint8Array, shape: readonly [number, number, number], affine: readonly number[]): readonly LabelStatistics[] {
  const sums = sumsOf(labels, shape);
  const millilitre = Math.abs(voxelDeterminant(affine)) / 1000;
  return [...sums.keys()].flatMap((value) => {
    const { voxels, i, j, k } = sums[value] as Sum;
    if (value === 0 || voxels === 0) return [];
    const row = (r: number) =>
      at(affine, r, 0) * (i / voxels) + at(affine, r, 1) * (j / voxels) + at(affine, r, 2) * (k / voxels) + at(affine, r, 3);
    return [{ value, voxels, millilitres: voxels * millilitre, centroid: [row(0), row(1), row(2)] as const }];
  });
}

/** Volume of a voxel in mm³, negative where the axes are left-handed. */
export function voxelDeterminant(affine: readonly number[]): number {
  const minor = (a: number, b: number) => at(affine, 1, a) * at(affine, 2, b) - at(affine, 1, b) * at(affine, 2, a);
  return at(affine, 0, 0) * minor(1, 2) - at(affine, 0, 1) * minor(0, 2) + at(affine, 0, 2) * minor(0, 1);
}

interface Sum {
  voxels: number;
  i: number;
  j: number;
  k: number;
}

function sumsOf(labels: Uint8Array, [ni, nj, nk]: readonly [number, number, number]): readonly Sum[] {
  const sums = Array.from({ length: 256 }, (): Sum => ({ voxels: 0, i: 0, j: 0, k: 0 }));
  let index = 0;
  for (let i = 0; i < ni; i++) {
    for (let j = 0; j < nj; j++) {
      for (let k = 0; k < nk; k++) {
        const value = labels[index++] as number;
        if (value === 0) continue;
        const sum = sums[value] as Sum;
        sum.voxels++;
        sum.i += i;
        sum.j += j;
        sum.k += k;
      }
    }
  }
  return sums;
}

function at(affine: readonly number[], row: number, column: number): number {
  return affine[row * 4 + column] as number;
}

/**
 * Reads the label nearest to a place in RAS millimetres; undefined outside the grid. Throws RangeError for an affine without inverse.
 */
export function labelReader(labels: Uint8Array, [ni, nj, nk]: readonly [number, number, number], affine: readonly number[]): (mm: readonly [number, number, number]) => number | undefined {
  const inverse = inverseLinear(affine);
  return (mm) => {
    const [x, y, z] = [0, 1, 2].map((row) => (mm[row] as number) - at(affine, row, 3)) as [number, number, number];
    const index = (row: number) => Math.round((inverse[row * 3] as number) * x + (inverse[row * 3 + 1] as number) * y + (inverse[row * 3 + 2] as number) * z);
    const [i, j, k] = [index(0), index(1), index(2)];
    if (i < 0 || j < 0 || k < 0 || i >= ni || j >= nj || k >= nk) return undefined;
    return labels[(i * nj + j) * nk + k];
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
