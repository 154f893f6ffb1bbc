/** The data types of model_config.proto's `DataType`, by its own names. */
export const DATA_TYPES = [
  "TYPE_INVALID",
  "TYPE_BOOL",
  "TYPE_UINT8",
  "TYPE_UINT16",
  "TYPE_UINT32",
  "TYPE_UINT64",
  "TYPE_INT8",
  "TYPE_INT16",
  "TYPE_INT32",
  "TYPE_INT64",
  "TYPE_FP16",
  "TYPE_FP32",
  "TYPE_FP64",
  "TYPE_STRING",
  "TYPE_BF16",
] as const;

/** A data type by Triton's configuration name; the index in DATA_TYPES is the protobuf enum value. */
export type DataType = (typeof DATA_TYPES)[number];

/** Elements of a tensor, C order. BOOL is 0/1 bytes; FP16 and BF16 are their bits; TYPE_STRING is one byte array per element. */
export type TensorData =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array
  | readonly Uint8Array[];

/** The numeric members of TensorData. */
export type TypedData = Exclude<TensorData, readonly Uint8Array[]>;

interface DataTypeFacts {
  /** Bytes of one element; 0 for TYPE_STRING and TYPE_INVALID. */
  bytes: number;
  /** The v2 inference protocol's name. */
  v2: string;
  /** The name in interfaces and arrays: numpy's, lower case. */
  numpy: string;
  /** onnx.TensorProto.DataType. */
  onnx: number;
  /** The typed array that holds it. */
  array: (new (length: number) => TypedData) | undefined;
}

const FACTS: Record<DataType, DataTypeFacts> = {
  TYPE_INVALID: { bytes: 0, v2: "<invalid>", numpy: "invalid", onnx: 0, array: undefined },
  TYPE_BOOL: { bytes: 1, v2: "BOOL", numpy: "bool", onnx: 9, array: Uint8Array },
  TYPE_UINT8: { bytes: 1, v2: "UINT8", numpy: "uint8", onnx: 2, array: Uint8Array },
  TYPE_UINT16: { bytes: 2, v2: "UINT16", numpy: "uint16", onnx: 4, array: Uint16Array },
  TYPE_UINT32: { bytes: 4, v2: "UINT32", numpy: "uint32", onnx: 12, array: Uint32Array },
  TYPE_UINT64: { bytes: 8, v2: "UINT64", numpy: "uint64", onnx: 13, array: BigUint64Array },
  TYPE_INT8: { bytes: 1, v2: "INT8", numpy: "int8", onnx: 3, array: Int8Array },
  TYPE_INT16: { bytes: 2, v2: "INT16", numpy: "int16", onnx: 5, array: Int16Array },
  TYPE_INT32: { bytes: 4, v2: "INT32", numpy: "int32", onnx: 6, array: Int32Array },
  TYPE_INT64: { bytes: 8, v2: "INT64", numpy: "int64", onnx: 7, array: BigInt64Array },
  TYPE_FP16: { bytes: 2, v2: "FP16", numpy: "float16", onnx: 10, array: Uint16Array },
  TYPE_FP32: { bytes: 4, v2: "FP32", numpy: "float32", onnx: 1, array: Float32Array },
  TYPE_FP64: { bytes: 8, v2: "FP64", numpy: "float64", onnx: 11, array: Float64Array },
  TYPE_STRING: { bytes: 0, v2: "BYTES", numpy: "bytes", onnx: 8, array: undefined },
  TYPE_BF16: { bytes: 2, v2: "BF16", numpy: "bfloat16", onnx: 16, array: Uint16Array },
};

/** Bytes of one element; 0 for TYPE_STRING, whose elements vary. */
export function bytesPerElement(type: DataType): number {
  return FACTS[type].bytes;
}

/** The v2 inference protocol's name: TYPE_FP32 → FP32, TYPE_STRING → BYTES. */
export function v2Name(type: DataType): string {
  return FACTS[type].v2;
}

/** The data type of a v2 name, upper case as the protocol has it, or undefined. */
export function fromV2(name: string): DataType | undefined {
  return DATA_TYPES.find((type) => FACTS[type].v2 === name && type !== "TYPE_INVALID");
}

/** numpy's name: TYPE_FP32 → float32. What the interface shows. */
export function numpyName(type: DataType): string {
  return FACTS[type].numpy;
}

/** The data type of an onnx.TensorProto.DataType value, or undefined for one that Triton does not have. */
export function fromOnnx(value: number): DataType | undefined {
  if (value === 0) return undefined;
  return DATA_TYPES.find((type) => FACTS[type].onnx === value);
}

/** The data type of a numpy name, or undefined. */
export function fromNumpy(name: string): DataType | undefined {
  return DATA_TYPES.find((type) => FACTS[type].numpy === name && type !== "TYPE_INVALID");
}

/** Whether its elements are floats of any width. */
export function isFloat(type: DataType): boolean {
  return type === "TYPE_FP16" || type === "TYPE_BF16" || type === "TYPE_FP32" || type === "TYPE_FP64";
}

/** A zeroed typed array of `length` elements. Not for TYPE_STRING (throws). */
export function allocate(type: DataType, length: number): TypedData {
  const array = FACTS[type].array;
  if (array === undefined) throw new Error(`Conch bug: no typed array holds ${type}`);
  return new array(length);
}
