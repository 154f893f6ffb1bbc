import { getBezierPath, Position } from "@xyflow/react";
import type { FlowEdge, FlowNode } from "./canvas.ts";
import { wireColor } from "./wire-color.ts";

/** All wires of a colour as one path. */
export interface WirePath {
  readonly color: string;
  readonly path: string;
}

/** The wires that are drawn one by one even from afar: those that move with a node, those of `dragged`, and the chosen one. */
export function looseEdges(edges: readonly FlowEdge[], dragged: string, tensor: string | null): FlowEdge[] {
  const moving = new Set(JSON.parse(dragged) as string[]);
  return edges.filter(({ source, target, data }) => moving.has(source) || moving.has(target) || data?.edge.tensor.name === tensor);
}

/** All other wires, as one path a colour. */
export function wirePaths(nodes: readonly FlowNode[], edges: readonly FlowEdge[], loose: readonly FlowEdge[]): WirePath[] {
  const left = new Set(loose);
  const handles = new Map(nodes.flatMap(({ id, position, handles = [] }) => handles.map(({ id: handle, x, y, width = 0, height = 0, type }) => [
    `${id}/${handle}`,
    // Where React Flow has a wire end: in the middle of the handle's outer side.
    { x: position.x + x + (type === "source" ? width : 0), y: position.y + y + height / 2 },
  ] as const)));
  const parts = new Map<string, string[]>();
  for (const edge of edges) {
    const from = handles.get(`${edge.source}/${edge.sourceHandle}`);
    const to = handles.get(`${edge.target}/${edge.targetHandle}`);
    if (left.has(edge) || from === undefined || to === undefined) continue;
    const color = wireColor(edge.data?.severity, edge.data?.edge.tensor.dataType);
    const [path] = getBezierPath({ sourceX: from.x, sourceY: from.y, sourcePosition: Position.Right, targetX: to.x, targetY: to.y, targetPosition: Position.Left });
    const list = parts.get(color);
    if (list === undefined) parts.set(color, [path]);
    else list.push(path);
  }
  return [...parts].map(([color, paths]) => ({ color, path: paths.join("") }));
}

/** All nodes that rest as one path of rectangles. */
export function nodesPath(nodes: readonly FlowNode[], dragged: string): string {
  const moving = new Set(JSON.parse(dragged) as string[]);
  return nodes
    .filter(({ id }) => !moving.has(id))
    .map(({ position: { x, y }, measured }) => `M${x} ${y}h${measured?.width ?? 0}v${measured?.height ?? 0}h${-(measured?.width ?? 0)}z`)
    .join("");
}
