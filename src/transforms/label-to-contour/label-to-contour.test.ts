import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { elementsOf, runOne } from "../../testing/monai.ts";
import type { ArrayItem } from "../transform.ts";
import { labelToContourCpu } from "./cpu.ts";
import { labelToContourSpec } from "./spec.ts";

const contour = (item: ArrayItem): ArrayItem => runOne(labelToContourSpec, labelToContourCpu, {}, item);

/** The filter as it is written: 26·v less its neighbours, clamped. */
function filtered(values: readonly number[], [depth, rows, width]: readonly [number, number, number], centre: number): number[] {
  const at = (i: number, j: number, k: number): number =>
    i < 0 || j < 0 || k < 0 || i >= depth || j >= rows || k >= width ? 0 : (values[(i * rows + j) * width + k] ?? 0);
  return values.map((value, n) => {
    const [k, j, i] = [n % width, Math.floor(n / width) % rows, Math.floor(n / width / rows)];
    let sum = (centre + 1) * value;
    for (const a of [-1, 0, 1]) for (const b of [-1, 0, 1]) for (const c of [-1, 0, 1]) sum -= at(i + a, j + b, k + c);
    return Math.min(Math.max(sum, 0), 1);
  });
}

const volumes = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3 }), fc.infiniteStream(fc.nat(100)))
  .map(([depth, rows, width, most, stream]) => ({
    sizes: [depth, rows, width] as const,
    values: Array.from({ length: depth * rows * width }, () => (stream.next().value ?? 0) > 30 ? 1 + ((stream.next().value ?? 0) % most) : 0),
  }));

describe("LabelToContour", () => {
  it("gives what the filter gives, for masks and for labels", () => {
    fc.assert(
      fc.property(volumes, ({ sizes, values }) => {
        const item: ArrayItem = { dataType: "TYPE_FP32", shape: [1, ...sizes], data: Float32Array.from(values) };
        expect(elementsOf(contour(item).data)).toEqual(filtered(values, sizes, 26));
      }),
    );
  });

  it("takes 8 neighbours in a plane, and every channel by itself", () => {
    fc.assert(
      fc.property(volumes, ({ sizes: [channels, rows, width], values }) => {
        const item: ArrayItem = { dataType: "TYPE_FP64", shape: [channels, rows, width], data: Float64Array.from(values) };
        const plane = rows * width;
        const wanted = Array.from({ length: channels }, (_, c) => filtered(values.slice(c * plane, (c + 1) * plane), [1, rows, width], 8)).flat();
        expect(elementsOf(contour(item).data)).toEqual(wanted);
      }),
    );
  });

  it("works on values that are neither labels nor whole", () => {
    const item: ArrayItem = { dataType: "TYPE_FP32", shape: [1, 1, 3], data: Float32Array.of(0.25, -1, NaN) };
    expect(elementsOf(contour(item).data)).toEqual([1, NaN, NaN]);
    const halves: ArrayItem = { dataType: "TYPE_FP32", shape: [1, 1, 4], data: Float32Array.of(0.5, 4, 32, 32.0625) };
    expect(elementsOf(contour(halves).data)).toEqual([0, 0, 1, 1]);
    const endless: ArrayItem = { dataType: "TYPE_FP32", shape: [1, 1, 3], data: Float32Array.of(0, Infinity, 1) };
    expect(elementsOf(contour(endless).data)).toEqual([0, 1, 0]);
  });

  it("refuses integers and other numbers of axes", () => {
    expect(() => contour({ dataType: "TYPE_UINT8", shape: [1, 2, 2], data: new Uint8Array(4) })).toThrow(expect.objectContaining({ code: "TRANSFORM_FAILED" }));
    expect(() => contour({ dataType: "TYPE_FP32", shape: [1, 4], data: new Float32Array(4) })).toThrow(expect.objectContaining({ code: "TRANSFORM_FAILED" }));
  });
});
