import { bytesPerElement, v2Name, type DataType } from "../tensor/data-type.ts";
import { elementCount } from "../tensor/tensor.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import { fits } from "./batch.ts";

/** An input as a request brings it, batch dimension included. */
interface GivenInput {
  readonly dataType: DataType;
  readonly shape: readonly number[];
}

const BATCH_NOTE =
  "NOTE: Setting a non-zero max_batch_size in the model config requires a batch dimension to be prepended to each input shape. If you want to specify the full shape including the batch dim in your input dims config, try setting max_batch_size to zero. See the model configuration docs for more info on max_batch_size.";

/**
 * What Triton refuses when it prepares a request for inference: names, number, batch, data types and shapes of the inputs, in its words and the
 * order of its checks; undefined for a request that may run. Of several inputs it names, as Triton mostly does, the one that was given last.
 */
export function requestProblem(model: string, inputs: ReadonlyMap<string, GivenInput>, config: ModelConfig): string | undefined {
  const given = [...inputs].reverse();
  return countProblem(model, inputs, config) ?? batchProblem(model, given, config) ?? first(given, ([name, input]) => inputProblem(model, name, input, config));
}

function countProblem(model: string, inputs: ReadonlyMap<string, GivenInput>, { input: declared }: ModelConfig): string | undefined {
  const required = declared.filter(({ optional }) => !optional).map(({ name }) => name);
  if (inputs.size >= required.length && inputs.size <= declared.length) return undefined;
  const expected = required.length === declared.length ? `expected ${declared.length} inputs` : `expected number of inputs between ${required.length} and ${declared.length}`;
  const missing = required.filter((name) => !inputs.has(name)).map((name) => `'${name}'`);
  const found = [...inputs.keys()].sort().map((name) => `'${name}'`);
  // Where nothing is missing the server leaves its opening bracket out.
  const list = missing.length === 0 ? "]" : `[${missing.join()}]`;
  return `${expected} but got ${inputs.size} inputs for model '${model}'. Got input(s) [${found.join()}], but missing required input(s) ${list}. Please provide all required input(s).`;
}

function batchProblem(model: string, inputs: readonly (readonly [string, GivenInput])[], config: ModelConfig): string | undefined {
  if (config.max_batch_size === 0) return undefined;
  let batch = 0;
  for (const [name, { shape }] of inputs) {
    if (!config.input.some((each) => each.name === name)) return unexpected(model, name);
    const [size] = shape;
    if (size === undefined) return `input '${name}' has no shape but model requires batch dimension for '${model}'`;
    if (batch !== 0 && size !== batch) return `input '${name}' batch size does not match other inputs for '${model}'`;
    batch = size;
  }
  return batch > config.max_batch_size ? `inference request batch-size must be <= ${config.max_batch_size} for '${model}'` : undefined;
}

function inputProblem(model: string, name: string, { dataType, shape }: GivenInput, { input, max_batch_size }: ModelConfig): string | undefined {
  const declared = input.find((each) => each.name === name);
  if (declared === undefined) return unexpected(model, name);
  if (declared.data_type !== dataType) {
    return `inference input '${name}' data-type is '${v2Name(dataType)}', but model '${model}' expects '${v2Name(declared.data_type)}'`;
  }
  const batches = max_batch_size > 0;
  const expected = batches ? [-1, ...declared.dims] : declared.dims;
  if (!fits(shape, expected)) {
    return `unexpected shape for input '${name}' for model '${model}'. Expected [${expected.join()}], got [${shape.join()}]. ${batches ? BATCH_NOTE : ""}`;
  }
  // An empty batch counts as one item, whose bytes are then missing.
  if (!batches || shape[0] !== 0) return undefined;
  const count = elementCount(shape.slice(1));
  return dataType === "TYPE_STRING"
    ? `expected ${count} string elements for inference input '${name}' for model '${model}', got 0`
    : `input byte size mismatch for input '${name}' for model '${model}'. Expected ${count * bytesPerElement(dataType)}, got 0`;
}

function unexpected(model: string, name: string): string {
  return `unexpected inference input '${name}' for model '${model}'`;
}

function first<T>(items: readonly T[], problemOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
