import { assert } from "../../base/errors.ts";
import { float32Values } from "../element-values.ts";
import type { ViewedTensor } from "../viewer.ts";
import { labelVolume } from "./label-volume.ts";
import { labelsOf, spatialShape, type SceneTensors, type SpatialShape } from "./volume-scene.ts";
import type { VolumeViewerProps } from "./volume-viewer.tsx";

/** Reads the elements of a scene's tensors. Those to be drawn over the base that hold no labels after all are refused. Rejects where a tensor cannot be read. */
export async function loadScene({ base, overlays }: SceneTensors): Promise<Required<VolumeViewerProps>> {
  const [intensities, ...labels] = await Promise.all([base, ...overlays].map((tensor) => tensor.loadData()));
  assert(intensities !== undefined, "a scene has a base");
  const volumes = overlays.map((tensor, index) => {
    const data = labelsOf(tensor.summary.dataType, labels[index] ?? []);
    return data === undefined ? tensor.name : labelVolume({ ...gridOf(tensor), data }, tensor.labels);
  });
  return {
    base: { ...gridOf(base), data: float32Values(base.summary.dataType, intensities), summary: base.summary },
    overlays: volumes.filter((volume) => typeof volume !== "string"),
    refused: volumes.filter((volume) => typeof volume === "string"),
  };
}

function gridOf({ name, summary, affine }: ViewedTensor): { name: string; shape: SpatialShape; affine: readonly number[] } {
  const shape = spatialShape(summary.shape);
  assert(shape !== undefined && affine !== undefined, `"${name}" has a place in space`);
  return { name, shape, affine };
}
