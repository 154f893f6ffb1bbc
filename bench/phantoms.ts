// Made-up arrays that work the transforms as real ones do: a body in air, a mask with a large piece and many small ones, logits around it.
import type { Tensor } from "../src/tensor/tensor.ts";

/** Reproducible noise in [0, 1): a hash of the index. */
function noise(i: number): number {
  let x = Math.imul(i + 0x9e3779b9, 0x85ebca6b) >>> 0;
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35) >>> 0;
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

/** Hounsfield units: a body of noisy soft tissue that leaves an eighth of each axis to air of the given value. */
export function scan(shape: readonly [number, number, number, number], air = -1000): Tensor {
  const [, size] = shape;
  const low = Math.floor(size / 16);
  const high = size - low;
  const inside = (at: number): boolean => at >= low && at < high;
  const data = new Float32Array(size ** 3);
  for (let i = 0, at = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      for (let k = 0; k < size; k++, at++) data[at] = inside(i) && inside(j) && inside(k) ? 40 + 200 * (noise(at) - 0.4) : air;
    }
  }
  return { dataType: "TYPE_FP32", shape, data };
}

/** 0 and 1: an ellipsoid, and noise enough for hundreds of small pieces. */
export function mask(size: number): Tensor {
  const scores = logits(size).data as Float32Array;
  const voxels = size ** 3;
  const data = new Float32Array(voxels);
  for (let at = 0; at < voxels; at++) data[at] = scores[voxels + at]! > scores[at]! ? 1 : 0;
  return { dataType: "TYPE_FP32", shape: [1, size, size, size], data };
}

/** Two channels whose argmax is such a mask. */
export function logits(size: number): Tensor {
  const voxels = size ** 3;
  const data = new Float32Array(2 * voxels);
  const unit = (at: number): number => (2 * at) / size - 1;
  for (let i = 0, at = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      for (let k = 0; k < size; k++, at++) {
        const distance = unit(i) ** 2 / 0.3 + unit(j) ** 2 / 0.2 + unit(k) ** 2 / 0.4;
        data[at] = distance - 1;
        data[voxels + at] = noise(at) > 0.997 ? 4 : 0;
      }
    }
  }
  return { dataType: "TYPE_FP32", shape: [2, size, size, size], data };
}
