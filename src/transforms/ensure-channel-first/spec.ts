import { failed, mapEntries, shapeText } from "../dictionary.ts";
import type { TransformSpec } from "../transform.ts";

/** Parameters of monai.transforms.EnsureChannelFirstd. */
export interface EnsureChannelFirstParameters {
  /** "no_channel": a new axis in front; a number: that axis (negative from the end) moves to the front. */
  readonly channel_dim: "no_channel" | number | null;
  readonly strict_check: boolean;
}

/**
 * monai.transforms.EnsureChannelFirstd. A tensor carries no metadata that name its channel axis, so `channel_dim` decides alone; left out,
 * MONAI raises (strict_check, its default) or returns the array as it is. The affine stays.
 */
export const ensureChannelFirstSpec: TransformSpec<EnsureChannelFirstParameters> = {
  name: "EnsureChannelFirst",
  aliases: { AddChannel: { channel_dim: "no_channel" } },
  summary: "Puts the channel axis first: a new one, or an existing one moved to the front.",
  parameters: {
    channel_dim: {
      type: "any",
      nullable: true,
      default: null,
      doc: '"no_channel" adds an axis in front; a number names the axis that moves to the front (-1 is the last).',
    },
    strict_check: { type: "boolean", default: true, doc: "Whether a missing channel_dim is an error. false leaves such an array as it is." },
  },
  check: ({ channel_dim, strict_check }) => {
    if (channel_dim === null) {
      return strict_check ? ['channel_dim is needed, because a tensor does not say where its channel is: "no_channel" or the number of an axis'] : [];
    }
    if (channel_dim === "no_channel" || (typeof channel_dim === "number" && Number.isInteger(channel_dim))) return [];
    return [`channel_dim must be "no_channel" or the number of an axis, not ${JSON.stringify(channel_dim)}`];
  },
  infer: ({ channel_dim }, keys, dictionary) =>
    mapEntries("EnsureChannelFirst", keys, dictionary, (entry, key) => {
      if (channel_dim === null) return entry;
      if (channel_dim === "no_channel") return { ...entry, shape: [1, ...entry.shape] };
      const axis = channelAxis(channel_dim, entry.shape, key);
      return { ...entry, shape: [entry.shape[axis] ?? null, ...entry.shape.filter((_, index) => index !== axis)] };
    }),
};

/** The axis that `channel_dim` names, from 0. Throws TRANSFORM_FAILED when the array has no such axis. */
export function channelAxis(channelDim: number, shape: readonly (number | null)[], key: string): number {
  const axis = channelDim < 0 ? channelDim + shape.length : channelDim;
  if (axis < 0 || axis >= shape.length) {
    throw failed("EnsureChannelFirst", key, `channel_dim ${channelDim} is no axis of an array of shape ${shapeText(shape)}`);
  }
  return axis;
}
