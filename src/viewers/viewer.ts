import type { ComponentType } from "react";
import type { TensorSummary } from "../runtime/protocol.ts";
import type { TensorData } from "../tensor/data-type.ts";
import type { LabelMap } from "../tensor/label-map.ts";
import type { LabelMask } from "../tensor/label-mask.ts";
import type { PictureLayout } from "../tensor/picture-layout.ts";
import type { PicturePixels } from "../tensor/picture-pixels.ts";
import type { IntensityVoxels } from "../tensor/volume-voxels.ts";

/** A tensor as viewers get it: its numbers as a summary, its elements when asked for. */
export interface ViewedTensor {
  /** What the user knows it by: "MASK". */
  readonly name: string;
  readonly summary: TensorSummary;
  /** Index of its last three axes (i, j, k) → RAS millimetres, row-major 4 × 4. Absent: its place in space is not known. */
  readonly affine?: readonly number[];
  /** Names of integer values by value: ["background", "spleen"]. */
  readonly labels?: readonly string[];
  /** Whether its first axis is the batch. Absent: not known. */
  readonly batched?: boolean;
  /** It was given to the run. */
  readonly isInput?: boolean;
  /** The elements, C order; the same promise each time, so that two viewers copy them out once. */
  loadData(): Promise<TensorData>;
  /** Its voxels to be drawn, arranged in the worker; the same promise each time unless it failed. For three axes after leading 1s. */
  loadIntensities(options: LoadOptions): Promise<IntensityVoxels>;
  /** The same as labels, with their statistics by its affine; null where an element is no integer from 0 to 255. For tensors with an affine. */
  loadLabels(options: LoadOptions): Promise<LabelMap | null>;
  /** One of its pictures as pixels, made in the worker; the same promise each time unless it failed. */
  loadPicture(item: number, layout: PictureLayout): Promise<PicturePixels>;
  /** One of its label masks, by argmax where the layout has several channels; null where an element is no integer from 0 to 255. */
  loadMask(item: number, layout: PictureLayout): Promise<LabelMask | null>;
}

/** How voxels are loaded. Those that are on their way already, for another viewer, heed neither. */
export interface LoadOptions {
  readonly signal?: AbortSignal;
  /** Told the fraction done, now and then. */
  progress?(fraction: number): void;
}

/** What every viewer gets. */
export interface ViewerProps {
  /** The tensor that was opened. */
  readonly tensor: ViewedTensor;
  /** Tensors that may be shown with it, in a stable order: the volume it lies over, label volumes that lie over it, pictures, scores. May hold `tensor` too. */
  readonly companions: readonly ViewedTensor[];
}

/** A way to show a tensor. The description is eager, its code is loaded when first used. */
export interface Viewer {
  /** Stable; key of its tab and of its message: "volume". */
  readonly name: "volume" | "picture" | "scores" | "text" | "raw";
  /** Whether it can show the tensor, judged by what is known without its elements; "also" where plain numbers tell more. */
  accepts(tensor: ViewedTensor, companions: readonly ViewedTensor[]): boolean | "also";
  load(): Promise<ComponentType<ViewerProps>>;
}
