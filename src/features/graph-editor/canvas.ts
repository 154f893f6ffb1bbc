import { applyNodeChanges, Position, type Edge, type Node, type NodeChange } from "@xyflow/react";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Diagnostic, Severity } from "../../base/diagnostic.ts";
import type { OpenModel } from "../../state/open-model.ts";
import { arrange, arrangeAround } from "../../triton/ensemble/arrange.ts";
import type { NodePosition, NodeSize } from "../../triton/ensemble/places.ts";
import { nodeBadges, wireSeverities, type Badge } from "./badges.ts";
import { canvasEdges, canvasNodes, type CanvasEdge, type CanvasNode } from "./flow-elements.ts";
import type { CanvasVerbs } from "./canvas-verbs.ts";
import { HANDLE_SIZE, nodeHandles, nodeSize } from "./node-size.ts";
import { orderTerminals } from "./order-terminals.ts";
import { restingOf, type Resting } from "./resting.ts";

/** A node as React Flow holds it. */
export type FlowNode = Node<{ readonly node: CanvasNode; readonly badge: Badge | undefined; readonly canvas: Canvas }>;

/** A stretch of wire as React Flow holds it. */
export type FlowEdge = Edge<{ readonly edge: CanvasEdge; readonly severity: Severity | undefined; readonly canvas: Canvas }>;

/** What a canvas shows. */
export interface Shown {
  readonly model: OpenModel;
  /** Every finding of the repository. */
  readonly diagnostics: readonly Diagnostic[];
  /** Places of nodes that were put there by hand. */
  readonly hand: Readonly<Record<string, NodePosition>> | undefined;
  /** Names of the elements for assistive technology. */
  nodeLabel(node: CanvasNode): string;
  edgeLabel(edge: CanvasEdge): string;
}

/** What React Flow is given. */
interface CanvasState extends Resting<FlowNode> {
  readonly nodes: FlowNode[];
  readonly edges: FlowEdge[];
  /** False until every node has its place. */
  readonly settled: boolean;
  /** False until the graph was brought into view. */
  readonly fitted: boolean;
  /** True once the user chose what is in view: it then stays when the pane changes its size. */
  readonly moved: boolean;
  /** True while a large graph is looked at from so far that nodes are drawn as outlines. */
  readonly distant: boolean;
  /** The tensor of the wire under the pointer. */
  readonly hover: string | null;
  /** What the parts of a canvas ask of the editor around them; null until that is there. */
  readonly verbs: CanvasVerbs | null;
}

/** One model's canvas: elements, places, verbs. The object never changes, so it is part of every node's data. */
export interface Canvas extends StoreApi<CanvasState> {
  /** Name of the model. */
  readonly name: string;
  /** As last shown. */
  model(): OpenModel;
  show(shown: Shown): void;
  /** Takes over what was dragged, and heights that became others than those computed. */
  change(changes: readonly NodeChange<FlowNode>[]): void;
  /** Marks the chosen nodes: these are what a drag moves. */
  choose(nodes: readonly string[]): void;
  /** Gives every node without a place one that the layout has for it, among those that stand already. From the first call on, nodes that come get theirs when shown. */
  settle(): void;
  /** Arranges all nodes anew but for those that were placed by hand. */
  tidy(): void;
}

/** A canvas that shows a model. */
export function createCanvas(first: Shown): Canvas {
  let shown = first;
  let arranged = new Map<string, NodePosition>();
  let chosen: ReadonlySet<string> = new Set();
  const store = createStore<CanvasState>(() => ({
    nodes: [], edges: [], resting: [], dragged: "[]", large: false,
    settled: false, fitted: false, moved: false, distant: false, hover: null, verbs: null,
  }));
  const put = (nodes: FlowNode[]): void => store.setState({ nodes, ...restingOf(nodes, store.getState()) });
  const place = (id: string): NodePosition | undefined => shown.hand?.[id] ?? arranged.get(id);
  const canvas: Canvas = Object.assign(store, {
    name: first.model.view.name,
    model: () => shown.model,
    show: (next: Shown) => {
      shown = next;
      merge();
      if (store.getState().settled) canvas.settle();
    },
    change: (changes: readonly NodeChange<FlowNode>[]) => {
      const taken = changes.filter(({ type }) => type === "position" || type === "dimensions");
      if (taken.length > 0) put(applyNodeChanges(taken, store.getState().nodes));
    },
    choose: (nodes: readonly string[]) => {
      chosen = new Set(nodes);
      put(marked(store.getState().nodes));
    },
    settle: () => {
      const { nodes } = store.getState();
      if (nodes.some(({ id }) => place(id) === undefined)) {
        for (const [id, at] of layout(place)) if (!arranged.has(id)) arranged.set(id, at);
        merge();
      }
      store.setState({ settled: true });
    },
    tidy: () => {
      arranged = layout((id) => shown.hand?.[id]);
      merge();
    },
  });

  function merge(): void {
    const { model, diagnostics, nodeLabel, edgeLabel } = shown;
    const { nodes, edges } = store.getState();
    const severities = wireSeverities(model, diagnostics);
    const merged = marked(mergeNodes(nodes, canvasNodes(model), { canvas, badges: nodeBadges(model, diagnostics), place, label: nodeLabel }));
    store.setState({
      nodes: merged,
      ...restingOf(merged, store.getState()),
      edges: mergeEdges(edges, canvasEdges(model.graph), { canvas, severity: (tensor) => severities.get(tensor), label: edgeLabel }),
    });
  }

  /** The same nodes, marked where they are chosen. */
  function marked(nodes: FlowNode[]): FlowNode[] {
    if (nodes.every(({ id, selected }) => (selected === true) === chosen.has(id))) return nodes;
    return nodes.map((node) => ((node.selected === true) === chosen.has(node.id) ? node : { ...node, selected: chosen.has(node.id) }));
  }

  /** Places for all nodes; those that `stands` has a place for keep it. */
  function layout(stands: (id: string) => NodePosition | undefined): Map<string, NodePosition> {
    const { graph } = shown.model;
    const sizes = new Map<string, NodeSize>();
    for (const { id, measured } of store.getState().nodes) {
      if (measured?.width !== undefined && measured.height !== undefined) sizes.set(id, { width: measured.width, height: measured.height });
    }
    const fixed = new Map(store.getState().nodes.flatMap(({ id }) => {
      const at = stands(id);
      return at === undefined ? [] : [[id, at]];
    }));
    if (fixed.size > 0) return arrangeAround(graph, sizes, fixed);
    const positions = arrange(graph, sizes);
    orderTerminals(graph, positions);
    return positions;
  }

  merge();
  return canvas;
}

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
    const data = same ? old.data : { node, badge, canvas };
    const shape = old !== undefined && old.data.node.key === node.key ? {} : shapeOf(node, old);
    return { ...old, ...shape, id: node.id, type: node.kind === "step" ? "step" : "terminal", position, data, ariaLabel };
  });
}

/** Size and handles as React Flow would measure them. */
function shapeOf(node: CanvasNode, old: FlowNode | undefined): Pick<FlowNode, "width" | "measured" | "handles"> {
  const size = nodeSize(node);
  // What a run's line made it higher by stays.
  const line = old?.measured?.height === undefined ? 0 : old.measured.height - nodeSize(old.data.node).height;
  const handles = nodeHandles(node, size.width).map(({ id, side, x, y }) => ({
    id, x, y, width: HANDLE_SIZE, height: HANDLE_SIZE,
    type: side === "in" ? ("target" as const) : ("source" as const),
    position: side === "in" ? Position.Left : Position.Right,
  }));
  return { width: size.width, measured: { width: size.width, height: size.height + line }, handles };
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
