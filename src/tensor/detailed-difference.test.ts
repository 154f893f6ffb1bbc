import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DataType, TensorData } from "./data-type.ts";
import { detailedDifference, type DetailedDifference, type Tolerance } from "./detailed-difference.ts";
import { differenceTensor } from "./difference-tensor.ts";
import { halfToNumber } from "./half.ts";
import { elementCount, type Tensor } from "./tensor.ts";

const of = (dataType: DataType, data: TensorData, shape: readonly number[] = [data.length]): Tensor => ({ dataType, shape, data });
const f32 = (...values: number[]): Tensor => of("TYPE_FP32", Float32Array.from(values));
const f64 = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor => of("TYPE_FP64", Float64Array.from(values), shape);
const text = (...values: string[]): Tensor => of("TYPE_STRING", values.map((value) => new TextEncoder().encode(value)));
const EXACT: Tolerance = { absolute: 0, relative: 0 };
const CLOSE: Tolerance = { absolute: 1e-6, relative: 1e-4 };

function end<Result>(steps: Generator<number, Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

const difference = (a: Tensor, b: Tensor, tolerance = CLOSE, largest = 5): DetailedDifference => end(detailedDifference(a, b, tolerance, largest));

describe("the difference of floats in detail", () => {
  test("names the element with the largest absolute difference and that with the largest relative one", () => {
    const found = difference(f64([1, 100, 0.25, 3], [2, 2]), f64([1, 101, 0.125, 3], [2, 2]));
    expect(found).toMatchObject({ kind: "floats", count: 4, different: 2, mismatched: 2 });
    expect(found.maxAbsolute).toEqual({ index: [0, 1], a: 100, b: 101, absolute: 1, relative: 1 / 101 });
    expect(found.maxRelative).toEqual({ index: [1, 0], a: 0.25, b: 0.125, absolute: 0.125, relative: 1 });
  });

  test("goes by the second tensor, as numpy's allclose does", () => {
    const tolerance = { absolute: 0, relative: 0.1 };
    expect(difference(f64([110]), f64([100]), tolerance).mismatched).toBe(0);
    expect(difference(f64([100]), f64([112]), tolerance).mismatched).toBe(1);
    expect(difference(f64([90]), f64([100]), tolerance).mismatched).toBe(0);
  });

  test("takes a difference of exactly the tolerance for none beyond it", () => {
    expect(difference(f64([1.5]), f64([1]), { absolute: 0.5, relative: 0 })).toMatchObject({ different: 1, mismatched: 0 });
  });

  test("finds no relative difference where the second tensor is 0", () => {
    expect(difference(f32(1), f32(0))).toMatchObject({ mismatched: 1, maxAbsolute: { absolute: 1, relative: null }, maxRelative: null });
  });

  test("counts NaN and infinities apart and lists them before all others", () => {
    const found = difference(f32(NaN, NaN, 1, Infinity, -Infinity, 5, Infinity), f32(NaN, 0, NaN, Infinity, Infinity, 6, 9));
    expect(found).toMatchObject({ different: 5, mismatched: 5, nan: { a: 2, b: 2, both: 1 }, infinite: { a: 3, b: 2, both: 1 } });
    expect(found.maxAbsolute).toMatchObject({ index: [5], absolute: 1 });
    expect(found.largest.map(({ index, absolute }) => [index[0], absolute])).toEqual([[1, null], [2, null], [4, null], [6, null], [5, 1]]);
  });

  test("says Infinity where the difference of finite numbers overflows", () => {
    expect(difference(f64([1.7e308]), f64([-1.7e308])).maxAbsolute).toMatchObject({ absolute: Infinity, a: 1.7e308 });
  });

  test("lists the largest first, of equal ones the first, and no more than asked for", () => {
    const found = difference(f32(0, 0, 0, 0, 0), f32(1, 3, 3, 2, 0), CLOSE, 3);
    expect(found.largest.map(({ index }) => index[0])).toEqual([1, 2, 3]);
    expect(difference(f32(0), f32(1), CLOSE, 0).largest).toEqual([]);
  });

  test("has nothing to say of no elements", () => {
    expect(difference(f64([], [0, 3]), f64([], [0, 3]))).toMatchObject({ count: 0, different: 0, maxAbsolute: null, largest: [] });
  });

  test("has an empty index for a scalar", () => {
    expect(difference(f64([1], []), f64([2], [])).maxAbsolute).toMatchObject({ index: [] });
  });

  test("pauses on its way through many elements", () => {
    const steps = detailedDifference(of("TYPE_FP32", new Float32Array(600_000)), of("TYPE_FP32", new Float32Array(600_000)), EXACT, 1);
    const fractions = [...steps];
    expect(fractions).toEqual([262_144 / 600_000, 524_288 / 600_000, 1]);
  });
});

test("half floats and bfloats are compared and shown as numbers", () => {
  const halves = difference(of("TYPE_FP16", Uint16Array.of(0x3c00)), of("TYPE_FP16", Uint16Array.of(0x4000)));
  expect(halves.maxAbsolute).toEqual({ index: [0], a: 1, b: 2, absolute: 1, relative: 0.5 });
  const bfloats = difference(of("TYPE_BF16", Uint16Array.of(0x3f80)), of("TYPE_BF16", Uint16Array.of(0x4000)));
  expect(bfloats.maxAbsolute).toMatchObject({ a: 1, b: 2 });
});

describe("the difference of others in detail", () => {
  test("keeps all digits of 64-bit integers", () => {
    const [a, b] = [BigInt64Array.of(1n, 2n ** 60n, -5n), BigInt64Array.of(1n, 2n ** 60n + 1n, -7n)];
    const found = difference(of("TYPE_INT64", a), of("TYPE_INT64", b));
    expect(found).toMatchObject({ kind: "integers", different: 2, mismatched: 2, maxAbsolute: { index: [2], a: -5n, b: -7n, absolute: 2n } });
    expect(found.largest[1]).toMatchObject({ a: 2n ** 60n, b: 2n ** 60n + 1n, absolute: 1n });
  });

  test("is exact for integers whatever the tolerance", () => {
    expect(difference(of("TYPE_INT32", Int32Array.of(1)), of("TYPE_INT32", Int32Array.of(2)), { absolute: 9, relative: 9 })).toMatchObject({ mismatched: 1 });
  });

  test("counts booleans and gives them no size", () => {
    const found = difference(of("TYPE_BOOL", Uint8Array.of(0, 1, 1)), of("TYPE_BOOL", Uint8Array.of(0, 0, 1)));
    expect(found).toMatchObject({ kind: "booleans", different: 1, maxAbsolute: null, maxRelative: null, largest: [{ index: [1], a: 1, b: 0 }] });
  });

  test("compares strings byte by byte and shows them around the first byte that differs", () => {
    const long = "x".repeat(100);
    const found = difference(text("same", `${long}left${long}`, "", "a"), text("same", `${long}right${long}`, "b", "ab"));
    expect(found).toMatchObject({ kind: "strings", count: 4, different: 3, mismatched: 3, maxAbsolute: null });
    expect(found.largest[0]).toEqual({ index: [1], a: `…${"x".repeat(16)}left${"x".repeat(44)}…`, b: `…${"x".repeat(16)}right${"x".repeat(43)}…`, absolute: null, relative: null });
    expect(found.largest.slice(1).map(({ a, b }) => [a, b])).toEqual([["", "b"], ["a", "ab"]]);
  });

  test("is refused for another type or shape", () => {
    expect(() => difference(f32(1, 2), of("TYPE_FP32", Float32Array.of(1, 2), [1, 2]))).toThrow(expect.objectContaining({ code: "TENSOR_MISMATCH" }));
    expect(() => difference(f32(1), f64([1]))).toThrow(expect.objectContaining({ code: "TENSOR_MISMATCH" }));
  });
});

// A naive reading of the docstrings, element by element, to hold the single pass against.

interface Told {
  readonly place: number;
  readonly gap: number | null;
  readonly ratio: number | null;
}

function naive(a: readonly number[], b: readonly number[], { absolute, relative }: Tolerance, limit: number) {
  const same = (place: number): boolean => a[place] === b[place] || (Number.isNaN(a[place]) && Number.isNaN(b[place]));
  const apart: Told[] = a.flatMap((x, place) => {
    const y = b[place]!;
    if (same(place)) return [];
    const gap = Number.isFinite(x) && Number.isFinite(y) ? Math.abs(x - y) : null;
    return [{ place, gap, ratio: gap === null || y === 0 ? null : gap / Math.abs(y) }];
  });
  const largestBy = (size: (each: Told) => number | null): number | undefined =>
    apart.filter((each) => size(each) !== null).sort((x, y) => (size(x) === size(y) ? x.place - y.place : size(y)! - size(x)!))[0]?.place;
  const order = apart.toSorted((x, y) => {
    const [left, right] = [x.gap ?? Infinity, y.gap ?? Infinity];
    if (x.gap === null !== (y.gap === null)) return x.gap === null ? -1 : 1;
    return left === right ? x.place - y.place : right - left;
  });
  const times = (found: (value: number) => boolean) => ({
    a: a.filter(found).length,
    b: b.filter(found).length,
    both: a.filter((value, place) => found(value) && same(place)).length,
  });
  return {
    different: apart.length,
    mismatched: apart.filter(({ place, gap }) => gap === null || !(gap <= absolute + relative * Math.abs(b[place]!))).length,
    absolute: largestBy(({ gap }) => gap),
    relative: largestBy(({ ratio }) => ratio),
    nan: times(Number.isNaN),
    infinite: times((value) => Math.abs(value) === Infinity),
    largest: order.slice(0, limit).map(({ place }) => place),
  };
}

const ODD = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 1 + 1e-7, 5e-324, 1.7e308, -1.7e308];
const value = fc.oneof(fc.constantFrom(...ODD), fc.double());
const pair = fc
  .array(fc.tuple(value, fc.oneof({ arbitrary: fc.constant(null), weight: 2 }, { arbitrary: value, weight: 1 })), { maxLength: 60 })
  .map((rows) => ({ a: rows.map(([x]) => x), b: rows.map(([x, y]) => y ?? x) }));
const tolerances = fc.record({ absolute: fc.constantFrom(0, 1e-6, 1, 1e300), relative: fc.constantFrom(0, 1e-4, 1) });

describe("for any floats", () => {
  test("one pass finds what a naive reading finds", () => {
    fc.assert(
      fc.property(pair, tolerances, fc.integer({ min: 0, max: 8 }), ({ a, b }, tolerance, limit) => {
        const found = difference(f64(a), f64(b), tolerance, limit);
        const expected = naive(a, b, tolerance, limit);
        expect({
          different: found.different,
          mismatched: found.mismatched,
          absolute: found.maxAbsolute?.index[0],
          relative: found.maxRelative?.index[0],
          nan: found.nan,
          infinite: found.infinite,
          largest: found.largest.map(({ index }) => index[0]),
        }).toEqual(expected);
      }),
    );
  });

  test("the numbers of an element are those of the tensors, and of their difference as a tensor", () => {
    fc.assert(
      fc.property(pair, ({ a, b }) => {
        const picture = end(differenceTensor(f64(a), f64(b))).data as Float64Array;
        const found = difference(f64(a), f64(b), EXACT, a.length);
        for (const each of found.largest) {
          const place = each.index[0]!;
          expect([each.a, each.b]).toEqual([a[place], b[place]]);
          if (each.absolute !== null) expect(each.absolute).toBe(picture[place]);
          else expect(Number.isFinite(picture[place])).toBe(false);
        }
        expect(picture.filter((gap) => gap !== 0)).toHaveLength(found.different);
      }),
    );
  });

  test("nothing differs from itself", () => {
    fc.assert(
      fc.property(pair, ({ a }) => {
        expect(difference(f64(a), f64(a))).toMatchObject({ different: 0, mismatched: 0, maxAbsolute: null, largest: [] });
      }),
    );
  });
});

describe("for any integers and strings", () => {
  test("every element that is not equal is a mismatch, and the largest gap is exact", () => {
    const integers = fc.array(fc.tuple(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), { maxLength: 40 });
    fc.assert(
      fc.property(integers, (rows) => {
        const found = difference(of("TYPE_INT64", BigInt64Array.from(rows, ([x]) => x)), of("TYPE_INT64", BigInt64Array.from(rows, ([, y]) => y)), CLOSE, rows.length);
        const gaps = rows.map(([x, y]) => (x > y ? x - y : y - x));
        const apart = gaps.filter((gap) => gap > 0n);
        expect(found).toMatchObject({ different: apart.length, mismatched: apart.length });
        expect(found.maxAbsolute?.absolute ?? 0n).toBe(gaps.reduce((most, gap) => (gap > most ? gap : most), 0n));
        expect(found.largest.map(({ absolute }) => absolute)).toEqual(apart.toSorted((x, y) => (x > y ? -1 : x < y ? 1 : 0)));
      }),
    );
  });

  test("strings differ where their bytes do", () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(fc.array(fc.tuple(bytes, fc.option(bytes, { nil: null })), { maxLength: 20 }), (rows) => {
        const [a, b] = [rows.map(([x]) => x), rows.map(([x, y]) => y ?? x)];
        const expected = a.flatMap((x, place) => (Buffer.from(x).equals(Buffer.from(b[place]!)) ? [] : [place]));
        const found = difference(of("TYPE_STRING", a), of("TYPE_STRING", b), CLOSE, rows.length);
        expect(found.largest.map(({ index }) => index[0])).toEqual(expected);
        expect([...(end(differenceTensor(of("TYPE_STRING", a), of("TYPE_STRING", b))).data as Uint8Array)]).toEqual(a.map((_, place) => (expected.includes(place) ? 1 : 0)));
      }),
    );
  });
});

describe("the difference as a tensor", () => {
  test("has the shape of both, and the type of its numbers", () => {
    expect(end(differenceTensor(of("TYPE_FP16", Uint16Array.of(0x3c00, 0x4000), [1, 2]), of("TYPE_FP16", Uint16Array.of(0x4000, 0x4000), [1, 2])))).toEqual({
      dataType: "TYPE_FP32",
      shape: [1, 2],
      data: Float32Array.of(halfToNumber(0x3c00), 0),
    });
    expect(end(differenceTensor(of("TYPE_INT64", BigInt64Array.of(1n, 2n)), of("TYPE_INT64", BigInt64Array.of(1n, 3n)))).data).toEqual(Uint8Array.of(0, 1));
  });

  test("has NaN where one side alone has it, and 0 where both have", () => {
    expect(end(differenceTensor(f32(NaN, NaN, 1), f32(NaN, 1, Infinity))).data).toEqual(Float32Array.of(0, NaN, Infinity));
  });

  test("keeps the largest difference of a position's scores", () => {
    const shape = [2, 2, 1, 2];
    const [a, b] = [f64([1, 2, 3, 4, 5, 6, 7, 8], shape), f64([1, 4, 9, 4, 5, 6, 7, 9.5], shape)];
    const classes = { axis: 1, classes: 2, outer: 2, inner: 2 };
    expect(end(differenceTensor(a, b, classes))).toEqual({ dataType: "TYPE_FP64", shape: [2, 1, 1, 2], data: Float64Array.of(6, 2, 0, 1.5) });
    expect(elementCount([2, 1, 1, 2])).toBe(4);
  });
});
