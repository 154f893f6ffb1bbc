import { useReactFlow, useStoreApi } from "@xyflow/react";
import { useCallback } from "react";

/** Below this scale the names of ports cannot be read. */
const READABLE = 0.45;
const MARGIN = 24;

/** Shows the whole graph where that leaves it readable, else its beginning: the first column at the left, in the middle of the height. */
export function useFit(): () => void {
  const { fitView, getNodesBounds, getNodes, setViewport } = useReactFlow();
  const store = useStoreApi();
  return useCallback(() => {
    const { width, height } = store.getState();
    const bounds = getNodesBounds(getNodes());
    const scale = Math.min((width - 2 * MARGIN) / bounds.width, (height - 2 * MARGIN) / bounds.height, 1);
    if (!(scale < READABLE)) void fitView({ padding: `${MARGIN}px`, maxZoom: 1 });
    else {
      const high = bounds.height * READABLE > height - 2 * MARGIN;
      void setViewport({
        x: MARGIN - bounds.x * READABLE,
        y: high ? MARGIN - bounds.y * READABLE : height / 2 - (bounds.y + bounds.height / 2) * READABLE,
        zoom: READABLE,
      });
    }
  }, [fitView, getNodesBounds, getNodes, setViewport, store]);
}
