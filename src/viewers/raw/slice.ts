/** Two axes of a tensor as rows and columns, every other axis at an index. */
export interface SliceView {
  readonly rows: number;
  readonly columns: number;
  /** One per axis; for `rows` and `columns` the element that is looked at. */
  readonly index: readonly number[];
}

/** Largest side of a picture; longer axes are drawn with every n-th element. */
const LARGEST_SIDE = 2048;

/** The last two axes; the others in their middle, except short ones (batch, channel), which begin at 0. Needs at least two axes. */
export function firstView(shape: readonly number[]): SliceView {
  const rank = shape.length;
  const index = shape.map((size, axis) => (axis < rank - 2 && size <= 8 ? 0 : Math.floor(size / 2)));
  return { rows: rank - 2, columns: rank - 1, index };
}

/** Another axis as rows or columns; where it was the other of the two, they change places. */
export function withAxis(view: SliceView, side: "rows" | "columns", axis: number): SliceView {
  const other = side === "rows" ? "columns" : "rows";
  return { ...view, [side]: axis, ...(view[other] === axis && { [other]: view[side] }) };
}

/** The view with one axis at another index, kept within its size. */
export function withIndex(view: SliceView, shape: readonly number[], axis: number, index: number): SliceView {
  return { ...view, index: view.index.with(axis, Math.max(0, Math.min(index, (shape[axis] as number) - 1))) };
}

/** The axis that Page Up and Page Down go through: the last one that is neither rows nor columns and has more than one index. */
export function throughAxis(view: SliceView, shape: readonly number[]): number | undefined {
  const axis = shape.findLastIndex((size, axis) => axis !== view.rows && axis !== view.columns && size > 1);
  return axis < 0 ? undefined : axis;
}

/** Position of an element in C order. */
export function offsetOf(index: readonly number[], shape: readonly number[]): number {
  return index.reduce((offset, at, axis) => offset * (shape[axis] as number) + at, 0);
}

/** Index of the element at a position in C order. */
export function indexOf(offset: number, shape: readonly number[]): readonly number[] {
  let rest = offset;
  return shape
    .map((_, axis) => shape.length - 1 - axis)
    .map((axis) => {
      const size = shape[axis] as number;
      const at = rest % size;
      rest = Math.floor(rest / size);
      return at;
    })
    .reverse();
}

/** A slice as grey pixels. */
export interface SlicePicture {
  readonly width: number;
  readonly height: number;
  /** Elements per pixel along either side. */
  readonly step: number;
  /** RGBA, 0…255; `low` is black, `high` white, NaN a purple that no grey is. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** Draws a slice. `read` gives the element at a position in C order as a number. */
export function drawSlice(read: (offset: number) => number, shape: readonly number[], view: SliceView, low: number, high: number): SlicePicture {
  const [rows, columns] = [shape[view.rows] as number, shape[view.columns] as number];
  const step = Math.ceil(Math.max(rows, columns) / LARGEST_SIDE);
  const [height, width] = [Math.ceil(rows / step), Math.ceil(columns / step)];
  const strideOf = (axis: number) => shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const [down, across] = [strideOf(view.rows) * step, strideOf(view.columns) * step];
  const origin = offsetOf(view.index.with(view.rows, 0).with(view.columns, 0), shape);
  const pixels = new Uint8ClampedArray(width * height * 4);
  const scale = high > low ? 255 / (high - low) : 0;
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const value = read(origin + y * down + x * across);
      const grey = scale === 0 ? (value > low ? 255 : 128) : (value - low) * scale;
      if (Number.isNaN(value)) pixels.set([160, 0, 200], at);
      else pixels.fill(grey, at, at + 3);
      pixels[at + 3] = 255;
    }
  }
  return { width, height, step, pixels };
}

/** `count` indices around `centre` (fewer where the axis is shorter), moved inwards at its ends. */
export function around(centre: number, size: number, count: number): readonly number[] {
  const length = Math.min(count, size);
  const first = Math.max(0, Math.min(centre - Math.floor(length / 2), size - length));
  return Array.from({ length }, (_, n) => first + n);
}
