import { decodeSourceText } from "../../../base/source-text.ts";
import { fromV2 } from "../../../tensor/data-type.ts";
import { elementCount, type Tensor } from "../../../tensor/tensor.ts";
import { binaryTensor, checkBinaryBytes } from "./binary-tensor.ts";
import type { CallTarget, InferCall, InputType, OutputWish } from "./infer-call.ts";
import { tensorOfRequest } from "./json-tensor.ts";
import { aboutRequest, invalidArgument, notFound, ProtocolError } from "./protocol-error.ts";
import { rawCall } from "./raw-call.ts";
import type { RequestBody } from "./request-body.ts";
import { callParameters } from "./request-parameters.ts";
import { asArray, asBoolean, asText, asUnsigned, member, named, optionalMember, parseRequestJson, type RequestJson } from "./request-json.ts";

/** An input whose elements follow the JSON. */
interface BinaryInput extends InputType {
  readonly name: string;
  readonly bytes: number;
}

/**
 * Reads an inference: the JSON, then each binary tensor into the memory that holds it, as it comes. Everything that can be told from the JSON and
 * the announced length of the body is checked before memory is taken. `headerLength`: the value of Inference-Header-Content-Length.
 * Throws {@link ProtocolError} with what Triton answers.
 */
export async function decodeInfer(body: RequestBody, headerLength: string | undefined, target: CallTarget): Promise<InferCall> {
  if (headerLength === "0") return rawCall(body, target);
  const root = parseRequestJson(await jsonText(body, headerLength, target.limit));
  const idMember = optionalMember(root, "id");
  const id = idMember === undefined ? undefined : named("id", () => asText(idMember));
  const parameters = callParameters(optionalMember(root, "parameters"), id);
  const inputs = new Map<string, InputType | Tensor>();
  const binary: BinaryInput[] = [];
  let left = body.left;
  for (const input of named("inputs", () => asArray(member(root, "inputs")))) {
    const bytes = binarySize(input);
    const { name, ...type } = inputHead(input, target);
    if (inputs.has(name)) throw invalidArgument(aboutRequest(id, `input '${name}' already exists in request`));
    if (bytes === undefined) inputs.set(name, tensorOfRequest(name, type.dataType, type.shape, member(input, "data"), target.limit));
    else {
      if (left !== undefined && bytes > left) throw tooShort(name, bytes - left, target);
      if (left !== undefined) left -= bytes;
      inputs.set(name, type);
      binary.push({ name, ...type, bytes });
    }
  }
  const wished = optionalMember(root, "outputs");
  const outputs = wished === undefined ? [] : named("outputs", () => asArray(wished)).map(outputWish);
  if (left !== undefined && left > 0) throw tooLong(target);
  const problem = target.problem(id, inputs, outputs);
  if (problem !== undefined) throw invalidArgument(problem);
  for (const input of binary) checkBinaryBytes(input.name, input, input.bytes, id, target.model);
  for (const input of binary) {
    const { tensor, missing } = await binaryTensor(body, input.name, input, input.bytes, id, target.model);
    if (missing > 0) throw tooShort(input.name, missing, target);
    inputs.set(input.name, tensor);
  }
  if (!(await body.ended())) throw tooLong(target);
  return { id, ...parameters, inputs: inputs as ReadonlyMap<string, Tensor>, outputs };
}

async function jsonText(body: RequestBody, headerLength: string | undefined, limit: number): Promise<string> {
  const total = body.left;
  if (headerLength === undefined) {
    const whole = await body.all(limit);
    if (whole === undefined) throw tooLarge(total ?? limit + 1, limit);
    return decodeSourceText(whole);
  }
  if (!/^[+-]?\d+$/.test(headerLength)) throw invalidArgument(`Unable to parse Inference-Header-Content-Length, got: ${headerLength}`);
  const length = Number(headerLength);
  if (length < 0 || (total !== undefined && length > total)) throw outOfRange(total, headerLength);
  if (length > limit) throw tooLarge(length, limit);
  const bytes = new Uint8Array(length);
  const filled = await body.copyTo(bytes);
  if (filled < length) throw outOfRange(filled, headerLength);
  return decodeSourceText(bytes);
}

/** Bytes of the input behind the JSON; undefined where its data are in the JSON. */
function binarySize(input: RequestJson): number | undefined {
  const parameters = optionalMember(input, "parameters");
  const size = optionalMember(parameters ?? null, "binary_data_size");
  const region = optionalMember(parameters ?? null, "shared_memory_region");
  const given = [optionalMember(input, "data"), size, region].filter((each) => each !== undefined).length;
  if (given !== 1) {
    throw invalidArgument(
      "Input must set only one of the following fields: 'data', 'binary_data_size' in 'parameters', 'shared_memory_region' in 'parameters'. But got " +
        (given === 0 ? "none of them" : `${given} of them`),
    );
  }
  if (region !== undefined) throw notFound(`Unable to find shared memory region: '${named("shared_memory_region", () => asText(region))}'`);
  return size === undefined ? undefined : Number(named("binary_data_size", () => asUnsigned(size)));
}

function inputHead(input: RequestJson, { model }: CallTarget): InputType & { readonly name: string } {
  const name = named("name", () => asText(member(input, "name")));
  const shape = named("shape", () => asArray(member(input, "shape")).map((size) => Number(asUnsigned(size))));
  const datatype = named("datatype", () => asText(member(input, "datatype")));
  const dataType = fromV2(datatype);
  if (dataType === undefined) throw invalidArgument(`invalid datatype for input ${name}`);
  if (!Number.isSafeInteger(elementCount(shape))) throw invalidArgument(`input '${name}' of model '${model}' has more elements than can be addressed: [${shape.join()}]`);
  return { name, dataType, shape };
}

function outputWish(output: RequestJson): OutputWish {
  const name = named("name", () => asText(member(output, "name")));
  const parameters = optionalMember(output, "parameters") ?? null;
  const most = optionalMember(parameters, "classification");
  const classification = most === undefined ? 0 : Number(named("classification", () => asUnsigned(most), "set"));
  const binary = optionalMember(parameters, "binary_data");
  const region = optionalMember(parameters, "shared_memory_region");
  if (region !== undefined) {
    if (classification > 0) throw invalidArgument("Output can't set both 'shared_memory_region' and 'classification'");
    if (binary === true) throw invalidArgument("Output can't set both 'shared_memory_region' and 'binary_data'");
    throw notFound(`Unable to find shared memory region: '${named("shared_memory_region", () => asText(region))}'`);
  }
  return { name, classification, binary: binary !== undefined && named("binary_data", () => asBoolean(binary)) };
}

function tooShort(input: string, bytes: number, { model }: CallTarget): ProtocolError {
  return invalidArgument(`unexpected size for input '${input}', expecting ${bytes} additional bytes for model '${model}'`);
}

function tooLong({ model }: CallTarget): ProtocolError {
  return invalidArgument(`unexpected additional input data for model '${model}'`);
}

function outOfRange(total: number | undefined, found: string): ProtocolError {
  return invalidArgument(`inference header size should be in range (0, ${total ?? "the body"}), got: ${found}`);
}

/** The refusal of a document that is larger than a server takes. */
export function tooLarge(bytes: number, limit: number): ProtocolError {
  return invalidArgument(`request JSON size of ${bytes} bytes exceeds the maximum allowed input size of ${limit} bytes. Use --max-input-bytes to increase the limit.`);
}
