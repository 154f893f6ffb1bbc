import { elementCount } from "../../tensor/tensor.ts";
import { replaceEach, shareArray, withTemporaries, type GpuTransform } from "../gpu-array.ts";
import { gatherElements, settleArray } from "../gpu-conversion.ts";
import { channelAxis, type EnsureChannelFirstParameters } from "./spec.ts";

const REASON = "the data-dependent box of CropForeground, before EnsureChannelFirst moves its axes";

/** EnsureChannelFirst on the GPU: a new axis is a matter of shape alone; an axis that moves is one gather. */
export const ensureChannelFirstGpu: GpuTransform<EnsureChannelFirstParameters> = (context, { channel_dim }, keys, dictionary) =>
  replaceEach(keys, dictionary, (array, key) =>
    withTemporaries(async (own) => {
      if (channel_dim === null) return array;
      const source = array.window === undefined && array.logits === undefined ? array : own(await settleArray(context, array, REASON));
      if (channel_dim === "no_channel") return shareArray(source, { shape: [1, ...source.shape] });
      const axis = channelAxis(channel_dim, source.shape, key);
      if (axis === 0) return shareArray(source);
      const channels = source.shape[axis] ?? 1;
      const before = source.shape.slice(0, axis);
      const after = source.shape.slice(axis + 1);
      const inner = elementCount(after);
      const shape = [channels, ...before, ...after];
      // What is deferred is pointwise and moves along.
      const buffer = await gatherElements(
        context,
        "ensure-channel-first/out",
        source.deferred === undefined ? source.dataType : "TYPE_FP32",
        source.buffer,
        { sizes: [1, channels, elementCount(before), inner], strides: [0, inner, channels * inner, 1] },
      );
      return shareArray(source, { buffer, shape });
    }),
  );
