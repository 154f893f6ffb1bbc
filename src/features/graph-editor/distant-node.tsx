import { useStore } from "zustand";
import { useApp } from "../../ui/app-context.ts";
import type { Badge } from "./badges.ts";
import type { Canvas } from "./canvas.ts";
import type { CanvasNode } from "./flow-elements.ts";
import classes from "./graph-editor.module.css";

/** A node from afar: its outline, its name as large as it can be, and in its colour how the last run went or what is wrong. */
export function DistantNode({ node, badge, canvas, height }: { node: CanvasNode; badge: Badge | undefined; canvas: Canvas; height: number | undefined }) {
  const { selection, session } = useApp();
  const selected = useStore(selection, (state) => state.nodes.includes(node.id));
  const phase = useStore(session, ({ run }) => (node.runId !== undefined && run.model === canvas.name ? run.steps[node.runId]?.phase : undefined));
  return (
    <div
      className={`${classes.node} ${classes.distant}`}
      data-kind={node.kind}
      data-selected={selected || undefined}
      data-phase={phase}
      data-severity={badge?.severity}
      data-testid={`node-${node.id}`}
      style={{ height }}
    >
      {node.step?.modelName ?? node.terminal?.name}
    </div>
  );
}
