import { ConchError } from "../../base/errors.ts";
import { numpyName } from "../../tensor/data-type.ts";
import { readNpy, readNpz } from "../../tensor/npy.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkBatch, fit } from "../fit.ts";
import { shapeText, singleFile, type DecodedInput, type DecodeOptions, type InputFile, type InputKind, type InputTarget } from "../input.ts";
import { joinItems } from "./join-items.ts";

/**
 * numpy's .npy (one array) and .npz (several: chosen by `options.array`, by the input's name, or the only one). For a batched input the arrays of
 * several files are a batch in the order given.
 */
export const npyInput: InputKind = {
  name: "npy",
  extensions: [".npy", ".npz"],
  sniff: (head, fileName) => isNpy(head) || (isZip(head) && /\.npz$/i.test(fileName)),
  decode(files, target, options) {
    if (files.length <= 1 || !target.batch) return decodeOne(singleFile(files, "npy"), target, options);
    const parts = files.map((file) => decodeOne(file, target, options).tensor);
    const tensor = joinItems(parts, files.map(({ name }) => name), target.name);
    checkBatch(tensor.shape[0] as number, target);
    return { tensor, warnings: [], summary: [{ name: "files", value: String(files.length) }, { name: "dataType", value: numpyName(tensor.dataType) }] };
  },
};

function decodeOne({ name, bytes }: InputFile, target: InputTarget, options: DecodeOptions): DecodedInput {
  const found = isZip(bytes) ? choose(readNpz(bytes), name, target, options.array) : readNpy(bytes);
  const summary = [
    { name: "format", value: isZip(bytes) ? "npz" : "npy" },
    { name: "shape", value: shapeText(found.shape) },
    { name: "dataType", value: numpyName(found.dataType) },
  ];
  return { tensor: fit(found, target, options), warnings: [], summary };
}

function choose(arrays: ReadonlyMap<string, Tensor>, file: string, target: InputTarget, wanted: string | undefined): Tensor {
  const names = [...arrays.keys()];
  const name = wanted ?? (arrays.has(target.name) || names.length !== 1 ? target.name : (names[0] as string));
  const found = arrays.get(name);
  if (found !== undefined) return found;
  throw new ConchError("INPUT_INVALID", `${file} has no array "${name}": expected one of ${names.map((each) => `"${each}"`).join(", ") || "(none)"}`, {
    data: { file, array: name, known: names },
  });
}

function isNpy(bytes: Uint8Array): boolean {
  return bytes[0] === 0x93 && String.fromCharCode(...bytes.subarray(1, 6)) === "NUMPY";
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}
