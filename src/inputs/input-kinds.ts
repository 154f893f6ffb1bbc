import { fileInput } from "./file/decode.ts";
import { generatedInput } from "./generated/decode.ts";
import type { InputFile, InputKind, InputTarget } from "./input.ts";
import { jsonInput } from "./json/decode.ts";
import { niftiInput } from "./nifti/decode.ts";
import { npyInput } from "./npy/decode.ts";

/** Every input kind, the most particular first; "file" takes whatever is left and "generated" takes no file. */
export const INPUT_KINDS: readonly InputKind[] = [niftiInput, npyInput, jsonInput, fileInput, generatedInput];

/**
 * The kind that files are read by for a target, or undefined where none can: a TYPE_STRING input takes the text of one JSON file, and else the bytes of
 * each file; a numeric one takes what the bytes are recognised as.
 */
export function kindFor(files: readonly InputFile[], target: InputTarget): InputKind | undefined {
  const text = target.dataType === "TYPE_STRING";
  const fits = (kind: InputKind) => (text ? (kind === jsonInput && files.length === 1) || kind === fileInput : kind !== fileInput);
  return INPUT_KINDS.find((kind) => fits(kind) && files.some((file) => kind.sniff(file.bytes.subarray(0, 4096), file.name)));
}
