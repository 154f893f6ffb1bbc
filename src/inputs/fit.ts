import { ConchError } from "../base/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { castExactly } from "./cast.ts";
import { shapeText, type DecodeOptions, type InputTarget } from "./input.ts";

/**
 * The tensor as the target wants it: its data type (exact casts only, see {@link castExactly}) and its dims, a batch dimension of 1 put in front
 * where the target is batched and the tensor has none. Data are shared with `tensor` unless they were cast. Throws TENSOR_MISMATCH, BATCH_TOO_LARGE.
 */
export function fit(tensor: Tensor, target: InputTarget, options: Pick<DecodeOptions, "round"> = {}): Tensor {
  const shape = fitShape(tensor.shape, target);
  const cast = castExactly(tensor, target.dataType, target.name, options.round);
  return shape === cast.shape ? cast : { dataType: cast.dataType, shape, data: cast.data };
}

/** The shape with the batch dimension that the target wants; throws TENSOR_MISMATCH where sizes or rank do not fit, BATCH_TOO_LARGE for too many items. */
export function fitShape(shape: readonly number[], target: InputTarget): readonly number[] {
  const { dims, batch } = target;
  if (fitsDims(shape, dims)) return batch ? [1, ...shape] : shape;
  if (batch && shape.length === dims.length + 1 && fitsDims(shape.slice(1), dims)) {
    checkBatch(shape[0] as number, target);
    return shape;
  }
  const wanted = batch ? `${shapeText(dims)} (a batch dimension in front is optional)` : shapeText(dims);
  throw new ConchError("TENSOR_MISMATCH", `Input "${target.name}" expects shape ${wanted}, found ${shapeText(shape)}`, {
    data: { input: target.name, expected: [...dims], found: [...shape] },
  });
}

/** Throws BATCH_TOO_LARGE where a batch has more items than the model takes at once. */
export function checkBatch(items: number, { name, maxBatchSize }: InputTarget): void {
  if (maxBatchSize === undefined || items <= maxBatchSize) return;
  throw new ConchError("BATCH_TOO_LARGE", `Input "${name}" takes at most ${maxBatchSize} items at once (max_batch_size), found ${items}`, {
    data: { input: name, expected: maxBatchSize, found: items },
  });
}

/** Whether a shape has the rank and the sizes of `dims`, -1 being any size. */
export function fitsDims(shape: readonly number[], dims: readonly number[]): boolean {
  return shape.length === dims.length && dims.every((size, axis) => size === -1 || size === shape[axis]);
}

/** An affine as the declared tensor that carries it: TYPE_FP64 [4, 4], fitted to the target. Throws TENSOR_MISMATCH where the target is another kind of input. */
export function affineTensor(affine: Float64Array, target: InputTarget): Tensor {
  return fit({ dataType: "TYPE_FP64", shape: [4, 4], data: affine.slice() }, target, { round: true });
}
