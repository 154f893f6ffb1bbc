import { readFile } from "node:fs/promises";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readNpz } from "../../tensor/npy.ts";
import { typedData } from "../../tensor/tensor.ts";
import { worstDifference } from "../../testing/gpu-transform.ts";
import { elementsOf, runOne, withDefaults } from "../../testing/monai.ts";
import type { ArrayItem, ArrayType, ImageMode } from "../transform.ts";
import { v2ResizeCpu } from "./cpu.ts";
import { antialiasTaps, pillowTaps, type Taps } from "./cpu-taps.ts";
import { resizedSize, v2ResizeSpec, type Interpolation, type ResizeParameters } from "./spec.ts";

const resize = (item: ArrayItem, given: Partial<ResizeParameters>): ArrayItem => runOne(v2ResizeSpec, v2ResizeCpu, given, item);
const parameters = (given: Partial<ResizeParameters>): ResizeParameters => withDefaults(v2ResizeSpec, given);

function plane(values: readonly number[], width: number): ArrayItem {
  return { dataType: "TYPE_FP32", shape: [1, values.length / width, width], data: Float32Array.from(values) };
}

function picture(values: readonly number[], width: number, image: ImageMode, channels: number): ArrayItem {
  return { dataType: "TYPE_UINT8", shape: [values.length / width / channels, width, channels], data: Uint8Array.from(values), image };
}

describe("v2.Resize of PIL images", async () => {
  // Written by training/make_pillow_vectors.py.
  const vectors = readNpz(new Uint8Array(await readFile(new URL("./pillow-vectors.npz", import.meta.url))));
  const results = [...vectors.keys()].filter((name) => name.split("_").length === 4);
  it.each(results)("equals Pillow byte for byte: %s", (name) => {
    const [mode = "", from = "", interpolation = "", to = ""] = name.split("_");
    const [given, expected] = [vectors.get(`${mode}_${from}`), vectors.get(name)];
    if (given === undefined || expected === undefined) throw new Error(`no vector ${name}`);
    const image = mode as ImageMode;
    const found = resize({ dataType: "TYPE_UINT8", shape: given.shape, data: typedData(given), image }, { size: to.split("x").map(Number), interpolation: interpolation as Interpolation });
    const wanted: ArrayItem = { dataType: "TYPE_UINT8", shape: expected.shape, data: typedData(expected), image };
    expect({ shape: found.shape, image: found.image }).toEqual({ shape: wanted.shape, image });
    expect(worstDifference(found, wanted, 0)).toBe("agree");
  });

  it("takes nearest-exact for nearest, and antialias for nothing", () => {
    const image = picture([1, 2, 3, 40, 50, 60, 70, 80, 90, 100, 110, 120], 4, "L", 1);
    const size = [2, 3];
    expect(resize(image, { size, interpolation: "nearest-exact" })).toEqual(resize(image, { size, interpolation: "nearest" }));
    expect(resize(image, { size, antialias: false })).toEqual(resize(image, { size }));
  });

  it("rounds what comes between the two axes to bytes", () => {
    // Columns first: rows 0.5 → 1 and 0; their mean 0.5 → 1. In one go it would be 0.25 → 0.
    expect(elementsOf(resize(picture([1, 0, 0, 0], 2, "L", 1), { size: [1, 1], interpolation: "box" }).data)).toEqual([1]);
  });

  it("lets colours without alpha weigh nothing", () => {
    expect(elementsOf(resize(picture([200, 100, 50, 255, 9, 9, 9, 0], 2, "RGBA", 4), { size: [1, 1] }).data)).toEqual([199, 99, 49, 128]);
  });
});

describe("v2.Resize of tensors", () => {
  it.each([
    ["nearest", [0, 1, 2], 5, [0, 0, 1, 1, 2]],
    ["nearest-exact", [0, 1, 2], 5, [0, 0, 1, 2, 2]],
    ["bilinear", [0, 4], 4, [0, 1, 3, 4]],
    ["bilinear", [0, 1, 2, 3], 2, [0.5, 2.5]],
    ["bicubic", [0, 4], 4, [-0.421875, 0.90625, 3.09375, 4.421875]],
  ] as const)("%s of %o without antialias to %i", (interpolation, values, to, wanted) => {
    expect(elementsOf(resize(plane(values, values.length), { size: [1, to], interpolation, antialias: false }).data)).toEqual(wanted);
  });

  it("widens the filter with antialias where the tensor shrinks", () => {
    expect(elementsOf(resize(plane([0, 0, 8, 0, 0, 0], 6), { size: [1, 2], antialias: true }).data)).toEqual([2, 1]);
    expect(elementsOf(resize(plane([0, 0, 8, 0, 0, 0], 6), { size: [1, 2], antialias: null }).data)).toEqual([0, 0]);
  });

  it("rounds integers half to even and clamps bytes", () => {
    const bytes: ArrayItem = { dataType: "TYPE_UINT8", shape: [1, 1, 2], data: Uint8Array.of(0, 255) };
    expect(elementsOf(resize(bytes, { size: [1, 4], interpolation: "bicubic" }).data)).toEqual([0, 53, 202, 255]);
    expect(elementsOf(resize({ dataType: "TYPE_INT16", shape: [1, 1, 4], data: Int16Array.of(0, 1, 2, 3) }, { size: [1, 2], antialias: false }).data)).toEqual([0, 2]);
  });

  it("resizes every plane before the last two axes alike", () => {
    const image: ArrayItem = { dataType: "TYPE_FP32", shape: [2, 3, 1, 2], data: Float32Array.from({ length: 12 }, (_, i) => i) };
    const found = resize(image, { size: [2, 1] });
    expect(found.shape).toEqual([2, 3, 2, 1]);
    expect(elementsOf(found.data)).toEqual([0, 2, 4, 6, 8, 10].flatMap((value) => [value + 0.5, value + 0.5]));
  });

  it("keeps constant pictures constant", () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(side, side, side, fc.constantFrom("bilinear", "bicubic"), fc.boolean(), (from, to, other, interpolation, antialias) => {
        const image: ArrayItem = { dataType: "TYPE_UINT8", shape: [1, from, other], data: new Uint8Array(from * other).fill(200) };
        expect(new Set(elementsOf(resize(image, { size: [to, to], interpolation: interpolation as Interpolation, antialias }).data))).toEqual(new Set([200]));
      }),
    );
  });

  it("drops the affine, also where no size changes", () => {
    const image: ArrayItem = { ...plane([1, 2], 2), affine: new Float64Array(16) };
    expect(resize(image, { size: [1, 2] })).toEqual(plane([1, 2], 2));
  });
});

describe("weights of v2.Resize", () => {
  const sums = ({ weights, width, to }: Taps): number[] =>
    Array.from({ length: to }, (_, o) => Array.from(weights.subarray(o * width, (o + 1) * width)).reduce((total, weight) => total + weight, 0));

  it("sum to one", () => {
    const size = fc.integer({ min: 1, max: 300 });
    fc.assert(
      fc.property(size, size, fc.constantFrom("box", "bilinear", "hamming", "bicubic", "lanczos"), (from, to, interpolation) => {
        const whole = sums(pillowTaps(from, to, interpolation));
        expect(Math.max(...whole.map((sum) => Math.abs(sum - 2 ** 22)))).toBeLessThanOrEqual(from + 6);
        const floats = sums(antialiasTaps(from, to, "bicubic", true));
        expect(Math.max(...floats.map((sum) => Math.abs(sum - 1)))).toBeLessThan(1e-12);
      }),
    );
  });
});

describe("the size of v2.Resize", () => {
  it.each([
    [{ size: 24 }, [48, 64], [24, 32]],
    [{ size: [24] }, [61, 47], [31, 24]],
    [{ size: 70 }, [48, 64], [70, 93]],
    [{ size: [5, 7] }, [61, 47], [5, 7]],
    [{ size: 24, max_size: 30 }, [48, 64], [22, 30]],
    [{ size: 24, max_size: 32 }, [48, 64], [24, 32]],
    [{ size: 24 }, [null, 64], [null, null]],
    [{ size: [5, 7] }, [null, null], [5, 7]],
  ] as const)("%o of %o is %o", (given, [height, width], wanted) => {
    expect(resizedSize(parameters(given), height, width, "image")).toEqual(wanted);
  });

  it("refuses a side without a pixel", () => {
    expect(() => resizedSize(parameters({ size: 1, max_size: 10 }), 1000, 1, "image")).toThrow(expect.objectContaining({ code: "TRANSFORM_FAILED", message: expect.stringContaining("sides of 0 and 10") }));
    expect(() => resizedSize(parameters({ size: 5 }), 0, 4, "image")).toThrow(/empty/);
  });

  it.each([
    [{ size: [1, 2, 3] }, "size has 3 values"],
    [{ size: 0 }, "size must be positive"],
    [{ size: [4, 4], max_size: 9 }, "max_size goes with one size"],
    [{ size: 4, max_size: 4 }, "max_size 4 must be greater than size 4"],
  ] as const)("finds what is wrong with %o", (given, text) => {
    expect(v2ResizeSpec.check?.(parameters(given))).toEqual([expect.stringContaining(text)]);
  });

  it.each([
    [plane([1, 2], 2), { size: [2, 2], interpolation: "lanczos" }, "lanczos is for PIL images"],
    [{ dataType: "TYPE_FP32", shape: [2, 2], data: new Float32Array(4) }, { size: [3, 3] }, "channels, height and width"],
  ] as const)("refuses a tensor %#", (item, given, text) => {
    expect(() => resize(item as ArrayItem, given)).toThrow(expect.objectContaining({ code: "TRANSFORM_FAILED", message: expect.stringContaining(text) }));
  });

  it("is known for images once they are opened", () => {
    const image = { dataType: "TYPE_UINT8", shape: [null, null, 3], affine: false, image: "RGB" } as const;
    const infer = (given: Partial<ResizeParameters>) => v2ResizeSpec.infer(parameters(given), ["image"], new Map([["image", image]])).get("image");
    expect(infer({ size: [4, 5] })).toEqual({ ...image, shape: [4, 5, 3] });
    expect(infer({ size: 4, interpolation: "lanczos" })).toEqual(image);
  });

  it("warns that a PIL image is smoothed whatever antialias says", () => {
    const image = { dataType: "TYPE_UINT8", shape: [4, 4, 3], affine: false } as const;
    const warn = (type: ArrayType) => v2ResizeSpec.warn?.(parameters({ size: 2, antialias: false }), ["image"], new Map([["image", type]]));
    expect(warn({ ...image, image: "RGB" })).toEqual([expect.stringContaining("no effect on a PIL image")]);
    expect(warn(image)).toEqual([]);
  });
});
