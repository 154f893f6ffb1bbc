import { isFloat, type DataType } from "./data-type.ts";
import { pictureLayout, scoresLayout } from "./picture-layout.ts";
import { elementCount } from "./tensor.ts";

/** Where the scores of classes lie in a tensor: those of one position are `inner` elements apart. */
export interface ClassAxis {
  /** Index in the shape. */
  readonly axis: number;
  readonly classes: number;
  /** Elements before the axis, as a product of sizes. */
  readonly outer: number;
  /** Elements behind it. */
  readonly inner: number;
}

/** Scores of classes: one row of them per item of the batch. */
export interface ScoresLayout {
  readonly items: number;
  readonly classes: number;
}

/**
 * The scores in a float tensor [K] or [N, K] with at least two classes, sizes of 1 around K left out; undefined for any other.
 * @param batched whether the first axis is the batch. Absent: not known.
 */
export function classRows(dataType: DataType, shape: readonly number[], batched?: boolean): ScoresLayout | undefined {
  if (!isFloat(dataType) || elementCount(shape) === 0 || shape.length === 0) return undefined;
  const [first, ...rest] = shape as readonly [number, ...number[]];
  const inItem = (sizes: readonly number[]) => sizes.filter((size) => size !== 1);
  const whole = inItem(shape);
  if (batched !== true && whole.length === 1) return layout(1, whole[0]);
  if (batched === false && shape.length !== 2) return undefined;
  const item = inItem(rest);
  return item.length === 1 ? layout(first, item[0]) : undefined;
}

/**
 * The axis of a float tensor along which scores of classes lie: in rows as {@link classRows} has them, by pixel as {@link scoresLayout} has them, or
 * by voxel, [K, D, H, W] by the same rule. Three or four planes are colours, unless as many classes have names. Undefined where there is none.
 * @param batched whether the first axis is the batch. Absent: not known.
 * @param named how many classes have names.
 */
export function classAxis(dataType: DataType, shape: readonly number[], batched?: boolean, named = 0): ClassAxis | undefined {
  const rows = classRows(dataType, shape, batched);
  if (rows !== undefined) return axisOf(shape, rows.items, rows.classes);
  const pixels = scoresLayout(dataType, shape, batched);
  if (pixels !== undefined) {
    const colours = pixels.channels !== named && pictureLayout(dataType, shape, batched) !== undefined;
    return colours ? undefined : axisOf(shape, pixels.items, pixels.channels);
  }
  const axis = shape.length - 4;
  const [classes, ...sides] = shape.slice(axis);
  if (!isFloat(dataType) || axis < 0 || classes === undefined) return undefined;
  const few = classes >= 2 && classes <= 256 && classes * 2 <= Math.min(...sides);
  const leading = shape.slice(batched === true ? 1 : 0, axis);
  return few && leading.every((size) => size === 1) ? axisOf(shape, elementCount(shape.slice(0, axis)), classes) : undefined;
}

function layout(items: number, classes: number | undefined): ScoresLayout | undefined {
  return classes === undefined || classes < 2 ? undefined : { items, classes };
}

function axisOf(shape: readonly number[], outer: number, classes: number): ClassAxis | undefined {
  const axis = shape.findIndex((size, each) => size === classes && elementCount(shape.slice(0, each)) === outer);
  return axis === -1 ? undefined : { axis, classes, outer, inner: elementCount(shape.slice(axis + 1)) };
}
