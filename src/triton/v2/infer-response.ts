import * as v from "valibot";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/exact-json.ts";
import { fromV2, type DataType } from "../../tensor/data-type.ts";
import { elementCount, type Tensor } from "../../tensor/tensor.ts";
import { announcedBytes, type Incoming } from "./connection.ts";
import { tooLarge } from "./body-source.ts";
import { asObject, conform, expectType, parseDocument, readDocument } from "./document.ts";
import { exchangeError } from "./failure.ts";
import { HEADER_LENGTH } from "./infer-request.ts";
import { checkBinarySize, readTensor } from "./tensor-binary.ts";
import { MisfitData, tensorOfJson } from "./tensor-json.ts";

/** The answer to an inference. */
export interface InferResponse {
  readonly id: string | undefined;
  readonly modelName: string;
  readonly modelVersion: string | undefined;
  /** Whatever the model says beside its outputs. Where Triton names one twice (an ensemble's steps do), the last holds. */
  readonly parameters: JsonObject;
  /** In the server's order, which is not that of the request. */
  readonly outputs: readonly InferOutput[];
}

/** An output as it came. */
export interface InferOutput {
  readonly name: string;
  readonly dataType: DataType;
  readonly shape: readonly number[];
  /** Undefined for an output that went to shared memory. */
  readonly tensor: Tensor | undefined;
  /** Without binary_data_size. */
  readonly parameters: JsonObject;
}

interface AnnouncedOutput {
  readonly name: string;
  readonly dataType: DataType;
  readonly shape: readonly number[];
  readonly parameters: JsonObject;
  readonly data: JsonValue | undefined;
  readonly bytes: number | undefined;
}

const SIZE = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const HEAD = v.object({ id: v.optional(v.string()), model_name: v.string(), model_version: v.optional(v.string()), outputs: v.array(v.unknown()) });
const OUTPUT = v.object({ name: v.string(), datatype: v.string(), shape: v.array(SIZE) });

/** Reads the answer to an inference, JSON or binary. Every size is checked before memory is taken for it. */
export async function readInferResponse(incoming: Incoming): Promise<InferResponse> {
  const { request, header, source, limits } = incoming;
  const length = headerLength(incoming);
  const document = length === undefined ? await jsonDocument(incoming) : await headerDocument(incoming, length);
  const root = asObject(document, request);
  const head = conform(HEAD, document, request);
  const announced = (root["outputs"] as readonly JsonValue[]).map((output, index) => announcedOutput(output, index, request));
  const binary = announced.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  const total = (length ?? 0) + binary;
  if (length === undefined && binary > 0) throw invalid(incoming, `the answer announces ${binary} bytes of binary tensors without the header ${HEADER_LENGTH}`);
  if (total > limits.responseBytes) throw tooLarge(request, limits.responseBytes, total);
  const whole = header("content-encoding") === undefined ? announcedBytes(incoming) : undefined;
  if (length !== undefined && whole !== undefined && whole !== total) throw invalid(incoming, `the answer has ${whole} bytes, but its parts announce ${total}`);
  const outputs: InferOutput[] = [];
  for (const output of announced) outputs.push(await readOutput(output, incoming));
  await source.end();
  return {
    id: head.id,
    modelName: head.model_name,
    modelVersion: head.model_version,
    parameters: root["parameters"] === undefined ? {} : asObject(root["parameters"], request, "parameters"),
    outputs,
  };
}

function headerLength(incoming: Incoming): number | undefined {
  const text = incoming.header(HEADER_LENGTH);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw invalid(incoming, `expected ${HEADER_LENGTH} to be a number of bytes, found ${JSON.stringify(text)}`);
  const length = Number(text);
  if (length > incoming.limits.documentBytes) throw tooLarge(incoming.request, incoming.limits.documentBytes, length);
  return length;
}

async function jsonDocument(incoming: Incoming): Promise<JsonValue> {
  if (incoming.header("content-type")?.startsWith("application/octet-stream") === true) {
    throw invalid(incoming, `the answer is binary, but has no header ${HEADER_LENGTH} (a page of another origin sees only headers that the server exposes)`);
  }
  return readDocument(incoming, ofParameters);
}

async function headerDocument(incoming: Incoming, length: number): Promise<JsonValue> {
  expectType(incoming, /^application\/(?:octet-stream|json)$/, "application/octet-stream");
  const text = await incoming.source.textOf(length, "the JSON part");
  return parseDocument(text, incoming, ofParameters);
}

/** Whether an object is the parameters of the answer or of one of its outputs. */
function ofParameters(root: JsonValue, object: JsonObject): boolean {
  if (!isJsonObject(root)) return false;
  const outputs = Array.isArray(root["outputs"]) ? (root["outputs"] as readonly JsonValue[]) : [];
  return [root, ...outputs].some((owner) => isJsonObject(owner) && owner["parameters"] === object);
}

function announcedOutput(value: JsonValue, index: number, request: string): AnnouncedOutput {
  const output = asObject(value, request, `outputs[${index}]`);
  const { name, datatype, shape } = conform(OUTPUT, output, `${request}, outputs[${index}]`);
  const { binary_data_size: size, ...parameters } = output["parameters"] === undefined ? {} : asObject(output["parameters"], request, `the parameters of "${name}"`);
  const dataType = fromV2(datatype);
  if (dataType === undefined) throw misfit(request, name, `${JSON.stringify(datatype)} is no data type of the protocol`);
  if (!Number.isSafeInteger(elementCount(shape))) throw misfit(request, name, `no tensor has the shape [${shape.join(", ")}]`);
  if (size === undefined) return { name, dataType, shape, parameters, data: output["data"], bytes: undefined };
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) throw misfit(request, name, "binary_data_size is no number of bytes");
  if (output["data"] !== undefined) throw misfit(request, name, "it has both data and binary_data_size");
  fitting(request, name, () => checkBinarySize(dataType, shape, size));
  return { name, dataType, shape, parameters, data: undefined, bytes: size };
}

async function readOutput(output: AnnouncedOutput, { request, source }: Incoming): Promise<InferOutput> {
  const { name, dataType, shape, parameters, data, bytes } = output;
  if (bytes !== undefined) {
    try {
      return { name, dataType, shape, parameters, tensor: await readTensor(source, dataType, shape, bytes, `output "${name}"`) };
    } catch (error) {
      throw error instanceof MisfitData ? misfit(request, name, error.message) : error;
    }
  }
  const tensor = data === undefined ? undefined : fitting(request, name, () => tensorOfJson(dataType, shape, data));
  return { name, dataType, shape, parameters, tensor };
}

function fitting<T>(request: string, name: string, made: () => T): T {
  try {
    return made();
  } catch (error) {
    throw error instanceof MisfitData ? misfit(request, name, error.message) : error;
  }
}

function misfit(request: string, output: string, message: string): Error {
  return exchangeError("V2_RESPONSE_INVALID", request, `output "${output}" cannot be read: ${message}`, { data: { output } });
}

function invalid({ request }: Incoming, message: string): Error {
  return exchangeError("V2_RESPONSE_INVALID", request, message);
}
