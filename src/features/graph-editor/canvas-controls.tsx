import { ActionIcon, Tooltip } from "@mantine/core";
import { IconLayoutDistributeVertical, IconMaximize, IconMinus, IconPlus, IconTag, IconTagOff } from "@tabler/icons-react";
import { useReactFlow } from "@xyflow/react";
import { useMemo, type ReactNode } from "react";
import { useStore } from "zustand";
import type { Command } from "../../state/commands.ts";
import { settings } from "../../state/settings.ts";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages, wording } from "../../ui/catalogue/section.ts";
import { useCommands } from "../../ui/use-commands.ts";
import type { Canvas } from "./canvas.ts";
import classes from "./graph-editor.module.css";

/** Buttons for zoom, fit, arranging and wire labels. */
export function CanvasControls({ canvas }: { canvas: Canvas }) {
  const t = useMessages(graphEditorMessages);
  const { zoomIn, zoomOut, fitView } = useReactFlow();
  const zoom = (by: typeof zoomIn) => {
    canvas.setState({ moved: true });
    void by();
  };
  const always = useStore(settings, (state) => state.wireLabels === "always");
  const commands = useMemo(() => viewCommands(canvas, fitView), [canvas, fitView]);
  const [showAll, tidy, toggleLabels] = commands;
  useCommands(commands);
  return (
    <div className={classes.controls} role="toolbar" aria-label={t("controls")}>
      <Control label={t("zoomIn")} onClick={() => zoom(zoomIn)}><IconPlus size={16} /></Control>
      <Control label={t("zoomOut")} onClick={() => zoom(zoomOut)}><IconMinus size={16} /></Control>
      <Control label={t("fitView")} onClick={showAll.run}><IconMaximize size={16} /></Control>
      <Control label={t("tidy")} onClick={tidy.run}><IconLayoutDistributeVertical size={16} /></Control>
      <Control label={t("labels")} pressed={always} onClick={toggleLabels.run}>
        {always ? <IconTag size={16} /> : <IconTagOff size={16} />}
      </Control>
    </div>
  );
}

/** What the palette offers of these buttons: the whole graph, arranging, labels. */
function viewCommands(canvas: Canvas, fitView: ReturnType<typeof useReactFlow>["fitView"]): readonly [Command, Command, Command] {
  const command = (id: string, key: "fitView" | "tidy" | "labels", run: () => void): Command => ({ id, title: wording(graphEditorMessages, key), where: "canvas", run });
  return [
    command("fit-view", "fitView", () => {
      canvas.setState({ moved: true });
      void fitView({ padding: 0.12, maxZoom: 1 });
    }),
    command("tidy", "tidy", () => canvas.getState().verbs?.perform("tidy", { kind: "ground" }, { clientX: 0, clientY: 0 })),
    command("wire-labels", "labels", () => settings.getState().setWireLabels(settings.getState().wireLabels === "always" ? "hover" : "always")),
  ];
}

function Control({ label, pressed, onClick, children }: { label: string; pressed?: boolean; onClick(): void; children: ReactNode }) {
  return (
    <Tooltip label={label} position="right">
      <ActionIcon aria-label={label} aria-pressed={pressed} onClick={onClick}>{children}</ActionIcon>
    </Tooltip>
  );
}
