import { useReactFlow, useStoreApi } from "@xyflow/react";
import { useEffect } from "react";
import { useApp } from "../../ui/app-context.ts";
import type { Canvas } from "./canvas.ts";
import { useFit } from "./use-fit.ts";

/**
 * Brings the graph, or what was in view of it last, into view once there are nodes and a pane; the graph again when the pane changes its size,
 * or nodes come or go by typing, before the user has chosen what is in view.
 */
export function useFirstFit(canvas: Canvas): void {
  const fit = useFit();
  const flow = useStoreApi();
  const { setViewport } = useReactFlow();
  const { selection } = useApp();
  useEffect(() => {
    const look = ({ width, height, nodes, panZoom }: ReturnType<typeof flow.getState>, before?: { width: number; height: number; nodes: readonly unknown[] }): void => {
      const { fitted, moved } = canvas.getState();
      if (width === 0 || height === 0 || nodes.length === 0 || panZoom === null) return;
      if (!fitted) {
        const { viewport } = selection.getState();
        canvas.setState({ fitted: true, moved: viewport !== null });
        if (viewport === null) fit();
        else void setViewport(viewport);
      } else if (!moved && before !== undefined && (width !== before.width || height !== before.height || nodes.length !== before.nodes.length)) fit();
    };
    look(flow.getState());
    return flow.subscribe(look);
  }, [canvas, fit, flow, selection, setViewport]);
}
