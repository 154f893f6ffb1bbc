import { notifications } from "@mantine/notifications";
import { useComputedColorScheme } from "@mantine/core";
import { IconSitemap } from "@tabler/icons-react";
import { Background, BackgroundVariant, MiniMap, ReactFlow, ReactFlowProvider, type Connection, type EdgeChange, type FinalConnectionState } from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { useCallback, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { useStore } from "zustand";
import { textOf } from "../../base/errors.ts";
import type { FileEdits } from "../../base/diagnostic.ts";
import type { OpenModel } from "../../state/open-model.ts";
import { useApp } from "../../ui/app-context.ts";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { useDiagnostics, useOpenModel } from "../../ui/open-model.ts";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import { nodeBadges, wireSeverity } from "./badges.ts";
import { createHover, mergeEdges, type Canvas, type FlowEdge, type FlowNode } from "./canvas.ts";
import { CanvasControls } from "./canvas-controls.tsx";
import { ConnectMenu, type Offer } from "./connect-menu.tsx";
import { canvasEdges, endpointAt, handleId, type CanvasEdge, type CanvasNode } from "./flow-elements.ts";
import { connectEdits, disconnectEdits, problemBetween, removeNodeEdits, type PortEnd } from "./gestures.ts";
import { StaleBanner } from "./stale-banner.tsx";
import { StepNode } from "./step-node.tsx";
import { TerminalNode } from "./terminal-node.tsx";
import { useCanvasNodes } from "./use-canvas-nodes.ts";
import { useFocusedFinding } from "./use-focused-finding.ts";
import { openWire, Wire } from "./wire.tsx";
import classes from "./graph-editor.module.css";

const NODE_TYPES = { step: StepNode, terminal: TerminalNode };
const EDGE_TYPES = { wire: Wire };
/** Above this many nodes only those in view are rendered. */
const MANY_NODES = 100;

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
  const { selection, session } = useApp();
  const scheme = useComputedColorScheme("light");
  const diagnostics = useDiagnostics();
  const [said, setSaid] = useState("");
  const [offer, setOffer] = useState<Offer>();
  const region = useRef<HTMLElement>(null);
  const canvas = useCanvas(model, setSaid, setOffer, region);
  const badges = useMemo(() => nodeBadges(model, diagnostics), [model, diagnostics]);
  const label = useNodeLabel(model);
  const { nodes, settled, onNodesChange, tidy } = useCanvasNodes(model, canvas, badges, label);
  const edges = useCanvasEdges(model, canvas);
  const chosenEdge = useRef<CanvasEdge>(undefined);
  const edit = useGesture(setSaid);
  useFocusedFinding(model, diagnostics);

  const isValidConnection = useCallback((wire: Connection | FlowEdge) => problemBetween(canvas.model(), ...endsOf(wire)) === undefined, [canvas]);
  const onConnect = useCallback((wire: Connection) => canvas.connect(...endsOf(wire)), [canvas]);
  const onConnectEnd = useCallback(
    (_: unknown, { fromHandle, toHandle, isValid }: FinalConnectionState) => {
      if (isValid !== false || fromHandle === null || toHandle === null) return;
      const reason = problemBetween(canvas.model(), portEnd(fromHandle), portEnd(toHandle));
      if (reason !== undefined) setSaid(t("wireDropped", { reason }));
    },
    [canvas, t],
  );
  const choose = (edge: FlowEdge) => {
    chosenEdge.current = edge.data!.edge;
    openWire(selection, session, model.view.name, edge.data!.edge.tensor.name);
  };
  const onEdgesChange = (changes: EdgeChange<FlowEdge>[]) => {
    for (const change of changes) {
      const edge = change.type === "select" && change.selected ? edges.find(({ id }) => id === change.id) : undefined;
      if (edge !== undefined) choose(edge);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.key !== "Delete" && event.key !== "Backspace") || (event.target as HTMLElement).closest("input, textarea, [role=menu]") !== null) return;
    const { node, tensor } = selection.getState();
    const wire = model.graph.tensors.find(({ name }) => name === tensor);
    const consumer = chosenEdge.current?.tensor.name === tensor ? chosenEdge.current?.consumer : wire?.consumers.length === 1 ? wire.consumers[0] : undefined;
    if (tensor !== null && consumer !== undefined) {
      edit(() => disconnectEdits(model, consumer), "disconnect", t("disconnected", { port: consumer.kind === "step" ? consumer.port : consumer.name }));
    } else if (node !== null) {
      const step = model.graph.steps.find(({ id }) => id === node);
      const text = step === undefined ? t("removedTerminal", { name: node.slice(node.indexOf(":") + 1) }) : t("removedStep", { name: step.modelName });
      if (edit(() => removeNodeEdits(model, node), "remove-node", text)) selection.getState().selectNode(null);
    } else return;
    event.preventDefault();
  };

  return (
    <section
      ref={region}
      className={classes.canvas}
      aria-label={t("region", { model: model.view.name })}
      data-testid="graph-editor"
      data-stale={model.stale || undefined}
      data-settled={settled || undefined}
      onKeyDown={onKeyDown}
    >
      {model.stale && <StaleBanner model={model} />}
      <ReactFlow<FlowNode, FlowEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onEdgeClick={(_, edge) => choose(edge)}
        onEdgeMouseEnter={(_, edge) => canvas.hover.setState({ tensor: edge.data!.edge.tensor.name })}
        onEdgeMouseLeave={() => canvas.hover.setState({ tensor: null })}
        onNodeClick={(_, node) => selection.getState().selectNode(node.id)}
        onPaneClick={() => selection.getState().selectNode(null)}
        onConnect={onConnect}
        onConnectEnd={onConnectEnd}
        isValidConnection={isValidConnection}
        nodesConnectable={model.view.isEnsemble && !model.stale}
        onlyRenderVisibleElements={nodes.length > MANY_NODES}
        deleteKeyCode={null}
        colorMode={scheme}
        minZoom={0.1}
        maxZoom={2}
        connectionRadius={28}
        ariaLabelConfig={{ "node.a11yDescription.default": t("help"), "edge.a11yDescription.default": t("help"), "minimap.ariaLabel": t("minimap") }}
        attributionPosition="top-right"
      >
        <Background variant={BackgroundVariant.Dots} gap={24} size={1} />
        {nodes.length > 3 && <MiniMap pannable zoomable className={classes.minimap} nodeBorderRadius={4} />}
      </ReactFlow>
      <CanvasControls onTidy={tidy} />
      {offer !== undefined && (
        <ConnectMenu offer={offer} model={model} onChoose={(port) => canvas.connect(offer.port, port)} onClose={() => setOffer(undefined)} />
      )}
      <p className={classes.said} role="status" aria-live="polite" data-testid="graph-said">{said}</p>
    </section>
  );
}

/** Applies the edits of a gesture as one step of undo and says what happened. False where they are not possible, which is shown. */
function useGesture(say: (text: string) => void): (edits: () => FileEdits[], label: string, text: string) => boolean {
  const t = useMessages(graphEditorMessages);
  const { document } = useApp();
  return (edits, label, text) => {
    try {
      document.getState().edit(edits(), label);
      say(text);
      return true;
    } catch (thrown) {
      notifications.show({ color: "red", title: t("cannot"), message: textOf(thrown) });
      say(`${t("cannot")}: ${textOf(thrown)}`);
      return false;
    }
  };
}

function useCanvas(model: OpenModel, say: (text: string) => void, offer: (offer: Offer) => void, region: { readonly current: HTMLElement | null }): Canvas {
  const t = useMessages(graphEditorMessages);
  const edit = useGesture(say);
  const latest = useRef({ model, edit, t });
  latest.current = { model, edit, t };
  return useMemo(
    (): Canvas => ({
      model: () => latest.current.model,
      connect: (one, other) => {
        const { model, edit, t } = latest.current;
        const [producer, consumer] = one.side === "out" ? [one, other] : [other, one];
        const from = endpointAt(model.graph, producer.node, handleId("out", producer.port));
        const to = endpointAt(model.graph, consumer.node, handleId("in", consumer.port));
        if (from === undefined || to === undefined) return;
        edit(() => connectEdits(model, from, to), "connect", t("connected", { from: producer.port, to: consumer.port }));
      },
      disconnect: (port) => {
        const { model, edit, t } = latest.current;
        const consumer = endpointAt(model.graph, port.node, handleId(port.side, port.port));
        if (consumer !== undefined) edit(() => disconnectEdits(model, consumer), "disconnect", t("disconnected", { port: port.port }));
      },
      offer: (port, from) => {
        const box = region.current?.getBoundingClientRect();
        const at = from.getBoundingClientRect();
        if (box !== undefined && latest.current.model.view.isEnsemble) offer({ port, from, x: at.left - box.left, y: at.bottom - box.top });
      },
      hover: createHover(),
    }),
    [offer, region],
  );
}

function useCanvasEdges(model: OpenModel, canvas: Canvas): FlowEdge[] {
  const t = useMessages(graphEditorMessages);
  const diagnostics = useDiagnostics();
  const language = t("input");
  const before = useRef<FlowEdge[]>([]);
  return useMemo(() => {
    const label = ({ tensor, source, target }: CanvasEdge) => t("wire", { tensor: tensor.name, from: plain(source), to: plain(target) });
    before.current = mergeEdges(before.current, canvasEdges(model.graph), { canvas, severity: (tensor) => wireSeverity(model, diagnostics, tensor), label });
    return before.current;
    // `t` is new with every rendering; only its language matters.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [model, canvas, diagnostics, language]);
}

function useNodeLabel(model: OpenModel): (node: CanvasNode) => string {
  const t = useMessages(graphEditorMessages);
  const latest = useRef(t);
  latest.current = t;
  const language = t("input");
  return useCallback(
    ({ kind, step, terminal }: CanvasNode) => {
      if (step === undefined) return latest.current(kind === "input" ? "inputNode" : "outputNode", { name: terminal?.name ?? "" });
      return latest.current("stepNode", { name: step.modelName, backend: model.repository.models.get(step.modelName)?.backend.backend ?? "" });
    },
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [model.repository, language],
  );
}

function plain(node: string): string {
  return node.slice(node.indexOf(":") + 1);
}

function portEnd({ nodeId, id, type }: { nodeId: string; id?: string | null; type: string }): PortEnd {
  return { node: nodeId, side: type === "source" ? "out" : "in", port: plain(id ?? "") };
}

function endsOf({ source, sourceHandle, target, targetHandle }: Connection | FlowEdge): [PortEnd, PortEnd] {
  return [
    { node: source, side: "out", port: plain(sourceHandle ?? "") },
    { node: target, side: "in", port: plain(targetHandle ?? "") },
  ];
}
