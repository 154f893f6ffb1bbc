/** A node as it stands on the canvas. */
export interface StandingNode {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A stretch of a wire. */
export interface Stretch {
  readonly source: string;
  readonly target: string;
}

/** The keys that walk. */
export type WalkKey = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

/** Whether a key is one that walks. */
export function isWalkKey(key: string): key is WalkKey {
  return key === "ArrowLeft" || key === "ArrowRight" || key === "ArrowUp" || key === "ArrowDown";
}

/**
 * The node that an arrow key leads to: right and left along the wires, to the nearest where there are several, else to the nearest that stands
 * there; up and down to the nearest that stands there. Undefined where none does.
 */
export function walkNodes(from: string, key: WalkKey, nodes: readonly StandingNode[], wires: readonly Stretch[]): string | undefined {
  const start = nodes.find(({ id }) => id === from);
  if (start === undefined) return undefined;
  const along = key === "ArrowRight" ? wires.filter(({ source }) => source === from).map(({ target }) => target) : key === "ArrowLeft" ? wires.filter(({ target }) => target === from).map(({ source }) => source) : [];
  const nearest = (among: readonly StandingNode[], distance: (node: StandingNode) => number | undefined): string | undefined => {
    const distances = among.flatMap((node) => {
      const far = node.id === from ? undefined : distance(node);
      return far === undefined ? [] : [{ id: node.id, far }];
    });
    return distances.sort((a, b) => a.far - b.far)[0]?.id;
  };
  // A wire may lead back: it is followed whatever the direction on screen.
  const wired = nearest(nodes.filter(({ id }) => along.includes(id)), (node) => Math.hypot(node.x - start.x, node.y - start.y));
  return wired ?? nearest(nodes, (node) => distanceTo(start, node, key));
}

/** How far a node is in a direction; what lies aside counts double. Undefined where it is not in that direction. */
function distanceTo(from: StandingNode, to: StandingNode, key: WalkKey): number | undefined {
  const dx = to.x + to.width / 2 - (from.x + from.width / 2);
  const dy = to.y + to.height / 2 - (from.y + from.height / 2);
  const [ahead, aside] = key === "ArrowRight" ? [dx, dy] : key === "ArrowLeft" ? [-dx, dy] : key === "ArrowDown" ? [dy, dx] : [-dy, dx];
  return ahead > 0 ? ahead + 2 * Math.abs(aside) : undefined;
}
