import { failed, shapeText } from "./dictionary.ts";
import type { ArrayType, Dimension } from "./transform.ts";

/** What tells where the picture lies in an entry. */
type Entry<D extends Dimension> = Pick<ArrayType, "image"> & { readonly shape: readonly D[] };

/**
 * The axes of a picture in C order: what lies around height and width (the channels of a tensor, and what stands before them), and what lies
 * inside them (the channels of a PIL image).
 */
export interface ImageAxes<D extends Dimension> {
  readonly outer: readonly D[];
  readonly height: D;
  readonly width: D;
  readonly inner: readonly D[];
}

/**
 * The axes of a PIL image or of a tensor [..., channels, height, width]. Throws TRANSFORM_FAILED for a tensor of fewer axes than `least`.
 */
export function imageAxes<D extends Dimension>(transform: string, key: string, entry: Entry<D>, least = 3): ImageAxes<D> {
  const { shape, image } = entry;
  const split = image === undefined ? shape.length - 2 : 0;
  if (shape.length < least) {
    throw failed(transform, key, `a tensor needs the axes ${least > 2 ? "channels, " : ""}height and width last, found shape ${shapeText(shape)}`);
  }
  const [height, width] = shape.slice(split, split + 2) as [D, D];
  return { outer: shape.slice(0, split), height, width, inner: shape.slice(split + 2) };
}

/** The shape with another height and width. */
export function imageShape<D extends Dimension>({ outer, inner }: ImageAxes<D>, height: D, width: D): D[] {
  return [...outer, height, width, ...inner];
}
