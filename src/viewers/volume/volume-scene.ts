import { spatialShape } from "../../tensor/volume-voxels.ts";
import { mayBeLabels } from "../label-values.ts";
import type { ViewedTensor } from "../viewer.ts";

/** Which tensors the volume viewer draws: one with intensities, and label volumes over it. */
export interface SceneTensors {
  readonly base: ViewedTensor;
  readonly overlays: readonly ViewedTensor[];
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
