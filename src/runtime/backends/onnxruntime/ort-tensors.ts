import type { Tensor as OrtTensor, TensorConstructor } from "onnxruntime-web";
import { assert, ConchError } from "../../../base/errors.ts";
import { bytesPerElement, type DataType, type TypedData } from "../../../tensor/data-type.ts";
import { elementCount, isBytes, zeros, type Tensor } from "../../../tensor/tensor.ts";
import type { GpuMemory } from "../../memory/gpu-memory.ts";
import type { GpuTensor, RuntimeTensor } from "../backend.ts";
import { ortMutex } from "./ort-mutex.ts";
import type { OrtApi } from "./ort-builds.ts";

const ORT_TYPES: Partial<Record<DataType, OrtTensor.Type>> = {
  TYPE_BOOL: "bool",
  TYPE_UINT8: "uint8",
  TYPE_UINT16: "uint16",
  TYPE_UINT32: "uint32",
  TYPE_UINT64: "uint64",
  TYPE_INT8: "int8",
  TYPE_INT16: "int16",
  TYPE_INT32: "int32",
  TYPE_INT64: "int64",
  TYPE_FP16: "float16",
  TYPE_FP32: "float32",
  TYPE_FP64: "float64",
  TYPE_STRING: "string",
};

/** Types whose tensors ONNX Runtime takes and gives as GPU buffers. */
const ON_GPU: readonly DataType[] = ["TYPE_FP32", "TYPE_FP16", "TYPE_INT32", "TYPE_INT64", "TYPE_UINT32", "TYPE_UINT8", "TYPE_BOOL"];

/** True where tensors of the type can stay in GPU memory across ONNX Runtime. */
export function staysOnGpu(type: DataType | undefined): boolean {
  return type !== undefined && ON_GPU.includes(type);
}

/** The tensor for `session.run`, of the given shape (the model's, which may lack the axis that a scalar has elsewhere). Nothing is copied but strings. */
export function toOrt(ort: OrtApi, name: string, source: RuntimeTensor, shape: readonly number[]): OrtTensor {
  const dataType = source.location === "gpu" ? source.dataType : source.tensor.dataType;
  const type = ORT_TYPES[dataType];
  if (type === undefined) {
    throw new ConchError("TENSOR_MISMATCH", `Input "${name}" is ${dataType}, which ONNX Runtime in the browser does not take`, { data: { name, dataType } });
  }
  const dims = [...shape];
  if (source.location === "gpu") {
    requireRoom(name, source);
    return ort.Tensor.fromGpuBuffer(source.buffer.buffer, { dataType: type as OrtTensor.GpuBufferDataTypes, dims });
  }
  const { tensor } = source;
  if (isBytes(tensor)) return new ort.Tensor("string", tensor.data.map((element) => utf8(name, element)), dims);
  // The types in the package know each type's own array only; the constructor checks.
  return new (ort.Tensor as unknown as TensorConstructor)(type as "float32", tensor.data as Float32Array, dims);
}

/** ONNX Runtime does not look at the size of a buffer that it is given. */
function requireRoom(name: string, { buffer, dataType, shape }: GpuTensor): void {
  const needed = elementCount(shape) * bytesPerElement(dataType);
  const found = Math.min(buffer.byteLength, buffer.buffer.size);
  if (found >= needed) return;
  throw new ConchError("TENSOR_MISMATCH", `Input "${name}" [${shape.join(", ")}] of ${dataType} needs ${needed} bytes, its GPU buffer holds ${found}`, {
    data: { name, needed, found },
  });
}

function utf8(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ConchError("TENSOR_MISMATCH", `Input "${name}" holds a string that is no UTF-8, which ONNX Runtime does not take`, { data: { name }, cause });
  }
}

/** An output as the executor takes it. A GPU buffer is adopted and goes back to ONNX Runtime when its last user releases it. */
export function fromOrt(output: OrtTensor, label: string, shape: readonly number[], memory: GpuMemory | undefined): RuntimeTensor {
  const dataType = dataTypeOf(output.type);
  if (output.location === "gpu-buffer" && elementCount(shape) > 0) {
    assert(memory !== undefined, "GPU outputs come from a GPU session");
    const byteLength = elementCount(shape) * bytesPerElement(dataType);
    const buffer = memory.adopt(label, output.gpuBuffer as GPUBuffer, byteLength, () => void ortMutex.run(() => output.dispose()));
    return { location: "gpu", dataType, shape, buffer };
  }
  return { location: "host", tensor: hostTensor(output, dataType, shape) };
}

function hostTensor(output: OrtTensor, dataType: DataType, shape: readonly number[]): Tensor {
  if (elementCount(shape) === 0) {
    output.dispose();
    return zeros(dataType, shape);
  }
  if (dataType === "TYPE_STRING") {
    const encoder = new TextEncoder();
    return { dataType, shape, data: (output.data as readonly string[]).map((text) => encoder.encode(text)) };
  }
  const data = output.data as ArrayBufferView;
  // Where the platform has Float16Array, ONNX Runtime gives that; our float16 tensors are their bits.
  if (dataType === "TYPE_FP16") return { dataType, shape, data: new Uint16Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength / 2) };
  return { dataType, shape, data: data as TypedData };
}

function dataTypeOf(type: OrtTensor.Type): DataType {
  for (const [dataType, name] of Object.entries(ORT_TYPES)) if (name === type) return dataType as DataType;
  throw new ConchError("TENSOR_MISMATCH", `ONNX Runtime gave a tensor of type ${type}, which no Triton tensor can carry`, { data: { type } });
}
