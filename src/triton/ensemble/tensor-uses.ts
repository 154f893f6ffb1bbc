import type { EnsembleStep, ModelConfig } from "../model-config/model-config.ts";

/** A tensor of a step's model. */
export interface StepPort {
  step: number;
  port: string;
}

/** The steps of an ensemble; none for any other model. */
export function stepsOf(config: ModelConfig): readonly EnsembleStep[] {
  return config.ensemble_scheduling?.step ?? [];
}

/** What a map says for a key. */
export function ownEntry(map: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
}

/** The tensor that an output of a step is mapped to. */
export function outputTensor(config: ModelConfig, step: number, port: string): string | undefined {
  return ownEntry(stepsOf(config)[step]?.output_map, port);
}

/** Outputs of steps that write a tensor; more than one is an error. */
export function producersOf(config: ModelConfig, tensor: string): StepPort[] {
  return ends(config, "output_map", tensor);
}

/** Inputs of steps that read a tensor. */
export function readersOf(config: ModelConfig, tensor: string): StepPort[] {
  return ends(config, "input_map", tensor);
}

function ends(config: ModelConfig, map: "input_map" | "output_map", tensor: string): StepPort[] {
  return stepsOf(config).flatMap((step, index) =>
    Object.entries(step[map])
      .filter(([, value]) => value === tensor)
      .map(([port]) => ({ step: index, port })),
  );
}

/** All names that stand for a tensor of an ensemble, wired or not. */
export function tensorNames(config: ModelConfig): Set<string> {
  const mapped = stepsOf(config).flatMap((step) => [...Object.values(step.input_map), ...Object.values(step.output_map)]);
  return new Set([...config.input.map(({ name }) => name), ...config.output.map(({ name }) => name), ...mapped]);
}

/** A tensor name that the ensemble does not use: the producer's port name where it can be. */
export function freshTensorName(config: ModelConfig, port: string, model = ""): string {
  return freshName(tensorNames(config), port, model);
}

/** The same for names that are taken in any other way. */
export function freshName(taken: ReadonlySet<string>, port: string, model = ""): string {
  if (!taken.has(port)) return port;
  const base = model === "" ? port : `${model}_${port}`;
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}_${number}`;
    if (!taken.has(name)) return name;
  }
}
