import { ConchError } from "../../base/errors.ts";
import { foreignText, strayNuls } from "../../tensor/foreign-text.ts";
import { pictureHeader } from "../../tensor/picture-header.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { checkBatch, fit } from "../fit.ts";
import { shapeText, singleFile, type InputFact, type InputFile, type InputKind, type InputTarget, type InputWarning } from "../input.ts";

/**
 * Any file as it is: its bytes as one element of a TYPE_STRING tensor (an encoded picture, a text, a NIfTI that LoadImaged will read). For a batched
 * input with one element per item, several files are a batch in the order given; for one of dims [-1] without a batch, its elements.
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
    if (files.length > 1 && takesSeveral(target)) {
      if (target.batch) checkBatch(files.length, target);
      const shape = target.batch ? [files.length, ...itemShape(target)] : [files.length];
      const summary = [{ name: "items", value: String(files.length) }, { name: "bytes", value: String(total) }];
      return { tensor: { dataType: "TYPE_STRING", shape, data: files.map(({ bytes }) => bytes) }, warnings: files.flatMap(warningsOf), summary };
    }
    const file = singleFile(files, "file");
    const { bytes } = file;
    const shape = elementCount(itemShape(target)) === 1 ? itemShape(target) : [1];
    const tensor = fit({ dataType: "TYPE_STRING", shape, data: [bytes] }, target, options);
    return { tensor, warnings: warningsOf(file), summary: [...pictureFacts(bytes), { name: "bytes", value: String(total) }] };
  },
};

/** Format and size of an encoded picture; nothing of other bytes. */
function pictureFacts(bytes: Uint8Array): InputFact[] {
  const header = pictureHeader(bytes);
  if (header === undefined) return [];
  if (typeof header === "string") return [{ name: "format", value: header }];
  return [{ name: "format", value: header.format }, ...(header.width > 0 ? [{ name: "size", value: `${header.width} × ${header.height}` }] : [])];
}

/** Names that say that a file is a text. */
const TEXT_NAME = /\.(txt|text|md|csv|tsv|html?|xml|log)$/i;

/** What a chain that opens the file as a picture or as a text will not do with it, or not keep of it. */
function warningsOf(file: InputFile): InputWarning[] {
  const { name, bytes } = file;
  if (TEXT_NAME.test(name)) return textWarnings(file);
  const header = pictureHeader(bytes);
  if (header === undefined) return bytes.length === 0 ? [empty(name)] : [];
  if (typeof header === "string") {
    return [{ code: "PICTURE_FORMAT", message: `${name} is ${header}, which PIL.Image.open does not open here: a step that does needs JPEG, PNG, WebP, GIF or BMP` }];
  }
  if (header.bitDepth === 16) {
    return [{ code: "PICTURE_16_BITS", message: `${name} has 16 bits a sample: PIL.Image.open keeps the upper 8 of them, 256 of 65,536 steps of brightness` }];
  }
  return [];
}

function textWarnings({ name, bytes }: InputFile): InputWarning[] {
  if (bytes.length === 0) return [empty(name)];
  const foreign = foreignText(bytes);
  if (foreign !== undefined) return [{ code: "TEXT_NOT_UTF8", message: `${name} is no UTF-8, which texts are expected to be: ${foreign}` }];
  const nuls = strayNuls(bytes);
  if (nuls === undefined) return [];
  return [{ code: "TEXT_NUL", message: nuls === "utf-16" ? `${name} has a NUL beside every letter, as in UTF-16: save it as UTF-8` : `${name} holds NUL characters, which no text has` }];
}

function empty(name: string): InputWarning {
  return { code: "FILE_EMPTY", message: `${name} is empty: it counts as one empty element` };
}

/** Whether several files are items of a batch, or elements of an open axis. Throws INPUT_INVALID for a batched input whose items need more than one file each. */
function takesSeveral(target: InputTarget): boolean {
  if (!target.batch) return target.dims.length === 1 && target.dims[0] === -1;
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
