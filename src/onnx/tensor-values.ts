import { WireType, type BinaryReader } from "@bufbuild/protobuf/wire";
import { bytesPerElement, fromOnnx } from "../tensor/data-type.ts";
import { elementCount } from "../tensor/tensor.ts";
import { eachField, packed } from "./decode.ts";
import type { OnnxTensor } from "./model.ts";

/** onnx.TensorProto.DataType values that the code speaks of by name. */
export const ELEMENT = {
  FLOAT: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  STRING: 8,
  BOOL: 9,
  FLOAT16: 10,
  DOUBLE: 11,
  BFLOAT16: 16,
} as const;

/** Gives the bytes of an external data file, where they are at hand. */
export type ExternalBytes = (location: string) => Uint8Array | undefined;

/** Bytes of one element; 4-bit types count as half a byte, strings and unknown types as 0. */
export function elementBytes(elementType: number): number {
  const type = fromOnnx(elementType);
  if (type !== undefined) return bytesPerElement(type);
  if (elementType >= 17 && elementType <= 20) return 1;
  return elementType === 21 || elementType === 22 ? 0.5 : 0;
}

/** Bytes of the tensor's elements in memory. */
export function tensorByteLength(tensor: OnnxTensor): number {
  return Math.ceil(elementCount(tensor.dims) * elementBytes(tensor.elementType));
}

/**
 * The elements as little-endian bytes, without a copy where the file holds them so (raw_data, external data).
 * undefined where they are not at hand: left out of a header, an external file that is not given, a string tensor, a wrong length.
 */
export function tensorRaw(tensor: OnnxTensor, external?: ExternalBytes): Uint8Array | undefined {
  const size = tensorByteLength(tensor);
  if (tensor.payload.kind === "omitted") return undefined;
  if (tensor.payload.kind === "external") {
    const { location, offset } = tensor.payload;
    const raw = external?.(location)?.subarray(offset, offset + size);
    return raw?.byteLength === size ? raw : undefined;
  }
  let raw: Uint8Array | undefined;
  try {
    raw = inlineBytes(tensor);
  } catch {
    // The elements do not follow the message: as good as none.
    return undefined;
  }
  return raw.byteLength === size ? raw : undefined;
}

function inlineBytes(tensor: OnnxTensor): Uint8Array {
  let raw: Uint8Array | undefined;
  let typed: number[] | bigint[] | undefined;
  eachField(tensor.encoded, (no, wire, reader) => {
    if (no === 9 && wire === WireType.LengthDelimited) raw = reader.bytes();
    else if (no === 4) typed = collect(typed, reader, wire, () => reader.float());
    else if (no === 5) typed = collect(typed, reader, wire, () => reader.int32());
    else if (no === 7) typed = collect(typed, reader, wire, () => BigInt(reader.int64()));
    else if (no === 10) typed = collect(typed, reader, wire, () => reader.double());
    else if (no === 11) typed = collect(typed, reader, wire, () => BigInt(reader.uint64()));
    else reader.skip(wire, no);
    return false;
  });
  return raw ?? (typed === undefined ? new Uint8Array(0) : toBytes(tensor.elementType, typed));
}

function collect<T extends number | bigint>(typed: number[] | bigint[] | undefined, reader: BinaryReader, wire: WireType, read: () => T): T[] {
  const values = (typed ?? []) as T[];
  packed(reader, wire, () => values.push(read()));
  return values;
}

function toBytes(elementType: number, values: number[] | bigint[]): Uint8Array {
  return new Uint8Array(typedFrom(elementType, values).buffer);
}

function typedFrom(elementType: number, values: number[] | bigint[]): ArrayBufferView & { buffer: ArrayBufferLike } {
  switch (elementType) {
    case ELEMENT.FLOAT:
      return Float32Array.from(values as number[]);
    case ELEMENT.DOUBLE:
      return Float64Array.from(values as number[]);
    case ELEMENT.INT64:
      return BigInt64Array.from(values as bigint[]);
    case 13:
      return BigUint64Array.from(values as bigint[]);
    case 12:
      return Uint32Array.from(values as bigint[], Number);
    case ELEMENT.INT32:
      return Int32Array.from(values as number[]);
    case ELEMENT.UINT16:
    case ELEMENT.INT16:
    case ELEMENT.FLOAT16:
    case ELEMENT.BFLOAT16:
      return Uint16Array.from(values as number[]);
    default:
      return Uint8Array.from(values as number[]);
  }
}

/** The elements as numbers, for the small tensors that hold shapes, axes and scales; undefined where they are not at hand or no numbers. */
export function tensorNumbers(tensor: OnnxTensor, external?: ExternalBytes): number[] | undefined {
  const raw = tensorRaw(tensor, external);
  if (raw === undefined) return undefined;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const read = READERS[tensor.elementType];
  if (read === undefined) return undefined;
  const size = elementBytes(tensor.elementType);
  return Array.from({ length: raw.byteLength / size }, (_, i) => read(view, i * size));
}

const READERS: Readonly<Record<number, (view: DataView, at: number) => number>> = {
  1: (view, at) => view.getFloat32(at, true),
  2: (view, at) => view.getUint8(at),
  3: (view, at) => view.getInt8(at),
  4: (view, at) => view.getUint16(at, true),
  5: (view, at) => view.getInt16(at, true),
  6: (view, at) => view.getInt32(at, true),
  7: (view, at) => Number(view.getBigInt64(at, true)),
  9: (view, at) => view.getUint8(at),
  11: (view, at) => view.getFloat64(at, true),
  12: (view, at) => view.getUint32(at, true),
  13: (view, at) => Number(view.getBigUint64(at, true)),
};
