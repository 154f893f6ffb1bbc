import type { InputWarning } from "../input.ts";
import type { NiftiHeader } from "./header.ts";

/** Voxel index → RAS millimetres, where it was taken from, and what was odd. */
export interface BestAffine {
  /** Row-major 4 × 4, float64. */
  readonly affine: Float64Array;
  readonly source: "sform" | "qform" | "none";
  readonly warnings: readonly InputWarning[];
}

/**
 * nibabel's choice, which is MONAI's: the sform where its code is above 0, else the qform, else voxel sizes with the image centre at 0 and the
 * first axis flipped. NIfTI-1 fields are float32, widened.
 */
export function bestAffine(header: NiftiHeader): BestAffine {
  const warnings: InputWarning[] = [];
  const named: [number, "sform" | "qform", () => Float64Array | undefined][] = [
    [header.sformCode, "sform", () => withLastRow(header.srow)],
    [header.qformCode, "qform", () => qform(header, warnings)],
  ];
  for (const [code, source, make] of named) {
    if (code <= 0) continue;
    const affine = make();
    if (affine !== undefined && affine.every((value) => Number.isFinite(value)) && determinant(affine) !== 0) return { affine, source, warnings };
    warnings.push({ code: "NIFTI_AFFINE_UNUSABLE", message: `The ${source} (code ${code}) has no usable matrix and is passed over` });
  }
  warnings.push({
    code: "NIFTI_NO_ORIENTATION",
    message: "The file does not say how it is oriented; voxel sizes are used, first axis pointing left",
  });
  return { affine: baseAffine(header), source: "none", warnings };
}

/** Lengths of the three voxel axes in millimetres: column lengths of the affine. */
export function voxelSize(affine: Float64Array): [number, number, number] {
  return [0, 1, 2].map((axis) => Math.hypot(at(affine, 0, axis), at(affine, 1, axis), at(affine, 2, axis))) as [number, number, number];
}

/**
 * The anatomical direction that each voxel axis points to, "RAS" for right, anterior, superior; nibabel's aff2axcodes: the rotation nearest to the
 * affine, axes assigned greedily by their largest component.
 */
export function axisCodes(affine: Float64Array): string {
  const sizes = voxelSize(affine);
  const normalised = new Float64Array(9);
  for (let row = 0; row < 3; row++) {
    for (let axis = 0; axis < 3; axis++) normalised[row * 3 + axis] = at(affine, row, axis) / (sizes[axis] || 1);
  }
  const rotation = nearestOrthogonal(normalised);
  const strength = (axis: number) => Math.max(...[0, 1, 2].map((row) => (rotation[row * 3 + axis] as number) ** 2));
  const codes = ["", "", ""];
  const taken = new Set<number>();
  for (const axis of [0, 1, 2].sort((a, b) => strength(b) - strength(a))) {
    const row = [0, 1, 2]
      .filter((candidate) => !taken.has(candidate))
      .sort((a, b) => Math.abs(rotation[b * 3 + axis] as number) - Math.abs(rotation[a * 3 + axis] as number))[0] as number;
    taken.add(row);
    codes[axis] = ((rotation[row * 3 + axis] as number) < 0 ? "LPI" : "RAS")[row] as string;
  }
  return codes.join("");
}

/** nifti1.h method 2: unit quaternion (a from b, c, d), voxel sizes, qfac on the third axis, offset. */
function qform(header: NiftiHeader, warnings: InputWarning[]): Float64Array | undefined {
  const [b, c, d] = header.quaternion;
  const rest = 1 - (b * b + c * c + d * d);
  // Float32 rounding may leave the vector part slightly longer than 1.
  if (rest < -3 * 2 ** -23) return undefined;
  const a = Math.abs(rest) < 3 * 2 ** -23 ? 0 : Math.sqrt(rest);
  const scale = 2 / (a * a + b * b + c * c + d * d);
  const rotation = [
    1 - scale * (c * c + d * d), scale * (b * c - a * d), scale * (b * d + a * c),
    scale * (b * c + a * d), 1 - scale * (b * b + d * d), scale * (c * d - a * b),
    scale * (b * d - a * c), scale * (c * d + a * b), 1 - scale * (b * b + c * c),
  ];
  let qfac = header.pixdim[0] as number;
  if (qfac !== 1 && qfac !== -1) {
    if (qfac !== 0) warnings.push({ code: "NIFTI_QFAC", message: `pixdim[0] is ${qfac}; 1 is used` });
    qfac = 1;
  }
  const sizes = axisSizes(header);
  const affine = new Float64Array(16);
  for (let row = 0; row < 3; row++) {
    for (let axis = 0; axis < 3; axis++) {
      const size = (sizes[axis] as number) * (axis === 2 ? qfac : 1);
      affine[row * 4 + axis] = (rotation[row * 3 + axis] as number) * size;
    }
    affine[row * 4 + 3] = header.qoffset[row] as number;
  }
  affine[15] = 1;
  return affine;
}

function baseAffine(header: NiftiHeader): Float64Array {
  const sizes = axisSizes(header);
  const affine = new Float64Array(16);
  for (let axis = 0; axis < 3; axis++) {
    const size = (sizes[axis] as number) * (axis === 0 ? -1 : 1);
    affine[axis * 5] = size;
    affine[axis * 4 + 3] = -(((header.shape[axis] ?? 1) - 1) / 2) * size;
  }
  affine[15] = 1;
  return affine;
}

/** pixdim[1..3] as nibabel repairs them: 0 becomes 1, negative becomes positive; 1 for axes that the file does not have. */
function axisSizes(header: NiftiHeader): number[] {
  return [1, 2, 3].map((axis) => {
    const size = Math.abs(header.pixdim[axis] as number);
    return axis > header.shape.length || size === 0 || !Number.isFinite(size) ? 1 : size;
  });
}

/** The orthogonal factor of the polar decomposition, by Newton's iteration; the input itself where it is singular. */
function nearestOrthogonal(matrix: Float64Array): Float64Array {
  let current = matrix;
  for (let step = 0; step < 60; step++) {
    const inverse = cofactors(current);
    const size = (current[0] as number) * (inverse[0] as number) + (current[1] as number) * (inverse[1] as number) + (current[2] as number) * (inverse[2] as number);
    if (Math.abs(size) < 1e-12) return matrix;
    const next = current.map((value, index) => 0.5 * (value + (inverse[index] as number) / size));
    const change = Math.max(...next.map((value, index) => Math.abs(value - (current[index] as number))));
    current = next;
    if (change < 1e-15) break;
  }
  return current;
}

/** Matrix of cofactors: the inverse's transpose times the determinant. */
function cofactors(m: Float64Array): Float64Array {
  const [a, b, c, d, e, f, g, h, i] = m as unknown as [number, number, number, number, number, number, number, number, number];
  return Float64Array.of(e * i - f * h, f * g - d * i, d * h - e * g, c * h - b * i, a * i - c * g, b * g - a * h, b * f - c * e, c * d - a * f, a * e - b * d);
}

function determinant(affine: Float64Array): number {
  const linear = Float64Array.from({ length: 9 }, (_, n) => at(affine, Math.floor(n / 3), n % 3));
  const cofactor = cofactors(linear);
  return [0, 1, 2].reduce((sum, axis) => sum + (linear[axis] as number) * (cofactor[axis] as number), 0);
}

function withLastRow(rows: readonly number[]): Float64Array {
  return Float64Array.of(...rows, 0, 0, 0, 1);
}

function at(affine: Float64Array, row: number, column: number): number {
  return affine[row * 4 + column] as number;
}
