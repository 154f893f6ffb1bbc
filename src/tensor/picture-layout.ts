import { isFloat, type DataType } from "./data-type.ts";

/** Where the pixels of a tensor's pictures are: item by item, each as planes ("CHW") or as interleaved pixels ("HWC"). */
export interface PictureLayout {
  /** Pictures in the tensor: its batch. */
  readonly items: number;
  readonly height: number;
  readonly width: number;
  /** For a picture 1 (grey), 3 (RGB) or 4 (RGBA); for scores of labels one per label. */
  readonly channels: number;
  readonly order: "CHW" | "HWC";
}

/** Largest side of a picture. */
const LARGEST_SIDE = 16_384;

/**
 * The pictures that a tensor of this shape holds: [H, W], [1, H, W], [3, H, W], [4, H, W], or the channels last, behind any sizes of 1 and a batch.
 * Undefined where there are none.
 * @param batched whether the first axis is the batch. Absent: one axis more than a picture has is taken for it.
 */
export function pictureLayout(dataType: DataType, shape: readonly number[], batched?: boolean): PictureLayout | undefined {
  if (dataType === "TYPE_STRING") return undefined;
  return split(shape, batched, ([first, second, third]) => {
    if (third === undefined) return { height: first, width: second, channels: 1, order: "CHW" };
    if (isChannels(first)) return { height: second, width: third, channels: first, order: "CHW" };
    return isChannels(third) ? { height: first, width: second, channels: third, order: "HWC" } : undefined;
  });
}

/** The label masks that a tensor of this shape holds: [H, W] behind any sizes of 1 and a batch. Undefined where there are none. */
export function maskLayout(dataType: DataType, shape: readonly number[], batched?: boolean): PictureLayout | undefined {
  if (dataType === "TYPE_STRING") return undefined;
  return split(shape, batched, ([first, second, third]) => {
    if (third === undefined) return { height: first, width: second, channels: 1, order: "CHW" };
    if (first === 1) return { height: second, width: third, channels: 1, order: "CHW" };
    return third === 1 ? { height: first, width: second, channels: 1, order: "HWC" } : undefined;
  });
}

/** Scores of labels by pixel, [K, H, W] floats with 2 to 256 labels, behind sizes of 1 and a batch. Undefined where there are none. */
export function scoresLayout(dataType: DataType, shape: readonly number[], batched?: boolean): PictureLayout | undefined {
  if (!isFloat(dataType)) return undefined;
  return split(shape, batched, ([channels, height, width]) => {
    // Of a volume all sides are long.
    const few = channels >= 2 && channels <= 256 && width !== undefined && channels * 2 <= Math.min(height, width);
    return few ? { height, width, channels, order: "CHW" } : undefined;
  });
}

type Item = Omit<PictureLayout, "items">;

function split(shape: readonly number[], batched: boolean | undefined, item: (sizes: readonly [number, number, number | undefined]) => Item | undefined): PictureLayout | undefined {
  const of = (items: number, sizes: readonly number[]): PictureLayout | undefined => {
    const rest = sizes.slice(sizes.findIndex((size, axis) => size !== 1 || sizes.length - axis <= 3));
    const [first, second, third] = rest;
    if (first === undefined || second === undefined || rest.length > 3 || items === 0) return undefined;
    const found = item([first, second, third]);
    // A row of numbers is no picture.
    const sensible = found !== undefined && Math.min(found.height, found.width) > 1 && Math.max(found.height, found.width) <= LARGEST_SIDE;
    return sensible ? { items, ...found } : undefined;
  };
  const [items, ...sizes] = shape;
  if (batched === true) return items === undefined ? undefined : of(items, sizes);
  const whole = of(1, shape);
  return whole ?? (batched === undefined && items !== undefined ? of(items, sizes) : undefined);
}

function isChannels(size: number): boolean {
  return size === 1 || size === 3 || size === 4;
}
