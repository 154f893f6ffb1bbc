/** Width and height of a node, in the canvas's units. */
export interface NodeSize {
  width: number;
  height: number;
}

/** Upper left corner of a node. */
export interface NodePosition {
  x: number;
  y: number;
}
