// ONNX Runtime's CPU build in Node, where the package's main entry is the one that runs.
import { InferenceSession, Tensor, env } from "onnxruntime-web";

/** The outputs of a model. */
export async function runInNode(
  bytes: Uint8Array,
  inputs: Record<string, Tensor>,
): Promise<InferenceSession.OnnxValueMapType> {
  env.logLevel = "error";
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  try {
    return await session.run(inputs);
  } finally {
    await session.release();
  }
}

/** A float32 tensor. */
export function float32(data: Float32Array, dims: readonly number[]): Tensor {
  return new Tensor("float32", data, dims);
}
