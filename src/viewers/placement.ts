import type { ResultTensor } from "./result-tensors.ts";

/** Whether a tensor is the matrix of a grid: TYPE_FP64, [4, 4] after any leading 1s, named as one. */
export function isAffine({ name, handle: { dataType, shape } }: ResultTensor): boolean {
  return dataType === "TYPE_FP64" && /affine/i.test(name) && shape.slice(-2).join() === "4,4" && shape.slice(0, -2).every((size) => size === 1);
}

/** Sizes of a tensor with numbers along i, j and k: its last three where all before them are 1; undefined for any other, matrices among them. */
export function gridOf(tensor: ResultTensor): readonly number[] | undefined {
  const { dataType, shape } = tensor.handle;
  if (dataType === "TYPE_STRING" || isAffine(tensor) || shape.length < 3 || shape.slice(0, -3).some((size) => size !== 1)) return undefined;
  return shape.slice(-3);
}

/**
 * Where each tensor's grid lies, by id, row-major 4 × 4. An input lies where its file says. "<name>_AFFINE" is the matrix of "<name>" and of
 * every output or wire on a grid of the same sizes; a matrix that names no tensor is that of the first output with a grid. What is left takes
 * an input's matrix where its grid has the input's sizes; everything else has no known place, and is not drawn in a wrong one.
 * @param matrices by id of the tensors that {@link isAffine} finds.
 */
export function placements(tensors: readonly ResultTensor[], matrices: ReadonlyMap<string, readonly number[]>): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, readonly number[]>();
  const bySizes = new Map<string, readonly number[]>();
  const made = tensors.filter(({ kind }) => kind !== "input");
  for (const matrix of made) {
    const values = matrices.get(matrix.id);
    if (values === undefined) continue;
    const owner = made.find(({ name }) => `${name}_affine`.toLowerCase() === matrix.name.toLowerCase()) ?? made.find((tensor) => gridOf(tensor) !== undefined);
    const sizes = owner === undefined ? undefined : gridOf(owner);
    if (owner === undefined || sizes === undefined) continue;
    places.set(owner.id, values);
    if (!bySizes.has(sizes.join())) bySizes.set(sizes.join(), values);
  }
  for (const tensor of tensors) {
    const { affine } = tensor;
    const sizes = gridOf(tensor)?.join();
    if (affine !== undefined && sizes !== undefined && !bySizes.has(sizes)) bySizes.set(sizes, affine);
  }
  for (const tensor of tensors) {
    const { id, affine, kind } = tensor;
    const sizes = gridOf(tensor);
    const place = kind === "input" ? affine : (places.get(id) ?? bySizes.get(sizes?.join() ?? ""));
    if (sizes !== undefined && place !== undefined) places.set(id, place);
  }
  return places;
}
