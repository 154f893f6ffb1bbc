import { assert } from "../../base/errors.ts";
import { spatialShape, type SpatialShape } from "../../tensor/volume-voxels.ts";
import type { LoadOptions, ViewedTensor } from "../viewer.ts";
import { labelVolume } from "./label-volume.ts";
import type { SceneTensors } from "./volume-scene.ts";
import type { VolumeViewerProps } from "./volume-viewer.tsx";

/**
 * Has the worker make the volumes of a scene. Those to be drawn over the base that hold no labels after all are refused. Rejects where a tensor
 * cannot be read, or once `signal` is aborted.
 */
export async function loadScene({ base, overlays }: SceneTensors, { signal, progress }: LoadOptions = {}): Promise<Required<VolumeViewerProps>> {
  const done = new Map<ViewedTensor, number>();
  const options = (tensor: ViewedTensor): LoadOptions => ({
    ...(signal && { signal }),
    progress: (fraction) => {
      done.set(tensor, fraction);
      progress?.([...done.values()].reduce((sum, each) => sum + each, 0) / (1 + overlays.length));
    },
  });
  const [voxels, ...maps] = await Promise.all([base.loadIntensities(options(base)), ...overlays.map((tensor) => tensor.loadLabels(options(tensor)))] as const);
  const volumes = overlays.map((tensor, index) => {
    const map = maps[index] ?? null;
    return map === null ? tensor.name : labelVolume(map, gridOf(tensor), tensor.labels);
  });
  return {
    base: { ...gridOf(base), voxels, range: { low: base.summary.min ?? 0, high: base.summary.max ?? 1 }, summary: base.summary },
    overlays: volumes.filter((volume) => typeof volume !== "string"),
    refused: volumes.filter((volume) => typeof volume === "string"),
  };
}

function gridOf({ name, summary, affine }: ViewedTensor): { name: string; shape: SpatialShape; affine: readonly number[] } {
  const shape = spatialShape(summary.shape);
  assert(shape !== undefined && affine !== undefined, `"${name}" has a place in space`);
  return { name, shape, affine };
}
