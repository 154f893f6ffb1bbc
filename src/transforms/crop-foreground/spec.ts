import { entryOf, failed, shapeText } from "../dictionary.ts";
import type { ArrayType, TransformSpec } from "../transform.ts";

/** Parameters of monai.transforms.CropForegroundd. */
export interface CropForegroundParameters {
  /** The key whose foreground decides the box of all keys. */
  readonly source_key: string;
  /** Channels that are looked at; null is all. */
  readonly channel_indices: number | readonly number[] | null;
  /** Voxels added on both sides of each axis, or of all. */
  readonly margin: number | readonly number[];
  /** true cuts the margin at the image's border; false pads with zeros there. */
  readonly allow_smaller: boolean;
  /** The box grows to a multiple of it, beyond the image if need be. */
  readonly k_divisible: number | readonly number[];
  /** Only "constant": zeros. */
  readonly mode: string;
  /** The keys that the box's corners get as int64 arrays; null for none. */
  readonly start_coord_key: string | null;
  readonly end_coord_key: string | null;
  readonly lazy: boolean;
}

/**
 * monai.transforms.CropForegroundd with its own select_fn: foreground is x > 0 in any of the channels (NaN is not). The box is
 * [start, end) per axis after margin and k_divisible; parts outside the image are zero. Without foreground it is [0, 0) on every axis. The
 * affine becomes A · T(start).
 */
export const cropForegroundSpec: TransformSpec<CropForegroundParameters> = {
  name: "CropForeground",
  summary: "Crops to the smallest box that holds every voxel above 0.",
  parameters: {
    source_key: { type: "string", doc: "The key whose voxels above 0 decide the box of all keys." },
    channel_indices: { type: "integer-list", scalarToo: true, nullable: true, default: null, doc: "Channels that are looked at; null is all." },
    margin: { type: "integer-list", scalarToo: true, default: 0, doc: "Voxels added on both sides, for all axes or per axis." },
    allow_smaller: {
      type: "boolean",
      default: false,
      olderDefaults: [{ before: "1.5", value: true }],
      doc: "true cuts the margin at the image's border, false pads with zeros there. The default was true before MONAI 1.5.",
    },
    k_divisible: { type: "integer-list", scalarToo: true, default: 1, doc: "The box grows to a multiple of it, padded with zeros outside the image." },
    mode: { type: "choice", choices: ["constant"], perKey: true, default: "constant", doc: "How to pad: with zeros." },
    start_coord_key: { type: "string", nullable: true, default: "foreground_start_coord", doc: "Key for the box's first corner, int64." },
    end_coord_key: { type: "string", nullable: true, default: "foreground_end_coord", doc: "Key for the box's end (exclusive), int64." },
    lazy: { type: "boolean", default: false, doc: "Lazy resampling; only false." },
  },
  keyParameters: ["source_key"],
  produces: ({ start_coord_key, end_coord_key }) => [start_coord_key, end_coord_key].filter((key) => key !== null),
  check: ({ margin, k_divisible, lazy }) => [
    ...(listOf(margin).some((size) => size < 0) ? ["margin must not be negative"] : []),
    ...(listOf(k_divisible).some((size) => size < 0) ? ["k_divisible must not be negative"] : []),
    ...(lazy ? ["lazy=true is not supported; false is"] : []),
  ],
  infer: (parameters, keys, dictionary) => {
    const { source_key, start_coord_key, end_coord_key } = parameters;
    const source = entryOf("CropForeground", dictionary, source_key);
    const rank = source.shape.length - 1;
    checkBoxParameters(parameters, source.shape);
    const result = new Map<string, ArrayType>(dictionary);
    const corner: ArrayType = { dataType: "TYPE_INT64", shape: [rank], affine: false };
    if (start_coord_key !== null) result.set(start_coord_key, corner);
    if (end_coord_key !== null) result.set(end_coord_key, corner);
    for (const key of keys) {
      const entry = entryOf("CropForeground", dictionary, key);
      if (entry.shape.length !== rank + 1) {
        throw failed("CropForeground", key, `shape ${shapeText(entry.shape)} does not go with ${shapeText(source.shape)} of "${source_key}"`);
      }
      result.set(key, { ...entry, shape: [entry.shape[0] ?? null, ...entry.shape.slice(1).map(() => null)] });
    }
    return result;
  },
};

/** Throws TRANSFORM_FAILED when margin, k_divisible or channel_indices do not fit the source's shape (channel first). */
export function checkBoxParameters(parameters: CropForegroundParameters, shape: readonly (number | null)[]): void {
  const { source_key, margin, k_divisible, channel_indices } = parameters;
  const rank = shape.length - 1;
  if (rank < 1) throw failed("CropForeground", source_key, `shape ${shapeText(shape)} has no axis after the channel`);
  for (const [name, value] of [["margin", margin], ["k_divisible", k_divisible]] as const) {
    if (typeof value !== "number" && value.length !== rank) {
      throw failed("CropForeground", source_key, `${name} has ${value.length} values for ${rank} axes`);
    }
  }
  const channels = shape[0] ?? null;
  for (const index of channel_indices === null ? [] : listOf(channel_indices)) {
    if (channels !== null && (index >= channels || index < -channels)) {
      throw failed("CropForeground", source_key, `channel_indices names channel ${index} of ${channels}`);
    }
  }
}

function listOf(value: number | readonly number[]): readonly number[] {
  return typeof value === "number" ? [value] : value;
}
