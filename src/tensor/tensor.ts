import { ConchError } from "../base/errors.ts";
import { allocate, bytesPerElement, type DataType, type TensorData, type TypedData } from "./data-type.ts";

/** A tensor in host memory. `data` has exactly `elementCount(shape)` elements, C order (last axis fastest). */
export interface Tensor {
  readonly dataType: DataType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** Product of the dimensions; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Bytes of the elements. For TYPE_STRING the sum of the elements' bytes and of the 4-byte lengths that the v2 protocol puts before each. */
export function byteLength(tensor: Tensor): number {
  if (isBytes(tensor)) return tensor.data.reduce((sum, element) => sum + 4 + element.byteLength, 0);
  return elementCount(tensor.shape) * bytesPerElement(tensor.dataType);
}

/** True for TYPE_STRING, whose data are byte arrays. */
export function isBytes(tensor: Tensor): tensor is Tensor & { data: readonly Uint8Array[] } {
  return tensor.dataType === "TYPE_STRING";
}

/** The elements of a tensor that is not TYPE_STRING; throws TENSOR_MISMATCH for one that is. */
export function typedData(tensor: Tensor): TypedData {
  if (isBytes(tensor)) throw new ConchError("TENSOR_MISMATCH", "Expected a numeric tensor, found TYPE_STRING");
  return tensor.data as TypedData;
}

/** The elements as little-endian bytes, without a copy. Not for TYPE_STRING. */
export function tensorBytes(tensor: Tensor): Uint8Array<ArrayBuffer> {
  const data = typedData(tensor);
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

/** A numeric tensor over a copy of little-endian bytes. Throws TENSOR_MISMATCH when the byte count does not fit the shape. */
export function tensorFromBytes(dataType: DataType, shape: readonly number[], bytes: Uint8Array): Tensor {
  const data = allocate(dataType, elementCount(shape));
  if (data.byteLength !== bytes.byteLength) {
    throw new ConchError(
      "TENSOR_MISMATCH",
      `Expected ${data.byteLength} bytes for ${dataType} [${shape.join(", ")}], found ${bytes.byteLength}`,
      { data: { expected: data.byteLength, found: bytes.byteLength } },
    );
  }
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength).set(bytes);
  return { dataType, shape: [...shape], data };
}

/** A tensor of zeros (of empty byte strings for TYPE_STRING). */
export function zeros(dataType: DataType, shape: readonly number[]): Tensor {
  const count = elementCount(shape);
  if (dataType === "TYPE_STRING") {
    return { dataType, shape: [...shape], data: Array.from({ length: count }, () => new Uint8Array(0)) };
  }
  return { dataType, shape: [...shape], data: allocate(dataType, count) };
}
