import type { Diagnostic } from "../base/diagnostic.ts";
import type { EnsembleGraph, GraphStep, GraphTensor } from "../triton/ensemble/graph.ts";
import type { GraphModel } from "../triton/ensemble/graph-model.ts";
import type { PlacementDecision } from "../plan/plan.ts";
import type { TensorHandle } from "../runtime/protocol.ts";
import type { RunState } from "./session.ts";
import type { Derivation, ModelView, RepositoryView } from "./derived.ts";

/** The model that is on screen, as a graph: an ensemble, or one step between its inputs and outputs. */
export interface OpenModel {
  readonly repository: RepositoryView;
  readonly view: ModelView;
  readonly graph: EnsembleGraph;
  /** True while `graph` belongs to an older text because the present one does not parse. */
  readonly stale: boolean;
}

/** The open model, or undefined where none is open or the repository no longer has it. */
export function openModelOf(derivation: Derivation, repository: RepositoryView, name: string | null): OpenModel | undefined {
  const view = name === null ? undefined : repository.models.get(name);
  if (view === undefined) return undefined;
  const { graph, stale } = derivation.ensemble(repository, view.name);
  return { repository, view, graph: view.isEnsemble ? graph : aloneGraph(graph, repository.graphModels.get(view.name)), stale };
}

/** A model that is no ensemble as the graph that a request for it runs: one step, every port on a wire of its own name. */
export function aloneGraph({ name, file, maxBatchSize, inputs, outputs }: EnsembleGraph, model: GraphModel | undefined): EnsembleGraph {
  const port = ({ name, dataType, dims, optional }: (typeof inputs)[number]) => ({ name, tensor: name, dataType, dims, optional, exists: true });
  const step: GraphStep = {
    index: 0,
    id: `step:${name}`,
    modelName: name,
    modelVersion: -1,
    ...(model === undefined ? {} : { model }),
    inputs: inputs.map(port),
    outputs: outputs.map(port),
  };
  const batched = maxBatchSize > 0;
  const tensors: GraphTensor[] = [
    ...inputs.map(({ name, dataType, dims }): GraphTensor => ({
      name, dataType, dims, batched, otherProducers: [],
      producer: { kind: "input", name },
      consumers: [{ kind: "step", step: 0, port: name }],
    })),
    ...outputs.map(({ name, dataType, dims }): GraphTensor => ({
      name, dataType, dims, batched, otherProducers: [],
      producer: { kind: "step", step: 0, port: name },
      consumers: [{ kind: "output", name }],
    })),
  ];
  return { name, file, maxBatchSize, inputs, outputs, steps: [step], tensors };
}

/** The id by which a run speaks of a step of the open model. */
export function runStepId(model: OpenModel, step: number): string {
  return model.view.isEnsemble ? String(step) : "";
}

/** The tensor that the latest run of a model left of one of its inputs, wires or outputs. */
export function handleOf(run: RunState, model: string, tensor: string): TensorHandle | undefined {
  if (run.model !== model || run.result === null) return undefined;
  return run.result.outputs[tensor] ?? run.result.wires[tensor];
}

/** The same as the results know it: id ("output:MASK", "wire:logits") and bytes. */
export function resultOf(run: RunState, model: string, tensor: string): { id: string; bytes: number } | undefined {
  const handle = handleOf(run, model, tensor);
  if (handle === undefined) return undefined;
  return { id: `${run.result?.outputs[tensor] === handle ? "output" : "wire"}:${tensor}`, bytes: handle.bytes };
}

/** The findings of a node of the graph: those about its step, and, for a step, those of its model's own configuration. */
export function findingsOfNode({ graph, view }: OpenModel, all: readonly Diagnostic[], node: string): readonly Diagnostic[] {
  const step = graph.steps.find(({ id }) => id === node);
  if (step !== undefined) {
    return all.filter(({ model, subject }) =>
      model === view.name && subject?.step !== undefined ? subject.step === step.index : model === step.modelName,
    );
  }
  const name = node.slice(node.indexOf(":") + 1);
  return all.filter(({ model, subject }) => model === view.name && subject?.step === undefined && subject?.tensor === name);
}

/** The findings of every node that has some, each list as {@link findingsOfNode} gives it, in one walk over all. */
export function findingsByNode({ graph, view }: OpenModel, all: readonly Diagnostic[]): ReadonlyMap<string, readonly Diagnostic[]> {
  const stepsOfModel = groupBy(graph.steps, ({ modelName }) => modelName);
  const terminals = groupBy([...graph.inputs, ...graph.outputs], ({ id }) => id.slice(id.indexOf(":") + 1));
  const found = new Map<string, Diagnostic[]>();
  const add = (id: string, finding: Diagnostic): void => {
    const list = found.get(id);
    if (list === undefined) found.set(id, [finding]);
    else list.push(finding);
  };
  for (const finding of all) {
    const { model, subject } = finding;
    const own = model === view.name;
    if (own && subject?.step !== undefined) {
      const step = graph.steps[subject.step];
      if (step !== undefined) add(step.id, finding);
      continue;
    }
    for (const { id } of stepsOfModel.get(model ?? "") ?? []) add(id, finding);
    if (own && subject?.tensor !== undefined) for (const { id } of terminals.get(subject.tensor) ?? []) add(id, finding);
  }
  return found;
}

/** The findings of every tensor that some name, each list as {@link findingsOfTensor} gives it. */
export function findingsByTensor({ view }: OpenModel, all: readonly Diagnostic[]): ReadonlyMap<string, readonly Diagnostic[]> {
  return groupBy(all.filter(({ model, subject }) => model === view.name && subject?.tensor !== undefined), ({ subject }) => subject?.tensor ?? "");
}

function groupBy<Item>(items: readonly Item[], key: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** The findings that name a tensor of the open model. */
export function findingsOfTensor({ view }: OpenModel, all: readonly Diagnostic[], tensor: string): readonly Diagnostic[] {
  return all.filter(({ model, subject }) => model === view.name && subject?.tensor === tensor);
}

/** Where a model runs as far as is known: what the session decided, else what its instance groups ask for. */
export interface KnownPlacement {
  readonly kind: PlacementDecision["kind"];
  readonly reason: PlacementDecision["reason"];
  readonly detail?: string;
  /** False: nobody has looked into the model yet. */
  readonly decided: boolean;
}

/** See {@link KnownPlacement}. A decision made under other instance groups is passed over. */
export function placementOf(model: GraphModel | undefined, decision: PlacementDecision | undefined): KnownPlacement {
  if (model === undefined) return { kind: "none", reason: "model-missing", decided: true };
  const asked = model.config.instance_group[0]?.kind ?? "KIND_AUTO";
  const outdated = (asked === "KIND_CPU") !== (decision?.reason === "kind-cpu") && decision?.kind !== "none" && decision?.kind !== "server";
  if (decision !== undefined && !outdated) return { ...decision, decided: true };
  if (asked === "KIND_CPU") return { kind: "cpu", reason: "kind-cpu", decided: false };
  return { kind: "gpu", reason: asked === "KIND_GPU" ? "kind-gpu" : "kind-auto", decided: false };
}
