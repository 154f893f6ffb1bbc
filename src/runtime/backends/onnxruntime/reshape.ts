import { elementCount } from "../../../tensor/tensor.ts";

/** The part of a configured input or output that says how Triton reshapes it. */
export interface Reshaping {
  readonly dims: readonly number[];
  readonly reshape?: { readonly shape: readonly number[] };
}

/**
 * The shape that the model takes for an input of the given shape: `reshape.shape` in place of `dims`, open sizes carried over in order, behind the
 * batch dimension where there is one. A shape that does not fit `dims` stays as it is.
 */
export function toModel(shape: readonly number[], { dims, reshape }: Reshaping, batched: boolean): readonly number[] {
  return reshape === undefined ? shape : exchanged(shape, dims, reshape.shape, batched);
}

/** The shape outside the model of an output that the model gave: `dims` in place of `reshape.shape`. */
export function fromModel(shape: readonly number[], { dims, reshape }: Reshaping, batched: boolean): readonly number[] {
  return reshape === undefined ? shape : exchanged(shape, reshape.shape, dims, batched);
}

function exchanged(shape: readonly number[], from: readonly number[], to: readonly number[], batched: boolean): readonly number[] {
  const batch = batched ? shape.slice(0, 1) : [];
  const rest = shape.slice(batch.length);
  if (rest.length !== from.length || rest.some((size, i) => from[i] !== -1 && from[i] !== size)) return shape;
  const open = rest.filter((_, i) => from[i] === -1);
  const result = [...batch, ...to.map((size) => (size === -1 ? (open.shift() ?? -1) : size))];
  return elementCount(result) === elementCount(shape) ? result : shape;
}
