// Inference requests of the v2 client from the documents and bytes of recorded ones.
import { isJsonObject, readExactJson, type JsonObject, type JsonValue } from "../base/exact-json.ts";
import { bytesPerElement, fromV2 } from "../tensor/data-type.ts";
import { elementCount, tensorFromBytes, type Tensor } from "../tensor/tensor.ts";
import type { InferInput, InferRequest, RequestedOutput } from "../triton/v2/infer-request.ts";
import type { Parameter, Parameters } from "../triton/v2/parameters.ts";
import { tensorOfJson, tensorText } from "../triton/v2/tensor-json.ts";

/** Why no client of the protocol sends a request. */
export type Unmakeable =
  | "no operation has this method and path"
  | "the body is no JSON document"
  | "the document is not of the operation's form"
  | "the binary data are not those of the tensors"
  | "the header gives a wrong length"
  | "whole numbers are written without a fraction"
  | "the body is not in the coding that its header names";

/** Thrown while a call is made of an exchange. */
export class NotMakeable extends Error {
  readonly reason: Unmakeable;

  constructor(reason: Unmakeable) {
    super(reason);
    this.reason = reason;
  }
}

/** The request that a JSON document and the bytes behind it are; `hasHeader` where the exchange says which is which. Throws {@link NotMakeable}. */
export function inferRequest(root: JsonValue, binary: Uint8Array, hasHeader: boolean): InferRequest {
  const { id, inputs, outputs, parameters, ...others } = objectOf(root);
  if (!isTextOrNone(id) || !isList(inputs) || !(outputs === undefined || isList(outputs)) || Object.keys(others).length > 0) throw new NotMakeable("the document is not of the operation's form");
  const rest = { at: 0, bytes: binary, hasHeader };
  const made = inputs.map((input) => inferInput(objectOf(input), rest));
  if (rest.at !== binary.byteLength) throw new NotMakeable("the binary data are not those of the tensors");
  const { binary_data_output: all, ...given } = parametersOf(parameters);
  const byDefault = all === true && (outputs ?? []).length === 0;
  return {
    ...(id === undefined ? {} : { id }),
    inputs: made,
    ...(outputs === undefined ? {} : { outputs: outputs.map((output) => requestedOutput(objectOf(output))) }),
    ...(parameters === undefined ? {} : { parameters: byDefault || all === undefined ? given : { ...given, binary_data_output: all } }),
    binaryOutputs: byDefault,
  };
}

function inferInput(input: JsonObject, rest: { at: number; readonly bytes: Uint8Array; readonly hasHeader: boolean }): InferInput {
  const { name, datatype, shape, data, parameters, ...others } = input;
  const dataType = typeof datatype === "string" ? fromV2(datatype) : undefined;
  const sizes = isList(shape) && shape.every((size) => typeof size === "number") ? (shape as readonly number[]) : undefined;
  if (typeof name !== "string" || dataType === undefined || sizes === undefined || Object.keys(others).length > 0) throw new NotMakeable("the document is not of the operation's form");
  const { binary_data_size: size, ...given } = parametersOf(parameters);
  if (size === undefined) return { name, ...(parameters === undefined ? {} : { parameters: given }), ...dataOf(dataType, sizes, data) };
  const bytes = rest.bytes.subarray(rest.at, (rest.at += Number(size)));
  const tensor = rest.hasHeader ? binaryTensor(dataType, sizes, bytes, Number(size)) : undefined;
  if (tensor === undefined) throw new NotMakeable("the binary data are not those of the tensors");
  return { name, tensor, parameters: given };
}

/** As a tensor where its JSON is the very data, else as the data. */
function dataOf(dataType: Tensor["dataType"], shape: readonly number[], data: JsonValue | undefined): { tensor: Tensor; binary: false } | { dataType: Tensor["dataType"]; shape: readonly number[]; json?: JsonValue } {
  if (data === undefined) return { dataType, shape };
  try {
    const tensor = tensorOfJson(dataType, shape, data);
    const own = readExactJson(tensorText(tensor, "any"));
    if ("value" in own && isList(data) && own.value !== null && same(own.value as readonly JsonValue[], data)) return { tensor, binary: false };
  } catch {
    // Sent as it is, then.
  }
  return { dataType, shape, json: data };
}

function same(left: readonly JsonValue[], right: readonly JsonValue[]): boolean {
  return left.length === right.length && left.every((item, index) => Object.is(item, right[index]));
}

function binaryTensor(dataType: Tensor["dataType"], shape: readonly number[], bytes: Uint8Array, size: number): Tensor | undefined {
  if (bytes.byteLength !== size) return undefined;
  if (dataType !== "TYPE_STRING") return size === elementCount(shape) * bytesPerElement(dataType) ? tensorFromBytes(dataType, shape, bytes) : undefined;
  const elements: Uint8Array[] = [];
  let at = 0;
  while (at + 4 <= size) {
    const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0, true);
    elements.push(bytes.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return at === size && elements.length === elementCount(shape) ? { dataType, shape, data: elements } : undefined;
}

function requestedOutput({ name, parameters, ...others }: JsonObject): RequestedOutput {
  if (typeof name !== "string" || Object.keys(others).length > 0) throw new NotMakeable("the document is not of the operation's form");
  const { binary_data: binary, ...given } = parametersOf(parameters);
  if (parameters === undefined) return { name, binary: false };
  return { name, binary: binary === true, parameters: binary === undefined || binary === true ? given : { ...given, binary_data: binary } };
}

/** A document's parameters, all of them scalars. Throws {@link NotMakeable}. */
export function parametersOf(value: JsonValue | undefined): Parameters {
  const entries = value === undefined ? [] : Object.entries(objectOf(value));
  const scalar = (each: JsonValue): each is Parameter => each !== null && typeof each !== "object";
  if (!entries.every(([, each]) => scalar(each))) throw new NotMakeable("the document is not of the operation's form");
  return Object.fromEntries(entries) as Parameters;
}

/** A value that must be an object. Throws {@link NotMakeable}. */
export function objectOf(value: JsonValue): JsonObject {
  if (isJsonObject(value)) return value;
  throw new NotMakeable("the document is not of the operation's form");
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isTextOrNone(value: JsonValue | undefined): value is string | undefined {
  return value === undefined || typeof value === "string";
}
