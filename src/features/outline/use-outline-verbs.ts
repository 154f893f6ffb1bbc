import { notifications } from "@mantine/notifications";
import { textOf } from "../../base/errors.ts";
import type { Diagnostic, FileEdits } from "../../base/diagnostic.ts";
import type { NodeMove } from "../../state/document.ts";
import {
  addStepEdits,
  addTerminalEdits,
  carriedPlaces,
  connectEdits,
  disconnectEdits,
  exposeEdits,
  kindEdits,
  removeNodesEdits,
  renamedPlaces,
  renameEdits,
  sameEnd,
  sameStep,
  versionEdits,
} from "../../state/ensemble-edits.ts";
import { openModelOf, resultOf, type OpenModel } from "../../state/open-model.ts";
import type { NewTerminal } from "../../triton/ensemble/edit.ts";
import type { Endpoint, GraphStep } from "../../triton/ensemble/graph.ts";
import { useApp } from "../../ui/app-context.ts";
import { outlineMessages } from "../../ui/catalogue/outline.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { useApplyFix, usePresent } from "../../ui/open-model.ts";
import type { OutlineAction } from "./actions.ts";
import type { Choice } from "./choice-dialog.tsx";
import type { Renamed } from "./rename-dialog.tsx";
import { endTitle, type OutlineRow, type PortSide } from "./rows.ts";
import { candidatesFor, connectedTo } from "./wiring.ts";

/** What the outline asks before it can act. */
export type Question =
  | { readonly kind: "choice"; readonly title: string; readonly choices: readonly Choice[]; readonly empty: string; choose(id: string): void }
  | { readonly kind: "rename"; readonly target: Renamed; apply(to: string): void }
  | { readonly kind: "terminal"; readonly side: "input" | "output"; add(terminal: NewTerminal): void };

/** How the outline answers: with a question, with words for those who do not see it, by moving to a row. */
export interface Replies {
  ask(question: Question): void;
  say(text: string): void;
  moveTo(row: string): void;
}

/** Does what an action says of a row. */
export function useOutlineVerbs(model: OpenModel, { ask, say, moveTo }: Replies): (action: OutlineAction, row: OutlineRow) => void {
  const t = useMessages(outlineMessages);
  const { document, derivation, selection, session, panes } = useApp();
  const present = usePresent();
  const applyFix = useApplyFix();
  const { graph, repository, view } = model;
  /** The model as the texts are now: what is on screen may be a moment older. */
  const presentModel = (): OpenModel => openModelOf(derivation, present(), view.name) ?? model;

  /** False where what is tried is not possible, which is shown and said. */
  const attempt = (run: () => void): boolean => {
    try {
      run();
      return true;
    } catch (thrown) {
      notifications.show({ color: "red", title: t("cannot"), message: textOf(thrown) });
      say(`${t("cannot")}: ${textOf(thrown)}`);
      return false;
    }
  };

  /** Applies edits of the present model as one step of undo, and says what happened. */
  const edit = (edits: (now: OpenModel) => readonly FileEdits[], label: string, text: string, moves: (now: OpenModel) => readonly NodeMove[] = () => []): boolean =>
    attempt(() => {
      const now = presentModel();
      document.getState().edit(edits(now), label, { moves: moves(now) });
      say(text);
    });

  const showText = (file: string): void => {
    selection.getState().openFile(file === view.parsed?.file ? null : file);
    panes.getState().showText();
    say(t("shown"));
  };

  const connect = (end: Endpoint, side: PortSide): void => {
    const offered = presentModel();
    const candidates = candidatesFor(offered, sameEnd(offered, model, end), side);
    const title = endTitle(graph, end);
    ask({
      kind: "choice",
      title: t("connectTitle", { port: title }),
      choices: candidates.map(({ title: label, problem }, index) => ({ id: String(index), label, ...(problem !== undefined && { problem }) })),
      empty: t("nothingFits"),
      choose: (id) => {
        const other = candidates[Number(id)];
        if (other === undefined) return;
        const [from, to] = side === "out" ? [title, other.title] : [other.title, title];
        const ends = (now: OpenModel): readonly [Endpoint, Endpoint] => {
          const [own, chosen] = [sameEnd(now, model, end), sameEnd(now, offered, other.end)];
          return side === "out" ? [own, chosen] : [chosen, own];
        };
        edit((now) => connectEdits(now, ...ends(now)), "connect", t("connected", { from, to }));
      },
    });
  };

  const disconnect = (end: Endpoint, side: PortSide): void => {
    const consumers = side === "in" ? [end] : connectedTo(graph, end, side);
    const take = (consumer: Endpoint): void => {
      edit((now) => disconnectEdits(now, sameEnd(now, model, consumer)), "disconnect", t("disconnected", { port: endTitle(graph, consumer) }));
    };
    const [only, ...others] = consumers;
    if (only === undefined) return;
    if (others.length === 0) take(only);
    else {
      ask({
        kind: "choice",
        title: t("disconnectTitle", { port: endTitle(graph, end) }),
        choices: consumers.map((consumer, index) => ({ id: String(index), label: endTitle(graph, consumer) })),
        empty: t("noChoice"),
        choose: (id) => take(consumers[Number(id)] ?? only),
      });
    }
  };

  const addStep = (): void => {
    const models = [...repository.models.values()].filter(({ name }) => name !== view.name);
    ask({
      kind: "choice",
      title: t("stepTitle"),
      choices: models.map(({ name, isEnsemble, backend }) => ({ id: name, label: name, detail: isEnsemble ? t("ensemble") : backend.backend })),
      empty: t("noModels"),
      choose: (name) => {
        const again = graph.steps.filter(({ modelName }) => modelName === name).length;
        if (edit((now) => addStepEdits(now, name), "add-step", t("addedStep", { name }))) moveTo(`step:${name}${again === 0 ? "" : `#${again + 1}`}`);
      },
    });
  };

  const addTerminal = (side: "input" | "output"): void =>
    ask({
      kind: "terminal",
      side,
      add: (terminal) => {
        const { name } = terminal;
        if (edit((now) => addTerminalEdits(now, side, terminal), `add-${side}`, t(side === "input" ? "addedInput" : "addedOutput", { name }))) moveTo(`${side}:${name}`);
      },
    });

  const chooseVersion = (step: GraphStep): void => {
    const versions = step.model?.versions ?? [];
    ask({
      kind: "choice",
      title: t("versionTitle", { model: step.modelName }),
      choices: [-1, ...versions].map((version) => ({ id: String(version), label: version < 0 ? t("latest") : t("version", { version }), ...(version < 0 && { detail: "-1" }) })),
      empty: t("noChoice"),
      choose: (id) => {
        const text = t("versionSet", { model: step.modelName, version: id === "-1" ? t("latest") : id });
        edit((now) => versionEdits(now, sameStep(now, step), Number(id)), "version", text);
      },
    });
  };

  const askForName = ({ id, subject, tensor }: OutlineRow): void => {
    const name = tensor ?? "";
    const side = subject.kind === "terminal" || subject.kind === "port" ? subject.side : "in";
    const entity: Renamed["entity"] = view.isEnsemble
      ? { kind: "tensor", ensemble: view.name, name }
      : { kind: "port", model: view.name, side: modelSide(subject.kind, side), name };
    ask({
      kind: "rename",
      target: { name, entity },
      apply: (to) => {
        const places = (now: OpenModel): NodeMove[] => renamedPlaces(now, name, to, document.getState().positions);
        if (!edit((now) => renameEdits(now, { name, entity }, to), "rename", t("renamed", { from: name, to }), places)) return;
        selection.getState().selectTensor(to);
        // A port of an ensemble's step keeps its own name.
        if (subject.kind !== "port" || !view.isEnsemble) moveTo(id.slice(0, id.length - name.length) + to);
      },
    });
  };

  const goTo = ({ file, id }: Diagnostic): void => {
    if (document.getState().files.get(file)?.text !== undefined) showText(file);
    selection.getState().focusDiagnostic(id);
  };

  const openTensor = (tensor: string | undefined): void => {
    const result = tensor === undefined ? undefined : resultOf(session.getState().run, view.name, tensor);
    if (result !== undefined) selection.getState().openResult(result.id);
  };

  return (action, row) => {
    const { subject } = row;
    const step = subject.kind === "step" ? subject.step : undefined;
    switch (action) {
      case "go-to-finding":
        if (subject.kind === "finding") goTo(subject.finding);
        return;
      case "fix": {
        const fix = subject.kind === "finding" ? subject.finding.fix : undefined;
        if (fix === undefined || subject.kind !== "finding") return;
        applyFix(subject.finding.id);
        say(t("fixed", { title: fix.title }));
        return;
      }
      case "open-model":
        if (step !== undefined) selection.getState().enterModel(step.modelName);
        return;
      case "open-result":
        openTensor(row.tensor);
        return;
      case "connect":
        if ("end" in subject) attempt(() => connect(subject.end, subject.side));
        return;
      case "disconnect":
        if ("end" in subject) disconnect(subject.end, subject.side);
        return;
      case "expose": {
        const owner = graph.steps.find(({ id }) => id === row.node);
        if (subject.kind !== "port" || owner === undefined) return;
        const { port, side } = subject;
        edit((now) => exposeEdits(now, sameStep(now, owner), side, port.name), "expose", t(side === "in" ? "addedInput" : "addedOutput", { name: port.name }));
        return;
      }
      case "rename":
        askForName(row);
        return;
      case "version":
        if (step !== undefined) chooseVersion(step);
        return;
      case "gpu":
      case "cpu": {
        const kind = action === "gpu" ? "KIND_GPU" : "KIND_CPU";
        if (step !== undefined) edit((now) => kindEdits([sameStep(now, step)], kind), "instance-kind", t("kindSet", { model: step.modelName, kind }));
        return;
      }
      case "add-step":
        addStep();
        return;
      case "add-input":
      case "add-output":
        addTerminal(action === "add-input" ? "input" : "output");
        return;
      case "show-text":
        showText(view.parsed?.file ?? "");
        return;
      case "remove": {
        const { node } = row;
        if (node === undefined) return;
        edit((now) => removeNodesEdits(now, [node]), "remove-node", t("removed", { name: row.label }), (now) => carriedPlaces(now, [node], document.getState().positions));
      }
    }
  };
}

/** Whether a tensor of a model that is no ensemble is its input or its output. The input of a model gives its tensor to the step within. */
function modelSide(kind: OutlineRow["subject"]["kind"], side: PortSide): "input" | "output" {
  const within = kind === "port";
  return (side === "in") === within ? "input" : "output";
}
