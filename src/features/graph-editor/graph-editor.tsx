import { useComputedColorScheme } from "@mantine/core";
import { IconSitemap } from "@tabler/icons-react";
import { Background, BackgroundVariant, ReactFlowProvider, SelectionMode, type NodeChange } from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { useId, useRef, useState, type MouseEvent, type PointerEvent } from "react";
import { useStore } from "zustand";
import type { OpenModel } from "../../state/open-model.ts";
import { useApp, type App } from "../../ui/app-context.ts";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { useDiagnostics, useOpenModel } from "../../ui/open-model.ts";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import type { Canvas, FlowEdge, FlowNode } from "./canvas.ts";
import { CanvasControls } from "./canvas-controls.tsx";
import { CanvasOverlay } from "./canvas-overlay.tsx";
import type { CopiedPlaces, Overlay, Spot } from "./canvas-verbs.ts";
import { DistantNote } from "./distant-note.tsx";
import { EmptyCanvas } from "./empty-canvas.tsx";
import { Flow } from "./flow.tsx";
import { GraphMap } from "./graph-map.tsx";
import { StaleBanner } from "./stale-banner.tsx";
import { StepNode } from "./step-node.tsx";
import { targetOf } from "./targets.ts";
import { TerminalNode } from "./terminal-node.tsx";
import { useCanvas } from "./use-canvas.ts";
import { useCanvasDrops } from "./use-canvas-drops.ts";
import { useCanvasKeys } from "./use-canvas-keys.ts";
import { useCanvasVerbs } from "./use-canvas-verbs.ts";
import { useFocusedFinding } from "./use-focused-finding.ts";
import { useKeptFocus } from "./use-kept-focus.ts";
import { useWanted } from "./use-wanted.ts";
import { useWireDrawing } from "./use-wire-drawing.ts";
import { useWireWhilePanning } from "./use-wire-while-panning.ts";
import { openWire } from "./open-wire.ts";
import { Wire } from "./wire.tsx";
import classes from "./graph-editor.module.css";

const NODE_TYPES = { step: StepNode, terminal: TerminalNode };
const EDGE_TYPES = { wire: Wire };
const MORE_KEYS = ["Meta", "Control", "Shift"];

/** What was copied last, from whichever ensemble: pasted into another one the steps keep their picture. */
const COPIES: { current: CopiedPlaces | null } = { current: null };

/** The graph of the open model: an ensemble to edit, any other model between its inputs and outputs. */
export function GraphEditor() {
  const t = useMessages(graphEditorMessages);
  const model = useOpenModel();
  if (model === undefined) return <PaneNotice icon={<IconSitemap />}>{t("nothingOpen")}</PaneNotice>;
  return (
    <ReactFlowProvider key={model.view.name}>
      <ModelCanvas model={model} />
    </ReactFlowProvider>
  );
}

function ModelCanvas({ model }: { model: OpenModel }) {
  const t = useMessages(graphEditorMessages);
  const { document, selection, session } = useApp();
  const scheme = useComputedColorScheme("light");
  const diagnostics = useDiagnostics();
  const [said, setSaid] = useState("");
  const [overlay, setOverlay] = useState<Overlay>();
  const region = useRef<HTMLElement>(null);
  const pointer = useRef<Spot>(null);
  const chosenEdge = useRef<string>(null);
  const helpId = useId();
  const canvas = useCanvas(model);
  const isEmpty = useStore(canvas, (state) => state.nodes.length === 0);
  const settled = useStore(canvas, (state) => state.fitted);
  useCanvasVerbs(canvas, model, setSaid, setOverlay, COPIES);
  useFocusedFinding(model, diagnostics);
  useWanted(model, settled);
  useWireWhilePanning();
  useKeptFocus(canvas, region);
  const drawing = useWireDrawing(canvas, setSaid);
  const { help, ...keys } = useCanvasKeys(canvas, region, () => pointer.current ?? middleOf(region.current), chosenEdge);
  const drops = useCanvasDrops(canvas);

  const chooseEdge = (edge: FlowEdge): void => {
    chosenEdge.current = edge.id;
    openWire(selection, session, model.view.name, edge.data!.edge.tensor.name);
  };
  const openMenu = (event: MouseEvent): void => {
    const element = event.target as Element;
    if (element.closest("[data-testid=canvas-menu], input") !== null) return;
    const target = targetOf(element, selection.getState().nodes, (edge) => canvas.getState().edges.find(({ id }) => id === edge)?.data?.edge.tensor.name);
    event.preventDefault();
    if (target.kind === "nodes") selection.getState().selectNodes(target.nodes);
    else if (target.kind === "wire") {
      chosenEdge.current = target.edge ?? null;
      selection.getState().selectTensor(target.tensor);
    }
    const { clientX, clientY } = event;
    const from = element.closest<HTMLElement>("[data-port], .react-flow__node, .react-flow__edge") ?? region.current;
    setOverlay({ kind: "menu", target, spot: { clientX, clientY, ...(from !== null && { from }) } });
  };

  return (
    <section
      ref={region}
      className={classes.canvas}
      aria-label={t("region", { model: model.view.name })}
      aria-describedby={helpId}
      tabIndex={-1}
      data-testid="graph-editor"
      data-stale={model.stale || undefined}
      data-settled={settled || undefined}
      onContextMenu={openMenu}
      onPointerMove={({ clientX, clientY }: PointerEvent) => {
        pointer.current = { clientX, clientY };
      }}
      onPointerLeave={() => {
        pointer.current = null;
      }}
      {...keys}
      {...drops}
    >
      <p id={helpId} className="visually-hidden">{help}</p>
      {model.stale && <StaleBanner model={model} />}
      <Flow
        canvas={canvas}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={(changes) => applyChanges(canvas, changes, document, selection)}
        onEdgeClick={(_, edge) => chooseEdge(edge)}
        onEdgeDoubleClick={({ clientX, clientY }, edge) =>
          canvas.getState().verbs?.perform("rename", { kind: "wire", tensor: edge.data!.edge.tensor.name }, { clientX, clientY })
        }
        onEdgeMouseEnter={(_, edge) => canvas.setState({ hover: edge.data!.edge.tensor.name })}
        onEdgeMouseLeave={() => canvas.setState({ hover: null })}
        onNodeClick={(event, node) => {
          if (!event.shiftKey && !event.ctrlKey && !event.metaKey && selection.getState().tensor !== null) selection.getState().selectNode(node.id);
        }}
        onNodeDoubleClick={({ clientX, clientY }, node) => canvas.getState().verbs?.perform("open-model", { kind: "nodes", nodes: [node.id] }, { clientX, clientY })}
        onMoveEnd={(event, viewport) => {
          if (event !== null) canvas.setState({ moved: true });
          selection.getState().keepViewport(canvas.getState().moved ? viewport : null);
        }}
        onPaneClick={() => selection.getState().selectNode(null)}
        {...drawing}
        nodesConnectable={model.view.isEnsemble && !model.stale}
        deleteKeyCode={null}
        multiSelectionKeyCode={MORE_KEYS}
        selectionMode={SelectionMode.Partial}
        // A box begins beside the graph, and so at the pane's edge.
        autoPanOnSelection={false}
        disableKeyboardA11y
        zoomOnDoubleClick={false}
        colorMode={scheme}
        minZoom={0.1}
        maxZoom={2}
        connectionRadius={28}
        ariaLabelConfig={{ "minimap.ariaLabel": t("minimap") }}
        attributionPosition="top-right"
      >
        <Background variant={BackgroundVariant.Dots} gap={24} size={1} />
        <GraphMap canvas={canvas} />
      </Flow>
      {isEmpty && model.view.isEnsemble && !model.stale && (
        <EmptyCanvas onAdd={() => canvas.getState().verbs?.perform("add-step", { kind: "ground" }, middleOf(region.current))} />
      )}
      <DistantNote canvas={canvas} />
      <CanvasControls canvas={canvas} />
      {overlay !== undefined && <CanvasOverlay canvas={canvas} overlay={overlay} model={model} onClose={() => setOverlay((present) => (present === overlay ? undefined : present))} />}
      <p className={classes.said} role="status" aria-live="polite" data-testid="graph-said">{said}</p>
    </section>
  );
}

function middleOf(region: HTMLElement | null): Spot {
  const { left = 0, top = 0, width = 0, height = 0 } = region?.getBoundingClientRect() ?? {};
  return { clientX: left + width / 2, clientY: top + height / 2 };
}

/** Takes over what React Flow reports: sizes and places into the canvas, choices into the selection, a finished drag into the document. */
function applyChanges(canvas: Canvas, changes: readonly NodeChange<FlowNode>[], document: App["document"], selection: App["selection"]): void {
  canvas.change(changes);
  if (changes.some(({ type }) => type === "select")) choose(canvas, changes, selection);
  const moves = changes.flatMap((change) =>
    change.type === "position" && change.dragging === false && change.position !== undefined ? [{ ensemble: canvas.name, node: change.id, to: change.position }] : [],
  );
  if (moves.length > 0) document.getState().move(moves, "move");
}

function choose(canvas: Canvas, changes: readonly NodeChange<FlowNode>[], selection: App["selection"]): void {
  const here = new Set(canvas.getState().nodes.map(({ id }) => id));
  // What an undo took away is chosen no longer.
  const chosen = new Set(selection.getState().nodes.filter((node) => here.has(node)));
  let chooses = false;
  for (const change of changes) {
    if (change.type !== "select" || chosen.has(change.id) === change.selected) continue;
    chooses = true;
    if (change.selected) chosen.add(change.id);
    else chosen.delete(change.id);
  }
  if (chooses) selection.getState().selectNodes([...chosen]);
}
