import { Graph, layout } from "@dagrejs/dagre";
import { arrangeLayers } from "./arrange-layers.ts";
import { type EnsembleGraph, nodeId } from "./graph.ts";
import { uncross } from "./uncross.ts";
import type { NodePosition, NodeSize } from "./places.ts";

/** Distances of the layout, in the canvas's units. */
const SPACING = { nodes: 32, ranks: 132, edges: 16 };
/** What a wire's label takes: a character of its name, glyph and margins, and how many characters are given room. */
const LABEL = { character: 6.7, around: 40, longest: 22 };
const DEFAULT_SIZE: NodeSize = { width: 220, height: 96 };
/** Larger graphs are arranged in layers only: the full layout's time grows faster than the graph, to tens of seconds for thousands of steps. */
const FULL_LAYOUT_NODES = 120;

/**
 * Positions for all inputs, steps and outputs by node id, left to right along the wires: inputs in the first column, outputs in the
 * last. `sizes` are by node id. The same graph and sizes always give the same positions; the smallest x and y are 0.
 */
export function arrange(graph: EnsembleGraph, sizes: ReadonlyMap<string, NodeSize>): Map<string, NodePosition> {
  const count = graph.inputs.length + graph.steps.length + graph.outputs.length;
  const positions = (count > FULL_LAYOUT_NODES ? layered : full)(graph, sizes);
  alignTerminals(graph, sizes, positions);
  return positions;
}

function full(graph: EnsembleGraph, sizes: ReadonlyMap<string, NodeSize>): Map<string, NodePosition> {
  const dagre = new Graph({ multigraph: true });
  dagre.setGraph({ rankdir: "LR", nodesep: SPACING.nodes, ranksep: rankDistance(graph), edgesep: SPACING.edges });
  dagre.setDefaultEdgeLabel(() => ({}));
  const ids = [...graph.inputs, ...graph.steps, ...graph.outputs].map(({ id }) => id);
  for (const id of ids) dagre.setNode(id, { ...(sizes.get(id) ?? DEFAULT_SIZE) });
  for (const { from, to, name } of stretches(graph)) {
    if (from !== to && dagre.hasNode(from) && dagre.hasNode(to)) dagre.setEdge(from, to, {}, name);
  }
  layout(dagre);
  const positions = new Map<string, NodePosition>();
  for (const id of ids) {
    const { x = 0, y = 0, width = 0, height = 0 } = dagre.node(id);
    positions.set(id, { x: x - width / 2, y: y - height / 2 });
  }
  uncross(graph, (id) => sizes.get(id) ?? DEFAULT_SIZE, positions);
  return positions;
}

/** Room between columns for the names on the wires. */
function rankDistance({ tensors }: EnsembleGraph): number {
  const longest = tensors.reduce((most, { name }) => Math.max(most, name.length), 0);
  return Math.max(SPACING.ranks, Math.ceil(Math.min(longest, LABEL.longest) * LABEL.character + LABEL.around));
}

function layered(graph: EnsembleGraph, sizes: ReadonlyMap<string, NodeSize>): Map<string, NodePosition> {
  const sized = (id: string): NodeSize & { id: string } => ({ id, ...(sizes.get(id) ?? DEFAULT_SIZE) });
  const nodes = [
    ...graph.inputs.map(({ id }) => ({ ...sized(id), end: "first" as const })),
    ...graph.steps.map(({ id }) => sized(id)),
    ...graph.outputs.map(({ id }) => ({ ...sized(id), end: "last" as const })),
  ];
  return arrangeLayers(nodes, stretches(graph).map(({ from, to }) => [from, to] as const), { ...SPACING, ranks: rankDistance(graph) });
}

/** From which node each wire leads to which; the name is one of its own. */
function stretches(graph: EnsembleGraph): { from: string; to: string; name: string }[] {
  return graph.tensors.flatMap(({ name, producer, consumers }) =>
    producer === undefined ? [] : consumers.map((consumer, index) => ({ from: nodeId(graph, producer), to: nodeId(graph, consumer), name: `${name}/${index}` })),
  );
}

/** Puts all inputs into the first column and all outputs into the last, where that makes none overlap. */
function alignTerminals(graph: EnsembleGraph, sizes: ReadonlyMap<string, NodeSize>, positions: Map<string, NodePosition>): void {
  const sizeOf = (id: string): NodeSize => sizes.get(id) ?? DEFAULT_SIZE;
  const all = [...positions];
  if (all.length === 0) return;
  const left = all.reduce((least, [, { x }]) => Math.min(least, x), Number.POSITIVE_INFINITY);
  const right = all.reduce((most, [id, { x }]) => Math.max(most, x + sizeOf(id).width), Number.NEGATIVE_INFINITY);
  stack(graph.inputs.map(({ id }) => id), () => left);
  stack(graph.outputs.map(({ id }) => id), (id) => right - sizeOf(id).width);
  const top = [...positions.values()].reduce((least, { y }) => Math.min(least, y), Number.POSITIVE_INFINITY);
  for (const [id, { x, y }] of positions) positions.set(id, { x: Math.round(x - left), y: Math.round(y - top) });

  /** A column in the order of the present heights, moved down where two would overlap each other or a step. */
  function stack(column: readonly string[], x: (id: string) => number): void {
    const ordered = [...column].sort((a, b) => (positions.get(a)?.y ?? 0) - (positions.get(b)?.y ?? 0));
    let free = Number.NEGATIVE_INFINITY;
    const [from, to] = ordered.reduce(([least, most], id) => [Math.min(least, x(id)), Math.max(most, x(id) + sizeOf(id).width)], [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    const near = graph.steps.filter(({ id }) => {
      const at = positions.get(id)?.x ?? 0;
      return at < to && at + sizeOf(id).width > from;
    });
    for (const id of ordered) {
      const { width, height } = sizeOf(id);
      const at = { x: x(id), y: Math.max(positions.get(id)?.y ?? 0, free) };
      for (let moved = true; moved; ) {
        moved = false;
        for (const step of near) {
          const other = positions.get(step.id);
          const size = sizeOf(step.id);
          if (other === undefined || at.x + width <= other.x || other.x + size.width <= at.x) continue;
          if (at.y + height <= other.y || other.y + size.height <= at.y) continue;
          at.y = other.y + size.height + SPACING.nodes;
          moved = true;
        }
      }
      positions.set(id, at);
      free = at.y + height + SPACING.nodes;
    }
  }
}

/**
 * The same around nodes that stay where they are: the layout is shifted to where they stand on the whole, and what it would put upon one of
 * them, or upon each other, goes further down.
 */
export function arrangeAround(graph: EnsembleGraph, sizes: ReadonlyMap<string, NodeSize>, fixed: ReadonlyMap<string, NodePosition>): Map<string, NodePosition> {
  const free = arrange(graph, sizes);
  const kept = [...fixed].filter(([id]) => free.has(id));
  if (kept.length === 0) return free;
  const shift = (axis: "x" | "y"): number => median(kept.map(([id, at]) => at[axis] - free.get(id)![axis]));
  const by = { x: shift("x"), y: shift("y") };
  const boxOf = (id: string, { x, y }: NodePosition) => ({ x, y, ...(sizes.get(id) ?? DEFAULT_SIZE) });
  const placed = kept.map(([id, at]) => boxOf(id, at));
  const positions = new Map(kept);
  const others = [...free].filter(([id]) => !positions.has(id)).sort(([, a], [, b]) => a.x - b.x || a.y - b.y);
  for (const [id, at] of others) {
    const box = boxOf(id, { x: Math.round(at.x + by.x), y: Math.round(at.y + by.y) });
    // Each collision moves it below one box, of which there are finitely many.
    for (let hit = collision(placed, box); hit !== undefined; hit = collision(placed, box)) box.y = hit.y + hit.height + SPACING.nodes;
    placed.push(box);
    positions.set(id, { x: box.x, y: box.y });
  }
  return positions;
}

type Box = NodePosition & NodeSize;

function collision(placed: readonly Box[], { x, y, width, height }: Box): Box | undefined {
  return placed.find((other) => x < other.x + other.width && other.x < x + width && y < other.y + other.height + SPACING.nodes / 2 && other.y < y + height + SPACING.nodes / 2);
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
