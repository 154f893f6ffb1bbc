import { exchange, type CallOptions, type Connection } from "./connection.ts";
import { HEADER_LENGTH, inferBody, type InferRequest } from "./infer-request.ts";
import { readInferResponse, type InferResponse } from "./infer-response.ts";
import { modelPath, type ModelTarget } from "./model-path.ts";

/** Runs a model that gives one response; for a decoupled one there is generate-stream. */
export function infer(connection: Connection, target: ModelTarget, request: InferRequest, call: CallOptions = {}): Promise<InferResponse> {
  const { body, headers } = inferBody(request);
  return exchange(connection, { method: "POST", path: modelPath(target, "/infer"), purpose: "inference", slow: true, body, headers }, call, readInferResponse);
}

/**
 * Runs a model by the bytes of its only input, without a word of JSON. The server finds the shape from their number, which asks for at most one
 * dimension of any size; a byte string is sent bare, and the input must have shape [1]. A batch dimension becomes 1. All outputs come back as binary.
 */
export function inferRaw(connection: Connection, target: ModelTarget, bytes: Uint8Array<ArrayBuffer>, call: CallOptions = {}): Promise<InferResponse> {
  const headers = { "Content-Type": "application/octet-stream", [HEADER_LENGTH]: "0" };
  const path = modelPath(target, "/infer");
  return exchange(connection, { method: "POST", path, purpose: "inference", slow: true, body: [bytes], headers }, call, readInferResponse);
}
