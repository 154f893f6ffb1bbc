import { useEffect, type RefObject } from "react";
import type { Canvas } from "./canvas.ts";

/** Keeps the focus on the canvas when the element that had it goes, so that the next key, or a paste, still comes here. */
export function useKeptFocus(canvas: Canvas, region: RefObject<HTMLElement | null>): void {
  useEffect(
    () =>
      canvas.subscribe(({ nodes, edges }, before) => {
        const focused = document.activeElement;
        if ((nodes.length >= before.nodes.length && edges.length >= before.edges.length) || focused === null || region.current?.contains(focused) !== true) return;
        // Once it is drawn.
        requestAnimationFrame(() => {
          if (!focused.isConnected && document.activeElement === document.body) region.current?.focus({ preventScroll: true });
        });
      }),
    [canvas, region],
  );
}
