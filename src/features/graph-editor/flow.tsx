import { ReactFlow, useStoreApi, type ReactFlowProps } from "@xyflow/react";
import { useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import { useApp } from "../../ui/app-context.ts";
import type { Canvas, FlowEdge, FlowNode } from "./canvas.ts";
import { looseEdges, wirePaths, type WirePath } from "./distant-drawing.ts";
import { DistantWires } from "./distant-wires.tsx";

/** Below this scale nothing of a port can be read. */
const DISTANT = 0.4;

type Props = Omit<ReactFlowProps<FlowNode, FlowEdge>, "nodes" | "edges" | "onlyRenderVisibleElements"> & { readonly canvas: Canvas };

/** React Flow with the elements of a canvas. It is this that renders again while nodes move: what is around it does not. */
export function Flow({ canvas, children, ...props }: Props) {
  const nodes = useStore(canvas, (state) => state.nodes);
  const large = useStore(canvas, (state) => state.large);
  const distant = useStore(canvas, (state) => state.distant);
  const { edges, paths } = useWires(canvas, distant);
  useKnownSizes(canvas);
  useDistance(canvas);
  return (
    <ReactFlow<FlowNode, FlowEdge> {...props} nodes={nodes} edges={edges} onlyRenderVisibleElements={large}>
      {children}
      {distant && <DistantWires paths={paths} />}
    </ReactFlow>
  );
}

const NO_PATHS: readonly WirePath[] = [];

/** The wires that are elements, and those that from afar are not. */
function useWires(canvas: Canvas, distant: boolean): { edges: FlowEdge[]; paths: readonly WirePath[] } {
  const { selection } = useApp();
  const all = useStore(canvas, (state) => state.edges);
  const nodes = useStore(canvas, (state) => state.resting);
  const dragged = useStore(canvas, (state) => state.dragged);
  const tensor = useStore(selection, (state) => state.tensor);
  return useMemo(() => {
    if (!distant) return { edges: all, paths: NO_PATHS };
    const edges = looseEdges(all, dragged, tensor);
    return { edges, paths: wirePaths(nodes, all, edges) };
  }, [distant, all, nodes, dragged, tensor]);
}

/**
 * Keeps React Flow from measuring. Sizes and handles come with the nodes; of what was drawn only the height is taken over, which a run's line
 * makes larger. It takes its measuring function from its store when it first renders, so that the function has to be there before.
 */
function useKnownSizes(canvas: Canvas): void {
  const flow = useStoreApi<FlowNode, FlowEdge>();
  useState(() => {
    flow.setState({
      updateNodeInternals: (updates) => {
        const { nodeLookup } = flow.getState();
        const sizes = [...updates.values()].map(({ id, nodeElement: { offsetWidth: width, offsetHeight: height } }) => ({ id, width, height }));
        const other = sizes.filter(({ id, height }) => height > 0 && nodeLookup.get(id)?.measured.height !== height);
        if (other.length > 0) canvas.change(other.map(({ id, width, height }) => ({ id, type: "dimensions", dimensions: { width, height } })));
      },
    });
  });
}

/** Tells the canvas whether a large graph is looked at from afar. */
function useDistance(canvas: Canvas): void {
  const flow = useStoreApi();
  useEffect(() => {
    const look = (): void => {
      const distant = canvas.getState().large && flow.getState().transform[2] < DISTANT;
      if (distant !== canvas.getState().distant) canvas.setState({ distant });
    };
    look();
    const stops = [flow.subscribe(look), canvas.subscribe(look)];
    return () => {
      for (const stop of stops) stop();
    };
  }, [canvas, flow]);
}
