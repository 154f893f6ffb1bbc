/** A point of the canvas. */
interface Point {
  readonly x: number;
  readonly y: number;
}

/** A node that a wire had better not cross. */
export interface Obstacle extends Point {
  readonly width: number;
  readonly height: number;
}

/** The level stretch by which a wire passes nodes that stand in its way. */
export interface Detour {
  /** Where the stretch begins and ends. */
  readonly from: number;
  readonly to: number;
  readonly y: number;
}

const CLEARANCE = 20;

/**
 * The detour of a wire from `source` to `target`, above or below the nodes in between, whichever is shorter. Undefined where the wire is free,
 * or leads backwards.
 */
export function detourOf(source: Point, target: Point, obstacles: readonly Obstacle[]): Detour | undefined {
  const between = obstacles.filter(({ x, width }) => x > source.x && x + width < target.x);
  const blocking = between.filter((node) => crosses(source, target, node));
  if (blocking.length === 0) return undefined;
  const from = Math.min(...blocking.map(({ x }) => x)) - CLEARANCE;
  const to = Math.max(...blocking.map(({ x, width }) => x + width)) + CLEARANCE;
  const inSpan = between.filter(({ x, width }) => x + width > from && x < to);
  const above = freeLevel(Math.min(...blocking.map(({ y }) => y)) - CLEARANCE, -1, inSpan);
  const below = freeLevel(Math.max(...blocking.map(({ y, height }) => y + height)) + CLEARANCE, 1, inSpan);
  const bend = (y: number): number => Math.abs(source.y - y) + Math.abs(target.y - y);
  return { from, to, y: bend(above) <= bend(below) ? above : below };
}

/** Whether the curve from port to port, level at both ends, touches a node. */
function crosses(source: Point, target: Point, { x, y, width, height }: Obstacle): boolean {
  const at = (where: number): number => {
    const share = (where - source.x) / (target.x - source.x);
    const eased = share * share * (3 - 2 * share);
    return source.y + (target.y - source.y) * eased;
  };
  const [one, other] = [at(x), at(x + width)];
  return Math.max(one, other) > y - 6 && Math.min(one, other) < y + height + 6;
}

function freeLevel(start: number, direction: 1 | -1, nodes: readonly Obstacle[]): number {
  let level = start;
  for (let moved = true; moved; ) {
    const hit = nodes.find(({ y, height }) => level > y - CLEARANCE && level < y + height + CLEARANCE);
    moved = hit !== undefined;
    if (hit !== undefined) level = direction < 0 ? hit.y - CLEARANCE : hit.y + hit.height + CLEARANCE;
  }
  return level;
}

/** The SVG path of a wire with a detour, and where its label stands. */
export function detourPath(source: Point, target: Point, { from, to, y }: Detour): { path: string; label: Point } {
  const path = `M${source.x},${source.y}${curve(source, { x: from, y })}L${to},${y}${curve({ x: to, y }, target)}`;
  return { path, label: { x: (from + to) / 2, y } };
}

function curve(a: Point, b: Point): string {
  const reach = Math.max(16, Math.abs(b.x - a.x) / 2);
  return `C${a.x + reach},${a.y} ${b.x - reach},${b.y} ${b.x},${b.y}`;
}
