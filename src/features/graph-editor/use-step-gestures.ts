import { useReactFlow } from "@xyflow/react";
import { useCallback, useState, type ClipboardEvent, type DragEvent, type KeyboardEvent } from "react";
import type { FileEdits } from "../../base/diagnostic.ts";
import type { OpenModel } from "../../state/open-model.ts";
import { useApp } from "../../ui/app-context.ts";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { MODEL_DRAG_TYPE } from "../../ui/model-drag.ts";
import type { StepOffer } from "./add-step-menu.tsx";
import type { Canvas, FlowEdge, FlowNode } from "./canvas.ts";
import { addStepAtEdits, addStepEdits, copiedText, duplicateEdits, insertEdits, nextStepId, pasteEdits, removeNodeEdits, type PortEnd } from "./gestures.ts";

/** Applies the edits of a gesture as one step of undo and says what happened. False where they are not possible. */
type Edit = (edits: () => FileEdits[], label: string, text: string) => boolean;

interface ScreenPoint {
  readonly clientX: number;
  readonly clientY: number;
}

/** How steps come onto the canvas: dropped models, dropped wires, the clipboard, copies. `present` is the model as its text is now. */
export function useStepGestures(canvas: Canvas, present: () => OpenModel, edit: Edit) {
  const t = useMessages(graphEditorMessages);
  const { document, selection } = useApp();
  const { screenToFlowPosition } = useReactFlow<FlowNode, FlowEdge>();
  const [stepOffer, setStepOffer] = useState<StepOffer>();

  /** Makes a step whose node stands at a point of the screen, and chooses it. */
  const add = (name: string, edits: (model: OpenModel) => FileEdits[], label: string, at?: ScreenPoint): void => {
    const model = present();
    const node = nextStepId(model, name);
    if (!edit(() => edits(model), label, t("addedStep", { name }))) return;
    if (at !== undefined) document.getState().move([{ ensemble: canvas.name, node, to: screenToFlowPosition({ x: at.clientX, y: at.clientY }) }], "move");
    selection.getState().selectNode(node);
  };

  /** Offers the models that can take a wire that was dropped where nothing is. */
  const offerSteps = useCallback(
    (port: PortEnd, { clientX, clientY }: ScreenPoint): void => {
      const { view, stale } = canvas.model();
      if (view.isEnsemble && !stale) setStepOffer({ port, clientX, clientY });
    },
    [canvas],
  );

  const takes = (event: DragEvent): boolean => event.dataTransfer.types.includes(MODEL_DRAG_TYPE) && canvas.model().view.isEnsemble && !canvas.model().stale;

  const chosenStep = () => present().graph.steps.find(({ id }) => id === selection.getState().node);

  const copy = (event: ClipboardEvent): boolean => {
    const { node } = selection.getState();
    const text = isTyping(event.target) || node === null ? undefined : copiedText(present(), node);
    if (text === undefined) return false;
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
    return true;
  };

  return {
    stepOffer,
    closeStepOffer: () => setStepOffer(undefined),
    offerSteps,
    addOffered: (offer: StepOffer, name: string) => add(name, (model) => addStepAtEdits(model, offer.port, name), "add-step", offer),
    /** Doubles the chosen step. False for any other key. */
    pressKey: (event: KeyboardEvent): boolean => {
      if (event.key.toLowerCase() !== "d" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || isTyping(event.target)) return false;
      const step = chosenStep();
      if (step === undefined) return false;
      add(step.modelName, (model) => duplicateEdits(model, step.index), "duplicate-step");
      return true;
    },
    handlers: {
      onDragOver: (event: DragEvent) => {
        if (!takes(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        canvas.setState({ hover: wireAt(canvas, event) ?? null });
      },
      onDragLeave: () => canvas.setState({ hover: null }),
      onDrop: (event: DragEvent) => {
        if (!takes(event)) return;
        event.preventDefault();
        const name = event.dataTransfer.getData(MODEL_DRAG_TYPE);
        const tensor = wireAt(canvas, event);
        canvas.setState({ hover: null });
        if (tensor === undefined) add(name, (model) => addStepEdits(model, name), "add-step", event);
        else add(name, (model) => insertEdits(model, tensor, name), "insert-step", event);
      },
      onCopy: (event: ClipboardEvent) => void copy(event),
      onCut: (event: ClipboardEvent) => {
        const step = chosenStep();
        if (step === undefined || !copy(event)) return;
        if (edit(() => removeNodeEdits(present(), step.id), "remove-node", t("removedStep", { name: step.modelName }))) selection.getState().selectNode(null);
      },
      onPaste: (event: ClipboardEvent) => {
        const text = event.clipboardData.getData("text/plain");
        if (isTyping(event.target) || !text.includes("ensemble_scheduling")) return;
        event.preventDefault();
        edit(() => pasteEdits(present(), text), "paste-steps", t("pasted"));
      },
    },
  };
}

/** The tensor of the wire under a point of the screen. */
function wireAt(canvas: Canvas, { clientX, clientY }: ScreenPoint): string | undefined {
  const id = document.elementsFromPoint(clientX, clientY).map((element) => element.closest<SVGElement>(".react-flow__edge")?.dataset["id"]).find((one) => one !== undefined);
  return canvas.getState().edges.find((edge) => edge.id === id)?.data?.edge.tensor.name;
}

function isTyping(target: EventTarget): boolean {
  return target instanceof Element && target.closest("input, textarea, [contenteditable='true'], [role=menu]") !== null;
}
