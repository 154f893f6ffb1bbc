import type { ComponentType } from "react";
import type { TensorSummary } from "../runtime/protocol.ts";
import type { TensorData } from "../tensor/data-type.ts";

/** A tensor as viewers get it: its numbers as a summary, its elements when asked for. */
export interface ViewedTensor {
  /** What the user knows it by: "MASK". */
  readonly name: string;
  readonly summary: TensorSummary;
  /** Index of its last three axes (i, j, k) → RAS millimetres, row-major 4 × 4. Absent: its place in space is not known. */
  readonly affine?: readonly number[];
  /** Names of integer values by value: ["background", "spleen"]. */
  readonly labels?: readonly string[];
  /** The elements, C order; the same promise each time, so that two viewers copy them out once. */
  loadData(): Promise<TensorData>;
}

/** What every viewer gets. */
export interface ViewerProps {
  /** The tensor that was opened. */
  readonly tensor: ViewedTensor;
  /** Tensors that may be shown with it, in a stable order: the volume it lies over, label volumes that lie over it. May hold `tensor` too. */
  readonly companions: readonly ViewedTensor[];
}

/** A way to show a tensor. The description is eager, its code is loaded when first used. */
export interface Viewer {
  /** Stable; key of its tab and of its message: "volume". */
  readonly name: "volume" | "raw";
  /** Whether it can show the tensor, judged by what is known without its elements. */
  accepts(tensor: ViewedTensor, companions: readonly ViewedTensor[]): boolean;
  load(): Promise<ComponentType<ViewerProps>>;
}
