import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import type { DataType } from "../tensor/data-type.ts";
import { writeNpy } from "../tensor/npy.ts";
import type { InputTarget } from "./input.ts";
import { INPUT_KINDS, kindFor } from "./input-kinds.ts";
import { encodeNifti } from "./nifti/encode.ts";
import { npyInput } from "./npy/decode.ts";

const target = (dataType: DataType, dims: number[] = [-1]): InputTarget => ({ name: "X", dataType, dims, batch: false });
const text = (value: string) => new TextEncoder().encode(value);
const array = writeNpy({ dataType: "TYPE_INT16", shape: [2], data: Int16Array.of(5, -5) });
const volume = encodeNifti({ dataType: "TYPE_UINT8", shape: [1], data: Uint8Array.of(1) });

describe("choosing an input kind", () => {
  it("names are unique", () => {
    expect(new Set(INPUT_KINDS.map((kind) => kind.name)).size).toBe(INPUT_KINDS.length);
  });

  it.each<[string, string, Uint8Array, DataType, string | undefined]>([
    ["a volume", "a.nii", volume, "TYPE_FP32", "nifti"],
    ["a packed volume under any name", "scan", encodeNifti({ dataType: "TYPE_UINT8", shape: [1], data: Uint8Array.of(1) }, { gzip: true }), "TYPE_FP32", "nifti"],
    ["a volume for a text input", "a.nii", volume, "TYPE_STRING", "file"],
    ["an array", "a.npy", array, "TYPE_FP32", "npy"],
    ["several arrays", "a.npz", zipSync({ "X.npy": array }), "TYPE_FP32", "npy"],
    ["JSON", "a.json", text(" [1]"), "TYPE_FP32", "json"],
    ["what only its name says is JSON", "a.json", text("null"), "TYPE_FP32", "json"],
    ["an empty file that its name says is JSON", "a.json", text(""), "TYPE_STRING", "json"],
    ["JSON for a text input", "a.json", text('["a"]'), "TYPE_STRING", "json"],
    ["a picture for a text input", "a.jpg", Uint8Array.of(0xff, 0xd8), "TYPE_STRING", "file"],
    ["a picture for numbers", "a.jpg", Uint8Array.of(0xff, 0xd8), "TYPE_FP32", undefined],
  ])("%s", (_, name, bytes, dataType, expected) => {
    expect(kindFor([{ name, bytes }], target(dataType))?.name).toBe(expected);
  });
});

describe("npy and npz", () => {
  it("an array is cast exactly to the declared type", () => {
    expect(npyInput.decode([{ name: "a.npy", bytes: array }], target("TYPE_FP32"), {}).tensor.data).toEqual(Float32Array.of(5, -5));
  });

  it("of several arrays the one named like the input, or the one asked for, is taken", () => {
    const other = writeNpy({ dataType: "TYPE_INT16", shape: [1], data: Int16Array.of(9) });
    const files = [{ name: "a.npz", bytes: zipSync({ "X.npy": array, "Y.npy": other }) }];
    expect(npyInput.decode(files, target("TYPE_INT16"), {}).tensor.data).toEqual(Int16Array.of(5, -5));
    expect(npyInput.decode(files, target("TYPE_INT16"), { array: "Y" }).tensor.data).toEqual(Int16Array.of(9));
    expect(() => npyInput.decode(files, target("TYPE_INT16"), { array: "Z" })).toThrow(/no array "Z": expected one of "X", "Y"/);
  });

  describe("in several files", () => {
    const file = (name: string, shape: readonly number[], ...values: number[]) => ({ name, bytes: writeNpy({ dataType: "TYPE_INT16", shape, data: Int16Array.from(values) }) });
    const batch: InputTarget = { name: "X", dataType: "TYPE_FP32", dims: [-1], batch: true, maxBatchSize: 3 };

    it("are a batch in the order given, files of several items among them", () => {
      const { tensor } = npyInput.decode([file("a.npy", [2], 1, 2), file("b.npy", [2, 2], 3, 4, 5, 6)], batch, {});
      expect(tensor).toEqual({ dataType: "TYPE_FP32", shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
    });

    it.each<[string, InputTarget, string, RegExp]>([
      ["without a batch", { ...batch, batch: false }, "INPUT_INVALID", /takes one file, found 2: a\.npy, b\.npy/],
      ["beyond max_batch_size", { ...batch, maxBatchSize: 1 }, "BATCH_TOO_LARGE", /at most 1 items at once \(max_batch_size\), found 2/],
    ])("are refused %s", (_, wanted, code, message) => {
      expect(() => npyInput.decode([file("a.npy", [1], 1), file("b.npy", [1], 2)], wanted, {})).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
    });

    it("are refused where their sizes differ, with both files", () => {
      expect(() => npyInput.decode([file("a.npy", [1], 1), file("b.npy", [2], 2, 3)], batch, {})).toThrow(/found \[1\] in a\.npy and \[2\] in b\.npy/);
    });
  });
});
