import type { EnsembleStep } from "../model-config/model-config.ts";

/** Which steps a request for some of the outputs needs. */
export interface Pruning {
  /** Indices of the steps that run. */
  readonly kept: readonly number[];
  /** Tensors that are wanted, by the request or by a step that runs, and whose producer was removed: Triton ends in "unexpected deadlock". */
  readonly starved: readonly string[];
}

/**
 * The backward pass of Triton's ensemble scheduler (rules P1 and P2): a step goes when every tensor of its output_map is ignored, and a tensor
 * that thereby loses its last consumer is ignored in turn. As on the server, an unrequested ensemble output counts as ignored even where a
 * later step reads it (server issue 7482), and so does a requested one whose only reader was removed; those tensors are reported.
 */
export function pruneSteps(steps: readonly EnsembleStep[], outputs: readonly string[], requested: readonly string[]): Pruning {
  const consumers = new Map<string, Set<number>>();
  const producer = new Map<string, number>();
  steps.forEach((step, index) => {
    for (const tensor of Object.values(step.input_map)) {
      const set = consumers.get(tensor) ?? new Set();
      set.add(index);
      consumers.set(tensor, set);
    }
    for (const tensor of Object.values(step.output_map)) producer.set(tensor, index);
  });
  const wanted = new Set(requested);
  const ignored = new Set(outputs.filter((name) => !wanted.has(name)));
  const removed = new Set<number>();
  const queue = [...ignored];
  for (let tensor = queue.pop(); tensor !== undefined; tensor = queue.pop()) {
    const index = producer.get(tensor);
    if (index === undefined || removed.has(index)) continue;
    const step = steps[index];
    if (!Object.values(step.output_map).every((name) => ignored.has(name))) continue;
    removed.add(index);
    for (const name of new Set(Object.values(step.input_map))) {
      const readers = consumers.get(name);
      readers?.delete(index);
      if (readers?.size === 0 && !ignored.has(name)) {
        ignored.add(name);
        queue.push(name);
      }
    }
  }
  const kept = steps.map((_, index) => index).filter((index) => !removed.has(index));
  const starved = [...ignored].filter((tensor) => {
    const index = producer.get(tensor);
    if (index === undefined || !removed.has(index)) return false;
    return wanted.has(tensor) || kept.some((reader) => Object.values(steps[reader].input_map).includes(tensor));
  });
  return { kept, starved };
}
