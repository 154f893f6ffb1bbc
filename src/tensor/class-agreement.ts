import type { ClassAxis } from "./class-axis.ts";
import { checkPair } from "./difference.ts";
import { elementIndex } from "./element-index.ts";
import { numericSlice } from "./statistics.ts";
import type { Tensor } from "./tensor.ts";

/** How often two tensors of scores choose the same class. */
export interface ClassAgreement {
  /** Choices: rows, pixels or voxels. */
  readonly positions: number;
  readonly agreeing: number;
  /** The first choice that differs; its index leaves the axis of the classes out. */
  readonly first: { readonly index: readonly number[]; readonly a: number; readonly b: number } | null;
}

/** Positions that are looked at between two pauses. */
const CHUNK = 1 << 16;

/**
 * Compares the classes with the largest scores, the first of equal ones; a NaN counts as the largest, as in numpy's argmax. Pauses now and then,
 * yielding the fraction done. Throws TENSOR_MISMATCH where data types or shapes differ.
 */
export function* classAgreement(a: Tensor, b: Tensor, { axis, classes, outer, inner }: ClassAxis): Generator<number, ClassAgreement> {
  checkPair(a, b);
  const rest = a.shape.filter((_, each) => each !== axis);
  let agreeing = 0;
  let first: ClassAgreement["first"] = null;
  for (let item = 0; item < outer; item++) {
    const from = item * classes * inner;
    const [left, right] = [numericSlice(a, from, from + classes * inner), numericSlice(b, from, from + classes * inner)];
    for (let position = 0; position < inner; position++) {
      const [x, y] = [argmax(left, position, classes, inner), argmax(right, position, classes, inner)];
      const place = item * inner + position;
      if (x === y) agreeing++;
      else first ??= { index: elementIndex(place, rest), a: x, b: y };
      if (place % CHUNK === CHUNK - 1) yield place / (outer * inner);
    }
  }
  return { positions: outer * inner, agreeing, first };
}

function argmax(values: ArrayLike<number>, position: number, classes: number, inner: number): number {
  let best = 0;
  let most = values[position] as number;
  for (let each = 1; each < classes && !Number.isNaN(most); each++) {
    const value = values[each * inner + position] as number;
    if (value <= most) continue;
    best = each;
    most = value;
  }
  return best;
}
