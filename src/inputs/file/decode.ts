import { ConchError } from "../../base/errors.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { checkBatch, fit } from "../fit.ts";
import { shapeText, singleFile, type InputFile, type InputKind, type InputTarget } from "../input.ts";

/**
 * Any file as it is: its bytes as one element of a TYPE_STRING tensor (an encoded picture, a text, a NIfTI that LoadImaged will read). For a batched
 * input with one element per item, several files are a batch in the order given.
 */
export const fileInput: InputKind = {
  name: "file",
  extensions: [],
  sniff: () => true,
  decode(files, target, options) {
    if (target.dataType !== "TYPE_STRING") {
      throw new ConchError("TENSOR_MISMATCH", `Input "${target.name}" expects ${target.dataType}, found ${namesOf(files)} as plain bytes, which are TYPE_STRING`, {
        data: { input: target.name, expected: target.dataType, found: "TYPE_STRING" },
      });
    }
    const total = files.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
    if (files.length > 1 && takesBatch(target)) {
      checkBatch(files.length, target);
      const shape = [files.length, ...itemShape(target)];
      const summary = [{ name: "items", value: String(files.length) }, { name: "bytes", value: String(total) }];
      return { tensor: { dataType: "TYPE_STRING", shape, data: files.map(({ bytes }) => bytes) }, warnings: [], summary };
    }
    const { bytes } = singleFile(files, "file");
    const shape = elementCount(itemShape(target)) === 1 ? itemShape(target) : [1];
    const tensor = fit({ dataType: "TYPE_STRING", shape, data: [bytes] }, target, options);
    return { tensor, warnings: [], summary: [{ name: "bytes", value: String(total) }] };
  },
};

/** Whether several files are items of a batch. Throws INPUT_INVALID for a batched input whose items need more than one file each. */
function takesBatch(target: InputTarget): boolean {
  if (!target.batch) return false;
  if (elementCount(itemShape(target)) === 1) return true;
  throw new ConchError("INPUT_INVALID", `Input "${target.name}" has items of shape ${shapeText(target.dims)}; files make a batch only where an item is one element`, {
    data: { input: target.name, expected: [...target.dims] },
  });
}

/** The smallest shape that the dims allow. */
function itemShape({ dims }: InputTarget): readonly number[] {
  return dims.map((size) => (size === -1 ? 1 : size));
}

function namesOf(files: readonly InputFile[]): string {
  return files.map(({ name }) => name).join(", ");
}
