import { notifications } from "@mantine/notifications";
import { useComputedColorScheme } from "@mantine/core";
import { IconSitemap } from "@tabler/icons-react";
import {
  Background,
  BackgroundVariant,
  MiniMap,
  ReactFlow,
  ReactFlowProvider,
  useNodesInitialized,
  useStoreApi,
  type Connection,
  type EdgeChange,
  type FinalConnectionState,
  type NodeChange,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { useStore } from "zustand";
import { textOf } from "../../base/errors.ts";
import type { FileEdits } from "../../base/diagnostic.ts";
import { openModelOf, type OpenModel } from "../../state/open-model.ts";
import { settings } from "../../state/settings.ts";
import { useApp, type App } from "../../ui/app-context.ts";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { translator, useMessages } from "../../ui/catalogue/section.ts";
import { useDiagnostics, useOpenModel, usePresent } from "../../ui/open-model.ts";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import { AddStepMenu } from "./add-step-menu.tsx";
import { createCanvas, type Canvas, type FlowEdge, type FlowNode, type Shown } from "./canvas.ts";
import { CanvasControls } from "./canvas-controls.tsx";
import { ConnectMenu, type Offer } from "./connect-menu.tsx";
import { endpointAt, handleId, type CanvasEdge } from "./flow-elements.ts";
import { connectEdits, disconnectEdits, problemBetween, removeNodeEdits, type PortEnd } from "./gestures.ts";
import { StaleBanner } from "./stale-banner.tsx";
import { StepNode } from "./step-node.tsx";
import { TerminalNode } from "./terminal-node.tsx";
import { useFit } from "./use-fit.ts";
import { useStepGestures } from "./use-step-gestures.ts";
import { useFocusedFinding } from "./use-focused-finding.ts";
import { useWireWhilePanning } from "./use-wire-while-panning.ts";
import { openWire, Wire } from "./wire.tsx";
import classes from "./graph-editor.module.css";

const NODE_TYPES = { step: StepNode, terminal: TerminalNode };
const EDGE_TYPES = { wire: Wire };
const MINIMAP_SIZE = { width: 144, height: 96 };
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
  const { document, selection, session } = useApp();
  const scheme = useComputedColorScheme("light");
  const diagnostics = useDiagnostics();
  const [said, setSaid] = useState("");
  const [offer, setOffer] = useState<Offer>();
  const region = useRef<HTMLElement>(null);
  const canvas = useCanvas(model);
  const nodes = useStore(canvas, (state) => state.nodes);
  const edges = useStore(canvas, (state) => state.edges);
  const settled = useStore(canvas, (state) => state.fitted);
  useCanvasVerbs(canvas, model, setSaid, setOffer, region);
  const chosenEdge = useRef<CanvasEdge>(undefined);
  const edit = useGesture(setSaid);
  const present = usePresentModel(model);
  const steps = useStepGestures(canvas, present, edit);
  useFocusedFinding(model, diagnostics);
  useWireWhilePanning();

  const { offerSteps } = steps;
  const isValidConnection = useCallback((wire: Connection | FlowEdge) => problemBetween(canvas.model(), ...endsOf(wire)) === undefined, [canvas]);
  const onConnect = useCallback((wire: Connection) => canvas.getState().verbs.connect(...endsOf(wire)), [canvas]);
  const onConnectEnd = useCallback(
    (event: MouseEvent | TouchEvent, { fromHandle, toHandle, toNode, isValid }: FinalConnectionState) => {
      if (fromHandle !== null && toHandle === null && toNode === null) {
        offerSteps(portEnd(fromHandle), "changedTouches" in event ? event.changedTouches[0]! : event);
      }
      if (isValid !== false || fromHandle === null || toHandle === null) return;
      const reason = problemBetween(canvas.model(), portEnd(fromHandle), portEnd(toHandle));
      if (reason !== undefined) setSaid(t("wireDropped", { reason }));
    },
    [canvas, t, offerSteps],
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
    if (steps.pressKey(event)) {
      event.preventDefault();
      return;
    }
    if ((event.key !== "Delete" && event.key !== "Backspace") || (event.target as HTMLElement).closest("input, textarea, [role=menu]") !== null) return;
    const { node, tensor } = selection.getState();
    const model = present();
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
      {...steps.handlers}
    >
      {model.stale && <StaleBanner model={model} />}
      <ReactFlow<FlowNode, FlowEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={(changes) => applyChanges(canvas, changes, document, selection)}
        onEdgesChange={onEdgesChange}
        onEdgeClick={(_, edge) => choose(edge)}
        onEdgeMouseEnter={(_, edge) => canvas.setState({ hover: edge.data!.edge.tensor.name })}
        onEdgeMouseLeave={() => canvas.setState({ hover: null })}
        onNodeClick={(_, node) => selection.getState().selectNode(node.id)}
        onMoveEnd={(event) => event !== null && canvas.setState({ moved: true })}
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
        {nodes.length > 3 && <MiniMap pannable zoomable className={classes.minimap} style={MINIMAP_SIZE} nodeBorderRadius={4} />}
      </ReactFlow>
      <CanvasControls canvas={canvas} />
      {offer !== undefined && (
        <ConnectMenu offer={offer} model={model} onChoose={(port) => canvas.getState().verbs.connect(offer.port, port)} onClose={() => setOffer(undefined)} />
      )}
      {steps.stepOffer !== undefined && (
        <AddStepMenu offer={steps.stepOffer} model={model} onChoose={(name) => steps.addOffered(steps.stepOffer!, name)} onClose={steps.closeStepOffer} />
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

/** Gives the model as its text is now, for edits; as shown where the repository no longer has it. */
function usePresentModel(shown: OpenModel): () => OpenModel {
  const { derivation } = useApp();
  const present = usePresent();
  return () => openModelOf(derivation, present(), shown.view.name) ?? shown;
}

/** The model's canvas, which shows the present texts. */
function useCanvas(model: OpenModel): Canvas {
  const { document } = useApp();
  const diagnostics = useDiagnostics();
  const language = useStore(settings, (state) => state.language);
  const hand = useStore(document, (state) => state.positions[model.view.name]);
  const shown = useMemo((): Shown => {
    const t = translator(graphEditorMessages, language);
    return {
      model,
      diagnostics,
      hand,
      nodeLabel: ({ kind, step, terminal, backend = "" }) => {
        if (step !== undefined) return t("stepNode", { name: step.modelName, backend });
        return t(kind === "input" ? "inputNode" : "outputNode", { name: terminal?.name ?? "" });
      },
      edgeLabel: ({ tensor, source, target }) => t("wire", { tensor: tensor.name, from: plain(source), to: plain(target) }),
    };
  }, [model, diagnostics, hand, language]);
  const [canvas] = useState(() => createCanvas(shown));
  const initialized = useNodesInitialized();
  const fit = useFit();
  useLayoutEffect(() => canvas.show(shown), [canvas, shown]);
  useLayoutEffect(() => {
    if (!initialized) return;
    const first = !canvas.getState().settled;
    canvas.settle();
    // React Flow knows the places a frame later; until the first fit the canvas is not shown.
    if (first) {
      requestAnimationFrame(() => {
        fit();
        canvas.setState({ fitted: true });
      });
    }
  }, [canvas, initialized, fit]);
  const flow = useStoreApi();
  useEffect(
    () =>
      flow.subscribe(({ width, height }, before) => {
        const { fitted, moved } = canvas.getState();
        if ((width !== before.width || height !== before.height) && fitted && !moved) fit();
      }),
    [canvas, fit, flow],
  );
  return canvas;
}

/** Gives a canvas its verbs, in the language and for the document of the window. */
function useCanvasVerbs(canvas: Canvas, shown: OpenModel, say: (text: string) => void, offer: (offer: Offer) => void, region: { readonly current: HTMLElement | null }): void {
  const t = useMessages(graphEditorMessages);
  const edit = useGesture(say);
  const present = usePresentModel(shown);
  useLayoutEffect(() => {
    canvas.setState({
      verbs: {
        connect: (one, other) => {
          const model = present();
          const [producer, consumer] = one.side === "out" ? [one, other] : [other, one];
          const from = endpointAt(model.graph, producer.node, handleId("out", producer.port));
          const to = endpointAt(model.graph, consumer.node, handleId("in", consumer.port));
          if (from === undefined || to === undefined) return;
          edit(() => connectEdits(model, from, to), "connect", t("connected", { from: producer.port, to: consumer.port }));
        },
        disconnect: (port) => {
          const model = present();
          const consumer = endpointAt(model.graph, port.node, handleId(port.side, port.port));
          if (consumer !== undefined) edit(() => disconnectEdits(model, consumer), "disconnect", t("disconnected", { port: port.port }));
        },
        offer: (port, from) => {
          const box = region.current?.getBoundingClientRect();
          const at = from.getBoundingClientRect();
          if (box !== undefined && canvas.model().view.isEnsemble) offer({ port, from, x: at.left - box.left, y: at.bottom - box.top });
        },
      },
    });
  });
}

/** Takes over what React Flow reports: sizes and places into the canvas, choices into the selection, a finished drag into the document. */
function applyChanges(canvas: Canvas, changes: readonly NodeChange<FlowNode>[], document: App["document"], selection: App["selection"]): void {
  canvas.change(changes);
  for (const change of changes) {
    if (change.type === "select" && change.selected) selection.getState().selectNode(change.id);
    if (change.type === "position" && change.dragging === false && change.position !== undefined) {
      document.getState().move([{ ensemble: canvas.name, node: change.id, to: change.position }], "move");
    }
  }
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
