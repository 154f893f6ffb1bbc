import type { ClassAxis } from "./class-axis.ts";
import { allocate, isFloat } from "./data-type.ts";
import { checkPair, sameBytes } from "./difference.ts";
import { elementCount, isBytes, typedData, type Tensor } from "./tensor.ts";
import { numericSlice } from "./statistics.ts";

/** Elements that are made between two pauses. */
const CHUNK = 1 << 18;

/**
 * Where two tensors differ, as a tensor of their shape: for floats |a − b| as TYPE_FP32 (TYPE_FP64 of TYPE_FP64), 0 where both are NaN or the same
 * infinity, NaN where one alone is NaN; for all others TYPE_UINT8, 1 where elements are not equal, else 0. Pauses every 2^18 elements, yielding the
 * fraction done. Throws TENSOR_MISMATCH where data types or shapes differ.
 * @param classes scores of classes by pixel or voxel: the largest |a − b| of each position is kept, and the axis gets size 1.
 */
export function* differenceTensor(a: Tensor, b: Tensor, classes?: ClassAxis): Generator<number, Tensor> {
  checkPair(a, b);
  if (!isFloat(a.dataType)) return yield* mismatches(a, b);
  const dataType = a.dataType === "TYPE_FP64" ? "TYPE_FP64" : "TYPE_FP32";
  const count = elementCount(a.shape);
  const shape = classes === undefined ? [...a.shape] : a.shape.map((size, axis) => (axis === classes.axis ? 1 : size));
  const data = allocate(dataType, elementCount(shape)) as Float32Array | Float64Array;
  const { inner, classes: size } = classes ?? { inner: 1, classes: 1 };
  for (let from = 0; from < count; from += CHUNK) {
    const to = Math.min(from + CHUNK, count);
    const [left, right] = [numericSlice(a, from, to), numericSlice(b, from, to)];
    for (let at = from; at < to; at++) {
      const gap = gapOf(left[at - from] as number, right[at - from] as number);
      const place = classes === undefined ? at : Math.floor(at / (inner * size)) * inner + (at % inner);
      // Math.max keeps a NaN of either side.
      data[place] = Math.max(data[place] as number, gap);
    }
    yield to / count;
  }
  return { dataType, shape, data };
}

function gapOf(x: number, y: number): number {
  return x === y || (Number.isNaN(x) && Number.isNaN(y)) ? 0 : Math.abs(x - y);
}

function* mismatches(a: Tensor, b: Tensor): Generator<number, Tensor> {
  const count = elementCount(a.shape);
  const data = new Uint8Array(count);
  const same = sameness(a, b);
  for (let from = 0; from < count; from += CHUNK) {
    const to = Math.min(from + CHUNK, count);
    for (let at = from; at < to; at++) data[at] = same(at) ? 0 : 1;
    yield to / count;
  }
  return { dataType: "TYPE_UINT8", shape: [...a.shape], data };
}

function sameness(a: Tensor, b: Tensor): (at: number) => boolean {
  if (isBytes(a) && isBytes(b)) return (at) => sameBytes(a.data[at]!, b.data[at]!);
  const [left, right] = [typedData(a), typedData(b)];
  return (at) => left[at] === right[at];
}
