import { applyNodeChanges, useNodesInitialized, type NodeChange } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { arrange, type NodePosition, type NodeSize } from "../../triton/ensemble/arrange.ts";
import type { EnsembleGraph } from "../../triton/ensemble/graph.ts";
import type { OpenModel } from "../../state/open-model.ts";
import { useApp } from "../../ui/app-context.ts";
import type { Badge } from "./badges.ts";
import { mergeNodes, type Canvas, type FlowNode } from "./canvas.ts";
import { canvasNodes, type CanvasNode } from "./flow-elements.ts";
import { useFit } from "./use-fit.ts";
import { orderTerminals } from "./order-terminals.ts";

/** Between two columns a wire's label has to find room: dagre is told that nodes are this much wider. */
const LABEL_ROOM = 16;

interface CanvasNodes {
  readonly nodes: FlowNode[];
  /** False until every node was measured and has its place. */
  readonly settled: boolean;
  onNodesChange(changes: NodeChange<FlowNode>[]): void;
  /** Forgets every place, hand-placed ones too, and arranges all nodes anew. */
  tidy(): void;
}

/** The nodes of the open model with their places: by hand (the document's), else where the layout put them when they first appeared. */
export function useCanvasNodes(model: OpenModel, canvas: Canvas, badges: ReadonlyMap<string, Badge>, label: (node: CanvasNode) => string): CanvasNodes {
  const { document, selection } = useApp();
  const { name } = model.view;
  const hand = useStore(document, (state) => state.positions[name]);
  const arranged = useRef(new Map<string, NodePosition>());
  const [nodes, setNodes] = useState<FlowNode[]>([]);
  const [settled, setSettled] = useState(false);
  const fit = useFit();
  const initialized = useNodesInitialized();
  const wanted = useMemo(() => canvasNodes(model.graph), [model.graph]);
  const place = useCallback((id: string) => hand?.[id] ?? arranged.current.get(id), [hand]);
  const context = useMemo(() => ({ canvas, badges, place, label }), [canvas, badges, place, label]);

  useEffect(() => setNodes((before) => mergeNodes(before, wanted, context)), [wanted, context]);

  useEffect(() => {
    if (!initialized || nodes.length === 0) return;
    if (nodes.some(({ id }) => place(id) === undefined)) {
      for (const [id, at] of arrangeMeasured(model.graph, nodes)) if (!arranged.current.has(id)) arranged.current.set(id, at);
      setNodes((before) => mergeNodes(before, wanted, context));
    }
    if (!settled) setSettled(true);
  }, [initialized, nodes, place, model.graph, wanted, context, settled]);

  useEffect(() => {
    if (settled) fit();
  }, [settled, fit]);

  const onNodesChange = useCallback(
    (changes: NodeChange<FlowNode>[]) => {
      setNodes((before) => applyNodeChanges(changes.filter(({ type }) => type === "position" || type === "dimensions"), before));
      for (const change of changes) {
        if (change.type === "select" && change.selected) selection.getState().selectNode(change.id);
        if (change.type === "position" && change.dragging === false && change.position !== undefined) {
          document.getState().setPosition(name, change.id, change.position);
        }
      }
    },
    [document, selection, name],
  );

  const tidy = useCallback(() => {
    arranged.current = arrangeMeasured(model.graph, nodes);
    document.getState().clearPositions(name);
    setNodes((before) => mergeNodes(before, wanted, { ...context, place: (id) => arranged.current.get(id) }));
    requestAnimationFrame(() => fit());
  }, [document, name, model.graph, nodes, wanted, context, fit]);

  return { nodes, settled, onNodesChange, tidy };
}

function arrangeMeasured(graph: EnsembleGraph, nodes: readonly FlowNode[]): Map<string, NodePosition> {
  const sizes = new Map<string, NodeSize>();
  for (const { id, measured } of nodes) {
    if (measured?.width !== undefined && measured.height !== undefined) sizes.set(id, { width: measured.width + LABEL_ROOM, height: measured.height });
  }
  const positions = arrange(graph, sizes);
  orderTerminals(graph, positions);
  return positions;
}
