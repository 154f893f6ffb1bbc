import type { DragEvent } from "react";
import { readDrop } from "../../repositories/dropped/read-drop.ts";
import { MODEL_DRAG_TYPE } from "../../ui/model-drag.ts";
import type { Canvas } from "./canvas.ts";

/** A model file, and what belongs to one. Other files are for the window: a repository, an input. */
const MODEL_FILE = /\.onnx$/i;
const WITH_A_MODEL = /\.(onnx|data|onnx_data|weights?|bin)$/i;

/** How models come onto a canvas by dragging: from the explorer or as files, as steps; from the explorer upon a wire, into it. */
export function useCanvasDrops(canvas: Canvas) {
  const editable = (): boolean => canvas.model().view.isEnsemble && !canvas.model().stale;
  const takes = (event: DragEvent): boolean => event.dataTransfer.types.includes(MODEL_DRAG_TYPE) && editable();
  const dropFiles = (event: DragEvent): void => {
    const names = [...event.dataTransfer.files].map(({ name }) => name);
    if (!editable() || !names.some((name) => MODEL_FILE.test(name)) || !names.every((name) => WITH_A_MODEL.test(name))) return;
    event.preventDefault();
    const { clientX, clientY } = event;
    canvas.getState().verbs?.addFiles(readDrop(event.dataTransfer), { clientX, clientY });
  };
  return {
    onDragOver: (event: DragEvent) => {
      if (!takes(event)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      canvas.setState({ hover: wireAt(canvas, event) ?? null });
    },
    onDragLeave: () => canvas.setState({ hover: null }),
    onDrop: (event: DragEvent) => {
      if (!takes(event)) {
        dropFiles(event);
        return;
      }
      event.preventDefault();
      const tensor = wireAt(canvas, event);
      const { clientX, clientY } = event;
      canvas.setState({ hover: null });
      canvas.getState().verbs?.addStep(event.dataTransfer.getData(MODEL_DRAG_TYPE), { clientX, clientY }, tensor === undefined ? {} : { tensor });
    },
  };
}

/** The tensor of the wire under a point of the screen. */
function wireAt(canvas: Canvas, { clientX, clientY }: DragEvent): string | undefined {
  const found = document.elementsFromPoint(clientX, clientY);
  const label = found.map((element) => element.closest<HTMLElement>("[data-wire]")?.dataset["wire"]).find((one) => one !== undefined);
  if (label !== undefined) return label;
  const id = found.map((element) => element.closest<SVGElement>(".react-flow__edge")?.dataset["id"]).find((one) => one !== undefined);
  return canvas.getState().edges.find((edge) => edge.id === id)?.data?.edge.tensor.name;
}
