import { assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import type { DataType, TypedData } from "./data-type.ts";
import { floatToHalf } from "./half.ts";
import { intensityVoxels, labelVoxels, spatialShape, type SpatialShape } from "./volume-voxels.ts";

function last<Result>(steps: Generator<number, Result>): Result {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

const voxelsOf = (dataType: DataType, data: TypedData, shape: SpatialShape = [1, 1, data.length]) => last(intensityVoxels({ dataType, shape, data }, shape));
const labelsOf = (dataType: DataType, data: TypedData) => last(labelVoxels({ dataType, shape: [1, 1, data.length], data }, [1, 1, data.length]));

describe("spatialShape", () => {
  it.each([
    [[96, 97, 98], [96, 97, 98]],
    [[1, 1, 96, 97, 98], [96, 97, 98]],
    [[2, 96, 97, 98], undefined],
    [[96, 97], undefined],
    [[0, 96, 97], undefined],
    [[], undefined],
  ])("of %j is %j", (shape, spatial) => {
    expect(spatialShape(shape)).toEqual(spatial);
  });
});

describe("intensityVoxels", () => {
  it("puts each element where a volume file has it", () => {
    const size = integer({ min: 1, max: 35 });
    assert(
      property(size, size, size, (ni, nj, nk) => {
        const data = Float32Array.from({ length: ni * nj * nk }, (_, index) => index + 0.5);
        const voxels = voxelsOf("TYPE_FP32", data, [ni, nj, nk]);
        const found = Float32Array.from(data, (_, index) => voxels[Math.floor(index / (nj * nk)) + ni * ((Math.floor(index / nk) % nj) + nj * (index % nk))] as number);
        expect(found).toEqual(data);
      }),
      { numRuns: 30 },
    );
  });

  it("takes 16-bit integers where they are exact, and float32 where not", () => {
    expect(voxelsOf("TYPE_FP32", Float32Array.of(-1024, 3071))).toEqual(Int16Array.of(-1024, 3071));
    expect(voxelsOf("TYPE_FP32", Float32Array.of(-1024, 0.5))).toEqual(Float32Array.of(-1024, 0.5));
    expect(voxelsOf("TYPE_FP32", Float32Array.of(0, 32768))).toEqual(Float32Array.of(0, 32768));
    expect(voxelsOf("TYPE_FP32", Float32Array.of(0, NaN, Infinity))).toEqual(Float32Array.of(0, NaN, Infinity));
    expect(voxelsOf("TYPE_FP64", Float64Array.of(0.1))).toEqual(Float32Array.of(0.1));
  });

  it("reads halves and 64-bit integers", () => {
    expect(voxelsOf("TYPE_FP16", Uint16Array.of(floatToHalf(1.5), floatToHalf(-2)))).toEqual(Float32Array.of(1.5, -2));
    expect(voxelsOf("TYPE_INT64", BigInt64Array.of(-3n, 40_000n))).toEqual(Float32Array.of(-3, 40_000));
  });
});

describe("labelVoxels", () => {
  it("converts whole numbers and refuses all else", () => {
    expect(labelsOf("TYPE_FP32", Float32Array.of(0, 1, 255))).toEqual(Uint8Array.of(0, 1, 255));
    expect(labelsOf("TYPE_INT64", BigInt64Array.of(0n, 2n))).toEqual(Uint8Array.of(0, 2));
    expect(labelsOf("TYPE_FP32", Float32Array.of(0, 0.5))).toBeUndefined();
    expect(labelsOf("TYPE_INT32", Int32Array.of(-1))).toBeUndefined();
    expect(labelsOf("TYPE_INT32", Int32Array.of(256))).toBeUndefined();
  });
});
