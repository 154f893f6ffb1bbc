import type { Tensor } from "./tensor.ts";
import { labelVoxels, type SpatialShape } from "./volume-voxels.ts";

/** A tensor of labels, ready to be drawn and described. */
export interface LabelMap {
  /** Labels 0…255, first axis fastest. */
  readonly voxels: Uint8Array<ArrayBuffer>;
  readonly statistics: readonly LabelStatistics[];
}

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
 * A tensor as a label map; null where an element is no integer from 0 to 255. Pauses after every few planes, yielding the fraction done.
 * Throws TENSOR_MISMATCH for TYPE_STRING.
 * @param affine index (i, j, k) → RAS millimetres, row-major 4 × 4.
 */
export function* labelMap(tensor: Tensor, shape: SpatialShape, affine: readonly number[]): Generator<number, LabelMap | null> {
  const steps = labelVoxels(tensor, shape);
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) yield step.value * ARRANGED;
  const voxels = step.value;
  if (voxels === undefined) return null;
  return { voxels, statistics: labelStatistics(yield* sumsOf(voxels, shape), affine) };
}

/** The share of the work that is done once the voxels are in order. */
const ARRANGED = 0.7;

/** Statistics of every label that occurs, 0 (background) left out, by rising value. */
function labelStatistics(sums: Sums, affine: readonly number[]): readonly LabelStatistics[] {
  const millilitre = Math.abs(voxelDeterminant(affine)) / 1000;
  return [...sums.voxels.keys()].flatMap((value) => {
    const voxels = sums.voxels[value] as number;
    if (value === 0 || voxels === 0) return [];
    const mean = (axis: Float64Array): number => (axis[value] as number) / voxels;
    const row = (r: number) => at(affine, r, 0) * mean(sums.i) + at(affine, r, 1) * mean(sums.j) + at(affine, r, 2) * mean(sums.k) + at(affine, r, 3);
    return [{ value, voxels, millilitres: voxels * millilitre, centroid: [row(0), row(1), row(2)] as const }];
  });
}

/** Volume of a voxel in mm³, negative where the axes are left-handed. */
export function voxelDeterminant(affine: readonly number[]): number {
  const minor = (a: number, b: number) => at(affine, 1, a) * at(affine, 2, b) - at(affine, 1, b) * at(affine, 2, a);
  return at(affine, 0, 0) * minor(1, 2) - at(affine, 0, 1) * minor(0, 2) + at(affine, 0, 2) * minor(0, 1);
}

/** By label: how many voxels there are, and the sums of their indices. Exact: below 2^53 for any volume that fits into memory. */
interface Sums {
  readonly voxels: Float64Array;
  readonly i: Float64Array;
  readonly j: Float64Array;
  readonly k: Float64Array;
}

function* sumsOf(labels: Uint8Array, [ni, nj, nk]: SpatialShape): Generator<number, Sums> {
  const sums: Sums = { voxels: new Float64Array(256), i: new Float64Array(256), j: new Float64Array(256), k: new Float64Array(256) };
  for (let k = 0; k < nk; k++) {
    addPlane(sums, labels, ni, nj, k);
    if (k % 16 === 15) yield ARRANGED + ((1 - ARRANGED) * (k + 1)) / nk;
  }
  return sums;
}

function addPlane({ voxels, i: is, j: js, k: ks }: Sums, labels: Uint8Array, ni: number, nj: number, k: number): void {
  let index = k * nj * ni;
  for (let j = 0; j < nj; j++) {
    for (let i = 0; i < ni; i++) {
      const value = labels[index++] as number;
      if (value === 0) continue;
      (voxels[value] as number)++;
      (is[value] as number) += i;
      (js[value] as number) += j;
      (ks[value] as number) += k;
    }
  }
}

function at(affine: readonly number[], row: number, column: number): number {
  return affine[row * 4 + column] as number;
}
