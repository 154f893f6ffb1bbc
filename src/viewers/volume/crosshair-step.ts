import type { StageLayout } from "./volume-stage.ts";

/** A step of the crosshair in voxels towards right, anterior, superior. */
export type CrosshairStep = readonly [right: number, anterior: number, superior: number];

/** What each key does on a plane whose columns run to the patient's left and whose rows run up. */
const STEPS: Readonly<Record<"axial" | "coronal" | "sagittal", Readonly<Record<string, CrosshairStep>>>> = {
  axial: { ArrowLeft: [1, 0, 0], ArrowRight: [-1, 0, 0], ArrowUp: [0, 1, 0], ArrowDown: [0, -1, 0], PageUp: [0, 0, 1], PageDown: [0, 0, -1] },
  coronal: { ArrowLeft: [1, 0, 0], ArrowRight: [-1, 0, 0], ArrowUp: [0, 0, 1], ArrowDown: [0, 0, -1], PageUp: [0, 1, 0], PageDown: [0, -1, 0] },
  sagittal: { ArrowLeft: [0, 1, 0], ArrowRight: [0, -1, 0], ArrowUp: [0, 0, 1], ArrowDown: [0, 0, -1], PageUp: [1, 0, 0], PageDown: [-1, 0, 0] },
};

/** The step that a key makes in a layout: as seen on the shown plane, on the axial one where several are. Undefined for other keys. */
export function crosshairStep(layout: StageLayout, key: string): CrosshairStep | undefined {
  return STEPS[layout === "multi" || layout === "render" ? "axial" : layout][key];
}
