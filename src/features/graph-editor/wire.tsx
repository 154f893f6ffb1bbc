import { BaseEdge, EdgeLabelRenderer, getBezierPath, useStore as useFlow, type EdgeProps, type Node, type ReactFlowState } from "@xyflow/react";
import { memo, useMemo } from "react";
import { useStore } from "zustand";
import { resultOf } from "../../state/open-model.ts";
import { settings } from "../../state/settings.ts";
import { useApp } from "../../ui/app-context.ts";
import { DataTypeGlyph } from "../../ui/data-type-mark.tsx";
import { formatBytes } from "../../ui/format.ts";
import type { FlowEdge } from "./canvas.ts";
import { openWire } from "./open-wire.ts";
import { compactDims } from "./port-text.ts";
import { wireColor } from "./wire-color.ts";
import { detourOf, detourPath, type Detour, type Obstacle } from "./wire-route.ts";
import classes from "./graph-editor.module.css";

/** Below this distance of its ends a wire's label has no room between them. The canvas's units. */
const NARROWEST = 64;
/** Between a label and the handles at both ends. */
const CLEARANCE = 6;

/** A stretch of a wire. The first one carries the tensor's name, type, shape and, after a run, bytes. */
export const Wire = memo(function Wire({ id, data, source, target, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition }: EdgeProps<FlowEdge>) {
  const { edge, severity, canvas } = data!;
  const { tensor, labelled } = edge;
  const { selection, session } = useApp();
  const model = canvas.name;
  const selected = useStore(selection, (state) => state.tensor === tensor.name);
  const hovered = useStore(canvas, (state) => state.hover === tensor.name);
  const distant = useStore(canvas, (state) => state.distant);
  const always = useStore(settings, (state) => state.wireLabels === "always");
  const bytes = useStore(session, ({ run }) => resultOf(run, model, tensor.name)?.bytes);
  const [straight, middleX, middleY] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  const ends = [{ x: sourceX, y: sourceY }, { x: targetX, y: targetY }] as const;
  const detour = useDetour(source, target, ...ends);
  const { path, label } = detour === undefined ? { path: straight, label: { x: middleX, y: middleY } } : detourPath(...ends, detour);
  const color = wireColor(severity, tensor.dataType);
  const lit = selected || hovered;
  return (
    <>
      <BaseEdge id={id} path={path} interactionWidth={distant ? 0 : 16} style={{ stroke: color, strokeWidth: lit ? 3 : 1.5, strokeOpacity: lit ? 1 : 0.75 }} />
      {labelled && ((always && !distant) || lit) && (
        <EdgeLabelRenderer>
          <button
            type="button"
            tabIndex={-1}
            aria-hidden="true"
            className={`${classes.wireLabel} nodrag nopan`}
            data-selected={selected || undefined}
            data-severity={severity}
            data-testid={`wire-${tensor.name}`}
            data-wire={tensor.name}
            title={tensor.name}
            style={{
              transform: `translate(-50%, -50%) translate(${label.x}px, ${label.y}px)`,
              // What is lit is read in full; all others keep clear of the nodes at both ends.
              ...(!lit && targetX - sourceX > NARROWEST && { maxWidth: targetX - sourceX - 2 * CLEARANCE }),
            }}
            onClick={() => openWire(selection, session, model, tensor.name)}
            onDoubleClick={({ clientX, clientY }) => canvas.getState().verbs?.perform("rename", { kind: "wire", tensor: tensor.name }, { clientX, clientY })}
            onMouseEnter={() => canvas.setState({ hover: tensor.name })}
            onMouseLeave={() => canvas.setState({ hover: null })}
          >
            <span className={classes.wireName}>
              {tensor.dataType !== undefined && <DataTypeGlyph type={tensor.dataType} size={9} />}
              <span className={classes.wireWord}>{tensor.name}</span>
            </span>
            <span className={classes.wireFacts}>
              {tensor.dims !== undefined && <span className={classes.wireShape}>{compactDims(tensor.dims)}</span>}
              {bytes !== undefined && <span className={classes.wireShape}>{formatBytes(bytes)}</span>}
            </span>
          </button>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

/** Larger graphs keep plain curves: looking for detours takes every wire past every node. */
const DETOUR_NODES = 100;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** The detour of a wire around the nodes as they stand now. As text in between, so that a wire renders again only when its own way changes. */
function useDetour(source: string, target: string, from: Place, to: Place): Detour | undefined {
  const { x: sourceX, y: sourceY } = from;
  const { x: targetX, y: targetY } = to;
  const way = useFlow(useMemo(() => detourSelector([source, target], { x: sourceX, y: sourceY }, { x: targetX, y: targetY }), [source, target, sourceX, sourceY, targetX, targetY]));
  if (way === "") return undefined;
  const [start = 0, end = 0, y = 0] = way.split(",").map(Number);
  return { from: start, to: end, y };
}

/** Asks for the detour once per state of the nodes: while the pane pans nothing is looked for. */
function detourSelector(ends: readonly string[], from: Place, to: Place): (state: ReactFlowState) => string {
  let last: readonly Node[] = [];
  let known = "";
  return ({ nodes }) => {
    if (nodes === last) return known;
    last = nodes;
    const inTheWay = nodes.length > DETOUR_NODES ? [] : obstaclesOf(nodes).filter(({ id }) => !ends.includes(id));
    const detour = detourOf(from, to, inTheWay);
    known = detour === undefined ? "" : `${detour.from},${detour.to},${detour.y}`;
    return known;
  };
}

const obstacles = new WeakMap<readonly Node[], readonly (Obstacle & { readonly id: string })[]>();

/** All nodes as obstacles; made once for all wires. */
function obstaclesOf(nodes: readonly Node[]): readonly (Obstacle & { readonly id: string })[] {
  const known = obstacles.get(nodes) ?? nodes.map(({ id, position, measured }) => ({ id, ...position, width: measured?.width ?? 0, height: measured?.height ?? 0 }));
  obstacles.set(nodes, known);
  return known;
}
