import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import { useStore } from "zustand";
import { useApp } from "../../ui/app-context.ts";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import type { FlowNode } from "./canvas.ts";
import { DistantNode } from "./distant-node.tsx";
import { Port } from "./port.tsx";
import { FindingBadge } from "./step-node.tsx";
import classes from "./graph-editor.module.css";

/** An input or output of the ensemble: one port that is the whole node; from afar its outline. */
export const TerminalNode = memo(function TerminalNode({ data: { node, badge, canvas }, height }: NodeProps<FlowNode>) {
  const distant = useStore(canvas, (state) => state.distant);
  return distant ? <DistantNode node={node} badge={badge} canvas={canvas} height={height} /> : <NearTerminal node={node} badge={badge} canvas={canvas} />;
});

function NearTerminal({ node, badge, canvas }: FlowNode["data"]) {
  const t = useMessages(graphEditorMessages);
  const { selection } = useApp();
  const selected = useStore(selection, (state) => state.nodes.includes(node.id));
  const { name, dataType, dims, optional } = node.terminal!;
  const isInput = node.kind === "input";
  return (
    <div className={classes.node} data-kind={node.kind} data-selected={selected || undefined} data-testid={`node-${node.id}`}>
      <header className={classes.terminalHeader}>
        {t(isInput ? "input" : "output")}
        {badge !== undefined && <FindingBadge badge={badge} />}
      </header>
      <Port
        node={node.id}
        side={isInput ? "out" : "in"}
        port={{ name, dataType, dims, optional, exists: true, tensor: name }}
        finding={badge && { id: badge.first, severity: badge.severity, message: badge.messages[0] ?? "" }}
        canvas={canvas}
      />
    </div>
  );
}
