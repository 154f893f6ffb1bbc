import type { Ref } from "react";
import type { Spot } from "./canvas-verbs.ts";

/** What a menu hangs on: a point of the screen. */
export function SpotAnchor({ spot: { clientX, clientY }, ref }: { spot: Spot; ref?: Ref<HTMLSpanElement> }) {
  return <span ref={ref} style={{ position: "fixed", left: clientX, top: clientY, width: 1, height: 1 }} />;
}
