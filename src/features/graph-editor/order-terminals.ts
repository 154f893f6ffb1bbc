import { type Endpoint, type EnsembleGraph, type GraphPort, nodeId } from "../../triton/ensemble/graph.ts";
import type { NodePosition } from "../../triton/ensemble/places.ts";

/**
 * Lets the inputs, and the outputs, of a column change places so that they stand in the order of the ports that they are wired to.
 * The layout orders nodes, and knows nothing of the order of ports within one. Terminals are all of one height. Changes `positions`.
 */
export function orderTerminals(graph: EnsembleGraph, positions: Map<string, NodePosition>): void {
  const heightOf = (end: Endpoint | undefined, side: "in" | "out"): number => {
    if (end?.kind !== "step") return Number.POSITIVE_INFINITY;
    const step = graph.steps[end.step];
    const ports = (side === "in" ? step?.inputs : step?.outputs) ?? [];
    const top = positions.get(nodeId(graph, end))?.y ?? 0;
    // A port is some 30 units high: enough to order them, whatever the exact number.
    return top + 30 * rankOf(ports, end.port);
  };
  const ranks = new Map<readonly GraphPort[], ReadonlyMap<string, number>>();
  const rankOf = (ports: readonly GraphPort[], name: string): number => {
    const known = ranks.get(ports) ?? new Map(ports.map((port, rank) => [port.name, rank]));
    ranks.set(ports, known);
    return known.get(name) ?? -1;
  };
  const tensors = new Map(graph.tensors.map((each) => [each.name, each]));
  const tensor = (name: string) => tensors.get(name);
  permute(graph.inputs.map(({ id, name }) => ({ id, height: heightOf(tensor(name)?.consumers[0], "in") })), positions);
  permute(graph.outputs.map(({ id, name }) => ({ id, height: heightOf(tensor(name)?.producer, "out") })), positions);
}

function permute(column: { id: string; height: number }[], positions: Map<string, NodePosition>): void {
  const levels = column.map(({ id }) => positions.get(id)?.y ?? 0).sort((a, b) => a - b);
  const ordered = column.map((each, index) => ({ ...each, index })).sort((a, b) => a.height - b.height || a.index - b.index);
  for (const [rank, { id }] of ordered.entries()) {
    const at = positions.get(id);
    const y = levels[rank];
    if (at !== undefined && y !== undefined) positions.set(id, { x: at.x, y });
  }
}
