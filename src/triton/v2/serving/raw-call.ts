import { allocate, bytesPerElement } from "../../../tensor/data-type.ts";
import { elementCount, type Tensor } from "../../../tensor/tensor.ts";
import type { CallTarget, InferCall } from "./infer-call.ts";
import { aboutRequest, invalidArgument } from "./protocol-error.ts";
import type { RequestBody } from "./request-body.ts";

/** Reads a request that is nothing but the bytes of its one input, whose shape follows from their number. Throws what Triton answers. */
export async function rawCall(body: RequestBody, target: CallTarget): Promise<InferCall> {
  const { config, model, limit } = target;
  const [input, ...others] = config.input;
  if (input === undefined || others.length > 0) {
    throw invalidArgument(aboutRequest(undefined, `Raw request must only have 1 input (found 1) to be deduced but got ${config.input.length} inputs in '${model}' model configuration`));
  }
  const announced = body.left;
  const bytes = await body.all(limit);
  if (bytes === undefined) {
    throw invalidArgument(`raw request of ${announced ?? `more than ${limit}`} bytes exceeds the maximum allowed input size of ${limit} bytes. Use --max-input-bytes to increase the limit.`);
  }
  const dims = config.max_batch_size > 0 ? [1, ...input.dims] : input.dims;
  return {
    id: undefined,
    sequence: { id: 0n, start: false, end: false },
    priority: 0n,
    timeout: 0n,
    inputs: new Map([[input.name, input.data_type === "TYPE_STRING" ? text(input.name, input.dims, dims, bytes) : numbers(input.name, input.data_type, dims, bytes, model)]]),
    outputs: [],
    binaryOutputs: true,
  };
}

function text(name: string, dims: readonly number[], shape: readonly number[], bytes: Uint8Array): Tensor {
  if (dims.length !== 1 || dims[0] !== 1) throw invalidArgument(aboutRequest(undefined, `For BYTE datatype raw input '${name}', the model must have input shape [1]`));
  return { dataType: "TYPE_STRING", shape, data: [bytes] };
}

function numbers(name: string, dataType: Exclude<Tensor["dataType"], "TYPE_STRING">, dims: readonly number[], bytes: Uint8Array, model: string): Tensor {
  if (dims.filter((size) => size === -1).length > 1) {
    throw invalidArgument(aboutRequest(undefined, `The shape of the raw input '${name}' can not be deduced because there are more than one variable-sized dimension`));
  }
  const ofRest = elementCount(dims.filter((size) => size !== -1)) * bytesPerElement(dataType);
  const shape = dims.map((size) => (size === -1 ? Math.floor(bytes.byteLength / ofRest) : size));
  const data = allocate(dataType, elementCount(shape));
  if (data.byteLength !== bytes.byteLength) {
    // Triton has lost the name by then.
    throw invalidArgument(aboutRequest(undefined, `input byte size mismatch for input 'raw_input' for model '${model}'. Expected ${data.byteLength}, got ${bytes.byteLength}`));
  }
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength).set(bytes);
  return { dataType, shape, data };
}
