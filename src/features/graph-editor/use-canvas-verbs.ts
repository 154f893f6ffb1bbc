import { notifications } from "@mantine/notifications";
import { useReactFlow } from "@xyflow/react";
import { useLayoutEffect, type RefObject } from "react";
import type { FileEdits } from "../../base/diagnostic.ts";
import { textOf } from "../../base/errors.ts";
import type { NodeMove } from "../../state/document.ts";
import {
  addStepAtEdits,
  addStepEdits,
  carriedPlaces,
  connectEdits,
  copiedText,
  disconnectEdits,
  duplicateEdits,
  exposeEdits,
  insertEdits,
  kindEdits,
  newNodes,
  pasteEdits,
  placing,
  removeNodesEdits,
  renamedPlaces,
  renameEdits,
} from "../../state/ensemble-edits.ts";
import { openModelOf, type OpenModel } from "../../state/open-model.ts";
import type { Endpoint } from "../../triton/ensemble/graph.ts";
import { useApp } from "../../ui/app-context.ts";
import { graphEditorMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { usePresent } from "../../ui/open-model.ts";
import type { Canvas, FlowEdge, FlowNode } from "./canvas.ts";
import { endOf, inDirection, wireEndOf } from "./gestures.ts";
import type { CanvasVerbs, CopiedPlaces, Overlay, Spot } from "./canvas-verbs.ts";
import { openWire } from "./open-wire.ts";
import { renamedAt, type Target } from "./targets.ts";
import { useFit } from "./use-fit.ts";

/** How far a copy stands from its original, in the canvas's units. */
const COPY_OFFSET = 32;

/** Gives a canvas its verbs, in the language and for the document of the window. */
export function useCanvasVerbs(canvas: Canvas, shown: OpenModel, say: (text: string) => void, show: (overlay: Overlay | undefined) => void, copiesRef: RefObject<CopiedPlaces | null>): void {
  const t = useMessages(graphEditorMessages);
  const { document, derivation, selection, session, panes, workspace } = useApp();
  const texts = usePresent();
  const fit = useFit();
  const { screenToFlowPosition, fitView } = useReactFlow<FlowNode, FlowEdge>();

  useLayoutEffect(() => {
    const present = (): OpenModel => openModelOf(derivation, texts(), shown.view.name) ?? shown;
    const placeOf = ({ clientX, clientY }: Spot) => screenToFlowPosition({ x: clientX, y: clientY });
    const where = (node: string) => canvas.getState().nodes.find(({ id }) => id === node)?.position;
    const apply = (edits: (now: OpenModel) => readonly FileEdits[], label: string, text: string, moves?: (now: OpenModel, made: readonly string[]) => readonly NodeMove[]): readonly string[] | undefined => {
      try {
        const now = present();
        const made = edits(now);
        const nodes = newNodes(now, made);
        // What a gesture makes stands where the user looks.
        canvas.setState({ moved: true });
        document.getState().edit(made, label, { moves: moves?.(now, nodes) ?? [] });
        say(text);
        return nodes;
      } catch (thrown) {
        notifications.show({ color: "red", title: t("cannot"), message: textOf(thrown) });
        say(`${t("cannot")}: ${textOf(thrown)}`);
        return undefined;
      }
    };
    const choose = (nodes: readonly string[] | undefined): void => {
      const last = nodes?.at(-1);
      if (nodes === undefined || last === undefined) return;
      selection.getState().selectNodes(nodes);
      focusNode(last);
    };
    // What is asked for at a node by a key would stand upon it: the layout finds a free place.
    const placedAt = (at: Spot | undefined) => (now: OpenModel, nodes: readonly string[]) =>
      at === undefined || at.from?.closest(".react-flow__node") != null ? [] : placing(now, nodes, placeOf(at));
    const disconnect = (consumer: Endpoint, port: string): void => void apply((now) => disconnectEdits(now, consumer), "disconnect", t("disconnected", { port }));
    const showText = (target: Target): void => {
      if (target.kind === "nodes") selection.getState().selectNodes(target.nodes);
      else if (target.kind !== "ground" && target.tensor !== undefined) selection.getState().selectTensor(target.tensor);
      selection.getState().openFile(null);
      panes.getState().showText();
    };
    const tidy = (all: boolean): void => {
      const { positions, move } = document.getState();
      if (all) move(Object.keys(positions[canvas.name] ?? {}).map((node) => ({ ensemble: canvas.name, node, to: null })), "tidy");
      canvas.tidy();
      canvas.setState({ moved: false });
      requestAnimationFrame(fit);
      say(t(all ? "tidiedAll" : "tidied"));
    };

    const verbs: CanvasVerbs = {
      present,
      show,
      connect: (one, other) => {
        const [producer, consumer] = inDirection(one, other);
        const now = present();
        const [from, to] = [endOf(now, producer), endOf(now, consumer)];
        if (from !== undefined && to !== undefined) apply(() => connectEdits(now, from, to), "connect", t("connected", { from: producer.port, to: consumer.port }));
      },
      expose: (port, at) => {
        const owner = present().graph.steps.find(({ id }) => id === port.node);
        if (owner === undefined) return;
        choose(apply((now) => exposeEdits(now, owner, port.side, port.port), "expose", t(port.side === "in" ? "exposedInput" : "exposedOutput", { port: port.port }), placedAt(at)));
      },
      addStep: (name, at, { port, tensor } = {}) => {
        const wire = port && wireEndOf(present(), port);
        const edits = (now: OpenModel): FileEdits[] => (tensor !== undefined ? insertEdits(now, tensor, name) : wire === undefined ? addStepEdits(now, name) : addStepAtEdits(now, wire, name));
        choose(apply(edits, tensor === undefined ? "add-step" : "insert-step", t("addedStep", { name }), placedAt(at)));
      },
      addFiles: (drop, at) => {
        let made: readonly string[] = [];
        canvas.setState({ moved: true });
        const steps = (models: readonly string[]) => {
          const now = present();
          const edits = addStepEdits(now, ...models);
          made = newNodes(now, edits);
          return { edits, moves: placing(now, made, placeOf(at)) };
        };
        void workspace.addModels(drop, steps).then((models) => {
          if (models.length === 0) return;
          say(t("addedStep", { name: models.join(", ") }));
          choose(made);
        });
      },
      rename: (renamed, to) => {
        const places = (now: OpenModel): NodeMove[] => renamedPlaces(now, renamed.name, to, document.getState().positions);
        if (apply((now) => renameEdits(now, renamed, to), "rename", t("renamed", { from: renamed.name, to }), places) !== undefined) selection.getState().selectTensor(to);
      },
      remove: (nodes, label = "remove-node") => {
        const { steps } = present().graph;
        const names = nodes.map((node) => steps.find(({ id }) => id === node)?.modelName ?? node.slice(node.indexOf(":") + 1));
        const [first] = names;
        if (first === undefined) return;
        const isStep = steps.some(({ id }) => id === nodes[0]);
        const text = names.length > 1 ? t("removedNodes", { count: names.length }) : t(isStep ? "removedStep" : "removedTerminal", { name: first });
        const made = apply((now) => removeNodesEdits(now, nodes), label, text, (now) => carriedPlaces(now, nodes, document.getState().positions));
        if (made !== undefined) selection.getState().selectNode(null);
      },
      copied: () => {
        const { nodes } = selection.getState();
        const now = present();
        const text = copiedText(now, nodes);
        const steps = now.graph.steps.filter(({ id }) => nodes.includes(id));
        if (text !== undefined) copiesRef.current = { text, places: steps.map(({ id }) => where(id) ?? { x: 0, y: 0 }) };
        return text;
      },
      paste: (text, at) => {
        const places = copiesRef.current?.text === text ? copiesRef.current.places : [];
        const [first] = places;
        const moves = (now: OpenModel, nodes: readonly string[]): NodeMove[] => {
          const corner = placeOf(at);
          return placing(now, nodes, corner).map((move, index) => {
            const place = places[index];
            return first === undefined || place === undefined ? move : { ...move, to: { x: corner.x + place.x - first.x, y: corner.y + place.y - first.y } };
          });
        };
        choose(apply((now) => pasteEdits(now, text), "paste-steps", t("pasted"), moves));
      },
      perform: (action, target, at) => {
        const nodes = target.kind === "nodes" ? target.nodes : target.kind === "port" ? [target.port.node] : [];
        switch (action) {
          case "open-model": {
            const step = present().graph.steps.find(({ id }) => id === nodes[0]);
            if (step !== undefined && present().repository.models.has(step.modelName)) selection.getState().enterModel(step.modelName);
            return;
          }
          case "open-result":
            if ("tensor" in target && target.tensor !== undefined) openWire(selection, session, canvas.name, target.tensor);
            return;
          case "connect":
            if (target.kind === "port") show({ kind: "connect", port: target.port, spot: at });
            return;
          case "expose":
            if (target.kind === "port") verbs.expose(target.port);
            return;
          case "disconnect": {
            const end = target.kind === "port" ? endOf(present(), target.port) : undefined;
            if (end !== undefined && target.kind === "port") disconnect(end, target.port.port);
            return;
          }
          case "add-step":
            show({ kind: "steps", spot: at });
            return;
          case "insert-step":
            if (target.kind === "wire") show({ kind: "steps", tensor: target.tensor, spot: at });
            return;
          case "rename": {
            const renamed = renamedAt(target, present());
            if (renamed !== undefined) show({ kind: "rename", renamed, spot: at });
            return;
          }
          case "gpu":
          case "cpu": {
            const kind = action === "gpu" ? "KIND_GPU" : "KIND_CPU";
            apply((now) => kindEdits(now.graph.steps.filter(({ id }) => nodes.includes(id)), kind), "instance-kind", t("kindSet", { kind }));
            return;
          }
          case "duplicate": {
            const originals = present().graph.steps.filter(({ id }) => nodes.includes(id));
            if (originals.length === 0) return;
            const moves = (now: OpenModel, made: readonly string[]): NodeMove[] =>
              placing(now, made, { x: 0, y: 0 }).flatMap((move, index) => {
                const place = where(originals[index]?.id ?? "");
                return place === undefined ? [] : [{ ...move, to: { x: place.x + COPY_OFFSET, y: place.y + COPY_OFFSET } }];
              });
            const text = originals.length === 1 ? t("addedStep", { name: originals[0]!.modelName }) : t("duplicated", { count: originals.length });
            choose(apply((now) => duplicateEdits(now, nodes), "duplicate-step", text, moves));
            return;
          }
          case "copy":
          case "cut": {
            if (target.kind === "nodes") selection.getState().selectNodes(target.nodes);
            const text = verbs.copied();
            if (text === undefined) return;
            navigator.clipboard.writeText(text).then(
              () => (action === "cut" ? verbs.remove(nodes, "cut-steps") : say(t("copied"))),
              (thrown: unknown) => notifications.show({ color: "red", title: t("noClipboard"), message: textOf(thrown) }),
            );
            return;
          }
          case "paste":
            navigator.clipboard.readText().then(
              (text) => verbs.paste(text, at),
              (thrown: unknown) => notifications.show({ color: "red", title: t("noClipboard"), message: textOf(thrown) }),
            );
            return;
          case "choose-all":
            selection.getState().selectNodes(canvas.getState().nodes.map(({ id }) => id));
            return;
          case "tidy":
          case "tidy-all":
            tidy(action === "tidy-all");
            return;
          case "fit":
            canvas.setState({ moved: true });
            void fitView({ padding: 0.12, maxZoom: 1 });
            return;
          case "show-text":
            showText(target);
            return;
          case "remove":
            if (target.kind === "wire") removeWire(target.tensor, target.edge);
            else verbs.remove(nodes);
        }
      },
    };

    /** Takes one stretch of a wire away, or its only one. */
    const removeWire = (tensor: string, edge: string | undefined): void => {
      const edges = canvas.getState().edges.filter(({ data }) => data?.edge.tensor.name === tensor);
      const [meant] = edge === undefined ? (edges.length === 1 ? edges : []) : edges.filter(({ id }) => id === edge);
      const consumer = meant?.data?.edge.consumer;
      if (consumer !== undefined) disconnect(consumer, consumer.kind === "step" ? consumer.port : consumer.name);
      else say(t("whichStretch", { tensor }));
    };

    canvas.setState({ verbs });
  });
}

/** Frames that a new node may take to be there. */
const FOCUS_FRAMES = 30;

/** Gives the focus to a node that is being made, and so its keys; not while somebody types elsewhere. */
function focusNode(id: string, frames = FOCUS_FRAMES): void {
  const element = document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
  const typing = document.activeElement?.closest("[contenteditable='true'], textarea") != null;
  if (typing || frames === 0) return;
  // Until it is measured it is hidden, and takes no focus.
  element?.focus({ preventScroll: true });
  if (element === null || document.activeElement !== element) requestAnimationFrame(() => focusNode(id, frames - 1));
}
