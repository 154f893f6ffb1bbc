import type { OpenModel } from "../../state/open-model.ts";
import type { Renamed } from "../../triton/language/rename.ts";
import type { CanvasKey } from "../../ui/canvas-keys.ts";
import type { PortEnd } from "./gestures.ts";

/** What a menu, or a key, is about. */
export type Target =
  | { readonly kind: "ground" }
  | { readonly kind: "nodes"; readonly nodes: readonly string[] }
  | { readonly kind: "port"; readonly port: PortEnd; readonly tensor?: string }
  /** `edge`: the stretch that was meant. */
  | { readonly kind: "wire"; readonly tensor: string; readonly edge?: string };

/** What can be done with a target. */
export type CanvasAction =
  | "open-model"
  | "open-result"
  | "connect"
  | "expose"
  | "disconnect"
  | "add-step"
  | "insert-step"
  | "rename"
  | "gpu"
  | "cpu"
  | "duplicate"
  | "copy"
  | "cut"
  | "paste"
  | "choose-all"
  | "tidy"
  | "tidy-all"
  | "fit"
  | "show-text"
  | "remove";

/** The key of each action that has one. */
export const ACTION_KEYS: Readonly<Partial<Record<CanvasAction, CanvasKey>>> = {
  "open-model": "open",
  connect: "connect",
  expose: "expose",
  disconnect: "remove",
  "add-step": "addStep",
  "insert-step": "addStep",
  rename: "rename",
  duplicate: "duplicate",
  copy: "copy",
  cut: "cut",
  paste: "paste",
  "choose-all": "chooseAll",
  remove: "remove",
};

/** The actions of a target, in groups of a menu. `hasResult`: whether the last run left a tensor. */
export function actionsOf(target: Target, model: OpenModel, hasResult: (tensor: string) => boolean): readonly (readonly CanvasAction[])[] {
  const { view, stale } = model;
  const readable = !stale && view.parsed?.valid === true;
  const editable = readable && view.isEnsemble;
  const when = (condition: boolean, ...actions: CanvasAction[]): CanvasAction[] => (condition ? actions : []);
  const groups = ((): CanvasAction[][] => {
    switch (target.kind) {
      case "ground":
        return [when(editable, "add-step", "paste"), ["choose-all", "fit", "tidy", "tidy-all"], when(readable, "show-text")];
      case "nodes":
        return nodeActions(target.nodes, model, editable, readable);
      case "port": {
        const { port, tensor } = target;
        const terminal = model.graph.steps.every(({ id }) => id !== port.node);
        const exposed = (port.side === "in" ? model.graph.inputs : model.graph.outputs).some(({ name }) => name === tensor);
        return [
          when(tensor !== undefined && hasResult(tensor), "open-result"),
          [...when(editable, "connect"), ...when(editable && !terminal && !exposed, "expose"), ...when(editable && port.side === "in" && tensor !== undefined, "disconnect")],
          when(readable && tensor !== undefined, "rename", "show-text"),
          when(editable && terminal, "remove"),
        ];
      }
      case "wire":
        return [when(hasResult(target.tensor), "open-result"), when(editable, "rename", "insert-step"), when(readable, "show-text"), when(editable, "remove")];
    }
  })();
  return groups.filter((group) => group.length > 0);
}

function nodeActions(nodes: readonly string[], { graph, repository, view }: OpenModel, editable: boolean, readable: boolean): CanvasAction[][] {
  const steps = graph.steps.filter(({ id }) => nodes.includes(id));
  const [only] = nodes.length === 1 ? steps : [];
  const opens = only !== undefined && only.modelName !== view.name && repository.models.has(only.modelName);
  const placed = steps.length > 0 && steps.every(({ model, modelName }) => model?.parsed?.valid === true && repository.models.get(modelName)?.isEnsemble === false);
  const terminal = nodes.length === 1 && only === undefined;
  return [
    opens ? ["open-model"] : [],
    placed ? ["gpu", "cpu"] : [],
    editable && steps.length > 0 ? ["duplicate", "copy", "cut"] : [],
    [...(readable && terminal ? (["rename"] as const) : []), ...(readable && nodes.length === 1 ? (["show-text"] as const) : [])],
    editable ? ["remove"] : [],
  ];
}

/** The part of a canvas that an element is in. `chosen`: the chosen nodes; a node among them stands for all of them. `tensorOf`: the tensor of an edge. */
export function targetOf(element: Element, chosen: readonly string[], tensorOf: (edge: string) => string | undefined): Target {
  const port = element.closest<HTMLElement>("[data-port]") ?? element.closest("[data-side][data-testid^='port-']")?.querySelector<HTMLElement>("[data-port]");
  const node = element.closest<HTMLElement>(".react-flow__node")?.dataset["id"];
  if (port?.dataset["port"] !== undefined && node !== undefined) return portTarget(port, node);
  if (node !== undefined) return { kind: "nodes", nodes: chosen.includes(node) ? chosen : [node] };
  const wire = element.closest<HTMLElement>("[data-wire]")?.dataset["wire"];
  if (wire !== undefined) return { kind: "wire", tensor: wire };
  const edge = element.closest<SVGElement>(".react-flow__edge")?.dataset["id"];
  const tensor = edge === undefined ? undefined : tensorOf(edge);
  return edge === undefined || tensor === undefined ? { kind: "ground" } : { kind: "wire", tensor, edge };
}

/** What a new name of a target's tensor would be the name of; undefined where the target has none. */
export function renamedAt(target: Target, { view, graph }: OpenModel): Renamed | undefined {
  const name = target.kind === "wire" ? target.tensor : target.kind === "port" ? target.tensor : terminalName(target, graph);
  if (name === undefined) return undefined;
  if (view.isEnsemble) return { name, entity: { kind: "tensor", ensemble: view.name, name } };
  const side = graph.inputs.some((input) => input.name === name) ? "input" : "output";
  return { name, entity: { kind: "port", model: view.name, side, name } };
}

function terminalName(target: Target, { inputs, outputs }: OpenModel["graph"]): string | undefined {
  return target.kind === "nodes" ? [...inputs, ...outputs].find(({ id }) => id === target.nodes[0])?.name : undefined;
}

function portTarget(element: HTMLElement, node: string): Target {
  const handle = (element.dataset["port"] ?? "").slice(node.length + 1);
  const colon = handle.indexOf(":");
  const port: PortEnd = { node, side: handle.slice(0, colon) === "in" ? "in" : "out", port: handle.slice(colon + 1) };
  const tensor = element.dataset["tensor"];
  return tensor === undefined ? { kind: "port", port } : { kind: "port", port, tensor };
}
