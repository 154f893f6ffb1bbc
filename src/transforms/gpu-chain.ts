// Running a chain on the GPU: tensors in GPU memory in, dictionary, transforms, tensors in GPU memory out. The twin of chain-run.ts.
import { assert, ConchError } from "../base/errors.ts";
import { bytesPerElement, type DataType } from "../tensor/data-type.ts";
import { elementCount } from "../tensor/tensor.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import type { Shader } from "../runtime/gpu.ts";
import type { GpuBuffer } from "../runtime/memory/gpu-memory.ts";
import { affineOwner, staysText, type ChainStep, type TransformChain } from "./chain.ts";
import { atStep, inferStep, inputBindings, mismatch, missingOutput, outputBindings, presentKeys, unfinishedOutput } from "./chain-infer.ts";
import type { OpenedItems } from "./chain-open.ts";
import { shapeText } from "./dictionary.ts";
import { arrayTypeOf } from "./dtype-name.ts";
import { arrayBytes, filled, releaseArray, releaseDropped, withTemporaries, type GpuArray, type GpuContext, type GpuTransform } from "./gpu-array.ts";
import concatBody from "./gpu-concat.wgsl?raw";
import { castArray, gatherElements, settleArray } from "./gpu-conversion.ts";
import prelude from "./gpu-prelude.wgsl?raw";
import type { ArrayItem, ArrayType, Parameters } from "./transform.ts";

const concatShader: Shader = { label: "concat", code: prelude + concatBody };

/** A tensor in GPU memory. */
export interface GpuValue {
  readonly dataType: DataType;
  readonly shape: readonly number[];
  readonly buffer: GpuBuffer;
}

/** Transform name → its GPU code, for every transform of the chain. */
export type GpuTable = ReadonlyMap<string, GpuTransform<Parameters>>;

/**
 * The chain's outputs `requested`, whose buffers the caller owns; inputs are borrowed. With max_batch_size > 0 the chain runs once for each
 * item of the first dimension and the results are stacked. `opened` is what the chain's opening transforms made of the files, uploaded here.
 * Everything is recorded and submitted; nothing is read back but the box of an output
 * whose shape depends on the data. What only the data can tell goes to the report.
 * Throws TRANSFORMS_INVALID, TENSOR_MISMATCH, TRANSFORM_FAILED, DEVICE_LIMIT, or the signal's reason.
 */
export async function runChainOnGpu(
  context: GpuContext,
  chain: TransformChain,
  config: ModelConfig,
  inputs: ReadonlyMap<string, GpuValue>,
  table: GpuTable,
  requested: readonly string[],
  opened: OpenedItems = [],
): Promise<Map<string, GpuValue>> {
  const count = config.max_batch_size > 0 ? batchSize(inputs, opened) : undefined;
  const results: Map<string, GpuValue>[] = [];
  try {
    for (let index = 0; index < (count ?? 1); index++) {
      results.push(await withTemporaries((own) => runItem(context, chain, config, inputs, { index, count, opened: opened[index] ?? new Map() }, table, requested, own)));
    }
    const [only] = results;
    if (count === undefined && only !== undefined) return results.pop() ?? only;
    const stacked = new Map<string, GpuValue>();
    for (const name of requested) stacked.set(name, await stack(context, name, results));
    return stacked;
  } finally {
    for (const result of results) for (const { buffer } of result.values()) buffer.release();
    context.gpu.submit();
  }
}

/** Which item of a batch; no count where there is no batch dimension. */
interface Item {
  readonly index: number;
  readonly count: number | undefined;
  /** What was opened for it. */
  readonly opened: ReadonlyMap<string, ArrayItem>;
}

type Own = <B extends GpuBuffer | GpuArray>(held: B) => B;

async function runItem(
  context: GpuContext,
  chain: TransformChain,
  config: ModelConfig,
  inputs: ReadonlyMap<string, GpuValue>,
  item: Item,
  table: GpuTable,
  requested: readonly string[],
  own: Own,
): Promise<Map<string, GpuValue>> {
  let dictionary: ReadonlyMap<string, GpuArray> = await startingDictionary(context, chain, config, inputs, item, own);
  try {
    for (const step of chain.steps) {
      context.signal.throwIfAborted();
      if (step.spec.opens !== undefined) continue;
      const transform = table.get(step.spec.name);
      assert(transform !== undefined, `no GPU code was loaded for ${step.spec.name}`);
      const close = context.gpu.scope(step.spec.name, context.report.passTimestamps(step.spec.name));
      try {
        // The rule of types and shapes refuses here what the CPU's code would refuse.
        inferStep(step, typesOf(dictionary));
        const next = await applied(context, step, transform, dictionary);
        releaseDropped(dictionary, next);
        dictionary = next;
      } finally {
        close();
      }
    }
    return await outputsOf(context, chain, config, dictionary, requested, item);
  } finally {
    for (const array of new Set(dictionary.values())) releaseArray(array);
  }
}

async function applied(
  context: GpuContext,
  step: ChainStep,
  transform: GpuTransform<Parameters>,
  dictionary: ReadonlyMap<string, GpuArray>,
): Promise<Map<string, GpuArray>> {
  try {
    return await transform(context, step.parameters, presentKeys(step, dictionary), dictionary);
  } catch (thrown) {
    throw atStep(thrown, step);
  }
}

/** The dictionary that the first transform sees: affines attached to their arrays. The caller owns its entries. */
async function startingDictionary(
  context: GpuContext,
  chain: TransformChain,
  config: ModelConfig,
  inputs: ReadonlyMap<string, GpuValue>,
  item: Item,
  own: Own,
): Promise<Map<string, GpuArray>> {
  const affines = new Map<string, GpuBuffer>();
  const arrays = new Map<string, GpuArray>();
  for (const { key, tensor, affineOf } of inputBindings(chain, config)) {
    if (item.opened.has(key) || staysText(chain, key)) continue;
    const given = inputs.get(tensor);
    if (given === undefined) {
      if (config.input.find(({ name }) => name === tensor)?.optional === true) continue;
      throw new ConchError("TENSOR_MISMATCH", `Input "${tensor}" is missing`, { data: { input: tensor } });
    }
    const value = await itemOf(context, given, item);
    own(value.buffer);
    if (affineOf === undefined) {
      arrays.set(key, own(await castArray(context, { ...value, buffer: value.buffer }, arrayTypeOf(value.dataType, tensor))));
    } else if (value.dataType === "TYPE_FP64" && shapeText(value.shape) === "[4, 4]") {
      affines.set(affineOf, value.buffer);
    } else {
      throw new ConchError("TENSOR_MISMATCH", `Input "${tensor}" is an affine and must be TYPE_FP64 [4, 4], found ${value.dataType} ${shapeText(value.shape)}`, {
        data: { input: tensor },
      });
    }
  }
  const dictionary = new Map<string, GpuArray>();
  for (const [key, { dataType, shape, buffer }] of arrays) {
    const affine = affines.get(key)?.retain();
    dictionary.set(key, { dataType, shape, buffer: buffer.retain(), ...(affine && { affine }) });
  }
  for (const [key, { dataType, shape, data, image }] of item.opened) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    dictionary.set(key, { dataType, shape, buffer: context.gpu.memory.upload(`opened/${key}`, bytes), ...(image && { image }) });
  }
  return dictionary;
}

/** One item of a tensor; the caller owns its buffer. */
async function itemOf(context: GpuContext, value: GpuValue, { index, count }: Pick<Item, "index" | "count">): Promise<GpuValue> {
  if (count === undefined) return { ...value, buffer: value.buffer.retain() };
  const shape = value.shape.slice(1);
  if (count === 1) return { ...value, shape, buffer: value.buffer.retain() };
  const elements = elementCount(shape);
  const buffer = await gatherElements(context, "batch/item", value.dataType, value.buffer, {
    sizes: [1, 1, 1, elements],
    strides: [0, 0, 0, 1],
    start: [0, 0, index * elements],
    extent: [1, 1, count * elements],
  });
  return { dataType: value.dataType, shape, buffer };
}

function batchSize(inputs: ReadonlyMap<string, GpuValue>, opened: OpenedItems): number {
  const sizes = [...inputs].map(([name, { shape }]) => [name, shape[0] ?? 0] as const);
  if (opened.length > 0) sizes.push(["the files", opened.length]);
  const count = sizes[0]?.[1] ?? 0;
  if (sizes.some(([, size]) => size !== count)) {
    throw new ConchError("TENSOR_MISMATCH", `The inputs have different batch sizes: ${sizes.map(([name, size]) => `${name} ${size}`).join(", ")}`);
  }
  if (count === 0) throw new ConchError("TENSOR_MISMATCH", "The batch has no item");
  return count;
}

/** What is known of the arrays without looking into GPU memory. */
function typesOf(dictionary: ReadonlyMap<string, GpuArray>): Map<string, ArrayType> {
  return new Map(
    [...dictionary].map(([key, { dataType, shape, affine, window, image }]) => [
      key,
      {
        dataType,
        shape: window === undefined ? shape : [shape[0] ?? null, ...shape.slice(1).map(() => null)],
        affine: affine !== undefined,
        ...(image && { image }),
      },
    ]),
  );
}

async function outputsOf(
  context: GpuContext,
  chain: TransformChain,
  config: ModelConfig,
  dictionary: ReadonlyMap<string, GpuArray>,
  requested: readonly string[],
  item: Item,
): Promise<Map<string, GpuValue>> {
  const outputs = new Map<string, GpuValue>();
  try {
    for (const { key, tensor } of outputBindings(chain, config)) {
      if (!requested.includes(tensor)) continue;
      const value = await outputOf(context, dictionary, key, tensor);
      outputs.set(tensor, value);
      const output = config.output.find(({ name }) => name === tensor);
      const problem = output === undefined ? undefined : mismatch(output, value.dataType, value.shape);
      if (problem === undefined) continue;
      const which = (item.count ?? 1) > 1 ? ` (of item ${item.index})` : "";
      throw new ConchError("TENSOR_MISMATCH", `${problem}${which}`, { data: { output: tensor } });
    }
    return outputs;
  } catch (thrown) {
    for (const { buffer } of outputs.values()) buffer.release();
    throw thrown;
  }
}

/** An output's tensor; the caller owns its buffer. */
async function outputOf(context: GpuContext, dictionary: ReadonlyMap<string, GpuArray>, key: string, tensor: string): Promise<GpuValue> {
  const array = dictionary.get(key);
  if (array !== undefined) {
    const unfinished = unfinishedOutput(tensor, key, array);
    if (unfinished !== undefined) throw unfinished;
    const settled = await settleArray(context, array, `the data-dependent shape of output "${tensor}"`);
    const value: GpuValue = { dataType: settled.dataType, shape: settled.shape, buffer: settled.buffer.retain() };
    releaseArray(settled);
    return value;
  }
  const owner = affineOwner(key, [...dictionary.keys()]);
  const affine = owner === undefined ? undefined : dictionary.get(owner)?.affine;
  if (affine === undefined) throw missingOutput(tensor, key, dictionary.keys());
  return { dataType: "TYPE_FP64", shape: [4, 4], buffer: affine.retain() };
}

/** The items' tensors as one with a batch dimension; of one item its memory is kept. The caller owns the buffer. */
async function stack(context: GpuContext, name: string, results: readonly ReadonlyMap<string, GpuValue>[]): Promise<GpuValue> {
  const items = results.map((result) => {
    const value = result.get(name);
    assert(value !== undefined, `every item has output ${name}`);
    return value;
  });
  const [first] = items;
  assert(first !== undefined, "a batch has an item");
  items.forEach((item, index) => {
    if (shapeText(item.shape) === shapeText(first.shape)) return;
    throw new ConchError(
      "TENSOR_MISMATCH",
      `Output "${name}": item ${index} has shape ${shapeText(item.shape)}, item 0 has ${shapeText(first.shape)}; the items of a batch must agree. Send them in requests of their own`,
      { data: { output: name, item: index } },
    );
  });
  const shape = [items.length, ...first.shape];
  if (items.length === 1) return { ...first, shape, buffer: first.buffer.retain() };
  const bytes = elementCount(first.shape) * bytesPerElement(first.dataType);
  const buffer = await filled(context.gpu, `batch/${name}`, arrayBytes(first.dataType, shape), async (target) => {
    for (const [index, item] of items.entries()) {
      await context.gpu.dispatch({
        shader: concatShader,
        entry: "main",
        bindings: { 0: item.buffer, 1: target },
        uniforms: [bytes, index * bytes],
        threads: bytes === 0 ? 0 : Math.ceil(bytes / 4) + 1,
      });
    }
  });
  return { dataType: first.dataType, shape, buffer };
}
