import { dimsMatch, fullDims } from "./consistency.ts";
import { type Endpoint, type EnsembleGraph } from "./graph.ts";

/** What is known of a tensor at one end of a wire that is being drawn. */
export interface EndFacts {
  dataType?: string;
  dims?: readonly number[];
  batching: boolean;
}

/**
 * Why a wire from a producer to a consumer would be refused, in a few words for a dimmed port; undefined where it fits or where too
 * little is known. Data type, shape by Triton's rule (-1 on either side, with or without the batch dimension), cycles.
 */
export function connectionProblem(graph: EnsembleGraph, from: Endpoint, to: Endpoint): string | undefined {
  if (from.kind === "output" || to.kind === "input") return "A wire leads from a producer to a consumer";
  if (from.kind === "input" && to.kind === "output") return "An ensemble input cannot be an ensemble output: a step has to stand between";
  const problem = tensorProblem(factsOf(graph, from, "out"), factsOf(graph, to, "in"));
  if (problem !== undefined) return problem;
  if (from.kind === "step" && to.kind === "step" && reaches(graph, to.step, from.step)) return "The step would wait for its own output";
  return undefined;
}

/** Why what one end gives is not what the other takes; undefined where it is or where too little is known. */
export function tensorProblem(source: EndFacts, target: EndFacts): string | undefined {
  if (source.dataType !== undefined && target.dataType !== undefined && source.dataType !== target.dataType) {
    return `${source.dataType} does not fit ${target.dataType}`;
  }
  if (source.dims !== undefined && target.dims !== undefined) {
    const full = (end: EndFacts): number[] => fullDims({ model: "", dataType: "TYPE_INVALID", dims: end.dims ?? [], batching: end.batching });
    if (!dimsMatch(source.dims, target.dims) && !dimsMatch(full(source), full(target))) {
      return `[${full(source).join(", ")}] does not fit [${full(target).join(", ")}]`;
    }
  }
  return undefined;
}

/** What is known of an end of a wire. `side` tells a step's inputs from its outputs. */
export function factsOf(graph: EnsembleGraph, end: Endpoint, side: "in" | "out"): EndFacts {
  if (end.kind !== "step") {
    const terminal = (end.kind === "input" ? graph.inputs : graph.outputs).find(({ name }) => name === end.name);
    return { ...(terminal && { dataType: terminal.dataType, dims: terminal.dims }), batching: graph.maxBatchSize > 0 };
  }
  const step = graph.steps[end.step];
  const port = (side === "in" ? step?.inputs : step?.outputs)?.find(({ name }) => name === end.port);
  return {
    ...(port?.dataType !== undefined && { dataType: port.dataType }),
    ...(port?.dims !== undefined && { dims: port.dims }),
    batching: (step?.model?.config.max_batch_size ?? 0) > 0,
  };
}

/** Whether what one step writes gets to another step, or it is that step. */
function reaches(graph: EnsembleGraph, start: number, goal: number): boolean {
  const seen = new Set([start]);
  const queue = [start];
  for (let step = queue.pop(); step !== undefined; step = queue.pop()) {
    if (step === goal) return true;
    const written = new Set(graph.steps[step]?.outputs.map(({ tensor }) => tensor));
    for (const other of graph.steps) {
      if (seen.has(other.index) || !other.inputs.some(({ tensor }) => tensor !== undefined && written.has(tensor))) continue;
      seen.add(other.index);
      queue.push(other.index);
    }
  }
  return false;
}
