// The files and texts that reach a chain: what its opening transforms make of them, on the host, before the chain runs on either placement.
import { assert, ConchError } from "../base/errors.ts";
import { elementCount, isBytes, type Tensor } from "../tensor/tensor.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import { openedKeys, staysText, type ChainStep, type TransformChain } from "./chain.ts";
import { atStep, inputBindings, outputBindings } from "./chain-infer.ts";
import { shapeText } from "./dictionary.ts";
import type { ArrayItem, Opener, OpenTransform, ReadModelFile } from "./transform.ts";

/** Step → its opener, for every opening step of the chain. */
export type OpenTable = ReadonlyMap<ChainStep, Opener>;

/** Per item of the batch (one where there is no batch): dictionary key → what was opened. */
export type OpenedItems = readonly ReadonlyMap<string, ArrayItem>[];

/**
 * The openers of a chain's steps, by the code of each opening transform. Throws MODEL_FILE_INVALID, with the step's JSON path, for a file of the
 * model that is missing or damaged.
 */
export async function prepareOpening(chain: TransformChain, code: ReadonlyMap<string, OpenTransform>, read: ReadModelFile): Promise<OpenTable> {
  const table = new Map<ChainStep, Opener>();
  for (const step of chain.steps) {
    if (step.spec.opens === undefined) continue;
    const open = code.get(step.spec.name);
    assert(open !== undefined, `no code was loaded for ${step.spec.name}`);
    try {
      table.set(step, await open(step.parameters, step.keys, read));
    } catch (thrown) {
      throw atStep(thrown, step);
    }
  }
  return table;
}

/**
 * Opens the files and texts among the inputs: the TYPE_STRING ones; the rest is not looked at. Empty for a chain that opens nothing. Throws
 * what the opening transforms throw, with the step's JSON path and the item or text, TENSOR_MISMATCH, or the signal's reason.
 */
export async function openFiles(
  chain: TransformChain,
  config: ModelConfig,
  inputs: ReadonlyMap<string, Tensor>,
  table: OpenTable,
  signal?: AbortSignal,
): Promise<OpenedItems> {
  if (table.size === 0) return [];
  const given = givenBytes(chain, config, inputs);
  const count = config.max_batch_size > 0 ? Math.max(0, ...[...given.values()].map((bytes) => bytes.length)) : 1;
  const read = readKeys(chain, config);
  const items = Array.from({ length: count }, () => new Map<string, ArrayItem>());
  for (const [step, opener] of table) {
    const wanted = new Map(openedKeys(step).flatMap((key) => [...given].filter(([name]) => name === key)));
    if ("together" in opener) {
      signal?.throwIfAborted();
      for (const [key, entry] of await caught(step, () => opener.together(wanted, signal))) {
        // Token types that nobody takes are not carried to the GPU.
        if (!read.has(key)) continue;
        if (config.max_batch_size <= 0) items[0]?.set(key, entry);
        else items.forEach((item, index) => item.set(key, rowOf(entry, index)));
      }
      continue;
    }
    for (const [index, item] of items.entries()) {
      signal?.throwIfAborted();
      const files = new Map([...wanted].flatMap(([key, bytes]) => (bytes[index] === undefined ? [] : [[key, bytes[index]] as const])));
      for (const [key, entry] of await caught(step, () => opener.each(files, signal), count > 1 ? index : undefined)) item.set(key, entry);
    }
  }
  return items;
}

/** The keys that outputs or later steps take. */
function readKeys(chain: TransformChain, config: ModelConfig): ReadonlySet<string> {
  const steps = chain.steps.flatMap(({ spec, keys, parameters }) => [...keys, ...(spec.keyParameters ?? []).map((name) => String(parameters[name]))]);
  return new Set([...outputBindings(chain, config).map(({ key }) => key), ...steps]);
}

/** The step's JSON path, and the item where one is given, in whatever goes wrong. */
async function caught<T>(step: ChainStep, open: () => Promise<T>, item?: number): Promise<T> {
  try {
    return await open();
  } catch (thrown) {
    throw atStep(item === undefined ? thrown : ofItem(thrown, item), step);
  }
}

/** One text's part of an entry, without a copy. */
function rowOf({ dataType, shape, data }: ArrayItem, index: number): ArrayItem {
  const row = shape.slice(1);
  const count = elementCount(row);
  return { dataType, shape: row, data: data.subarray(index * count, (index + 1) * count) };
}

/** The bytes of the files and texts by dictionary key: one of each item of a batch; without one a file, or any number of texts. */
function givenBytes(chain: TransformChain, config: ModelConfig, inputs: ReadonlyMap<string, Tensor>): Map<string, readonly Uint8Array[]> {
  const given = new Map<string, readonly Uint8Array[]>();
  for (const { key, tensor } of inputBindings(chain, config)) {
    const value = inputs.get(tensor);
    if (value === undefined || !isBytes(value)) continue;
    const texts = staysText(chain, key);
    const count = config.max_batch_size > 0 ? (value.shape[0] ?? 0) : texts && value.shape.length === 1 ? value.data.length : 1;
    if (elementCount(value.shape) !== count) {
      const takes = texts && config.max_batch_size <= 0 ? "texts, [n]" : texts ? "one text per item" : "the bytes of one file per item";
      throw new ConchError("TENSOR_MISMATCH", `Input "${tensor}" holds ${elementCount(value.shape)} elements, ${shapeText(value.shape)}; a chain takes ${takes}`, {
        data: { input: tensor, found: [...value.shape] },
      });
    }
    if (texts && count === 0) {
      throw new ConchError("TENSOR_MISMATCH", `Input "${tensor}" holds no text, ${shapeText(value.shape)}; at least one is expected`, { data: { input: tensor, found: [...value.shape] } });
    }
    given.set(key, value.data);
  }
  return given;
}

function ofItem(thrown: unknown, index: number): unknown {
  if (!(thrown instanceof ConchError) || thrown.code === "CANCELLED") return thrown;
  return new ConchError(thrown.code, `${thrown.message} (item ${index} of the batch)`, { data: { ...thrown.data, item: index }, cause: thrown.cause });
}
