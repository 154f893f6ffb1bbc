import { contradiction, dimsMatch, type TensorDescription } from "../../ensemble/consistency.ts";
import type { PortFacts } from "../../ensemble/exposed-ports.ts";
import type { GraphModel } from "../../ensemble/graph-model.ts";
import type { EnsembleStep } from "../../model-config/model-config.ts";
import type { FixCase } from "./fix-case.ts";

/** The steps of the text that the finding is about. */
export function stepsOf({ parsed }: Pick<FixCase, "parsed">): readonly EnsembleStep[] {
  return parsed.config.ensemble_scheduling?.step ?? [];
}

/** What the model of a step says of one of its tensors; undefined where the model, or the tensor, is not known. */
export function portFacts(models: ReadonlyMap<string, GraphModel>, step: EnsembleStep | undefined, side: "input" | "output", port: string): PortFacts | undefined {
  const config = models.get(step?.model_name ?? "")?.config;
  const declared = config?.[side].find(({ name }) => name === port);
  return config && declared && { dataType: declared.data_type, dims: declared.dims, batching: config.max_batch_size > 0 };
}

/** Whether one tensor can be written by the first and read by the second. */
export function portsAgree(a: PortFacts, b: PortFacts): boolean {
  const describe = (facts: PortFacts): TensorDescription => ({ model: "", ...facts });
  return contradiction(describe(a), describe(b)) === undefined && (a.dims.length > 0 || dimsMatch(a.dims, b.dims));
}

/** The facts of every ensemble tensor that has a value before a step runs: inputs, and what steps write that do not wait for it. */
export function tensorsBefore(one: FixCase, index: number): Map<string, PortFacts> {
  const { parsed, models } = one;
  const steps = stepsOf(one);
  const available = new Map<string, PortFacts>();
  for (const { name, data_type, dims } of parsed.config.input) available.set(name, { dataType: data_type, dims, batching: parsed.config.max_batch_size > 0 });
  const behind = stepsBehind(steps, index);
  for (const [other, step] of steps.entries()) {
    if (behind.has(other)) continue;
    for (const [port, tensor] of Object.entries(step.output_map)) {
      const facts = portFacts(models, step, "output", port);
      if (facts !== undefined) available.set(tensor, facts);
    }
  }
  return available;
}

/** A step and all steps that wait for it. */
function stepsBehind(steps: readonly EnsembleStep[], start: number): Set<number> {
  const seen = new Set([start]);
  const queue = [start];
  for (let index = queue.pop(); index !== undefined; index = queue.pop()) {
    const written = new Set(Object.values(steps[index]?.output_map ?? {}));
    for (const [other, { input_map }] of steps.entries()) {
      if (seen.has(other) || !Object.values(input_map).some((tensor) => written.has(tensor))) continue;
      seen.add(other);
      queue.push(other);
    }
  }
  return seen;
}

/** Names of tensors that some step reads, and that neither a step nor a request brings. */
export function unwritten(one: Pick<FixCase, "parsed">): Set<string> {
  const steps = stepsOf(one);
  const brought = new Set([...one.parsed.config.input.map(({ name }) => name), ...steps.flatMap(({ output_map }) => Object.values(output_map))]);
  return new Set(steps.flatMap(({ input_map }) => Object.values(input_map)).filter((tensor) => tensor !== "" && !brought.has(tensor)));
}

/** Names of tensors that a step writes, and that neither a step nor the ensemble's outputs read. */
export function unread(one: Pick<FixCase, "parsed">): Set<string> {
  const steps = stepsOf(one);
  const read = new Set([...one.parsed.config.output.map(({ name }) => name), ...steps.flatMap(({ input_map }) => Object.values(input_map))]);
  return new Set(steps.flatMap(({ output_map }) => Object.values(output_map)).filter((tensor) => tensor !== "" && !read.has(tensor)));
}
