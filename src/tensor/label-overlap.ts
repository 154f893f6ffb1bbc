import { checkPair } from "./difference.ts";
import { numericSlice } from "./statistics.ts";
import { typedData, type Tensor } from "./tensor.ts";

/** How far one label of two masks covers the same elements. */
export interface LabelOverlap {
  /** From 0 to 255. */
  readonly label: number;
  /** Elements with the label in `a`, in `b`, and in both. */
  readonly a: number;
  readonly b: number;
  readonly both: number;
  /** 2 · both ÷ (a + b), from 0 to 1. */
  readonly dice: number;
  /** Both ÷ either, from 0 to 1. */
  readonly iou: number;
}

/** Elements that are looked at between two pauses. */
const CHUNK = 1 << 18;

/**
 * The labels of two masks that occur in either, by rising value. null where an element is no integer from 0 to 255. Pauses every 2^18 elements,
 * yielding the fraction done. Throws TENSOR_MISMATCH where data types or shapes differ, and for TYPE_STRING.
 */
export function* labelOverlap(a: Tensor, b: Tensor): Generator<number, readonly LabelOverlap[] | null> {
  checkPair(a, b);
  const count = typedData(a).length;
  const [ofA, ofB, ofBoth] = [new Float64Array(256), new Float64Array(256), new Float64Array(256)];
  for (let from = 0; from < count; from += CHUNK) {
    const to = Math.min(from + CHUNK, count);
    const [left, right] = [numericSlice(a, from, to), numericSlice(b, from, to)];
    for (let at = 0; at < to - from; at++) {
      const x = left[at] as number;
      const y = right[at] as number;
      if (!isLabel(x) || !isLabel(y)) return null;
      ofA[x]!++;
      ofB[y]!++;
      if (x === y) ofBoth[x]!++;
    }
    yield to / count;
  }
  return Array.from(ofA, (_, label) => overlap(label, ofA[label]!, ofB[label]!, ofBoth[label]!)).filter((each) => each.a + each.b > 0);
}

function isLabel(value: number): boolean {
  return value >= 0 && value <= 255 && Number.isInteger(value);
}

function overlap(label: number, a: number, b: number, both: number): LabelOverlap {
  return { label, a, b, both, dice: (2 * both) / (a + b), iou: both / (a + b - both) };
}
