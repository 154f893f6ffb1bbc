import { ConchError } from "../../base/errors.ts";
import type { OnnxHeader } from "../../onnx/header.ts";
import type { ModelConfig, ModelInput, ModelOutput } from "../model-config/model-config.ts";
import { newMessage } from "../model-config/new-message.ts";
import { printScalar } from "../pbtxt/print.ts";
import type { FieldSchema } from "../pbtxt/schema.ts";
import { completeOnnx } from "./onnxruntime.ts";
import { DEFAULT_SERVER, type TritonServer } from "./server.ts";

/**
 * A config.pbtxt for a lone .onnx file, to begin from: what the server would complete, written out, with a comment where it needs a word.
 * Loading it gives the same configuration as loading the model without one. `file` is the model's file name, stated where it is not
 * model.onnx. Throws ONNX_UNSUPPORTED for inputs or outputs that are no Triton tensors.
 */
export function makeConfig(header: OnnxHeader, name: string, file = "model.onnx", server: TritonServer = DEFAULT_SERVER): string {
  const empty = newMessage("ModelConfig", { name, backend: "onnxruntime" });
  const result = completeOnnx({ path: file, state: "file", header }, empty, { ...server, autoComplete: true });
  if ("error" in result) throw new ConchError("ONNX_UNSUPPORTED", result.error.message, { data: { name } });
  const { config } = result;
  for (const field of ["input", "output"] as const) for (const port of config[field]) assertCarried(field, port);
  const lines = [`name: ${quoted(name)}`, `backend: "onnxruntime"`];
  if (file !== "model.onnx") lines.push(`default_model_filename: ${quoted(file)}`);
  lines.push(...batchLines(config), ...portLines("input", config), ...portLines("output", config));
  if (config.dynamic_batching !== undefined) lines.push("# Requests that wait at the same time run as one batch.", "dynamic_batching { }");
  return `${lines.join("\n")}\n`;
}

function batchLines({ max_batch_size, input, output }: ModelConfig): string[] {
  if (max_batch_size > 0) return ["# Every input and output has an open first dimension: the batch, which dims leave out.", `max_batch_size: ${max_batch_size}`];
  if (input.length + output.length === 0) return ["max_batch_size: 0"];
  return ["# Not every input and output has an open first dimension, so there is no batch: dims are whole shapes.", "max_batch_size: 0"];
}

function portLines(field: "input" | "output", config: ModelConfig): string[] {
  const ports: readonly (ModelInput | ModelOutput)[] = config[field];
  if (ports.length === 0) return [];
  const items = ports.map(({ name, data_type, dims, reshape }) => {
    const lines = [`name: ${quoted(name)}`, `data_type: ${data_type}`, `dims: [ ${dims.join(", ")} ]`];
    // The one shape that dims cannot say.
    if (reshape !== undefined) lines.push("# The model has one value per element of the batch, without a dimension of its own.", "reshape { shape: [ ] }");
    return ["  {", ...lines.map((line) => `    ${line}`), "  }"].join("\n");
  });
  return [`${field} [`, items.join(",\n"), "]"];
}

function assertCarried(field: string, { name, data_type }: ModelInput | ModelOutput): void {
  if (data_type !== "TYPE_INVALID") return;
  throw new ConchError("ONNX_UNSUPPORTED", `The model's ${field} "${name}" has elements of a type that no Triton tensor can carry`, { data: { name } });
}

const STRING: FieldSchema = { name: "", number: 0, kind: "scalar", type: "string", repeated: false, explicit: false, doc: "" };

function quoted(text: string): string {
  return printScalar(text, STRING, '"');
}
