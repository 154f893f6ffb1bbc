import type { TensorSummary } from "../../runtime/protocol.ts";
import { spatialShape } from "../../tensor/volume-voxels.ts";
import type { ViewedTensor } from "../viewer.ts";

/** Which tensors the volume viewer draws: one with intensities, and label volumes over it. */
export interface SceneTensors {
  readonly base: ViewedTensor;
  readonly overlays: readonly ViewedTensor[];
}

/** Largest label that the viewer tells apart. */
const LARGEST_LABEL = 255;

/**
 * Whether a tensor's numbers can be labels 0…255, as far as its summary tells: whole bounds, nothing below 0, no NaN and, where the
 * histogram's bars are at most 1 wide, no count in a bar without an integer. Background alone, which a network that finds nothing gives, may be.
 * A `true` is confirmed where the elements are read.
 */
export function mayBeLabels({ dataType, min, max, nan, infinite, histogram }: TensorSummary): boolean {
  if (dataType === "TYPE_STRING" || min === null || max === null || nan > 0 || infinite > 0) return false;
  if (min < 0 || max > LARGEST_LABEL || !Number.isInteger(min) || !Number.isInteger(max)) return false;
  if (histogram === null || min === max) return true;
  const { from, to, counts } = histogram;
  const width = (to - from) / counts.length;
  if (width > 1) return true;
  return counts.every((count, bar) => {
    const low = from + bar * width;
    const high = bar === counts.length - 1 ? to : low + width;
    // A bar holds values from its lower bound on; the last one its upper bound too. A hair of slack covers rounding of the bounds.
    return count === 0 || Math.floor(high + 1e-9) >= Math.ceil(low - 1e-9);
  });
}

/**
 * What to draw when `tensor` is opened: over the first companion with intensities where it may hold labels, else itself with the companions'
 * labels over it. Only tensors whose place in space is known take part. Undefined where there is nothing to draw.
 */
export function sceneOf(tensor: ViewedTensor, companions: readonly ViewedTensor[]): SceneTensors | undefined {
  if (!isPlaced(tensor)) return undefined;
  const placed = companions.filter(isPlaced);
  const overlays = placed.filter(({ summary }) => mayBeLabels(summary));
  if (!mayBeLabels(tensor.summary)) return { base: tensor, overlays };
  const base = placed.find(({ summary }) => !mayBeLabels(summary));
  if (base === undefined) return undefined;
  return { base, overlays: overlays.some(({ name }) => name === tensor.name) ? overlays : [tensor, ...overlays] };
}

/** Whether the volume viewer has something to draw. */
export function acceptsVolume(tensor: ViewedTensor, companions: readonly ViewedTensor[]): boolean {
  return sceneOf(tensor, companions) !== undefined;
}

/** Numbers of spatial rank 3 in a known place. */
function isPlaced({ summary, affine }: ViewedTensor): boolean {
  return affine?.length === 16 && summary.dataType !== "TYPE_STRING" && spatialShape(summary.shape) !== undefined;
}
