import { ConchError, textOf } from "../../base/errors.ts";
import { allocate, v2Name, type DataType, type TensorData } from "../../tensor/data-type.ts";
import { foreignText } from "../../tensor/foreign-text.ts";
import { elementCount, type Tensor } from "../../tensor/tensor.ts";
import { setElement, storedNumber } from "../cast.ts";
import { fitShape } from "../fit.ts";
import { shapeText, singleFile, type InputKind, type InputTarget } from "../input.ts";

/**
 * A tensor written as JSON: nested arrays or a single value; `{ "shape", "data" }` with flat or nested data; or a v2 inference request
 * (`{ "inputs": [{ "name", "shape", "data" }] }`), from which the entry named like the input is taken.
 *
 * Numbers become the declared type: floats rounded to nearest, integers only where they are whole and in range. 64-bit integers beyond 2^53 are
 * written as strings, since JSON readers round them. "NaN", "Infinity" and "-Infinity" are floats. For TYPE_STRING elements are strings.
 */
export const jsonInput: InputKind = {
  name: "json",
  extensions: [".json"],
  sniff: (_, fileName) => /\.json$/i.test(fileName),
  decode(files, target, options) {
    const { name, bytes } = singleFile(files, "json");
    const tensor = jsonTensor(parse(bytes, name), target, name, options.array);
    return {
      tensor,
      warnings: [],
      summary: [{ name: "format", value: "JSON" }, { name: "shape", value: shapeText(tensor.shape) }],
    };
  },
};

/** The tensor that an already parsed JSON value describes; `file` is for messages. Throws INPUT_INVALID or TENSOR_MISMATCH. */
function jsonTensor(value: unknown, target: InputTarget, file: string, array = target.name): Tensor {
  const entry = entryOf(value, array, file);
  const declared = isRecord(entry) ? entry["datatype"] : undefined;
  if (declared !== undefined && declared !== v2Name(target.dataType)) {
    throw new ConchError("TENSOR_MISMATCH", `Input "${target.name}" expects ${v2Name(target.dataType)}, found datatype ${String(declared)} in ${file}`, {
      data: { input: target.name, expected: v2Name(target.dataType), found: String(declared) },
    });
  }
  const nested = isRecord(entry) ? entry["data"] : entry;
  const leaves: unknown[] = [];
  const ownShape = flatten(nested, leaves, file, []);
  const shape = isRecord(entry) ? declaredShape(entry["shape"], leaves.length, ownShape, file) : ownShape;
  const found: Tensor = { dataType: target.dataType, shape, data: elements(leaves, target.dataType, target.name) };
  return { ...found, shape: fitShape(shape, target) };
}

function parse(bytes: Uint8Array, file: string): unknown {
  if (bytes.length === 0) throw new ConchError("INPUT_INVALID", `${file} is empty, expected JSON: an array or a value`, { data: { file } });
  const foreign = foreignText(bytes);
  if (foreign !== undefined) throw new ConchError("INPUT_INVALID", `${file} is no UTF-8, which JSON is: ${foreign}`, { data: { file } });
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new ConchError("INPUT_INVALID", `${file} is no JSON: ${textOf(cause)}`, { data: { file }, cause });
  }
}

function entryOf(value: unknown, name: string, file: string): unknown {
  if (!isRecord(value)) return value;
  const list = value["inputs"] ?? value["outputs"];
  if (Array.isArray(list)) {
    const entry = list.find((each) => isRecord(each) && each["name"] === name) as unknown;
    if (isRecord(entry)) return checked(entry, file);
    const known = list.filter(isRecord).map((each) => String(each["name"]));
    throw new ConchError("INPUT_INVALID", `${file} has no tensor "${name}": expected one of ${known.map((each) => `"${each}"`).join(", ") || "(none)"}`, {
      data: { file, array: name, known },
    });
  }
  // A record of tensors by name, unless it is one tensor itself.
  if (!("data" in value) && name in value) return entryOf(value[name], name, file);
  return checked(value, file);
}

function checked(entry: Record<string, unknown>, file: string): Record<string, unknown> {
  if ("data" in entry) return entry;
  throw new ConchError("INPUT_INVALID", `${file} describes a tensor without "data"; found ${Object.keys(entry).join(", ") || "nothing"}`, { data: { file } });
}

/** Appends the leaves in C order and returns the shape; every array of one depth must have one length. */
function flatten(value: unknown, leaves: unknown[], file: string, path: readonly number[]): number[] {
  if (!Array.isArray(value)) {
    leaves.push(value);
    return [];
  }
  let inner: number[] | undefined;
  value.forEach((item: unknown, index) => {
    const shape = flatten(item, leaves, file, [...path, index]);
    if (inner !== undefined && shapeText(shape) !== shapeText(inner)) {
      throw new ConchError("INPUT_INVALID", `${file}: element ${shapeText([...path, index])} has shape ${shapeText(shape)}, expected ${shapeText(inner)} like those before`, {
        data: { file, at: [...path, index] },
      });
    }
    inner = shape;
  });
  return [value.length, ...(inner ?? [])];
}

function declaredShape(shape: unknown, count: number, own: number[], file: string): number[] {
  if (shape === undefined) return own;
  if (!Array.isArray(shape) || !shape.every((size) => Number.isInteger(size) && (size as number) >= 0)) {
    throw new ConchError("INPUT_INVALID", `${file}: shape is ${JSON.stringify(shape)}, expected a list of whole numbers`, { data: { file } });
  }
  const sizes = shape as number[];
  if (elementCount(sizes) !== count) {
    throw new ConchError("INPUT_INVALID", `${file}: shape ${shapeText(sizes)} has ${elementCount(sizes)} elements, found ${count}`, {
      data: { file, expected: elementCount(sizes), found: count },
    });
  }
  return sizes;
}

function elements(leaves: readonly unknown[], type: DataType, input: string): TensorData {
  if (type === "TYPE_STRING") {
    return leaves.map((leaf, index) => {
      if (typeof leaf === "string") return new TextEncoder().encode(leaf);
      throw wrong(input, index, leaf, "a string");
    });
  }
  const data = allocate(type, leaves.length);
  leaves.forEach((leaf, index) => {
    const stored = storedLeaf(leaf, type);
    if (stored === undefined) throw wrong(input, index, leaf, expectation(type));
    setElement(data, index, stored);
  });
  return data;
}

function storedLeaf(leaf: unknown, type: DataType): number | bigint | undefined {
  const wide = type === "TYPE_INT64" || type === "TYPE_UINT64";
  if (typeof leaf === "boolean") return type === "TYPE_BOOL" ? Number(leaf) : undefined;
  if (typeof leaf === "number") return wide && !Number.isSafeInteger(leaf) ? undefined : storedNumber(leaf, type);
  if (typeof leaf !== "string") return undefined;
  if (wide) return /^-?\d+$/.test(leaf) ? storedNumber(BigInt(leaf), type) : undefined;
  const isFloat = type === "TYPE_FP16" || type === "TYPE_BF16" || type === "TYPE_FP32" || type === "TYPE_FP64";
  return isFloat && /^(NaN|-?Infinity)$/.test(leaf) ? storedNumber(Number(leaf), type) : undefined;
}

function expectation(type: DataType): string {
  if (type === "TYPE_INT64" || type === "TYPE_UINT64") return `a whole number that ${type} holds (beyond 2^53 as a string)`;
  if (type === "TYPE_BOOL") return "true, false, 0 or 1";
  return `a number that ${type} holds`;
}

function wrong(input: string, index: number, leaf: unknown, expected: string): ConchError {
  const found = JSON.stringify(leaf) ?? String(leaf);
  return new ConchError("INPUT_INVALID", `Input "${input}", element ${index}: found ${found.slice(0, 60)}, expected ${expected}`, {
    data: { input, index, found: found.slice(0, 60) },
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
