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

/** What a session says of a model's inputs and outputs: name → shape, -1 for open sizes. Throws what creating the session throws. */
export async function signatureInNode(bytes: Uint8Array): Promise<{ inputs: Map<string, number[]>; outputs: Map<string, number[]> }> {
  env.logLevel = "error";
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 4 });
  // An open size without a name comes as the unsigned form of -1.
  const shapes = (values: readonly InferenceSession.ValueMetadata[]) =>
    new Map(values.flatMap((value) => (value.isTensor ? [[value.name, value.shape.map((size) => (typeof size === "number" && size < 2 ** 31 ? size : -1))]] : [])));
  const signature = { inputs: shapes(session.inputMetadata), outputs: shapes(session.outputMetadata) };
  await session.release();
  return signature;
}

/** A float32 tensor. */
export function float32(data: Float32Array, dims: readonly number[]): Tensor {
  return new Tensor("float32", data, dims);
}
