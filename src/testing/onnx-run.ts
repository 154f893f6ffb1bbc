// Running a backend's model in a browser test, with tensors on either side.
import { createOnnxruntimeBackend } from "../runtime/backends/onnxruntime/onnxruntime.ts";
import type { Backend, GpuTensor, RuntimeTensor } from "../runtime/backends/backend.ts";
import type { Gpu } from "../runtime/gpu.ts";
import { elementCount, tensorBytes, tensorFromBytes, type Tensor } from "../tensor/tensor.ts";
import { noise } from "./onnx.ts";
import { executeWith, onnxSource } from "./onnx-source.ts";

const shared = createOnnxruntimeBackend();

/** A tensor in host memory. */
export function host(tensor: Tensor): RuntimeTensor {
  return { location: "host", tensor };
}

/** A TYPE_FP32 tensor; noise unless data are given. */
export function float32(shape: readonly number[], data: Float32Array<ArrayBuffer> = noise(elementCount(shape))): Tensor {
  return { dataType: "TYPE_FP32", shape, data };
}

/** The tensor in GPU memory. */
export function upload(gpu: Gpu, tensor: Tensor): GpuTensor {
  const buffer = gpu.memory.upload("test input", tensorBytes(tensor));
  return { location: "gpu", dataType: tensor.dataType, shape: tensor.shape, buffer };
}

/** The tensor in host memory; a GPU tensor is released. */
export async function download(gpu: Gpu, tensor: RuntimeTensor | undefined): Promise<Tensor> {
  if (tensor === undefined) throw new Error("no such output");
  if (tensor.location === "host") return tensor.tensor;
  const [bytes] = await gpu.memory.download("test", [tensor.buffer]);
  tensor.buffer.release();
  return tensorFromBytes(tensor.dataType, tensor.shape, bytes!);
}

/** What a run gave, and where each output lay. */
export interface Run {
  outputs: Map<string, Tensor>;
  locations: string[];
}

/** All outputs of a model in one placement; GPU inputs go where the model wants them. */
export async function runModel(
  gpu: Gpu,
  bytes: Uint8Array<ArrayBuffer>,
  placement: "gpu" | "cpu",
  inputs: Record<string, Tensor>,
  backend: Backend = shared,
): Promise<Run> {
  const source = await onnxSource("net", bytes);
  const model = await backend.load(source, placement, { gpu }, new AbortController().signal);
  const given: Record<string, RuntimeTensor> = {};
  for (const [name, tensor] of Object.entries(inputs)) {
    given[name] = placement === "gpu" && model.accepts(name) === "gpu" ? upload(gpu, tensor) : host(tensor);
  }
  try {
    const made = await executeWith(model, given, source.header.outputs.map((output) => output.name));
    const outputs = new Map<string, Tensor>();
    for (const [name, tensor] of made) outputs.set(name, await download(gpu, tensor));
    return { outputs, locations: [...made.values()].map((tensor) => tensor.location) };
  } finally {
    for (const tensor of Object.values(given)) if (tensor.location === "gpu") tensor.buffer.release();
    await model.dispose();
  }
}
