import { writeExactJson, type JsonValue } from "../../base/exact-json.ts";
import { bytesPerElement, v2Name, type DataType } from "../../tensor/data-type.ts";
import { elementCount, isBytes, type Tensor } from "../../tensor/tensor.ts";
import { unsendable } from "./document.ts";
import { jsonParameters, type Parameters } from "./parameters.ts";
import { partBytes, tensorParts } from "./tensor-binary.ts";
import { tensorText } from "./tensor-json.ts";
import type { BodyParts } from "./transport.ts";

/** One inference. */
export interface InferRequest {
  /** Comes back with the answer, and stands in the server's messages. */
  readonly id?: string;
  readonly inputs: readonly InferInput[];
  /** What to compute; all outputs where it is left out or empty. */
  readonly outputs?: readonly RequestedOutput[];
  /** Whether outputs that are not listed come back as binary. They do unless this is false. */
  readonly binaryOutputs?: boolean;
  /**
   * Known to Triton: sequence_id (integer or text), sequence_start, sequence_end (boolean), priority (0: the model's default), timeout
   * (microseconds in the queue), binary_data_output. All others go to the backend, for which names that begin with triton_ are refused.
   */
  readonly parameters?: Parameters;
}

/** An input: a tensor, data as JSON, or (neither) what `parameters` name, such as shared_memory_region with shared_memory_byte_size. */
export type InferInput = { readonly name: string; readonly parameters?: Parameters } & (
  | {
      readonly tensor: Tensor;
      /** As binary unless this is false. */
      readonly binary?: boolean;
    }
  | {
      readonly dataType: DataType;
      readonly shape: readonly number[];
      /** Sent as it is, for the server to judge. */
      readonly json?: JsonValue;
    }
);

/** An output to compute. */
export interface RequestedOutput {
  readonly name: string;
  /** As binary unless this is false, or the output goes to shared memory. */
  readonly binary?: boolean;
  /** Such as classification (how many of the largest values, as text with their labels), or shared_memory_region. */
  readonly parameters?: Parameters;
}

/** A request as it is sent. */
export interface InferBody {
  readonly body: BodyParts;
  readonly headers: Readonly<Record<string, string>>;
}

/** The header by which both sides know the JSON from the tensors behind it. */
export const HEADER_LENGTH = "Inference-Header-Content-Length";

/**
 * The body of an inference: the JSON, then the binary tensors, which are not copied. Throws V2_REQUEST_INVALID where data do not fit their shape, or
 * cannot be sent as JSON.
 */
export function inferBody(request: InferRequest): InferBody {
  const binary: BodyParts[] = [];
  const inputs = request.inputs.map((input) => inputText(input, binary));
  const outputs = request.outputs?.map(outputText);
  const members = [
    ...(request.id === undefined ? [] : [`"id":${JSON.stringify(request.id)}`]),
    ...parametersText(request.parameters, wantsBinary(request) ? { binary_data_output: true } : undefined),
    `"inputs":[${inputs.join(",")}]`,
    ...(outputs === undefined ? [] : [`"outputs":[${outputs.join(",")}]`]),
  ];
  const header = new TextEncoder().encode(`{${members.join(",")}}`);
  if (binary.length === 0) return { body: [header], headers: { "Content-Type": "application/json" } };
  return { body: [header, ...binary.flat()], headers: { "Content-Type": "application/octet-stream", [HEADER_LENGTH]: String(header.byteLength) } };
}

/** Listed outputs decide for themselves. */
function wantsBinary({ outputs = [], binaryOutputs = true }: InferRequest): boolean {
  return binaryOutputs && outputs.length === 0;
}

function inputText(input: InferInput, binary: BodyParts[]): string {
  const { name } = input;
  if (!("tensor" in input)) {
    const data = input.json === undefined ? [] : [`"data":${writeExactJson(input.json)}`];
    return `{${[...headText(name, input.dataType, input.shape), ...parametersText(input.parameters), ...data].join(",")}}`;
  }
  const { tensor } = input;
  checkTensor(tensor, name);
  const head = headText(name, tensor.dataType, tensor.shape);
  if (input.binary === false) return `{${[...head, ...parametersText(input.parameters), `"data":${tensorText(tensor, name)}`].join(",")}}`;
  const parts = tensorParts(tensor);
  binary.push(parts);
  return `{${[...head, ...parametersText(input.parameters, { binary_data_size: partBytes(parts) })].join(",")}}`;
}

function headText(name: string, dataType: DataType, shape: readonly number[]): string[] {
  return [`"name":${JSON.stringify(name)}`, `"datatype":${JSON.stringify(v2Name(dataType))}`, `"shape":${writeExactJson(shape)}`];
}

function outputText({ name, binary, parameters }: RequestedOutput): string {
  const shared = parameters?.["shared_memory_region"] !== undefined;
  return `{${[`"name":${JSON.stringify(name)}`, ...parametersText(parameters, (binary ?? !shared) ? { binary_data: true } : undefined)].join(",")}}`;
}

/** What the caller says goes before what the client adds, but for the size of a tensor's bytes. */
function parametersText(given: Parameters | undefined, added?: Parameters): string[] {
  if (given === undefined && added === undefined) return [];
  const size = added?.["binary_data_size"] === undefined ? {} : added;
  return [`"parameters":${writeExactJson(jsonParameters({ ...added, ...given, ...size }))}`];
}

function checkTensor(tensor: Tensor, name: string): void {
  const { dataType, shape, data } = tensor;
  const count = elementCount(shape);
  const fits = isBytes(tensor) || (data as Uint8Array).byteLength === count * bytesPerElement(dataType);
  if (fits && data.length === count && shape.every((size) => Number.isSafeInteger(size) && size >= 0)) return;
  throw unsendable(`Input "${name}" cannot be sent: ${v2Name(dataType)} [${shape.join(", ")}] takes ${count} elements, found ${data.length}`);
}
