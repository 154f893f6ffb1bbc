import type { Connection, FinalConnectionState } from "@xyflow/react";
import { useMemo } from "react";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import type { Canvas, FlowEdge } from "./canvas.ts";
import { problemBetween, type PortEnd } from "./gestures.ts";

/** What becomes of a wire that is being drawn: it takes, is refused with the reason, or, dropped where nothing is, asks what it is to lead to. */
export function useWireDrawing(canvas: Canvas, say: (text: string) => void) {
  const t = useMessages(graphEditorMessages);
  return useMemo(
    () => ({
      isValidConnection: (wire: Connection | FlowEdge) => problemBetween(canvas.model(), ...endsOf(wire)) === undefined,
      onConnect: (wire: Connection) => canvas.getState().verbs?.connect(...endsOf(wire)),
      onConnectEnd: (event: MouseEvent | TouchEvent, { fromHandle, toHandle, toNode, isValid }: FinalConnectionState) => {
        if (fromHandle === null) return;
        const port = portEnd(fromHandle);
        if (toHandle === null) {
          const { clientX, clientY } = "changedTouches" in event ? event.changedTouches[0]! : event;
          const { view, stale } = canvas.model();
          if (toNode === null && view.isEnsemble && !stale) canvas.getState().verbs?.show({ kind: "steps", port, spot: { clientX, clientY } });
          return;
        }
        const reason = isValid === false ? problemBetween(canvas.model(), port, portEnd(toHandle)) : undefined;
        if (reason !== undefined) say(t("wireDropped", { reason }));
      },
    }),
    [canvas, say, t],
  );
}

function portEnd({ nodeId, id, type }: { nodeId: string; id?: string | null; type: string }): PortEnd {
  return { node: nodeId, side: type === "source" ? "out" : "in", port: nameIn(id) };
}

function endsOf({ source, sourceHandle, target, targetHandle }: Connection | FlowEdge): [PortEnd, PortEnd] {
  return [
    { node: source, side: "out", port: nameIn(sourceHandle) },
    { node: target, side: "in", port: nameIn(targetHandle) },
  ];
}

function nameIn(handle: string | null | undefined): string {
  return (handle ?? "").slice((handle ?? "").indexOf(":") + 1);
}
