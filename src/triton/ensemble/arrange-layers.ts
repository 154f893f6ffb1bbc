import type { NodePosition, NodeSize } from "./places.ts";

/** A node to be placed. */
export interface LayerNode extends NodeSize {
  readonly id: string;
  /** In the first layer, whatever it is wired to; in the last. */
  readonly end?: "first" | "last";
}

/** Distances between neighbours of a layer, and between layers. */
export interface LayerSpacing {
  readonly nodes: number;
  readonly ranks: number;
}

/** How often the order within the layers, and then the heights, are looked at anew, to and fro. */
const SWEEPS = 4;

/**
 * Upper left corners by node id, layer by layer from left to right, in time that grows with the number of wires. Coarser than a full layout: wires
 * that pass layers get no lane of their own. The same nodes and wires, in the same order, always give the same positions.
 */
export function arrangeLayers(nodes: readonly LayerNode[], wires: readonly (readonly [string, string])[], spacing: LayerSpacing): Map<string, NodePosition> {
  const index = new Map(nodes.map(({ id }, at) => [id, at]));
  const before: number[][] = nodes.map(() => []);
  const after: number[][] = nodes.map(() => []);
  for (const [from, to] of wires) {
    const [source, target] = [index.get(from), index.get(to)];
    if (source === undefined || target === undefined || source === target) continue;
    after[source]!.push(target);
    before[target]!.push(source);
  }
  const layers = layersOf(nodes, before, after);
  order(layers, before, after);
  const centre = heights(layers, nodes, before, after, spacing.nodes);
  const positions = new Map<string, NodePosition>();
  let x = 0;
  for (const layer of layers) {
    for (const at of layer) positions.set(nodes[at]!.id, { x, y: centre[at]! - nodes[at]!.height / 2 });
    if (layer.length > 0) x += layer.reduce((widest, at) => Math.max(widest, nodes[at]!.width), 0) + spacing.ranks;
  }
  return positions;
}

/** Each node one layer behind the last of those that it reads. In a circle, the first node in the given order counts as free of what is left. */
function layersOf(nodes: readonly LayerNode[], before: readonly number[][], after: readonly number[][]): number[][] {
  const depth: number[] = nodes.map(({ end }) => (end === "first" ? 0 : 1));
  const waiting = before.map((sources) => sources.length);
  const done = nodes.map(() => false);
  const ready = nodes.flatMap((_, at) => (waiting[at] === 0 ? [at] : []));
  let next = 0;
  let oldest = 0;
  for (let count = 0; count < nodes.length; count++) {
    while (next === ready.length) {
      if (done[oldest] === false && waiting[oldest]! > 0) {
        waiting[oldest] = 0;
        ready.push(oldest);
      }
      oldest++;
    }
    const at = ready[next++]!;
    done[at] = true;
    for (const target of after[at]!) {
      if (done[target] === true || waiting[target] === 0) continue;
      depth[target] = Math.max(depth[target]!, depth[at]! + 1);
      if (--waiting[target]! === 0) ready.push(target);
    }
  }
  const steps = nodes.reduce((deepest, { end }, at) => (end === undefined ? Math.max(deepest, depth[at]!) : deepest), 0);
  const layers: number[][] = Array.from({ length: steps + 2 }, () => []);
  for (const [at, { end }] of nodes.entries()) layers[end === "first" ? 0 : end === "last" ? steps + 1 : Math.min(depth[at]!, steps)]!.push(at);
  return layers;
}

/** Brings each layer into the order of the mean place of what its nodes are wired to: forwards by producers, backwards by consumers. */
function order(layers: number[][], before: readonly number[][], after: readonly number[][]): void {
  const place: number[] = [];
  const number = (layer: readonly number[]): void => {
    // As a share, since layers differ in length.
    for (const [rank, at] of layer.entries()) place[at] = (rank + 0.5) / layer.length;
  };
  for (const layer of layers) number(layer);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const forwards = sweep % 2 === 0;
    for (const layer of forwards ? layers : layers.toReversed()) {
      const wanted = new Map(layer.map((at) => [at, mean((forwards ? before : after)[at]!, place) ?? place[at]!]));
      layer.sort((a, b) => wanted.get(a)! - wanted.get(b)! || place[a]! - place[b]!);
      number(layer);
    }
  }
}

/** The middle height of each node: as near to what it is wired to as its neighbours in the layer let it. */
function heights(layers: readonly number[][], nodes: readonly LayerNode[], before: readonly number[][], after: readonly number[][], gap: number): number[] {
  const centre: number[] = nodes.map(() => 0);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const forwards = sweep % 2 === 0;
    for (const layer of forwards ? layers : layers.toReversed()) {
      const wanted = layer.map((at) => mean((forwards ? before : after)[at]!, centre) ?? centre[at]!);
      const placed = apart(wanted, layer.map((at) => nodes[at]!.height), gap);
      for (const [rank, at] of layer.entries()) centre[at] = placed[rank]!;
    }
  }
  return centre;
}

/** Middles of a column that keep order and gap and differ least from the wanted ones: blocks that touch move to the mean of their wishes. */
function apart(wanted: readonly number[], sizes: readonly number[], gap: number): number[] {
  const offsets: number[] = [];
  let offset = 0;
  for (const size of sizes) {
    offsets.push(offset + size / 2);
    offset += size + gap;
  }
  const blocks: { sum: number; count: number }[] = [];
  for (const [rank, wish] of wanted.entries()) {
    let block = { sum: wish - offsets[rank]!, count: 1 };
    for (let last = blocks.at(-1); last !== undefined && last.sum / last.count > block.sum / block.count; last = blocks.at(-1)) {
      block = { sum: last.sum + block.sum, count: last.count + block.count };
      blocks.pop();
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count)).map((start, rank) => start + offsets[rank]!);
}

function mean(of: readonly number[], values: readonly number[]): number | undefined {
  return of.length === 0 ? undefined : of.reduce((sum, at) => sum + values[at]!, 0) / of.length;
}
