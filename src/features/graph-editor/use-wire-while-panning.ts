import { useStoreApi } from "@xyflow/react";
import { useEffect } from "react";

/**
 * Keeps the end of a wire that is being drawn true while the pane pans under it. At the pane's edge React Flow brings more of the graph into
 * view, but it looks for the port at the wire's end only when the pointer moves: a port that came under a resting pointer would not take the
 * wire. So each such pan is followed by a move of the pointer to where it is.
 */
export function useWireWhilePanning(): void {
  const store = useStoreApi();
  useEffect(() => {
    let frame = 0;
    const look = (): void => {
      const { connection, domNode } = store.getState();
      if (!connection.inProgress || domNode === null) return;
      const { left, top } = domNode.getBoundingClientRect();
      const { x, y } = connection.pointer;
      domNode.dispatchEvent(new MouseEvent("mousemove", { bubbles: true, clientX: left + x, clientY: top + y }));
    };
    const stop = store.subscribe(({ transform, connection }, before) => {
      if (!connection.inProgress || transform === before.transform) return;
      cancelAnimationFrame(frame);
      // Once the pan is drawn: what lies under the pointer is asked of the document.
      frame = requestAnimationFrame(look);
    });
    return () => {
      cancelAnimationFrame(frame);
      stop();
    };
  }, [store]);
}
