import { nodeId, type Endpoint, type EnsembleGraph } from "./graph.ts";
import type { NodePosition, NodeSize } from "./places.ts";

/** How often all columns are looked at: each exchange may ask for another one beside it. */
const SWEEPS = 4;

/** A wire between ports, whose heights are shares of their nodes' heights. */
interface PortWire {
  readonly from: string;
  readonly to: string;
  readonly leaves: number;
  readonly enters: number;
}

/**
 * Exchanges neighbours of a column where fewer wires cross then. A layout sees which nodes a wire joins, and not the ports, which have an order of
 * their own within a node. Changes `positions`; a column keeps its place, its gaps and the order of its inputs and outputs.
 */
export function uncross(graph: EnsembleGraph, sizeOf: (id: string) => NodeSize, positions: Map<string, NodePosition>): void {
  const wires = portWires(graph);
  const columns = columnsOf(graph.steps.map(({ id }) => id), sizeOf, positions);
  for (let sweep = 0, changed = true; changed && sweep < SWEEPS; sweep++) {
    changed = false;
    for (const column of columns) {
      for (let at = 0; at + 1 < column.length; at++) {
        const [upper, lower] = [column[at]!, column[at + 1]!];
        const [now, then] = crossings(upper, lower, wires, sizeOf, positions);
        if (then >= now) continue;
        exchange(upper, lower, sizeOf, positions);
        column.splice(at, 2, lower, upper);
        changed = true;
      }
    }
  }
}

function portWires(graph: EnsembleGraph): PortWire[] {
  const steps = new Map(graph.steps.map((step) => [step.index, step]));
  const share = (endpoint: Endpoint, side: "inputs" | "outputs"): number => {
    if (endpoint.kind !== "step") return 0.5;
    const ports = steps.get(endpoint.step)?.[side] ?? [];
    return (ports.findIndex(({ name }) => name === endpoint.port) + 0.5) / Math.max(1, ports.length);
  };
  return graph.tensors.flatMap(({ producer, consumers }) =>
    producer === undefined
      ? []
      : consumers.map((consumer) => ({ from: nodeId(graph, producer), to: nodeId(graph, consumer), leaves: share(producer, "outputs"), enters: share(consumer, "inputs") })),
  );
}

/** Nodes with one middle, from top to bottom. */
function columnsOf(ids: readonly string[], sizeOf: (id: string) => NodeSize, positions: ReadonlyMap<string, NodePosition>): string[][] {
  const columns = new Map<number, string[]>();
  for (const id of ids) {
    const middle = Math.round((positions.get(id)?.x ?? 0) + sizeOf(id).width / 2);
    columns.set(middle, [...(columns.get(middle) ?? []), id]);
  }
  return [...columns.values()].map((column) => column.sort((a, b) => (positions.get(a)?.y ?? 0) - (positions.get(b)?.y ?? 0)));
}

/** Pairs of wires of two neighbours that cross now, and that would once they were exchanged. */
function crossings(upper: string, lower: string, wires: readonly PortWire[], sizeOf: (id: string) => NodeSize, positions: ReadonlyMap<string, NodePosition>): [number, number] {
  const height = (id: string, share: number): number => (positions.get(id)?.y ?? 0) + share * sizeOf(id).height;
  const far = (id: string, side: "from" | "to"): number[] =>
    wires.flatMap((wire) => (wire[side] !== id ? [] : [side === "to" ? height(wire.from, wire.leaves) : height(wire.to, wire.enters)]));
  let [now, then] = [0, 0];
  for (const side of ["to", "from"] as const) {
    for (const a of far(upper, side)) {
      for (const b of far(lower, side)) {
        if (a > b) now++;
        if (a < b) then++;
      }
    }
  }
  return [now, then];
}

function exchange(upper: string, lower: string, sizeOf: (id: string) => NodeSize, positions: Map<string, NodePosition>): void {
  const [top, bottom] = [positions.get(upper)!, positions.get(lower)!];
  const gap = bottom.y - top.y - sizeOf(upper).height;
  positions.set(lower, { x: bottom.x, y: top.y });
  positions.set(upper, { x: top.x, y: top.y + sizeOf(lower).height + gap });
}
