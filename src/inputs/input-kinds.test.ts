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
});
