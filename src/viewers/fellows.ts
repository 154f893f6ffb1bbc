import { isFloat } from "../tensor/data-type.ts";
import { elementCount } from "../tensor/tensor.ts";
import { maskLayout, pictureLayout, scoresLayout } from "../tensor/picture-layout.ts";
import type { ResultTensor } from "./result-tensors.ts";

/**
 * Tensors without a place that may be shown with another one, by their types and shapes alone: with a label mask the pictures that it may lie over,
 * with texts the numbers that the run gave, one for each.
 */
export function fellows(opened: ResultTensor, tensors: readonly ResultTensor[], batched: (tensor: ResultTensor) => boolean | undefined): readonly ResultTensor[] {
  const others = tensors.filter(({ id }) => id !== opened.id);
  const { dataType, shape } = opened.handle;
  if (dataType === "TYPE_STRING") return others.filter(({ kind, handle }) => kind !== "input" && isFloat(handle.dataType) && elementCount(handle.shape) === elementCount(shape));
  const first = batched(opened);
  if (maskLayout(dataType, shape, first) === undefined && scoresLayout(dataType, shape, first) === undefined) return [];
  return others.filter((tensor) => {
    const { dataType, shape } = tensor.handle;
    return dataType === "TYPE_STRING" || pictureLayout(dataType, shape, batched(tensor)) !== undefined;
  });
}
