import { useReactFlow, useStore as useFlow } from "@xyflow/react";
import { useEffect } from "react";
import { useStore } from "zustand";
import type { OpenModel } from "../../state/open-model.ts";
import type { Endpoint } from "../../triton/ensemble/graph.ts";
import { useApp } from "../../ui/app-context.ts";

/** Brings the node or wire that is wanted into view, once the graph has its places, and gives it the focus; of a wire the node that it comes from. */
export function useWanted({ graph }: OpenModel, settled: boolean): void {
  const { selection } = useApp();
  const wanted = useStore(selection, (state) => state.wanted);
  const { fitView, getZoom } = useReactFlow();
  const domNode = useFlow((state) => state.domNode);
  useEffect(() => {
    if (wanted === null || !settled) return;
    selection.getState().wasShown();
    const nodeOf = (end: Endpoint): string | undefined => (end.kind === "step" ? graph.steps[end.step]?.id : `${end.kind}:${end.name}`);
    const wire = graph.tensors.find(({ name }) => name === wanted.tensor);
    const ends = wire === undefined ? [] : [...(wire.producer === undefined ? [] : [wire.producer]), ...wire.consumers].map(nodeOf);
    const nodes = [wanted.node, ...ends].flatMap((id) => (id == null ? [] : [{ id }]));
    // The scale stays, unless it is too small for a wire's ends.
    for (const { id } of nodes.slice(0, 1)) domNode?.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.focus({ preventScroll: true });
    if (nodes.length > 0) void fitView({ nodes, minZoom: wire === undefined ? getZoom() : 0, maxZoom: getZoom() });
  }, [wanted, settled, graph, selection, fitView, getZoom, domNode]);
}
