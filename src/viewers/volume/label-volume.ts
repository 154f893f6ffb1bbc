import type { LabelMap, LabelStatistics } from "../../tensor/label-map.ts";
import { labelColor } from "../label-color.ts";
import type { LabelColor } from "./label-colors.ts";
import { labelReader } from "./label-reader.ts";
import type { StageLabels } from "./volume-stage.ts";

/** A label volume ready to be drawn, with what the legend says of it. */
export interface LabelVolume extends StageLabels {
  readonly statistics: readonly LabelStatistics[];
  /** Label nearest to a place in RAS millimetres; undefined outside the grid. */
  labelAt(mm: readonly [number, number, number]): number | undefined;
  /** Name of a label as its label file has it; undefined where it has none. */
  nameOf(value: number): string | undefined;
}

/** How one label volume is drawn. */
export interface LabelAppearance {
  readonly labels: readonly LabelColor[];
  /** 0…1. */
  readonly opacity: number;
}

/** A label map in its place. Throws RangeError for an affine without inverse. */
export function labelVolume({ voxels, statistics }: LabelMap, place: Omit<StageLabels, "voxels">, names: readonly string[] = []): LabelVolume {
  return {
    ...place,
    voxels,
    statistics,
    labelAt: labelReader(voxels, place.shape, place.affine),
    // A blank line names nothing.
    nameOf: (value) => names[value] || undefined,
  };
}

/** All labels shown, each of any volume in a colour of its own; later volumes, which lie on top, half as opaque as the picture bears. */
export function firstAppearance(volumes: readonly LabelVolume[]): readonly LabelAppearance[] {
  let next = 0;
  return volumes.map(({ statistics }, index) => ({
    labels: statistics.map(({ value }) => ({ value, color: labelColor(next++), visible: true })),
    opacity: index === 0 ? 0.5 : 0.9,
  }));
}

/** Where to look first: the centre of the largest label of the first volume that has any. */
export function firstPlace(volumes: readonly LabelVolume[]): readonly [number, number, number] | undefined {
  const statistics = volumes.find((volume) => volume.statistics.length > 0)?.statistics ?? [];
  return [...statistics].sort((a, b) => b.voxels - a.voxels)[0]?.centroid;
}

/** `data-label-<value>-centroid` ("x,y,z" in RAS mm) and `data-label-<value>-ml` of a volume's first 16 labels: what a script reads off the viewer. */
export function statisticsAttributes(statistics: readonly LabelStatistics[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    statistics.slice(0, 16).flatMap(({ value, centroid, millilitres }) => [
      [`data-label-${value}-centroid`, centroid.map((mm) => mm.toFixed(2)).join(",")],
      [`data-label-${value}-ml`, millilitres.toFixed(3)],
    ]),
  );
}
