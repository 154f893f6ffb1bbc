import type { OpenModel } from "../../state/open-model.ts";
import type { OutlineGroup, OutlineRow } from "./rows.ts";

/** What can be done with a row. */
export type OutlineAction =
  | "go-to-finding"
  | "fix"
  | "open-model"
  | "open-result"
  | "connect"
  | "disconnect"
  | "expose"
  | "rename"
  | "version"
  | "gpu"
  | "cpu"
  | "add-input"
  | "add-step"
  | "add-output"
  | "show-text"
  | "remove";

/** The keys of actions, as KeyboardEvent.key has them; Enter and Space are the tree's. */
export const ACTION_KEYS: Readonly<Partial<Record<OutlineAction, string>>> = {
  rename: "F2",
  "show-text": "F12",
  connect: "Insert",
  "add-input": "Insert",
  "add-step": "Insert",
  "add-output": "Insert",
  disconnect: "Delete",
  remove: "Delete",
};

const ADDING: Readonly<Record<OutlineGroup, readonly OutlineAction[]>> = { inputs: ["add-input"], steps: ["add-step"], outputs: ["add-output"], tensors: [] };

/** The actions of a row, the likeliest first. `hasResult`: whether the last run left its tensor. */
export function actionsOf({ subject, tensor, connections }: OutlineRow, { view, graph, repository, stale }: OpenModel, hasResult: boolean): readonly OutlineAction[] {
  const readable = !stale && view.parsed?.valid === true;
  const editable = readable && view.isEnsemble;
  const result: readonly OutlineAction[] = hasResult ? ["open-result"] : [];
  const text: readonly OutlineAction[] = readable ? ["show-text"] : [];
  const isConnected = connections !== undefined && connections.length > 0;
  const wiring: readonly OutlineAction[] = editable ? ["connect", ...(isConnected ? (["disconnect"] as const) : [])] : [];
  switch (subject.kind) {
    case "group":
      return editable ? ADDING[subject.group] : [];
    case "finding":
      return ["go-to-finding", ...(subject.finding.fix === undefined ? [] : (["fix"] as const))];
    case "step": {
      const { modelName, model } = subject.step;
      const opens = modelName !== view.name && repository.models.has(modelName);
      const kinds: readonly OutlineAction[] = model?.parsed?.valid === true && repository.models.get(modelName)?.isEnsemble === false ? ["gpu", "cpu"] : [];
      return [...(opens ? (["open-model"] as const) : []), ...(editable ? (["version"] as const) : []), ...kinds, ...text, ...(editable ? (["remove"] as const) : [])];
    }
    case "terminal":
      return [...result, ...wiring, ...(readable ? (["rename"] as const) : []), ...text, ...(editable ? (["remove"] as const) : [])];
    case "port": {
      const terminals = subject.side === "in" ? graph.inputs : graph.outputs;
      const exposes = editable && subject.port.dataType !== undefined && !terminals.some(({ name }) => name === tensor);
      const renames = readable && tensor !== undefined;
      return [...result, ...wiring, ...(exposes ? (["expose"] as const) : []), ...(renames ? (["rename"] as const) : []), ...(tensor === undefined ? [] : text)];
    }
    case "tensor":
      return [...result, ...(readable ? (["rename"] as const) : []), ...text];
  }
}

/** What Enter does: open what the row stands for, else show where it is written. Undefined where the row only unfolds. */
export function defaultAction(actions: readonly OutlineAction[]): OutlineAction | undefined {
  return (["go-to-finding", "open-model", "open-result", "show-text"] as const).find((action) => actions.includes(action));
}

/** The action of a key; undefined where none of them has it. */
export function actionOfKey(actions: readonly OutlineAction[], key: string): OutlineAction | undefined {
  const plain = key === "Backspace" ? "Delete" : key;
  return actions.find((action) => ACTION_KEYS[action] === plain);
}
