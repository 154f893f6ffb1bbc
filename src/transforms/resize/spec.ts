import { dataTypeOfDtype } from "../dtype-name.ts";
import { failed, mapEntries, shapeText } from "../dictionary.ts";
import type { Dimension, TransformSpec } from "../transform.ts";

/** The interpolations that Conch has. */
export const RESIZE_MODES = ["area", "trilinear", "bilinear", "linear", "nearest", "nearest-exact"] as const;
export type ResizeMode = (typeof RESIZE_MODES)[number];

/** Parameters of monai.transforms.Resized. */
export interface ResizeParameters {
  /** Sizes of the axes after the channel; 0 or less keeps one. A number with size_mode "longest". */
  readonly spatial_size: number | readonly number[];
  readonly size_mode: "all" | "longest";
  readonly mode: ResizeMode;
  /** Only with the linear modes. */
  readonly align_corners: boolean | null;
  /** Only false. */
  readonly anti_aliasing: boolean;
  readonly anti_aliasing_sigma: number | readonly number[] | null;
  /** Only float32. */
  readonly dtype: string;
  readonly lazy: boolean;
}

/**
 * monai.transforms.Resized. Result float32. For an axis n → m, output o is made of
 * area: the mean of [floor(o·n/m), ceil((o+1)·n/m)); the linear modes: src = max((o+½)·n/m - ½, 0), or o·(n-1)/(m-1) with align_corners;
 * nearest: floor(o · float32(n/m)); nearest-exact: floor((o+½) · float32(n/m)). The affine becomes A · S, scale n/m, translation (n/m - 1)/2.
 * When no size changes the array is returned as it is, as float32.
 */
export const resizeSpec: TransformSpec<ResizeParameters> = {
  name: "Resize",
  summary: "Resizes the axes after the channel.",
  parameters: {
    spatial_size: { type: "integer-list", scalarToo: true, doc: "Sizes of the axes after the channel; -1 keeps one. A number with size_mode longest." },
    size_mode: { type: "choice", choices: ["all", "longest"], default: "all", doc: "longest: the longest axis gets spatial_size, the others keep proportion." },
    mode: { type: "choice", choices: RESIZE_MODES, perKey: true, default: "area", doc: "area averages; linear, bilinear, trilinear for 1, 2, 3 axes; nearest; nearest-exact." },
    align_corners: { type: "boolean", nullable: true, perKey: true, default: null, doc: "Linear modes only: whether the corner voxels' centres stay in place." },
    anti_aliasing: { type: "boolean", perKey: true, default: false, doc: "Gaussian smoothing before; only false." },
    anti_aliasing_sigma: { type: "number-list", scalarToo: true, nullable: true, default: null, doc: "Has no effect without anti_aliasing." },
    dtype: { type: "string", perKey: true, default: "float32", doc: "Only float32." },
    lazy: { type: "boolean", default: false, doc: "Lazy resampling; only false." },
  },
  check: ({ spatial_size, size_mode, mode, align_corners, anti_aliasing, dtype, lazy }) => [
    ...(anti_aliasing ? ["anti_aliasing=true is not supported; false is (area averages all voxels without it)"] : []),
    ...(dataTypeOfDtype(dtype) === "TYPE_FP32" ? [] : [`dtype "${dtype}" is not supported; float32 is`]),
    ...(lazy ? ["lazy=true is not supported; false is"] : []),
    ...(size_mode === "longest" && (typeof spatial_size !== "number" || spatial_size <= 0) ? ["size_mode longest needs one positive number as spatial_size"] : []),
    ...(align_corners !== null && !isLinear(mode) ? [`align_corners goes with linear, bilinear and trilinear only, not with ${mode}`] : []),
  ],
  infer: (parameters, keys, dictionary) =>
    mapEntries("Resize", keys, dictionary, (entry, key) => ({
      dataType: "TYPE_FP32",
      shape: [entry.shape[0] ?? null, ...resizedSizes(parameters, entry.shape.slice(1), key)],
      affine: entry.affine,
    })),
};

/** Whether a mode interpolates linearly. */
export function isLinear(mode: ResizeMode): boolean {
  return mode === "linear" || mode === "bilinear" || mode === "trilinear";
}

/**
 * The sizes after the channel, from those before; null where they depend on the data. Throws TRANSFORM_FAILED when spatial_size or mode do
 * not go with the number of axes, or an axis is empty.
 */
export function resizedSizes(parameters: ResizeParameters, sizes: readonly Dimension[], key: string): Dimension[] {
  const { spatial_size, size_mode, mode } = parameters;
  const rank = sizes.length;
  const modeRank = { linear: 1, bilinear: 2, trilinear: 3, area: rank, nearest: rank, "nearest-exact": rank }[mode];
  if (rank < 1 || rank > 3) throw failed("Resize", key, `1 to 3 axes after the channel can be resized, found ${shapeText([null, ...sizes])}`);
  if (modeRank !== rank) throw failed("Resize", key, `mode ${mode} is for ${modeRank} axes after the channel, found ${rank}`);
  if (sizes.some((size) => size === 0)) {
    throw failed(
      "Resize",
      key,
      `the array is empty (${shapeText(sizes)} after the channel); MONAI fails here too. CropForeground leaves nothing when no voxel is above its threshold 0: look at the intensity window and the input`,
    );
  }
  if (size_mode === "longest") {
    if (typeof spatial_size !== "number") throw failed("Resize", key, "size_mode longest needs one number as spatial_size");
    if (sizes.some((size) => size === null)) return sizes.map(() => null);
    const known = sizes.map((size) => size ?? 0);
    const scale = spatial_size / Math.max(...known);
    return known.map((size) => roundHalfEven(size * scale));
  }
  const wanted = typeof spatial_size === "number" ? [spatial_size] : spatial_size;
  if (wanted.length !== rank) {
    throw failed("Resize", key, `spatial_size has ${wanted.length} values for ${rank} axes after the channel`);
  }
  return wanted.map((size, axis) => (size > 0 ? size : (sizes[axis] ?? null)));
}

/** Python's round(): halves go to the even neighbour. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
