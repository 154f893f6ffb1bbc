import { useReactFlow } from "@xyflow/react";
import type { ClipboardEvent, KeyboardEvent, RefObject } from "react";
import { useApp } from "../../ui/app-context.ts";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import type { Canvas, FlowEdge, FlowNode } from "./canvas.ts";
import type { CanvasVerbs, Spot } from "./canvas-verbs.ts";
import { isWalkKey, walkNodes, type WalkKey } from "./node-walk.ts";
import { targetOf, type CanvasAction, type Target } from "./targets.ts";

/** How far Shift and an arrow move the chosen nodes, in the canvas's units: the distance of the dots. */
const NUDGE = 24;
/** Where the arrows lead, as a direction. */
const DIRECTIONS: Readonly<Record<WalkKey, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** What keys and the clipboard do on a canvas. `spot`: where the pointer was last, or the middle. `chosenEdgeRef`: the stretch of wire that was clicked last. */
export function useCanvasKeys(canvas: Canvas, region: RefObject<HTMLElement | null>, spot: () => Spot, chosenEdgeRef: RefObject<string | null>) {
  const t = useMessages(graphEditorMessages);
  const { document, selection } = useApp();
  const { setCenter, getZoom } = useReactFlow<FlowNode, FlowEdge>();

  /** What a key is about: where the focus is, else what is chosen. */
  const meant = (element: Element): Target => {
    const { nodes, tensor } = selection.getState();
    const target = targetOf(element, nodes, (edge) => canvas.getState().edges.find(({ id }) => id === edge)?.data?.edge.tensor.name);
    if (target.kind !== "ground") return target;
    if (tensor !== null) return { kind: "wire", tensor, ...(chosenEdgeRef.current !== null && { edge: chosenEdgeRef.current }) };
    return nodes.length > 0 ? { kind: "nodes", nodes } : target;
  };

  const standing = () => canvas.getState().nodes.map(({ id, position, measured, width, height }) => ({ id, ...position, width: measured?.width ?? width ?? 0, height: measured?.height ?? height ?? 0 }));

  const walk = (from: string, key: WalkKey): boolean => {
    const nodes = standing();
    const to = nodes.find(({ id }) => id === walkNodes(from, key, nodes, canvas.getState().edges));
    if (to === undefined) return false;
    selection.getState().selectNode(to.id);
    const focus = (): boolean => {
      const element = region.current?.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(to.id)}"]`);
      element?.focus();
      return element != null;
    };
    // A node out of view may not be there yet.
    if (!focus()) void setCenter(to.x + to.width / 2, to.y + to.height / 2, { zoom: getZoom() }).then(() => requestAnimationFrame(focus));
    return true;
  };

  const nudge = (nodes: readonly string[], key: WalkKey): void => {
    const [dx, dy] = DIRECTIONS[key];
    const moves = standing().filter(({ id }) => nodes.includes(id)).map(({ id, x, y }) => ({ ensemble: canvas.name, node: id, to: { x: x + dx * NUDGE, y: y + dy * NUDGE } }));
    document.getState().edit([], "move", { moves, typedAt: Date.now() });
  };

  const toggleChosen = (node: string): void => {
    const { nodes, selectNodes } = selection.getState();
    selectNodes(nodes.includes(node) ? nodes.filter((one) => one !== node) : [...nodes, node]);
  };

  /** True where the key did something. */
  const press = (event: KeyboardEvent, verbs: CanvasVerbs): boolean => {
    const element = event.target as HTMLElement;
    const { key, shiftKey } = event;
    const mod = event.ctrlKey || event.metaKey;
    const target = meant(element);
    const at = spotOf(element, region.current, spot);
    const act = (action: CanvasAction): boolean => {
      verbs.perform(action, target, at);
      return true;
    };
    const focused = element.classList.contains("react-flow__node") ? element.dataset["id"] : undefined;
    if (event.altKey) return false;
    if (mod) {
      if (key.toLowerCase() === "d" && !shiftKey) return target.kind === "nodes" && act("duplicate");
      return key.toLowerCase() === "a" && !shiftKey && act("choose-all");
    }
    if (isWalkKey(key)) {
      if (shiftKey && target.kind === "nodes") {
        nudge(target.nodes, key);
        return true;
      }
      return focused !== undefined && walk(focused, key);
    }
    switch (key) {
      case "Enter":
        if (focused !== undefined) {
          selection.getState().selectNode(focused);
          return act("open-model");
        }
        if (target.kind !== "wire" || !element.classList.contains("react-flow__edge")) return false;
        chosenEdgeRef.current = target.edge ?? null;
        selection.getState().selectTensor(target.tensor);
        return true;
      case " ":
        if (focused === undefined) return false;
        toggleChosen(focused);
        return true;
      case "Escape": {
        const node = element.closest<HTMLElement>(".react-flow__node");
        if (node !== null && node !== element) node.focus();
        else selection.getState().selectNode(null);
        return true;
      }
      case "F10":
        if (!shiftKey) return false;
        verbs.show({ kind: "menu", target, spot: at });
        return true;
      case "ContextMenu":
        verbs.show({ kind: "menu", target, spot: at });
        return true;
      case "F2":
        return act("rename");
      case "Insert":
        return act(target.kind === "wire" ? "insert-step" : "add-step");
      case "Delete":
      case "Backspace":
        if (target.kind === "port") return target.port.side === "in" && target.tensor !== undefined && act("disconnect");
        return target.kind !== "ground" && act("remove");
      case "c":
      case "C":
        return target.kind === "port" && act("connect");
      case "e":
      case "E":
        return target.kind === "port" && act("expose");
      default:
        return false;
    }
  };

  return {
    onKeyDown: (event: KeyboardEvent) => {
      const { verbs } = canvas.getState();
      if (verbs === null || event.defaultPrevented || isTyping(event.target) || !press(event, verbs)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    onCopy: (event: ClipboardEvent) => {
      const text = isTyping(event.target) ? undefined : canvas.getState().verbs?.copied();
      if (text === undefined) return;
      event.clipboardData.setData("text/plain", text);
      event.preventDefault();
    },
    onCut: (event: ClipboardEvent) => {
      const { verbs } = canvas.getState();
      const { nodes } = selection.getState();
      const text = isTyping(event.target) ? undefined : verbs?.copied();
      if (text === undefined) return;
      event.clipboardData.setData("text/plain", text);
      event.preventDefault();
      verbs?.remove(nodes, "cut-steps");
    },
    onPaste: (event: ClipboardEvent) => {
      const text = event.clipboardData.getData("text/plain");
      if (isTyping(event.target) || !text.includes("ensemble_scheduling")) return;
      event.preventDefault();
      canvas.getState().verbs?.paste(text, spot());
    },
    /** Told to those who do not see the canvas. */
    help: t("help"),
  };
}

/** Below the element that has the focus, which gets it back; where the pointer is when that is the whole canvas. */
function spotOf(element: HTMLElement, region: HTMLElement | null, pointer: () => Spot): Spot {
  const own = element.closest<HTMLElement>("[data-port], .react-flow__node, .react-flow__edge");
  if (own === null) return { ...pointer(), ...(region !== null && { from: region }) };
  const { left, bottom } = own.getBoundingClientRect();
  return { clientX: left, clientY: bottom, from: own };
}

/** Whether keys at an element are for text or for a list. */
function isTyping(target: EventTarget): boolean {
  return target instanceof Element && target.closest("input, textarea, [contenteditable='true'], [role=menu], [role=listbox], [role=dialog]") !== null;
}
