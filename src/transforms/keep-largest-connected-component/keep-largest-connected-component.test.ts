import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { elementsOf, runOne } from "../../testing/monai.ts";
import type { ArrayItem } from "../transform.ts";
import { keepLargestConnectedComponentCpu } from "./cpu.ts";
import { keepLargestConnectedComponentSpec, type KeepLargestConnectedComponentParameters } from "./spec.ts";

function largest(item: ArrayItem, given: Partial<KeepLargestConnectedComponentParameters> = {}): ArrayItem {
  return runOne(keepLargestConnectedComponentSpec, keepLargestConnectedComponentCpu, { applied_labels: 1, ...given }, item);
}

/** The same by flooding from voxel to voxel: components in C order, the last of the largest kept. */
function flooded(mask: readonly number[], [depth, rows, width]: readonly [number, number, number], connectivity: number, keep: number): number[] {
  const component = new Int32Array(mask.length).fill(-1);
  const sizes: number[] = [];
  for (let seed = 0; seed < mask.length; seed++) {
    if (mask[seed] !== 1 || component[seed] !== -1) continue;
    const stack = [seed];
    component[seed] = sizes.length;
    let size = 0;
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      size++;
      const [k, j, i] = [at % width, Math.floor(at / width) % rows, Math.floor(at / width / rows)];
      for (const a of [-1, 0, 1]) {
        for (const b of [-1, 0, 1]) {
          for (const c of [-1, 0, 1]) {
            const inside = i + a >= 0 && i + a < depth && j + b >= 0 && j + b < rows && k + c >= 0 && k + c < width;
            const next = at + (a * rows + b) * width + c;
            if (!inside || Math.abs(a) + Math.abs(b) + Math.abs(c) > connectivity || mask[next] !== 1 || component[next] !== -1) continue;
            component[next] = sizes.length;
            stack.push(next);
          }
        }
      }
    }
    sizes.push(size);
  }
  const order = sizes.map((_, index) => index).sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0) || b - a);
  const kept = new Set(order.slice(0, keep));
  return mask.map((value, n) => (value === 1 && !kept.has(component[n] ?? -1) ? 0 : value));
}

describe("KeepLargestConnectedComponent", () => {
  it.each([
    ["26 neighbours", null],
    ["18 neighbours", 2],
    ["6 neighbours", 1],
  ] as const)("keeps what flooding by %s keeps", (_name, connectivity) => {
    const size = fc.integer({ min: 2, max: 9 });
    const random = fc.tuple(size, size, size, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 3 }), fc.integer());
    fc.assert(
      fc.property(random, ([depth, rows, width, density, keep, seed]) => {
        let state = seed >>> 0;
        const mask = Array.from({ length: depth * rows * width }, () => {
          state = (Math.imul(1664525, state) + 1013904223) >>> 0;
          return (state >>> 8) % 10 < density ? 1 : 0;
        });
        const item: ArrayItem = { dataType: "TYPE_FP32", shape: [1, depth, rows, width], data: Float32Array.from(mask) };
        const found = largest(item, { connectivity, num_components: keep });
        expect(elementsOf(found.data)).toEqual(flooded(mask, [depth, rows, width], connectivity ?? 3, keep));
      }),
      { numRuns: 300 },
    );
  });

  it("works on planes and lines", () => {
    const plane: ArrayItem = { dataType: "TYPE_UINT8", shape: [1, 3, 4], data: Uint8Array.of(1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0) };
    expect(elementsOf(largest(plane).data)).toEqual([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0]);
    expect(elementsOf(largest(plane, { connectivity: 1 }).data)).toEqual([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0]);
    const line: ArrayItem = { dataType: "TYPE_INT64", shape: [1, 6], data: BigInt64Array.of(1n, 0n, 1n, 1n, 0n, 2n) };
    expect(elementsOf(largest(line).data)).toEqual([0n, 0n, 1n, 1n, 0n, 2n]);
  });

  it("leaves other labels alone and returns the same item when nothing changes", () => {
    const item: ArrayItem = { dataType: "TYPE_FP32", shape: [1, 1, 1, 5], data: Float32Array.of(1, 1, 0, 2, 3) };
    expect(largest(item)).toBe(item);
    const together = largest({ ...item, data: Float32Array.of(1, 2, 0, 3, 9) }, { applied_labels: [1, 2, 3], independent: false });
    expect(elementsOf(together.data)).toEqual([1, 2, 0, 0, 9]);
  });

  it("filters each channel of a one-hot array on its own", () => {
    const item: ArrayItem = { dataType: "TYPE_FP32", shape: [2, 1, 1, 4], data: Float32Array.of(1, 0, 1, 1, 1, 1, 0, 1) };
    expect(elementsOf(largest(item, { applied_labels: null }).data)).toEqual([1, 0, 1, 1, 1, 1, 0, 0]);
    expect(elementsOf(largest(item, { applied_labels: [0] }).data)).toEqual([0, 0, 1, 1, 1, 1, 0, 1]);
  });

  it("does not write to its input", () => {
    const item: ArrayItem = { dataType: "TYPE_FP32", shape: [1, 1, 1, 4], data: Float32Array.of(1, 1, 0, 1) };
    largest(item);
    expect(item.data).toEqual(Float32Array.of(1, 1, 0, 1));
  });

  it("refuses a connectivity beyond the axes, and a channel that is not there", () => {
    const item: ArrayItem = { dataType: "TYPE_FP32", shape: [2, 2, 2], data: new Float32Array(8) };
    expect(() => largest(item, { connectivity: 3 })).toThrow(expect.objectContaining({ code: "TRANSFORM_FAILED" }));
    expect(() => largest(item, { applied_labels: 2 })).toThrow(expect.objectContaining({ code: "TRANSFORM_FAILED" }));
  });
});
