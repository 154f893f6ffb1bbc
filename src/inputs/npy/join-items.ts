import { ConchError } from "../../base/errors.ts";
import { allocate, type TypedData } from "../../tensor/data-type.ts";
import { elementCount, typedData, type Tensor } from "../../tensor/tensor.ts";
import { shapeText } from "../input.ts";

/**
 * Numeric tensors of one data type, one after the other along their first axis. Throws TENSOR_MISMATCH naming the first file whose items have other
 * sizes than those of the first one.
 */
export function joinItems(parts: readonly Tensor[], files: readonly string[], input: string): Tensor {
  const [first] = parts as readonly [Tensor, ...Tensor[]];
  const item = first.shape.slice(1);
  const odd = parts.findIndex(({ shape }) => shapeText(shape.slice(1)) !== shapeText(item));
  if (odd > 0) {
    const found = parts[odd]!.shape.slice(1);
    throw new ConchError("TENSOR_MISMATCH", `Input "${input}": items of one batch have one shape, found ${shapeText(item)} in ${files[0]} and ${shapeText(found)} in ${files[odd]}`, {
      data: { input, expected: [...item], found: [...found] },
    });
  }
  const shape = [parts.reduce((sum, part) => sum + (part.shape[0] as number), 0), ...item];
  const data = allocate(first.dataType, elementCount(shape));
  let at = 0;
  for (const part of parts) {
    const values = typedData(part);
    // Both are of one kind: the tensors have one data type.
    (data as { set(values: TypedData, offset: number): void }).set(values, at);
    at += values.length;
  }
  return { dataType: first.dataType, shape, data };
}
