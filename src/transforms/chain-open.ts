// The files that reach a chain: what its opening transforms make of them, on the host, before the chain runs on either placement.
import { assert, ConchError } from "../base/errors.ts";
import { elementCount, isBytes, type Tensor } from "../tensor/tensor.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import type { TransformChain } from "./chain.ts";
import { atStep, inputBindings } from "./chain-infer.ts";
import { shapeText } from "./dictionary.ts";
import type { ArrayItem, OpenTransform } from "./transform.ts";

/** Transform name → its opening code, for every opening transform of the chain. */
export type OpenTable = ReadonlyMap<string, OpenTransform>;

/** Per item of the batch (one where there is no batch): dictionary key → what was opened. */
export type OpenedItems = readonly ReadonlyMap<string, ArrayItem>[];

/**
 * Opens the files among the inputs: the TYPE_STRING ones, of one element per item; the rest is not looked at. Empty for a chain that opens
 * nothing. Throws what the opening transforms throw, with the step's JSON path and the item, TENSOR_MISMATCH, or the signal's reason.
 */
export async function openFiles(
  chain: TransformChain,
  config: ModelConfig,
  inputs: ReadonlyMap<string, Tensor>,
  table: OpenTable,
  signal?: AbortSignal,
): Promise<OpenedItems> {
  const steps = chain.steps.filter(({ spec }) => spec.opens === true);
  if (steps.length === 0) return [];
  const items: Map<string, ArrayItem>[] = [];
  const given = filesOf(chain, config, inputs);
  const count = given.length;
  for (const [index, files] of given.entries()) {
    const opened = new Map<string, ArrayItem>();
    for (const step of steps) {
      signal?.throwIfAborted();
      const open = table.get(step.spec.name);
      assert(open !== undefined, `no code was loaded for ${step.spec.name}`);
      const wanted = new Map(step.keys.flatMap((key) => [...files].filter(([name]) => name === key)));
      try {
        for (const [key, item] of await open(step.parameters, wanted, signal)) opened.set(key, item);
      } catch (thrown) {
        throw atStep(count > 1 ? ofItem(thrown, index) : thrown, step);
      }
    }
    items.push(opened);
  }
  return items;
}

/** Per item, the bytes of each file by dictionary key. */
function filesOf(chain: TransformChain, config: ModelConfig, inputs: ReadonlyMap<string, Tensor>): Map<string, Uint8Array>[] {
  const items: Map<string, Uint8Array>[] = [];
  for (const { key, tensor } of inputBindings(chain, config)) {
    const value = inputs.get(tensor);
    if (value === undefined || !isBytes(value)) continue;
    const count = config.max_batch_size > 0 ? (value.shape[0] ?? 0) : 1;
    if (elementCount(value.shape) !== count) {
      throw new ConchError("TENSOR_MISMATCH", `Input "${tensor}" holds ${elementCount(value.shape)} elements, ${shapeText(value.shape)}; a chain takes the bytes of one file per item`, {
        data: { input: tensor, found: [...value.shape] },
      });
    }
    value.data.forEach((bytes, index) => (items[index] ??= new Map()).set(key, bytes));
  }
  return items;
}

function ofItem(thrown: unknown, index: number): unknown {
  if (!(thrown instanceof ConchError) || thrown.code === "CANCELLED") return thrown;
  return new ConchError(thrown.code, `${thrown.message} (item ${index} of the batch)`, { data: { ...thrown.data, item: index }, cause: thrown.cause });
}
