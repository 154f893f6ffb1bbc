import { isFloat } from "./data-type.ts";
import { checkPair, sameBytes } from "./difference.ts";
import { elementIndex } from "./element-index.ts";
import { bfloatToNumber, halfToNumber } from "./half.ts";
import { Largest } from "./largest.ts";
import { numericSlice } from "./statistics.ts";
import { isBytes, typedData, type Tensor } from "./tensor.ts";

/** How far two floats may lie apart: |a − b| ≤ absolute + relative · |b|, as numpy's allclose has it. Both from 0. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/** An element as it is shown: a 64-bit integer with all digits; of a byte string the text around the first byte that differs. */
export type ElementValue = number | bigint | string;

/** An element of which the two tensors say different things. */
export interface DifferentElement {
  /** One index per axis. */
  readonly index: readonly number[];
  readonly a: ElementValue;
  readonly b: ElementValue;
  /** |a − b|, Infinity where that overflows; null for strings, and where one is NaN or infinite and the other is not the same. */
  readonly absolute: number | bigint | null;
  /** |a − b| ÷ |b|; null where `absolute` is, and where b is 0. */
  readonly relative: number | null;
}

/** How often something is found in `a`, in `b`, and in the same element of both. */
export interface Occurrences {
  readonly a: number;
  readonly b: number;
  readonly both: number;
}

/** How two tensors of one data type and shape differ, element by element. */
export interface DetailedDifference {
  readonly kind: "floats" | "integers" | "booleans" | "strings";
  readonly count: number;
  /** Elements that are not equal. NaN equals NaN, an infinity the same infinity, and 0 equals −0; strings are compared byte by byte. */
  readonly different: number;
  /** Those of them beyond the tolerance, for floats; for all others every element that is not equal. */
  readonly mismatched: number;
  /** Of the finite elements that with the largest |a − b|, the first of equal ones. Null for booleans and strings, and where all are equal. */
  readonly maxAbsolute: DifferentElement | null;
  /** Of the finite elements whose b is not 0 that with the largest |a − b| ÷ |b|. Null likewise, and where there is none. */
  readonly maxRelative: DifferentElement | null;
  /** Floats alone, else 0. `both` counts elements that are NaN in both. */
  readonly nan: Occurrences;
  /** Floats alone, else 0. `both` counts elements that are the same infinity in both. */
  readonly infinite: Occurrences;
  /** Elements that are not equal: first those without `absolute`, then by falling `absolute`; of equal ones the first. At most as many as asked for. */
  readonly largest: readonly DifferentElement[];
}

/** Elements that are compared between two pauses. */
const CHUNK = 1 << 18;
/** Bytes of a string that are shown. */
const SHOWN = 64;
const NONE: Occurrences = { a: 0, b: 0, both: 0 };

/**
 * How `b` differs from `a`, which is held against it: the tolerance and relative differences go by `b`. Pauses every 2^18 elements, yielding the
 * fraction done. Throws TENSOR_MISMATCH where data types or shapes differ.
 * @param largest how many of the largest differences are listed.
 */
export function* detailedDifference(a: Tensor, b: Tensor, tolerance: Tolerance, largest: number): Generator<number, DetailedDifference> {
  checkPair(a, b);
  if (isBytes(a) && isBytes(b)) return yield* stringDifference(a, b, largest);
  if (isFloat(a.dataType)) return yield* floatDifference(a, b, tolerance, largest);
  return yield* integerDifference(a, b, largest);
}

function* floatDifference(a: Tensor, b: Tensor, { absolute, relative }: Tolerance, limit: number): Generator<number, DetailedDifference> {
  const count = typedData(a).length;
  const nan = { ...NONE };
  const infinite = { ...NONE };
  let [different, mismatched] = [0, 0];
  const [most, mostOfSize] = [new Largest<number>(1), new Largest<number>(1)];
  const [unmatched, apart] = [new Largest<number>(limit), new Largest<number>(limit)];
  for (let from = 0; from < count; from += CHUNK) {
    const to = Math.min(from + CHUNK, count);
    const [left, right] = [numericSlice(a, from, to), numericSlice(b, from, to)];
    for (let at = 0; at < to - from; at++) {
      const x = left[at] as number;
      const y = right[at] as number;
      const finite = Number.isFinite(x) && Number.isFinite(y);
      if (!finite) {
        tally(nan, Number.isNaN(x), Number.isNaN(y), true);
        tally(infinite, Math.abs(x) === Infinity, Math.abs(y) === Infinity, x === y);
      }
      if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
      different++;
      if (!finite) {
        mismatched++;
        unmatched.offer(0, from + at);
        continue;
      }
      const gap = Math.abs(x - y);
      if (!(gap <= absolute + relative * Math.abs(y))) mismatched++;
      most.offer(gap, from + at);
      apart.offer(gap, from + at);
      if (y !== 0) mostOfSize.offer(gap / Math.abs(y), from + at);
    }
    yield to / count;
  }
  return { kind: "floats", count, different, mismatched, nan, infinite, ...shown(a, b, most, mostOfSize, [...unmatched.places, ...apart.places].slice(0, limit)) };
}

function* integerDifference(a: Tensor, b: Tensor, limit: number): Generator<number, DetailedDifference> {
  const [left, right] = [typedData(a), typedData(b)];
  const kind = a.dataType === "TYPE_BOOL" ? "booleans" : "integers";
  let different = 0;
  const [most, mostOfSize, apart] = [new Largest<number | bigint>(1), new Largest<number>(1), new Largest<number | bigint>(limit)];
  for (let from = 0; from < left.length; from += CHUNK) {
    const to = Math.min(from + CHUNK, left.length);
    for (let at = from; at < to; at++) {
      const x = left[at]!;
      const y = right[at]!;
      if (x === y) continue;
      different++;
      const gap = gapOf(x, y);
      apart.offer(gap, at);
      if (kind === "booleans") continue;
      most.offer(gap, at);
      if (Number(y) !== 0) mostOfSize.offer(Number(gap) / Math.abs(Number(y)), at);
    }
    yield to / left.length;
  }
  return { kind, count: left.length, different, mismatched: different, nan: NONE, infinite: NONE, ...shown(a, b, most, mostOfSize, apart.places) };
}

function* stringDifference(a: Tensor & { data: readonly Uint8Array[] }, b: Tensor & { data: readonly Uint8Array[] }, limit: number): Generator<number, DetailedDifference> {
  const places: number[] = [];
  let different = 0;
  for (let at = 0; at < a.data.length; at++) {
    if (at % 1024 === 1023) yield at / a.data.length;
    if (sameBytes(a.data[at]!, b.data[at]!)) continue;
    different++;
    if (places.length < limit) places.push(at);
  }
  const largest = places.map((place) => ({ index: elementIndex(place, a.shape), ...excerpts(a.data[place]!, b.data[place]!), absolute: null, relative: null }));
  return { kind: "strings", count: a.data.length, different, mismatched: different, maxAbsolute: null, maxRelative: null, nan: NONE, infinite: NONE, largest };
}

/** Counts an element; `same` says whether two such elements are the same one. */
function tally(found: { a: number; b: number; both: number }, inA: boolean, inB: boolean, same: boolean): void {
  if (inA) found.a++;
  if (inB) found.b++;
  if (inA && inB && same) found.both++;
}

function gapOf(x: number | bigint, y: number | bigint): number | bigint {
  if (typeof x === "bigint" && typeof y === "bigint") return x > y ? x - y : y - x;
  return Math.abs(Number(x) - Number(y));
}

function shown(a: Tensor, b: Tensor, most: Largest<number | bigint> | Largest<number>, mostOfSize: Largest<number>, largest: readonly number[]) {
  const element = (place: number): DifferentElement => differentElement(a, b, place);
  const [absolute, relative] = [most.places[0], mostOfSize.places[0]];
  return {
    maxAbsolute: absolute === undefined ? null : element(absolute),
    maxRelative: relative === undefined ? null : element(relative),
    largest: largest.map(element),
  };
}

function differentElement(a: Tensor, b: Tensor, place: number): DifferentElement {
  const [x, y] = [valueAt(a, place), valueAt(b, place)];
  const finite = [x, y].every((value) => typeof value === "bigint" || Number.isFinite(value));
  const absolute = finite ? gapOf(x, y) : null;
  const relative = absolute === null || Number(y) === 0 ? null : Number(absolute) / Math.abs(Number(y));
  return { index: elementIndex(place, a.shape), a: x, b: y, absolute, relative };
}

function valueAt(tensor: Tensor, place: number): number | bigint {
  const stored = typedData(tensor)[place]!;
  if (tensor.dataType === "TYPE_FP16") return halfToNumber(Number(stored));
  return tensor.dataType === "TYPE_BF16" ? bfloatToNumber(Number(stored)) : stored;
}

/** Both strings from a little before the first byte that differs. */
function excerpts(a: Uint8Array, b: Uint8Array): { readonly a: string; readonly b: string } {
  const first = a.findIndex((byte, at) => byte !== b[at]);
  const from = Math.max(0, (first === -1 ? a.length : first) - SHOWN / 4);
  const text = (bytes: Uint8Array): string => {
    const part = new TextDecoder().decode(bytes.subarray(from, from + SHOWN));
    return `${from > 0 ? "…" : ""}${part}${from + SHOWN < bytes.length ? "…" : ""}`;
  };
  return { a: text(a), b: text(b) };
}
