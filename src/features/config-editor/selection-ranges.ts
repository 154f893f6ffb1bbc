import type { OpenModel } from "../../state/open-model.ts";
import type { EnsembleGraph } from "../../triton/ensemble/graph.ts";
import type { ModelConfig } from "../../triton/model-config/model-config.ts";
import type { Path } from "../../triton/pbtxt/path.ts";
import type { TextRange } from "../../triton/pbtxt/tree.ts";

/** What of the graph is selected: a node by id, or a wire by its tensor. */
export interface Selected {
  readonly node: string | null;
  readonly tensor: string | null;
}

/** The places of the open model's text that speak of the selection; the first is where to look. Empty where the text and the graph disagree. */
export function rangesOf({ view, graph, stale }: OpenModel, { node, tensor }: Selected): TextRange[] {
  const { parsed } = view;
  if (parsed === undefined || stale) return [];
  const paths = tensor !== null ? pathsOfTensor(parsed.config, tensor) : node === null ? [] : pathsOfNode(graph, parsed.config, view.isEnsemble, node);
  return paths.flatMap((path) => parsed.rangeOf(path) ?? []);
}

function pathsOfNode(graph: EnsembleGraph, config: ModelConfig, isEnsemble: boolean, node: string): Path[] {
  const step = graph.steps.find(({ id }) => id === node);
  if (step !== undefined) return isEnsemble ? [["ensemble_scheduling", "step", step.index]] : [];
  const side = node.startsWith("input:") ? "input" : "output";
  const index = config[side].findIndex(({ name }) => name === node.slice(side.length + 1));
  return index < 0 ? [] : [[side, index]];
}

function pathsOfTensor(config: ModelConfig, tensor: string): Path[] {
  const paths: Path[] = [];
  const steps = config.ensemble_scheduling?.step ?? [];
  for (const map of ["output_map", "input_map"] as const) {
    for (const [index, step] of steps.entries()) {
      for (const [port, name] of Object.entries(step[map])) if (name === tensor) paths.push(["ensemble_scheduling", "step", index, map, port]);
    }
  }
  for (const side of ["input", "output"] as const) {
    for (const [index, { name }] of config[side].entries()) if (name === tensor) paths.push([side, index, "name"]);
  }
  return paths;
}

/** What a cursor at a path of the open model's text selects: a wire in a map entry, else the step, input or output; undefined elsewhere. */
export function selectedAt({ view, graph, stale }: OpenModel, path: Path): Selected | undefined {
  const config = view.parsed?.config;
  if (config === undefined || stale) return undefined;
  const [field, index, position, map, port] = path;
  if ((field === "input" || field === "output") && typeof index === "number") {
    const name = config[field][index]?.name;
    return name === undefined ? undefined : { node: `${field}:${name}`, tensor: null };
  }
  if (field !== "ensemble_scheduling" || index !== "step" || typeof position !== "number") return undefined;
  const maps = config.ensemble_scheduling?.step[position];
  const tensor = map === "input_map" || map === "output_map" ? maps?.[map][String(port)] : undefined;
  if (tensor !== undefined) return { node: null, tensor };
  const step = graph.steps[position];
  return step === undefined ? undefined : { node: step.id, tensor: null };
}
