// Running a chain on the CPU: tensors in, dictionary, transforms, tensors out.
import { assert, ConchError } from "../base/errors.ts";
import { allocate, type DataType, type TypedData } from "../tensor/data-type.ts";
import { elementCount, isBytes, typedData, type Tensor } from "../tensor/tensor.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import { affineOwner, staysText, type TransformChain } from "./chain.ts";
import { atStep, checkKinds, inputBindings, mismatch, missingOutput, outputBindings, presentKeys, unfinishedOutput } from "./chain-infer.ts";
import type { OpenedItems } from "./chain-open.ts";
import { shapeText } from "./dictionary.ts";
import { arrayTypeOf } from "./dtype-name.ts";
import type { ArrayItem, CpuTransform } from "./transform.ts";

/** Transform name → its CPU code, for every transform of the chain. */
export type CpuTable = ReadonlyMap<string, CpuTransform>;

/**
 * The chain's outputs: every output of the config, or those `requested`. With max_batch_size > 0 the chain runs once for each item of the
 * first dimension and the results are stacked. `opened` is what the chain's opening transforms made of the files (see chain-open.ts). Inputs
 * are not written to, and outputs may share their memory.
 * Throws TRANSFORMS_INVALID, TENSOR_MISMATCH (inputs and outputs that do not fit the config), TRANSFORM_FAILED, or the signal's reason.
 */
export function runChainOnCpu(
  chain: TransformChain,
  config: ModelConfig,
  inputs: ReadonlyMap<string, Tensor>,
  cpuTable: CpuTable,
  signal?: AbortSignal,
  requested: readonly string[] = config.output.map((output) => output.name),
  opened: OpenedItems = [],
): Map<string, Tensor> {
  const run = (item: ReadonlyMap<string, Tensor>, index: number, which: string): Map<string, Tensor> =>
    runItem(chain, config, item, opened[index] ?? new Map(), cpuTable, signal, requested, which);
  if (config.max_batch_size <= 0) return run(inputs, 0, "");
  const items = batchItems(inputs);
  const results = items.map((item, index) => run(item, index, items.length > 1 ? ` of item ${index}` : ""));
  return new Map(requested.map((name) => [name, stackItems(name, results.map((result) => result.get(name)))]));
}

/** The items of a batch: every tensor's first dimension taken apart, without a copy. Throws TENSOR_MISMATCH when the tensors differ in it. */
function batchItems(inputs: ReadonlyMap<string, Tensor>): Map<string, Tensor>[] {
  const sizes = [...inputs].map(([name, tensor]) => [name, tensor.shape[0] ?? 0] as const);
  const count = sizes[0]?.[1] ?? 0;
  if (sizes.some(([, size]) => size !== count)) {
    throw new ConchError("TENSOR_MISMATCH", `The inputs have different batch sizes: ${sizes.map(([name, size]) => `${name} ${size}`).join(", ")}`);
  }
  if (count === 0) throw new ConchError("TENSOR_MISMATCH", "The batch has no item");
  return Array.from({ length: count }, (_, index) => new Map([...inputs].map(([name, tensor]) => [name, itemOf(tensor, index)])));
}

function itemOf(tensor: Tensor, index: number): Tensor {
  const shape = tensor.shape.slice(1);
  const count = elementCount(shape);
  if (isBytes(tensor)) return { dataType: tensor.dataType, shape, data: tensor.data.slice(index * count, (index + 1) * count) };
  return { dataType: tensor.dataType, shape, data: typedData(tensor).subarray(index * count, (index + 1) * count) };
}

/** The items' tensors as one with a batch dimension; of one item its memory is kept. Throws TENSOR_MISMATCH, naming the items, for unequal shapes. */
function stackItems(name: string, items: readonly (Tensor | undefined)[]): Tensor {
  const first = items[0];
  assert(first !== undefined, `no item has output ${name}`);
  items.forEach((item, index) => {
    if (item !== undefined && shapeText(item.shape) === shapeText(first.shape)) return;
    throw new ConchError(
      "TENSOR_MISMATCH",
      `Output "${name}": item ${index} has shape ${shapeText(item?.shape ?? [])}, item 0 has ${shapeText(first.shape)}; the items of a batch must agree. Send them in requests of their own`,
      { data: { output: name, item: index } },
    );
  });
  const shape = [items.length, ...first.shape];
  if (items.length === 1) return { ...first, shape };
  const count = elementCount(first.shape);
  const data = allocate(first.dataType, count * items.length);
  items.forEach((item, index) => item !== undefined && (data as Uint8Array).set(typedData(item) as Uint8Array, index * count));
  return { dataType: first.dataType, shape, data };
}

function runItem(
  chain: TransformChain,
  config: ModelConfig,
  inputs: ReadonlyMap<string, Tensor>,
  opened: ReadonlyMap<string, ArrayItem>,
  cpuTable: CpuTable,
  signal: AbortSignal | undefined,
  requested: readonly string[],
  which: string,
): Map<string, Tensor> {
  let dictionary = startingDictionary(chain, config, inputs, opened);
  for (const step of chain.steps) {
    signal?.throwIfAborted();
    if (step.spec.opens !== undefined) continue;
    checkKinds(step, dictionary);
    const transform = cpuTable.get(step.spec.name);
    assert(transform !== undefined, `no CPU code was loaded for ${step.spec.name}`);
    try {
      dictionary = transform(step.parameters, presentKeys(step, dictionary), dictionary, signal);
    } catch (thrown) {
      throw atStep(thrown, step);
    }
  }
  const outputs = new Map<string, Tensor>();
  for (const { key, tensor } of outputBindings(chain, config)) {
    if (!requested.includes(tensor)) continue;
    const value = outputOf(dictionary, key, tensor);
    const output = config.output.find(({ name }) => name === tensor);
    const problem = output === undefined ? undefined : mismatch(output, value.dataType, value.shape);
    if (problem !== undefined) throw new ConchError("TENSOR_MISMATCH", `${problem}${which === "" ? "" : ` (${which.trim()})`}`, { data: { output: tensor } });
    outputs.set(tensor, value);
  }
  return outputs;
}

/** The dictionary that the first transform sees, of inputs without batch dimension: affines attached to their arrays. Throws TENSOR_MISMATCH. */
function startingDictionary(
  chain: TransformChain,
  config: ModelConfig,
  inputs: ReadonlyMap<string, Tensor>,
  opened: ReadonlyMap<string, ArrayItem>,
): Map<string, ArrayItem> {
  const dictionary = new Map(opened);
  const affines = new Map<string, Float64Array>();
  for (const { key, tensor, affineOf } of inputBindings(chain, config)) {
    const value = inputs.get(tensor);
    const input = config.input.find(({ name }) => name === tensor);
    if (value === undefined) {
      if (input?.optional === true) continue;
      throw new ConchError("TENSOR_MISMATCH", `Input "${tensor}" is missing`, { data: { input: tensor } });
    }
    if (affineOf !== undefined) affines.set(affineOf, affineFrom(tensor, value));
    else if (!opened.has(key) && !staysText(chain, key)) dictionary.set(key, { dataType: arrayTypeOf(value.dataType, tensor), shape: value.shape, data: widened(value) });
  }
  for (const [key, affine] of affines) {
    const item = dictionary.get(key);
    if (item !== undefined) dictionary.set(key, { ...item, affine });
  }
  return dictionary;
}

function affineFrom(tensor: string, value: Tensor): Float64Array {
  if (value.dataType === "TYPE_FP64" && value.shape.length === 2 && value.shape.every((size) => size === 4)) return value.data as Float64Array;
  throw new ConchError("TENSOR_MISMATCH", `Input "${tensor}" is an affine and must be TYPE_FP64 [4, 4], found ${value.dataType} ${shapeText(value.shape)}`, {
    data: { input: tensor },
  });
}

function widened(value: Tensor): TypedData {
  const data = typedData(value);
  if (data instanceof BigUint64Array) return new BigInt64Array(data.buffer, data.byteOffset, data.length);
  if (data instanceof Uint32Array) return BigInt64Array.from(data, BigInt);
  const narrow: DataType = "TYPE_UINT16";
  return value.dataType === narrow ? Int32Array.from(data as Uint16Array) : data;
}

function outputOf(dictionary: ReadonlyMap<string, ArrayItem>, key: string, tensor: string): Tensor {
  const item = dictionary.get(key);
  if (item !== undefined) {
    const unfinished = unfinishedOutput(tensor, key, item);
    if (unfinished !== undefined) throw unfinished;
    return { dataType: item.dataType, shape: item.shape, data: item.data };
  }
  const owner = affineOwner(key, [...dictionary.keys()]);
  const affine = owner === undefined ? undefined : dictionary.get(owner)?.affine;
  if (affine === undefined) throw missingOutput(tensor, key, dictionary.keys());
  return { dataType: "TYPE_FP64", shape: [4, 4], data: affine };
}
