import { ActionIcon, Tooltip } from "@mantine/core";
import { IconLayoutDistributeVertical, IconMaximize, IconMinus, IconPlus, IconTag, IconTagOff } from "@tabler/icons-react";
import { useReactFlow } from "@xyflow/react";
import type { ReactNode } from "react";
import { useStore } from "zustand";
import { settings } from "../../state/settings.ts";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import type { Canvas } from "./canvas.ts";
import classes from "./graph-editor.module.css";

/** Buttons for zoom, fit, arranging and wire labels. */
export function CanvasControls({ canvas }: { canvas: Canvas }) {
  const t = useMessages(graphEditorMessages);
  const { zoomIn, zoomOut, fitView } = useReactFlow();
  const tidy = () => canvas.getState().verbs?.perform("tidy", { kind: "ground" }, { clientX: 0, clientY: 0 });
  const zoom = (by: typeof zoomIn) => {
    canvas.setState({ moved: true });
    void by();
  };
  const showAll = () => {
    canvas.setState({ moved: true });
    void fitView({ padding: 0.12, maxZoom: 1 });
  };
  const wireLabels = useStore(settings, (state) => state.wireLabels);
  const always = wireLabels === "always";
  return (
    <div className={classes.controls} role="toolbar" aria-label={t("controls")}>
      <Control label={t("zoomIn")} onClick={() => zoom(zoomIn)}><IconPlus size={16} /></Control>
      <Control label={t("zoomOut")} onClick={() => zoom(zoomOut)}><IconMinus size={16} /></Control>
      <Control label={t("fitView")} onClick={showAll}><IconMaximize size={16} /></Control>
      <Control label={t("tidy")} onClick={tidy}><IconLayoutDistributeVertical size={16} /></Control>
      <Control label={t("labels")} pressed={always} onClick={() => settings.getState().setWireLabels(always ? "hover" : "always")}>
        {always ? <IconTag size={16} /> : <IconTagOff size={16} />}
      </Control>
    </div>
  );
}

function Control({ label, pressed, onClick, children }: { label: string; pressed?: boolean; onClick(): void; children: ReactNode }) {
  return (
    <Tooltip label={label} position="right">
      <ActionIcon aria-label={label} aria-pressed={pressed} onClick={onClick}>{children}</ActionIcon>
    </Tooltip>
  );
}
