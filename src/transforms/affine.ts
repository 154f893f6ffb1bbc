// Affines: row-major 4 × 4 of float64, voxel index → RAS millimetres. A spatial transform multiplies from the right by M, which maps the
// new index to the old one (MONAI's MetaTensor).

/** A · B, each element summed from the left. */
export function multiplyAffines(a: Float64Array, b: Float64Array): Float64Array {
  const result = new Float64Array(16);
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 4; column++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) sum += (a[row * 4 + k] as number) * (b[k * 4 + column] as number);
      result[row * 4 + column] = sum;
    }
  }
  return result;
}

/** The 4 × 4 identity. */
function identityAffine(): Float64Array {
  return new Float64Array([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
}

/** New index → old index of a crop that begins at `start` (negative: padded before). Axes beyond the third do not count. */
export function cropMatrix(start: readonly number[]): Float64Array {
  const matrix = identityAffine();
  start.slice(0, 3).forEach((value, axis) => (matrix[axis * 4 + 3] = value));
  return matrix;
}

/** New index → old index of a resize that keeps the extent of the voxels in place: scale s = from / to, translation (s - 1) / 2. */
export function resizeMatrix(from: readonly number[], to: readonly number[]): Float64Array {
  const matrix = identityAffine();
  from.slice(0, 3).forEach((size, axis) => {
    const scale = size / (to[axis] ?? size);
    matrix[axis * 5] = scale;
    matrix[axis * 4 + 3] = (scale - 1) / 2;
  });
  return matrix;
}
