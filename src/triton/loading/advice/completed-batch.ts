import type { Finding } from "../../findings.ts";
import { type AdviceCase, advise } from "./report.ts";

/** A batch size that ONNX auto-completion chose: requests then need a batch dimension that the file does not speak of. */
export function completedBatch(one: AdviceCase): Finding[] {
  const { model } = one;
  const { backend, max_batch_size: completed } = model.config;
  if (backend !== "onnxruntime" || completed === 0 || (model.parsed?.config.max_batch_size ?? 0) !== 0) return [];
  return [
    advise(one, {
      code: "ADVICE_COMPLETED_BATCH",
      severity: "warning",
      // The server's own words and spelling.
      message: `autofilled max_batch_size to ${completed} for model '${model.name}' since batching is supporrted but no max_batch_size is specified in model configuration. Must specify max_batch_size to utilize autofill with a larger max batch size`,
      hint: `Every tensor gets a batch dimension in front; write max_batch_size: ${completed} if that is meant, or inputs and outputs in full if not.`,
      at: [["max_batch_size"], ["backend"], ["platform"], ["name"]],
    }),
  ];
}
