import type { TensorData, TypedData } from "./data-type.ts";
import { isBytes, typedData, type Tensor } from "./tensor.ts";

/**
 * A copy of a tensor with `items` items along its first axis: those that it has, again from the first once they are used up. null copies it as it
 * is, whatever its rank; so does any number for a tensor without items to repeat.
 */
export function repeatItems(tensor: Tensor, items: number | null): Tensor {
  const [given = 0, ...rest] = tensor.shape;
  const wanted = items === null || given === 0 ? null : items;
  return { dataType: tensor.dataType, shape: wanted === null ? [...tensor.shape] : [wanted, ...rest], data: repeated(tensor, given, wanted) };
}

function repeated(tensor: Tensor, given: number, items: number | null): TensorData {
  if (isBytes(tensor)) {
    const { data } = tensor;
    const length = items === null ? data.length : (data.length / given) * items;
    return Array.from({ length }, (_, index) => data[index % data.length]!);
  }
  const source = typedData(tensor);
  if (items === null) return source.slice();
  const length = (source.length / given) * items;
  const copy = new (source.constructor as new (length: number) => TypedData)(length);
  for (let at = 0; at < length; at += source.length) {
    copy.set(source.subarray(0, Math.min(source.length, length - at)) as never, at);
  }
  return copy;
}
