import { BaseEdge, EdgeLabelRenderer, getBezierPath, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import { useStore } from "zustand";
import { resultOf } from "../../state/open-model.ts";
import { settings } from "../../state/settings.ts";
import { useApp } from "../../ui/app-context.ts";
import { dataTypeLook } from "../../ui/data-type-look.ts";
import { DataTypeGlyph } from "../../ui/data-type-mark.tsx";
import { formatBytes, formatShape } from "../../ui/format.ts";
import type { FlowEdge } from "./canvas.ts";
import classes from "./graph-editor.module.css";

/** A stretch of a wire. The first one carries the tensor's name, type, shape and, after a run, bytes. */
export const Wire = memo(function Wire({ id, data, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition }: EdgeProps<FlowEdge>) {
  const { edge, severity, canvas } = data!;
  const { tensor, labelled } = edge;
  const { selection, session } = useApp();
  const model = canvas.model().view.name;
  const selected = useStore(selection, (state) => state.tensor === tensor.name);
  const hovered = useStore(canvas.hover, (state) => state.tensor === tensor.name);
  const always = useStore(settings, (state) => state.wireLabels === "always");
  const bytes = useStore(session, ({ run }) => resultOf(run, model, tensor.name)?.bytes);
  const [path, labelX, labelY] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  const color = severity === "error" ? "var(--conch-error)" : tensor.dataType === undefined ? "var(--conch-type-invalid)" : dataTypeLook(tensor.dataType).color;
  const lit = selected || hovered;
  return (
    <>
      <BaseEdge id={id} path={path} interactionWidth={16} style={{ stroke: color, strokeWidth: lit ? 3 : 1.5, strokeOpacity: lit ? 1 : 0.75 }} />
      {labelled && (always || lit) && (
        <EdgeLabelRenderer>
          <button
            type="button"
            tabIndex={-1}
            aria-hidden="true"
            className={`${classes.wireLabel} nodrag nopan`}
            data-selected={selected || undefined}
            data-severity={severity}
            data-testid={`wire-${tensor.name}`}
            style={{ transform: `translate(-50%, -50%) translate(${labelX}px, ${labelY}px)` }}
            onClick={() => openWire(selection, session, model, tensor.name)}
            onMouseEnter={() => canvas.hover.setState({ tensor: tensor.name })}
            onMouseLeave={() => canvas.hover.setState({ tensor: null })}
          >
            <span className={classes.wireName}>
              {tensor.dataType !== undefined && <DataTypeGlyph type={tensor.dataType} size={9} />}
              {tensor.name}
            </span>
            {tensor.dims !== undefined && <span className={classes.wireShape}>{formatShape(tensor.dims)}</span>}
            {bytes !== undefined && <span className={classes.wireShape}>{formatBytes(bytes)}</span>}
          </button>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

type App = ReturnType<typeof useApp>;

/** Selects a wire and, where the last run left its tensor, opens that in the results. */
export function openWire(selection: App["selection"], session: App["session"], model: string, tensor: string): void {
  selection.getState().selectTensor(tensor);
  const result = resultOf(session.getState().run, model, tensor);
  if (result !== undefined) selection.getState().openResult(result.id);
}
