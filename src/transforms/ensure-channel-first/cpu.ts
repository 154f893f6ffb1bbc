import { allocate, type TypedData } from "../../tensor/data-type.ts";
import { elementCount } from "../../tensor/tensor.ts";
import { mapEntries } from "../dictionary.ts";
import type { ArrayItem, CpuTransform } from "../transform.ts";
import { channelAxis, type EnsureChannelFirstParameters } from "./spec.ts";

/** EnsureChannelFirstd. Elements are copied only when an axis other than the first moves. */
export const ensureChannelFirstCpu: CpuTransform<EnsureChannelFirstParameters> = ({ channel_dim }, keys, dictionary) =>
  mapEntries("EnsureChannelFirst", keys, dictionary, (item, key) => {
    if (channel_dim === null) return item;
    if (channel_dim === "no_channel") return { ...item, shape: [1, ...item.shape] };
    return axisToFront(item, channelAxis(channel_dim, item.shape, key));
  });

function axisToFront(item: ArrayItem, axis: number): ArrayItem {
  if (axis === 0) return item;
  const count = item.shape[axis] ?? 1;
  const outer = elementCount(item.shape.slice(0, axis));
  const inner = elementCount(item.shape.slice(axis + 1));
  const shape = [count, ...item.shape.filter((_, index) => index !== axis)];
  const data = allocate(item.dataType, item.data.length);
  move(item.data as Uint8Array, data as Uint8Array, outer, count, inner);
  return { ...item, shape, data };
}

// Typed as one member of the union: the body is the same for every element type.
function move(source: Uint8Array, target: Uint8Array & TypedData, outer: number, count: number, inner: number): void {
  for (let channel = 0; channel < count; channel++) {
    for (let row = 0; row < outer; row++) {
      const from = (row * count + channel) * inner;
      const to = (channel * outer + row) * inner;
      if (inner === 1) target[to] = source[from] as number;
      else target.set(source.subarray(from, from + inner), to);
    }
  }
}
