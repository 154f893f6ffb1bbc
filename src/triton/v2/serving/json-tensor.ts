import { encodeSourceText } from "../../../base/source-text.ts";
import { allocate, bytesPerElement, v2Name, type DataType, type TypedData } from "../../../tensor/data-type.ts";
import { elementCount, type Tensor } from "../../../tensor/tensor.ts";
import { internal, invalidArgument } from "./protocol-error.ts";
import { asArray, asBoolean, asReal, asSigned, asText, asUnsigned, isRequestArray, named, type RequestJson } from "./request-json.ts";

/** Deeper than this Triton does not follow nested data. */
const DEEPEST = 100;

/**
 * The tensor of an input that has its data as JSON, flat or nested in any way. Integers that are too large for the type lose their upper bits, as
 * in Triton. `limit`: the most bytes that it may take. Throws what Triton answers.
 */
export function tensorOfRequest(name: string, dataType: DataType, shape: readonly number[], value: RequestJson, limit: number): Tensor {
  if (dataType === "TYPE_FP16" || dataType === "TYPE_BF16") {
    throw invalidArgument(`receiving ${v2Name(dataType)} data via JSON is not supported. Please use the binary data format for input ${name}`);
  }
  const count = shape.length === 0 ? 0 : elementCount(shape);
  const bytes = count * bytesPerElement(dataType);
  if (bytes > limit) {
    throw invalidArgument(`JSON input '${name}' has a byte_size (${bytes} bytes) that exceeds the maximum allowed value of ${limit} bytes. Use --max-input-bytes to increase the limit.`);
  }
  if (dataType === "TYPE_STRING") return { dataType, shape, data: count === 0 ? [] : texts(value, count) };
  const data = allocate(dataType, count);
  if (count > 0) fill(data, count, value, WRITERS[dataType] ?? signed);
  return { dataType, shape, data };
}

type Write = (data: TypedData, at: number, value: RequestJson) => void;

const real: Write = (data, at, value) => (data[at] = asReal(value));
const signed: Write = (data, at, value) => (data[at] = Number(BigInt.asIntN(32, asSigned(value))));
const unsigned: Write = (data, at, value) => (data[at] = Number(BigInt.asUintN(32, asUnsigned(value))));

const WRITERS: Partial<Record<DataType, Write>> = {
  TYPE_BOOL: (data, at, value) => (data[at] = asBoolean(value) ? 1 : 0),
  TYPE_UINT8: unsigned,
  TYPE_UINT16: unsigned,
  TYPE_UINT32: unsigned,
  TYPE_UINT64: (data, at, value) => (data[at] = asUnsigned(value)),
  TYPE_INT64: (data, at, value) => (data[at] = asSigned(value)),
  TYPE_FP32: real,
  TYPE_FP64: real,
};

function fill(data: TypedData, count: number, value: RequestJson, write: Write): void {
  let at = 0;
  named("data", () => {
    eachLeaf(asArray(value), 1, (leaf) => {
      if (at >= count) throw internal("Shape does not match true shape of 'data' field");
      write(data, at++, leaf);
    });
  });
  if (at < count) throw tooFew();
}

function texts(value: RequestJson, count: number): Uint8Array[] {
  const elements: Uint8Array[] = [];
  const items = named("data", () => asArray(value));
  eachLeaf(items, 1, (leaf) => {
    if (elements.length >= count) throw internal("Unable to parse 'data': Shape does not match true shape of 'data' field");
    try {
      elements.push(encodeSourceText(asText(leaf)));
    } catch (error) {
      throw internal(`Unable to parse JSON bytes array: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  if (elements.length < count) throw tooFew();
  return elements;
}

function eachLeaf(items: readonly RequestJson[], depth: number, take: (leaf: RequestJson) => void): void {
  if (depth > DEEPEST) throw invalidArgument(`JSON nesting depth exceeds maximum allowed limit (${DEEPEST})`);
  for (const item of items) {
    if (isRequestArray(item)) eachLeaf(item, depth + 1, take);
    else take(item);
  }
}

function tooFew(): Error {
  return internal("Failed to parse 'data' field: shape does not match true shape");
}
