import { ConchError } from "../../base/errors.ts";
import type { Dispatch, Shader } from "../../runtime/gpu.ts";
import { boundSize, type GpuBuffer } from "../../runtime/memory/gpu-memory.ts";
import { allocate, bytesPerElement, type DataType } from "../../tensor/data-type.ts";
import { floatToHalf } from "../../tensor/half.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { arrayBytes, filled, replaceEach, shareArray, spatialSizes, typeCode, withTemporaries, type GpuArray, type GpuContext, type GpuTransform } from "../gpu-array.ts";
import { settleArray } from "../gpu-conversion.ts";
import elements from "../gpu-elements.wgsl?raw";
import float64 from "../gpu-float64.wgsl?raw";
import prelude from "../gpu-prelude.wgsl?raw";
import body from "./keep-largest-connected-component.wgsl?raw";
import presentBody from "./labels-present.wgsl?raw";
import { checkComponents, type KeepLargestConnectedComponentParameters } from "./spec.ts";

const shader: Shader = { label: "keep-largest-connected-component", code: prelude + elements + body };
const presentShader: Shader = { label: "labels-present", code: prelude + float64 + elements + presentBody };
const REASON = "the data-dependent box of CropForeground, before KeepLargestConnectedComponent";

/** How voxels are foreground, see the shader. */
const VALUE_IN_LABELS = 0;
const ABOVE_ZERO = 1;
const ANY_CHANNEL_IS_ONE = 2;

/** One search: which voxels are foreground, and which channels lose what is not kept. */
interface Search {
  readonly rule: number;
  /** Bits of label values, or channels. */
  readonly labels: readonly (readonly [number, number])[];
  readonly readChannel: number;
  readonly writeChannels: readonly number[];
}

/** KeepLargestConnectedComponent on the GPU: exact, ties included, nothing read back unless the labels have to be looked for. */
export const keepLargestConnectedComponentGpu: GpuTransform<KeepLargestConnectedComponentParameters> = (context, parameters, keys, dictionary) =>
  replaceEach(keys, dictionary, (array, key) =>
    withTemporaries(async (own) => {
      checkComponents(parameters, array.shape, key);
      const source = own(await settleArray(context, array, REASON));
      const bytes = arrayBytes(source.dataType, source.shape);
      const searches = await searchesOf(context, parameters, source, key);
      const buffer = await filled(context.gpu, "keep-largest-connected-component/out", bytes, async (target) => {
        context.gpu.copy(source.buffer, target, boundSize(bytes));
        if (elementCount(source.shape) > 0) await keepLargest(context, parameters, source, target, searches);
      });
      return shareArray(source, { buffer });
    }),
  );

async function keepLargest(
  { gpu }: GpuContext,
  { connectivity, num_components }: KeepLargestConnectedComponentParameters,
  source: GpuArray,
  target: GpuBuffer,
  searches: readonly Search[],
): Promise<void> {
  const size = spatialSizes(source.shape);
  const voxels = elementCount(size);
  const neighbours = [26, 6, 18, 26][connectivity ?? 0] ?? 26;
  const cell = neighbours === 26 ? 2 : 1;
  const cells = elementCount(size.map((n) => Math.ceil(n / cell)));
  const perWord = Math.max(1, 4 / bytesPerElement(source.dataType));
  const constants = { SOURCE_TYPE: typeCode(source.dataType), CELL: cell, NEIGHBOURS: neighbours };
  await withTemporaries(async (own) => {
    const scratch = (part: string, bytes: number) => own(gpu.memory.allocate(`keep-largest-connected-component/${part}`, bytes));
    const masks = scratch("masks", Math.ceil(cells / 4) * 4);
    const parents = scratch("parents", cells * 4);
    const counts = scratch("counts", cells * 4);
    const firsts = scratch("firsts", cells * 4);
    const chosen = scratch("chosen", num_components * 8);
    for (const { rule, labels, readChannel, writeChannels } of searches) {
      const list = own(gpu.memory.upload("keep-largest-connected-component/labels", new Uint8Array(new Uint32Array(labels.flat()).buffer)));
      gpu.clear(chosen);
      const launch = (entry: string, bindings: Dispatch["bindings"], threads: number, channel = readChannel, turn = 0) =>
        gpu.dispatch({
          shader,
          entry,
          constants,
          bindings,
          uniforms: [...size, channel * voxels, rule, labels.length, turn, ...valueBits(source.dataType, 1)],
          threads,
        });
      await launch("pack", { 0: source.buffer, 1: list, 2: masks, 3: parents, 4: counts, 5: firsts }, Math.ceil(cells / 4));
      await launch("merge", { 2: masks, 3: parents }, cells);
      await launch("flatten", { 2: masks, 3: parents, 4: counts }, cells);
      for (let turn = 0; turn < num_components; turn++) {
        await launch("find_largest", { 4: counts, 5: firsts, 6: chosen }, cells, readChannel, turn);
        await launch("find_first", { 2: masks, 3: parents, 4: counts, 5: firsts, 6: chosen }, cells, readChannel, turn);
        await launch("choose", { 4: counts, 5: firsts, 6: chosen }, cells, readChannel, turn);
        await launch("mark", { 4: counts, 5: firsts, 6: chosen }, cells, readChannel, turn);
      }
      for (const channel of writeChannels) {
        const words = Math.floor((channel * voxels + voxels - 1) / perWord) - Math.floor((channel * voxels) / perWord) + 1;
        await launch("write", { 2: masks, 3: parents, 5: firsts, 7: target }, words, channel);
      }
    }
  });
}

async function searchesOf(context: GpuContext, parameters: KeepLargestConnectedComponentParameters, source: GpuArray, key: string): Promise<Search[]> {
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
  const values = listed ?? (await presentLabels(context, source, key));
  const bits = values.filter((value) => isRepresentable(source.dataType, value)).map((value) => valueBits(source.dataType, value));
  if (bits.length === 0) return [];
  const groups = independent ? bits.map((one) => [one]) : [bits];
  return groups.map((labels) => ({ rule: VALUE_IN_LABELS, labels, readChannel: 0, writeChannels: [0] }));
}

/** Labels above 0 that occur, where nothing else tells: from what made the array, or from a bitmap of 4,096 labels that is read back. */
async function presentLabels({ gpu }: GpuContext, source: GpuArray, key: string): Promise<number[]> {
  if (source.labelCount !== undefined && source.labelCount <= 32) return Array.from({ length: source.labelCount - 1 }, (_, i) => i + 1);
  return withTemporaries(async (own) => {
    const words = 129;
    const present = own(gpu.memory.allocate("labels-present/bitmap", words * 4));
    gpu.clear(present);
    const count = elementCount(source.shape);
    await gpu.dispatch({
      shader: presentShader,
      entry: "main",
      constants: { SOURCE_TYPE: typeCode(source.dataType) },
      bindings: { 0: source.buffer, 1: present },
      uniforms: [count],
      threads: count,
    });
    const [bytes] = await gpu.memory.download("the labels that occur, because applied_labels of KeepLargestConnectedComponent is null", [present]);
    const bitmap = new Uint32Array(bytes?.buffer ?? new ArrayBuffer(words * 4));
    if (bitmap[128] !== 0) {
      throw new ConchError(
        "TRANSFORM_FAILED",
        `KeepLargestConnectedComponent of "${key}": applied_labels is null and there are values other than the whole numbers 0 to 4095; list the labels, or place the step on KIND_CPU`,
        { data: { transform: "KeepLargestConnectedComponent", key } },
      );
    }
    const labels: number[] = [];
    for (let label = 1; label < 4096; label++) if ((((bitmap[label >> 5] ?? 0) >> (label & 31)) & 1) === 1) labels.push(label);
    return labels;
  });
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
