import { isFloat } from "../tensor/data-type.ts";
import { elementCount } from "../tensor/tensor.ts";
import { maskLayout, pictureLayout, scoresLayout } from "../tensor/picture-layout.ts";
import type { ResultTensor } from "./result-tensors.ts";

/**
 * Tensors without a place that may be shown with another one, by their types and shapes alone: with a label mask the pictures that it may lie over,
 * with texts the numbers that the run gave, one for each, and with such numbers the texts and the other numbers.
 */
export function fellows(opened: ResultTensor, tensors: readonly ResultTensor[], batched: (tensor: ResultTensor) => boolean | undefined): readonly ResultTensor[] {
  const others = tensors.filter(({ id }) => id !== opened.id);
  const { dataType, shape } = opened.handle;
  const perElement = others.filter(({ handle }) => elementCount(handle.shape) === elementCount(shape));
  const numbers = perElement.filter(({ kind, handle }) => kind !== "input" && isFloat(handle.dataType));
  if (dataType === "TYPE_STRING") return numbers;
  const texts = opened.kind !== "input" && isFloat(dataType) && elementCount(shape) === shape[0] ? perElement.filter(({ handle }) => handle.dataType === "TYPE_STRING") : [];
  if (texts.length > 0) return [...texts, ...numbers];
  const first = batched(opened);
  if (maskLayout(dataType, shape, first) === undefined && scoresLayout(dataType, shape, first) === undefined) return [];
  return others.filter((tensor) => {
    const { dataType, shape } = tensor.handle;
    return dataType === "TYPE_STRING" || pictureLayout(dataType, shape, batched(tensor)) !== undefined;
  });
}
