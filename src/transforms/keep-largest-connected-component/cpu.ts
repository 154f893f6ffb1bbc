import { elementCount } from "../../tensor/tensor.ts";
import { mapEntries } from "../dictionary.ts";
import { numbersOf } from "../element-cast.ts";
import type { ArrayItem, CpuTransform } from "../transform.ts";
import { blockComponents, type Grid } from "./cpu-blocks.ts";
import { checkComponents, type KeepLargestConnectedComponentParameters } from "./spec.ts";
import { voxelComponents } from "./cpu-voxels.ts";

/** KeepLargestConnectedComponentd. Full connectivity works on 2 × 2 × 2 blocks of voxels, the others on voxels. */
export const keepLargestConnectedComponentCpu: CpuTransform<KeepLargestConnectedComponentParameters> = (parameters, keys, dictionary, signal) =>
  mapEntries("KeepLargestConnectedComponent", keys, dictionary, (item, key) => filtered(parameters, item, key, signal));

function filtered(parameters: KeepLargestConnectedComponentParameters, item: ArrayItem, key: string, signal: AbortSignal | undefined): ArrayItem {
  checkComponents(parameters, item.shape, key);
  const channels = item.shape[0] ?? 1;
  const rank = item.shape.length - 1;
  const sizes: Grid = [rank > 2 ? (item.shape[1] ?? 1) : 1, rank > 1 ? (item.shape.at(-2) ?? 1) : 1, item.shape.at(-1) ?? 1];
  const voxels = elementCount(sizes);
  const onehot = parameters.is_onehot ?? channels > 1;
  const values = numbersOf(item);
  const labels = labelsOf(parameters, onehot, channels, voxels, values);
  // A copy is made only when there is something to clear.
  let data: ArrayItem["data"] | undefined;
  const clear = (offset: number, indices: Int32Array): void => {
    if (indices.length === 0) return;
    data ??= item.data.slice();
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) for (const index of indices) data[offset + index] = 0n;
    else clearNumbers(data as Float32Array, offset, indices);
  };
  const outside = (mask: Mask): Int32Array => {
    signal?.throwIfAborted();
    return outsideLargest(mask, sizes, parameters);
  };
  if (parameters.independent) {
    for (const label of labels) {
      const offset = onehot ? channelOf(label, channels) * voxels : 0;
      clear(offset, outside(onehot ? above(values, offset, voxels) : { values, offset, label: labelIn(values, label) }));
    }
  } else {
    const union = new Uint8Array(voxels);
    const offsets = onehot ? labels.map((label) => channelOf(label, channels) * voxels) : [0];
    for (const offset of offsets) addLabels(values, offset, onehot ? [1] : labels, union);
    const indices = outside({ values: union, offset: 0, label: 1 });
    for (const offset of offsets) clear(offset, indices);
  }
  return data === undefined ? item : { ...item, data };
}

type Values = ReturnType<typeof numbersOf>;

/** The voxels of a channel that equal `label`. */
interface Mask {
  readonly values: Values;
  readonly offset: number;
  readonly label: number | bigint;
}

/** The voxels of the mask that are in none of its largest components, ascending. */
function outsideLargest(mask: Mask, sizes: Grid, { connectivity, num_components }: KeepLargestConnectedComponentParameters): Int32Array {
  const rank = sizes[0] > 1 ? 3 : sizes[1] > 1 ? 2 : 1;
  const bytes = mask.values instanceof Float32Array || mask.values instanceof Uint8Array ? undefined : bytesOf(mask, elementCount(sizes));
  const values = bytes ?? (mask.values as Float32Array | Uint8Array);
  const offset = bytes === undefined ? mask.offset : 0;
  const label = bytes === undefined ? Number(mask.label) : 1;
  if (connectivity === null || connectivity >= rank) return blockComponents(values, offset, label, sizes, num_components);
  return voxelComponents(values, offset, label, sizes, connectivity, num_components);
}

function bytesOf({ values, offset, label }: Mask, voxels: number): Uint8Array {
  const result = new Uint8Array(voxels);
  for (let i = 0; i < voxels; i++) result[i] = values[offset + i] === label ? 1 : 0;
  return result;
}

function above(values: Values, offset: number, voxels: number): Mask {
  const bytes = new Uint8Array(voxels);
  for (let i = 0; i < voxels; i++) bytes[i] = (values[offset + i] as number) > 0 ? 1 : 0;
  return { values: bytes, offset: 0, label: 1 };
}

function addLabels(values: Values, offset: number, labels: readonly number[], union: Uint8Array): void {
  for (const label of labels) {
    const wanted = labelIn(values, label);
    for (let i = 0; i < union.length; i++) if (values[offset + i] === wanted) union[i] = 1;
  }
}

function labelsOf(parameters: KeepLargestConnectedComponentParameters, onehot: boolean, channels: number, voxels: number, values: Values): readonly number[] {
  const { applied_labels } = parameters;
  if (typeof applied_labels === "number") return [applied_labels];
  if (applied_labels !== null) return applied_labels;
  if (onehot) return Array.from({ length: channels - 1 }, (_, index) => index + 1);
  const found = new Set<number>();
  let last: number | bigint | undefined;
  for (let i = 0; i < voxels; i++) {
    const value = values[i];
    if (value === last || value === undefined) continue;
    last = value;
    found.add(Number(value));
  }
  found.delete(0);
  return [...found].filter((label) => !Number.isNaN(label)).sort((a, b) => a - b);
}

function labelIn(values: Values, label: number): number | bigint {
  return values instanceof BigInt64Array ? BigInt(label) : label;
}

function channelOf(label: number, channels: number): number {
  return label < 0 ? label + channels : label;
}

function clearNumbers(data: Float32Array, offset: number, indices: Int32Array): void {
  for (let i = 0; i < indices.length; i++) data[offset + (indices[i] as number)] = 0;
}
