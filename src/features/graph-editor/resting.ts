/** What counts of a node here. */
interface Draggable {
  readonly id: string;
  readonly dragging?: boolean;
}

/** What of a canvas does not change from frame to frame of a drag. */
export interface Resting<Node extends Draggable> {
  /** All nodes, as they stood when a drag began or ended. */
  readonly resting: readonly Node[];
  /** The ids of those that are being dragged, as one string: equal for as long as it is the same. */
  readonly dragged: string;
  /** Whether there are so many nodes that only those in view are rendered, and from afar only their outlines. */
  readonly large: boolean;
}

/** Above this many nodes a graph is large. */
const MANY_NODES = 100;

/** What rests among the nodes. The parts of the former answer stay the same objects where nothing but dragged nodes moved. */
export function restingOf<Node extends Draggable>(nodes: readonly Node[], before: { readonly nodes: readonly Node[] } & Resting<Node>): Resting<Node> {
  const alike = before.resting.length > 0 && movedAlone(before.nodes, nodes);
  return {
    resting: alike ? before.resting : nodes,
    dragged: alike ? before.dragged : JSON.stringify(nodes.flatMap(({ id, dragging }) => (dragging === true ? [id] : []))),
    large: nodes.length > MANY_NODES,
  };
}

/** Whether two states of the nodes differ in nothing but those that are dragged in both. */
function movedAlone(before: readonly Draggable[], after: readonly Draggable[]): boolean {
  return before.length === after.length && before.every((node, at) => node === after[at] || (node.dragging === true && after[at]?.dragging === true && node.id === after[at].id));
}
