import { createStore, type StoreApi } from "zustand/vanilla";
import type { Edge, Node } from "@xyflow/react";
import type { Severity } from "../../base/diagnostic.ts";
import type { OpenModel } from "../../state/open-model.ts";
import type { NodePosition } from "../../triton/ensemble/arrange.ts";
import type { Badge } from "./badges.ts";
import type { CanvasEdge, CanvasNode } from "./flow-elements.ts";
import type { PortEnd } from "./gestures.ts";

/** What the parts of one canvas ask of it. The object never changes, so it may be part of a node's data. */
export interface Canvas {
  /** The present model. */
  model(): OpenModel;
  connect(one: PortEnd, other: PortEnd): void;
  disconnect(port: PortEnd): void;
  /** Opens the list of ports that fit, at an element. */
  offer(port: PortEnd, at: HTMLElement): void;
  /** The wire under the pointer. */
  readonly hover: StoreApi<{ tensor: string | null }>;
}

/** A canvas's hover store: nothing under the pointer. */
export function createHover(): Canvas["hover"] {
  return createStore(() => ({ tensor: null as string | null }));
}

/** A node as React Flow holds it. */
export type FlowNode = Node<{ readonly node: CanvasNode; readonly badge: Badge | undefined; readonly canvas: Canvas }>;

/** A stretch of wire as React Flow holds it. */
export type FlowEdge = Edge<{ readonly edge: CanvasEdge; readonly severity: Severity | undefined; readonly canvas: Canvas }>;

/** What merging needs besides the nodes. */
export interface NodeContext {
  readonly canvas: Canvas;
  readonly badges: ReadonlyMap<string, Badge>;
  /** Where a node stands, if anyone has said. */
  place(id: string): NodePosition | undefined;
  label(node: CanvasNode): string;
}

/** React Flow's nodes for the canvas's. Those that look and stand as before stay the same objects, so that they are not rendered again. */
export function mergeNodes(before: readonly FlowNode[], nodes: readonly CanvasNode[], { canvas, badges, place, label }: NodeContext): FlowNode[] {
  const former = new Map(before.map((node) => [node.id, node]));
  return nodes.map((node) => {
    const old = former.get(node.id);
    const badge = badges.get(node.id);
    const position = old?.dragging === true ? old.position : (place(node.id) ?? old?.position ?? { x: 0, y: 0 });
    const ariaLabel = label(node);
    const same = old !== undefined && old.data.node.key === node.key && sameBadge(old.data.badge, badge) && old.ariaLabel === ariaLabel;
    if (same && old.position.x === position.x && old.position.y === position.y) return old;
    // Measured sizes stay: without them React Flow would hide the node until it has measured it again.
    const data = same ? old.data : { node, badge, canvas };
    return { ...old, id: node.id, type: node.kind === "step" ? "step" : "terminal", position, data, ariaLabel };
  });
}

function sameBadge(a: Badge | undefined, b: Badge | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && JSON.stringify(a) === JSON.stringify(b));
}

/** React Flow's edges for the canvas's; unchanged ones stay the same objects. */
export function mergeEdges(
  before: readonly FlowEdge[],
  edges: readonly CanvasEdge[],
  { canvas, severity, label }: { canvas: Canvas; severity(tensor: string): Severity | undefined; label(edge: CanvasEdge): string },
): FlowEdge[] {
  const former = new Map(before.map((edge) => [edge.id, edge]));
  return edges.map((edge) => {
    const old = former.get(edge.id);
    const worst = severity(edge.tensor.name);
    const ariaLabel = label(edge);
    if (old?.data !== undefined && old.data.edge.key === edge.key && old.data.severity === worst && old.ariaLabel === ariaLabel) return old;
    const { id, source, sourceHandle, target, targetHandle } = edge;
    return { id, source, sourceHandle, target, targetHandle, type: "wire", data: { edge, severity: worst, canvas }, ariaLabel };
  });
}
