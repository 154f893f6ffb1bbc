import type { DataType } from "../../tensor/data-type.ts";
import type { EnsembleStep, ModelConfig } from "../model-config/model-config.ts";
import type { GraphModel } from "./graph-model.ts";

/** An end of a wire: an input or output of the ensemble, or a tensor of a step's model. */
export type Endpoint =
  | { kind: "input"; name: string }
  | { kind: "output"; name: string }
  | { kind: "step"; step: number; port: string };

/** An input or output of the ensemble. */
export interface GraphTerminal {
  /** Stable node id: "input:CT", "output:MASK". */
  id: string;
  name: string;
  dataType: DataType;
  /** As declared, without the batch dimension. */
  dims: readonly number[];
  optional: boolean;
}

/** A tensor of a step's model. */
export interface GraphPort {
  /** The model's name for it. */
  name: string;
  /** The ensemble tensor that it is mapped to. */
  tensor?: string;
  /** Absent where the model is missing or does not have such a tensor. */
  dataType?: DataType;
  /** Without the batch dimension. */
  dims?: readonly number[];
  optional: boolean;
  /** False for a name in a map that the model does not have; true where the model's tensors are not known. */
  exists: boolean;
}

/** One step of the ensemble. */
export interface GraphStep {
  /** Index into ensemble_scheduling.step. */
  index: number;
  /** Stable node id while steps are added and removed elsewhere: "step:unet", "step:unet#2" for the second of that model. */
  id: string;
  modelName: string;
  /** -1: the latest. */
  modelVersion: number;
  /** Absent: the repository has no such model. */
  model?: GraphModel;
  inputs: readonly GraphPort[];
  outputs: readonly GraphPort[];
}

/** An ensemble tensor: one wire from one producer to any number of consumers. */
export interface GraphTensor {
  name: string;
  producer?: Endpoint;
  /** Further producers, which is an error. */
  otherProducers: readonly Endpoint[];
  consumers: readonly Endpoint[];
  /** Of the producer, else of the first consumer that knows. */
  dataType?: DataType;
  dims?: readonly number[];
  /** Whether a batch dimension stands before `dims` at the producer. */
  batched: boolean;
}

/** An ensemble as inputs, steps, outputs and the wires between them. */
export interface EnsembleGraph {
  name: string;
  /** Repository path of the configuration. */
  file: string;
  maxBatchSize: number;
  inputs: readonly GraphTerminal[];
  outputs: readonly GraphTerminal[];
  steps: readonly GraphStep[];
  /** In the order in which they first appear: inputs, then steps, then outputs. */
  tensors: readonly GraphTensor[];
}

/**
 * The graph of an ensemble. Whatever is wrong, all that is there is shown: missing models keep the ports that the maps name.
 * An unknown ensemble gives an empty graph.
 */
export function buildEnsembleGraph(name: string, models: ReadonlyMap<string, GraphModel>): EnsembleGraph {
  const model = models.get(name);
  const config = model?.config;
  const steps = stepsOf(config?.ensemble_scheduling?.step ?? [], models);
  const inputs = (config?.input ?? []).map((input) => terminal("input", input, input.optional));
  const outputs = (config?.output ?? []).map((output) => terminal("output", output, false));
  const maxBatchSize = config?.max_batch_size ?? 0;
  return {
    name,
    file: model?.parsed?.file ?? `${name}/config.pbtxt`,
    maxBatchSize,
    inputs,
    outputs,
    steps,
    tensors: tensorsOf(inputs, outputs, steps, maxBatchSize),
  };
}

/** Node ids of steps: "step:unet", "step:unet#2" for the second of that model. */
export function stepIds(steps: readonly { readonly model_name: string }[]): string[] {
  const counts = new Map<string, number>();
  return steps.map(({ model_name: name }) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return `step:${name}${count === 1 ? "" : `#${count}`}`;
  });
}

/** Node ids of all that a configuration declares: inputs, steps, outputs. */
export function nodeIds({ input, output, ensemble_scheduling: scheduling }: ModelConfig): string[] {
  return [...input.map(({ name }) => `input:${name}`), ...stepIds(scheduling?.step ?? []), ...output.map(({ name }) => `output:${name}`)];
}

/** The node that an endpoint belongs to. */
export function nodeId(graph: EnsembleGraph, endpoint: Endpoint): string {
  return endpoint.kind === "step" ? (graph.steps[endpoint.step]?.id ?? "") : `${endpoint.kind}:${endpoint.name}`;
}

function terminal(
  kind: "input" | "output",
  { name, data_type, dims }: { name: string; data_type: DataType; dims: number[] },
  optional: boolean,
): GraphTerminal {
  return { id: `${kind}:${name}`, name, dataType: data_type, dims, optional };
}

function stepsOf(steps: readonly EnsembleStep[], models: ReadonlyMap<string, GraphModel>): GraphStep[] {
  const ids = stepIds(steps);
  return steps.map((step, index) => {
    const model = models.get(step.model_name);
    const base = {
      index,
      id: ids[index]!,
      modelName: step.model_name,
      modelVersion: step.model_version,
      inputs: portsOf(step.input_map, model?.config.input ?? []),
      outputs: portsOf(step.output_map, model?.config.output ?? []),
    };
    return model === undefined ? base : { ...base, model };
  });
}

function portsOf(
  map: Readonly<Record<string, string>>,
  declared: readonly { name: string; data_type: DataType; dims: number[]; optional?: boolean }[],
): GraphPort[] {
  const ports = declared.map(({ name, data_type, dims, optional }): GraphPort => {
    const port = { name, dataType: data_type, dims, optional: optional ?? false, exists: true };
    const tensor = Object.hasOwn(map, name) ? map[name] : undefined;
    return tensor === undefined ? port : { ...port, tensor };
  });
  for (const [name, tensor] of Object.entries(map)) {
    if (!declared.some((one) => one.name === name)) ports.push({ name, tensor, optional: false, exists: declared.length === 0 });
  }
  return ports;
}

interface TensorDraft {
  name: string;
  producers: Endpoint[];
  consumers: Endpoint[];
  facts: { dataType?: DataType; dims?: readonly number[]; batched: boolean }[];
}

function tensorsOf(
  inputs: readonly GraphTerminal[],
  outputs: readonly GraphTerminal[],
  steps: readonly GraphStep[],
  maxBatchSize: number,
): GraphTensor[] {
  const drafts = new Map<string, TensorDraft>();
  const draft = (name: string): TensorDraft => {
    const existing = drafts.get(name);
    if (existing !== undefined) return existing;
    const created: TensorDraft = { name, producers: [], consumers: [], facts: [] };
    drafts.set(name, created);
    return created;
  };
  for (const { name, dataType, dims } of inputs) {
    const tensor = draft(name);
    tensor.producers.push({ kind: "input", name });
    tensor.facts.push({ dataType, dims, batched: maxBatchSize > 0 });
  }
  for (const step of steps) {
    const batched = (step.model?.config.max_batch_size ?? 0) > 0;
    for (const { name, tensor, dataType, dims } of step.outputs) {
      if (tensor === undefined) continue;
      draft(tensor).producers.push({ kind: "step", step: step.index, port: name });
      if (dataType !== undefined && dims !== undefined) draft(tensor).facts.push({ dataType, dims, batched });
    }
  }
  for (const step of steps) {
    const batched = (step.model?.config.max_batch_size ?? 0) > 0;
    for (const { name, tensor, dataType, dims } of step.inputs) {
      if (tensor === undefined) continue;
      draft(tensor).consumers.push({ kind: "step", step: step.index, port: name });
      if (dataType !== undefined && dims !== undefined) draft(tensor).facts.push({ dataType, dims, batched });
    }
  }
  for (const { name, dataType, dims } of outputs) {
    draft(name).consumers.push({ kind: "output", name });
    draft(name).facts.push({ dataType, dims, batched: maxBatchSize > 0 });
  }
  return [...drafts.values()].map(({ name, producers, consumers, facts }) => {
    const [producer, ...otherProducers] = producers;
    const tensor = { name, otherProducers, consumers, ...(facts[0] ?? { batched: false }) };
    return producer === undefined ? tensor : { ...tensor, producer };
  });
}
