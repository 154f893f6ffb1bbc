import { typedData, elementCount, type Tensor } from "./tensor.ts";
import { numericSlice } from "./statistics.ts";

/** Sizes along i, j, k. */
export type SpatialShape = readonly [number, number, number];

/** Voxels to draw: as 16-bit integers where that is exact, which halves what is kept and uploaded, else as float32. */
export type IntensityVoxels = Int16Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

/** The last three sizes where all before them are 1 (batch, channel); undefined for anything else. */
export function spatialShape(shape: readonly number[]): SpatialShape | undefined {
  const [leading, [i, j, k]] = [shape.slice(0, -3), shape.slice(-3)];
  if (i === undefined || j === undefined || k === undefined || leading.some((size) => size !== 1)) return undefined;
  return i > 0 && j > 0 && k > 0 ? [i, j, k] : undefined;
}

/**
 * The elements of a numeric tensor (axes i, j, k) in the order of volume files and 3-D textures: first axis fastest. Pauses after every few planes,
 * yielding the fraction done. Throws TENSOR_MISMATCH for TYPE_STRING.
 */
export function* intensityVoxels(tensor: Tensor, shape: SpatialShape): Generator<number, IntensityVoxels> {
  const whole = new Int16Array(elementCount(shape));
  if (yield* toFileOrder(tensor, shape, whole)) return whole;
  const numbers = new Float32Array(elementCount(shape));
  yield* toFileOrder(tensor, shape, numbers, false);
  return numbers;
}

/** The same as labels; undefined where an element is no integer from 0 to 255. */
export function* labelVoxels(tensor: Tensor, shape: SpatialShape): Generator<number, Uint8Array<ArrayBuffer> | undefined> {
  const labels = new Uint8Array(elementCount(shape));
  return (yield* toFileOrder(tensor, shape, labels)) ? labels : undefined;
}

/** Planes of i that are read at once: both sides then use whole cache lines. */
const SLAB = 16;

/** Fills `target`; ends early with false where it cannot hold an element and must be `exact`. */
function* toFileOrder(tensor: Tensor, shape: SpatialShape, target: IntensityVoxels | Uint8Array, exact = true): Generator<number, boolean> {
  typedData(tensor);
  const [ni, nj, nk] = shape;
  for (let from = 0; from < ni; from += SLAB) {
    const to = Math.min(from + SLAB, ni);
    const kept = scatter(numericSlice(tensor, from * nj * nk, to * nj * nk), target, shape, from, to);
    if (exact && !kept) return false;
    yield to / ni;
  }
  return true;
}

/** Puts the planes `from` to `to` of i, C order, where they belong; whether every value is kept as it is. */
function scatter(values: ArrayLike<number>, target: IntensityVoxels | Uint8Array, [ni, nj, nk]: SpatialShape, from: number, to: number): boolean {
  let kept = true;
  for (let j = 0; j < nj; j++) {
    for (let k = 0; k < nk; k++) {
      const row = ni * (j + nj * k);
      for (let i = from; i < to; i++) {
        const value = values[((i - from) * nj + j) * nk + k] as number;
        target[row + i] = value;
        if (target[row + i] !== value) kept = false;
      }
    }
  }
  return kept;
}
