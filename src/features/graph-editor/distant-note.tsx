import { useStore } from "zustand";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import type { Canvas } from "./canvas.ts";
import classes from "./graph-editor.module.css";

/** Says that nodes are drawn as outlines, while they are. */
export function DistantNote({ canvas }: { canvas: Canvas }) {
  const t = useMessages(graphEditorMessages);
  const distant = useStore(canvas, (state) => state.distant);
  return (
    <p className={distant ? classes.distance : classes.said} role="status" data-testid="graph-distant">
      {distant && t("distant")}
    </p>
  );
}
