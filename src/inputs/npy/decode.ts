import { ConchError } from "../../base/errors.ts";
import { numpyName } from "../../tensor/data-type.ts";
import { readNpy, readNpz } from "../../tensor/npy.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { fit } from "../fit.ts";
import { shapeText, singleFile, type InputKind, type InputTarget } from "../input.ts";

/** numpy's .npy (one array) and .npz (several: chosen by `options.array`, by the input's name, or the only one). */
export const npyInput: InputKind = {
  name: "npy",
  extensions: [".npy", ".npz"],
  sniff: (head, fileName) => isNpy(head) || (isZip(head) && /\.npz$/i.test(fileName)),
  decode(files, target, options) {
    const { name, bytes } = singleFile(files, "npy");
    const found = isZip(bytes) ? choose(readNpz(bytes), name, target, options.array) : readNpy(bytes);
    const summary = [
      { name: "format", value: isZip(bytes) ? "npz" : "npy" },
      { name: "shape", value: shapeText(found.shape) },
      { name: "dataType", value: numpyName(found.dataType) },
    ];
    return { tensor: fit(found, target, options), warnings: [], summary };
  },
};

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
