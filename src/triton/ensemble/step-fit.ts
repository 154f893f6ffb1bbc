import type { ModelInput, ModelOutput } from "../model-config/model-config.ts";
import { type EndFacts, factsOf, tensorProblem } from "./fit.ts";
import type { GraphModel } from "./graph-model.ts";
import type { Endpoint, EnsembleGraph } from "./graph.ts";

/** An end that a wire is drawn from. */
export interface WireEnd {
  readonly end: Endpoint;
  /** "out": it gives the tensor, "in": it takes it. */
  readonly side: "in" | "out";
}

/** A model as a new step at the end of a wire: the port that the wire would lead to, or why there is none. */
export type StepFit = { readonly model: string; readonly port: string } | { readonly model: string; readonly problem: string };

/**
 * Which models of the repository can stand at the other end of a wire as a new step, by their best port, and why the others cannot. Those that
 * fit come first, otherwise the order of `models` stays.
 */
export function stepsThatFit(graph: EnsembleGraph, { end, side }: WireEnd, models: ReadonlyMap<string, GraphModel>): StepFit[] {
  const facts = factsOf(graph, end, side);
  const name = end.kind === "step" ? end.port : end.name;
  const rated = [...models.values()].map((model): StepFit => {
    const cycle = cycleProblem(graph.name, model.name, models);
    return cycle === undefined ? { model: model.name, ...bestPort(model, side === "out" ? "input" : "output", [facts], name) } : { model: model.name, problem: cycle };
  });
  return [...rated.filter((fit) => "port" in fit), ...rated.filter((fit) => "problem" in fit)];
}

/** Why a model cannot be a step of an ensemble at all, whatever the wire: it is, or holds, that ensemble. */
export function cycleProblem(ensemble: string, model: string, models: ReadonlyMap<string, GraphModel>): string | undefined {
  if (model === ensemble) return "An ensemble is no step of itself";
  const seen = new Set([model]);
  const queue = [model];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const { model_name } of models.get(name)?.config.ensemble_scheduling?.step ?? []) {
      if (model_name === ensemble) return `${model} holds this ensemble`;
      if (!seen.has(model_name)) queue.push(model_name);
      seen.add(model_name);
    }
  }
  return undefined;
}

/**
 * The port of a model that fits all given ends best: one of that name, else one of the same dims, else one that has to be wired, else the
 * first. Where none fits: why its first does not.
 */
export function bestPort(model: GraphModel, side: "input" | "output", ends: readonly EndFacts[], name: string): { readonly port: string } | { readonly problem: string } {
  const declared: readonly (ModelInput | ModelOutput)[] = model.config[side];
  const [first] = declared;
  if (first === undefined) return { problem: model.parsed === undefined ? `The ${side}s of ${model.name} are not known` : `${model.name} declares no ${side}` };
  const batching = model.config.max_batch_size > 0;
  const problemOf = ({ data_type, dims }: ModelInput | ModelOutput): string | undefined => {
    const own: EndFacts = { dataType: data_type, dims, batching };
    return ends.map((end) => (side === "input" ? tensorProblem(end, own) : tensorProblem(own, end))).find((problem) => problem !== undefined);
  };
  const rank = (port: ModelInput | ModelOutput): number => {
    const sameName = port.name.toLowerCase() === name.toLowerCase();
    const sameDims = ends.every(({ dims }) => dims !== undefined && dims.length === port.dims.length && dims.every((size, index) => size === port.dims[index]));
    const optional = "optional" in port && port.optional;
    return (sameName ? 4 : 0) + (sameDims ? 2 : 0) + (optional ? 0 : 1);
  };
  const [best] = declared.filter((port) => problemOf(port) === undefined).sort((a, b) => rank(b) - rank(a));
  return best === undefined ? { problem: problemOf(first) ?? "" } : { port: best.name };
}
