import type { Dimension } from "../transforms/transform.ts";

/**
 * The shape in which a consumer gets a tensor: Triton's ReshapeTensorDims (ensemble scheduler rule R6).
 *
 * `shape` is the full shape as produced; `producerBatches` whether the producing request had a batch dimension; `dims` the consumer's
 * configured dims, without the batch dimension. Between two models that both batch, or both do not, the shape passes unchanged; a missing
 * batch dimension is put in front, a superfluous one of size 1 is dropped; anything else passes unchanged and fails in the consumer.
 */
export function batchConversion<D extends Dimension>(
  shape: readonly D[],
  producerBatches: boolean,
  consumerBatches: boolean,
  dims: readonly number[],
): readonly (D | 1)[] {
  if (producerBatches === consumerBatches) return shape;
  if (consumerBatches) return fits(shape, dims) ? [1, ...shape] : shape;
  if (fits(shape, dims)) return shape;
  return shape[0] === 1 ? shape.slice(1) : shape;
}

/** Same rank, and every size equal or −1 in `dims` (or not known yet). */
export function fits(shape: readonly Dimension[], dims: readonly number[]): boolean {
  return shape.length === dims.length && dims.every((size, axis) => size === -1 || shape[axis] === null || shape[axis] === size);
}

/** What `reshape` needs of an input or output. */
export interface Reshaped {
  readonly dims: readonly number[];
  readonly reshape?: { readonly shape: readonly number[] };
}

/** A shape as the model itself sees it: declared dims become `reshape.shape`, behind the batch dimension. Any other shape passes unchanged. */
export function modelShape(shape: readonly number[], { dims, reshape }: Reshaped, batched: boolean): readonly number[] {
  return reshape === undefined ? shape : exchanged(shape, dims, reshape.shape, batched);
}

/** The other way round: what the model gave under `reshape.shape` under its declared dims. */
export function declaredShape(shape: readonly number[], { dims, reshape }: Reshaped, batched: boolean): readonly number[] {
  return reshape === undefined ? shape : exchanged(shape, reshape.shape, dims, batched);
}

/** Sizes left open are carried over in order, as Triton does: the n-th -1 of one shape is the n-th of the other. */
function exchanged(shape: readonly number[], from: readonly number[], to: readonly number[], batched: boolean): readonly number[] {
  const sizes = batched ? shape.slice(1) : shape;
  if (!fits(sizes, from)) return shape;
  const open = sizes.filter((_, axis) => from[axis] === -1);
  const result = to.map((size) => (size === -1 ? (open.shift() ?? 1) : size));
  return batched ? [shape[0], ...result] : result;
}
