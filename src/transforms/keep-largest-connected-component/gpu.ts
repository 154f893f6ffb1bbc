import type { Dispatch, Shader } from "../../runtime/gpu.ts";
import { boundSize, type GpuBuffer } from "../../runtime/memory/gpu-memory.ts";
import { allocate, bytesPerElement, type DataType } from "../../tensor/data-type.ts";
import { floatToHalf } from "../../tensor/half.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { arrayBytes, filled, replaceEach, shareArray, spatialSizes, typeCode, withTemporaries, type GpuArray, type GpuContext, type GpuTransform } from "../gpu-array.ts";
import { settleArray } from "../gpu-conversion.ts";
import elements from "../gpu-elements.wgsl?raw";
import order from "../gpu-order.wgsl?raw";
import prelude from "../gpu-prelude.wgsl?raw";
import { keepOfEachLabel } from "./gpu-labels.ts";
import body from "./keep-largest-connected-component.wgsl?raw";
import { checkComponents, type KeepLargestConnectedComponentParameters } from "./spec.ts";
import unionFind from "./union-find.wgsl?raw";

const shader: Shader = { label: "keep-largest-connected-component", code: prelude + elements + order + unionFind + body };
const REASON = "the data-dependent box of CropForeground, before KeepLargestConnectedComponent";

/** How voxels are foreground, see the shader. */
const VALUE_IN_LABELS = 0;
const ABOVE_ZERO = 1;
const ANY_CHANNEL_IS_ONE = 2;
const ARGMAX_IS_ONE = 3;
const NOT_ZERO = 4;

/** One search: which voxels are foreground, and which channels lose what is not kept. */
interface Search {
  readonly rule: number;
  /** Bits of label values, or channels. */
  readonly labels: readonly (readonly [number, number])[];
  readonly readChannel: number;
  readonly writeChannels: readonly number[];
}

/** KeepLargestConnectedComponent on the GPU: exact, ties included, and nothing is read back. */
export const keepLargestConnectedComponentGpu: GpuTransform<KeepLargestConnectedComponentParameters> = (context, parameters, keys, dictionary) =>
  replaceEach(keys, dictionary, (array, key) =>
    withTemporaries(async (own) => {
      checkComponents(parameters, array.shape, key);
      if (isMaskOfLabelOne(parameters, array)) return keepMask(context, parameters, array);
      const source = own(await settleArray(context, array, REASON));
      const bytes = arrayBytes(source.dataType, source.shape);
      const searches = searchesOf(parameters, source);
      const buffer = await filled(context.gpu, "keep-largest-connected-component/out", bytes, async (target) => {
        context.gpu.copy(source.buffer, target, boundSize(bytes));
        if (elementCount(source.shape) === 0) return;
        if (searches !== undefined) await keepLabels(context, parameters, source, target, searches);
        else await keepOfEachLabel(context, { neighbours: neighboursOf(parameters), components: parameters.num_components, key }, source, target);
      });
      return shareArray(source, { buffer, labelCount: source.labelCount });
    }),
  );

/** Whether the values are 0 and 1 alone, and the components of 1 are wanted: the result then is what is kept. */
function isMaskOfLabelOne({ applied_labels, is_onehot }: KeepLargestConnectedComponentParameters, array: GpuArray): boolean {
  const labels = applied_labels === null ? [1] : [applied_labels].flat();
  const plain = array.window === undefined && array.deferred === undefined && array.dataType === "TYPE_FP32";
  return plain && array.labelCount === 2 && array.shape[0] === 1 && is_onehot !== true && labels.join() === "1" && elementCount(array.shape) > 0;
}

/** A mask's largest components; an argmax of logits is taken while they are read. The caller owns the result. */
async function keepMask(context: GpuContext, parameters: KeepLargestConnectedComponentParameters, source: GpuArray): Promise<GpuArray> {
  const voxels = elementCount(source.shape);
  const search: Search =
    source.logits === undefined
      ? { rule: VALUE_IN_LABELS, labels: [valueBits("TYPE_FP32", 1)], readChannel: 0, writeChannels: [] }
      : { rule: ARGMAX_IS_ONE, labels: [[0, 0]], readChannel: 0, writeChannels: [] };
  return withTemporaries(async (own) => {
    const components = componentsOf(context, parameters, source, own);
    await components.find(search);
    const { masks, parents, firsts, cell, cells, launch } = components;
    await launch("keep_masks", { 2: masks, 3: parents, 5: firsts }, Math.ceil(cells / 4), search);
    const buffer = await filled(context.gpu, "keep-largest-connected-component/out", voxels * 4, (target) =>
      launch("write_masks", { 2: masks, 7: target }, voxels, search),
    );
    return shareArray(source, { buffer, labelCount: 2, ...(cell === 2 && { blocks: masks.retain() }) });
  });
}

async function keepLabels(
  context: GpuContext,
  parameters: KeepLargestConnectedComponentParameters,
  source: GpuArray,
  target: GpuBuffer,
  searches: readonly Search[],
): Promise<void> {
  const voxels = elementCount(source.shape.slice(1));
  const perWord = Math.max(1, 4 / bytesPerElement(source.dataType));
  await withTemporaries(async (own) => {
    const components = componentsOf(context, parameters, source, own);
    const { masks, parents, firsts, launch } = components;
    for (const search of searches) {
      await components.find(search);
      for (const channel of search.writeChannels) {
        const words = Math.floor((channel * voxels + voxels - 1) / perWord) - Math.floor((channel * voxels) / perWord) + 1;
        await launch("write", { 2: masks, 3: parents, 5: firsts, 7: target }, words, search, { channel });
      }
    }
  });
}

function neighboursOf({ connectivity }: KeepLargestConnectedComponentParameters): number {
  return [26, 6, 18, 26][connectivity ?? 0] ?? 26;
}

/** The buffers of a search, which `own` keeps, and the passes up to the marks of what is kept. */
function componentsOf(
  { gpu }: GpuContext,
  parameters: KeepLargestConnectedComponentParameters,
  source: GpuArray,
  own: <B extends GpuBuffer>(held: B) => B,
) {
  const size = spatialSizes(source.shape);
  const voxels = elementCount(size);
  const { num_components } = parameters;
  const neighbours = neighboursOf(parameters);
  const cell = neighbours === 26 ? 2 : 1;
  const cells = elementCount(size.map((n) => Math.ceil(n / cell)));
  const elementType = source.logits?.dataType ?? source.dataType;
  const constants = { SOURCE_TYPE: typeCode(elementType), CELL: cell, NEIGHBOURS: neighbours };
  const scratch = (part: string, bytes: number) => own(gpu.memory.allocate(`keep-largest-connected-component/${part}`, bytes));
  const masks = scratch("masks", Math.ceil(cells / 4) * 4);
  const parents = scratch("parents", cells * 4);
  const counts = scratch("counts", cells * 4);
  const firsts = scratch("firsts", cells * 4);
  const chosen = scratch("chosen", num_components * 8);

  function launch(entry: string, bindings: Dispatch["bindings"], threads: number, search: Search, { channel = search.readChannel, turn = 0 } = {}): Promise<void> {
    const uniforms = [...size, channel * voxels, search.rule, search.labels.length, turn, ...valueBits(source.dataType, 1), source.logits?.channels ?? 1];
    return gpu.dispatch({ shader, entry, constants, bindings, uniforms, threads });
  }

  async function find(search: Search): Promise<void> {
    const list = own(gpu.memory.upload("keep-largest-connected-component/labels", new Uint8Array(new Uint32Array(search.labels.flat()).buffer)));
    gpu.clear(chosen);
    await launch("pack", { 0: source.buffer, 1: list, 2: masks, 3: parents, 4: counts, 5: firsts }, Math.ceil(cells / 4), search);
    await launch("merge", { 2: masks, 3: parents }, cells, search);
    await launch("flatten", { 2: masks, 3: parents, 4: counts }, cells, search);
    for (let turn = 0; turn < num_components; turn++) {
      await launch("find_largest", { 4: counts, 5: firsts, 6: chosen }, cells, search, { turn });
      await launch("find_first", { 2: masks, 3: parents, 4: counts, 5: firsts, 6: chosen }, cells, search, { turn });
      await launch("choose", { 4: counts, 5: firsts, 6: chosen }, cells, search, { turn });
      await launch("mark", { 4: counts, 5: firsts, 6: chosen }, cells, search, { turn });
    }
  }

  return { masks, parents, firsts, cell, cells, launch, find };
}

/** The searches of a filter; undefined where each label that occurs is filtered on its own and only the data tell which those are. */
function searchesOf(parameters: KeepLargestConnectedComponentParameters, source: GpuArray): Search[] | undefined {
  const { applied_labels, independent } = parameters;
  const channels = source.shape[0] ?? 1;
  const listed = applied_labels === null ? undefined : [applied_labels].flat();
  if (parameters.is_onehot ?? channels > 1) {
    const wanted = (listed ?? Array.from({ length: channels - 1 }, (_, i) => i + 1)).map((label) => (label < 0 ? label + channels : label));
    if (!independent) {
      return [{ rule: ANY_CHANNEL_IS_ONE, labels: wanted.map((channel) => [channel, 0] as const), readChannel: 0, writeChannels: wanted }];
    }
    return wanted.map((channel) => ({ rule: ABOVE_ZERO, labels: [[0, 0]], readChannel: channel, writeChannels: [channel] }));
  }
  if (listed === undefined && !independent) return [{ rule: NOT_ZERO, labels: [[0, 0]], readChannel: 0, writeChannels: [0] }];
  if (listed === undefined && source.labelCount !== 2) return undefined;
  const bits = (listed ?? [1]).filter((value) => isRepresentable(source.dataType, value)).map((value) => valueBits(source.dataType, value));
  if (bits.length === 0) return [];
  const groups = independent ? bits.map((one) => [one]) : [bits];
  return groups.map((labels) => ({ rule: VALUE_IN_LABELS, labels, readChannel: 0, writeChannels: [0] }));
}

function elementOf(dataType: DataType, value: number): ArrayBufferLike {
  const data = allocate(dataType, 1);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[0] = BigInt(Math.trunc(value));
  else data[0] = dataType === "TYPE_FP16" ? floatToHalf(value) : value;
  return data.buffer;
}

function valueBits(dataType: DataType, value: number): [number, number] {
  const bytes = new Uint8Array(8);
  bytes.set(new Uint8Array(elementOf(dataType, value)));
  const words = new Uint32Array(bytes.buffer);
  return [words[0] ?? 0, words[1] ?? 0];
}

/** Whether a whole number is a value of the data type; one that is not matches no voxel. */
function isRepresentable(dataType: DataType, value: number): boolean {
  const data = allocate(dataType, 1);
  if (dataType === "TYPE_FP16") return Math.abs(value) <= 2048;
  if (dataType === "TYPE_BOOL") return value === 0 || value === 1;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Number.isInteger(value);
  data[0] = value;
  return data[0] === value;
}
