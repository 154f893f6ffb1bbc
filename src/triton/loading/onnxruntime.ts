import type { OnnxHeader } from "../../onnx/header.ts";
import type { ModelConfig, ModelInput } from "../model-config/model-config.ts";
import { newMessage } from "../model-config/new-message.ts";
import type { CompletionResult, Refusal } from "./completion.ts";
import { type OnnxFile, refuseSession, refuseSettings } from "./onnx-session.ts";
import { canBatch, type OnnxSignature, onnxSignature, type OnnxTensorInfo } from "./onnx-tensors.ts";
import { type OnnxValidation, validateControls, validateInputs, validateOutputs, validateStates } from "./onnx-validation.ts";
import type { TritonServer } from "./server.ts";
import type { CompletedField } from "./verdict.ts";

/**
 * What the ONNX Runtime backend does when it initialises a model: it reads its parameters and, with auto-complete on and inputs or
 * outputs not written, opens the model and completes max_batch_size, dynamic_batching and the missing lists. Nothing is completed where
 * the file was not read. Completed inputs and outputs are in the model's order; the server's order is that of a hash.
 */
export function completeOnnx(file: OnnxFile, config: ModelConfig, server: TritonServer): CompletionResult {
  const settings = refuseSettings(config);
  if (settings !== undefined) return { error: settings };
  const wantsInputs = config.input.length + config.batch_input.length === 0;
  const wantsOutputs = config.output.length === 0;
  if (!server.autoComplete || !(wantsInputs || wantsOutputs)) return { config, completed: [] };
  const refusal = refuseSession(file, config);
  if (refusal !== undefined) return { error: refusal };
  const { header } = file;
  if (!isHeader(header)) return { config, completed: [] };
  const signature = onnxSignature(header);
  const unsupported = refuseKinds(signature, false);
  if (unsupported !== undefined) return { error: unsupported };

  const completed: CompletedField[] = [];
  const result = completeBatching(config, signature, server, completed);
  if ("code" in result) return { error: result };
  const batches = result.max_batch_size > 0;
  const because = "the file names none, so all of the model's are taken";
  if (wantsInputs) {
    result.input = [...signature.inputs.values()].map((info) => newMessage("ModelInput", portOf(info, batches)));
    if (result.input.length > 0) completed.push({ path: ["input"], reason: `Inputs: ${because}.` });
  }
  if (wantsOutputs) {
    result.output = [...signature.outputs.values()].map((info) => newMessage("ModelOutput", portOf(info, batches)));
    if (result.output.length > 0) completed.push({ path: ["output"], reason: `Outputs: ${because}.` });
  }
  return { config: result, completed };
}

function completeBatching(
  config: ModelConfig,
  signature: OnnxSignature,
  server: TritonServer,
  completed: CompletedField[],
): ModelConfig | Refusal {
  const result = { ...config };
  if (!canBatch(signature)) {
    if (config.max_batch_size === 0) return result;
    return {
      code: "ONNX_NO_BATCHING",
      message: `Invalid argument: autofill failed for model '${config.name}': model does not support batching while non-zero max_batch_size is specified`,
      path: ["max_batch_size"],
      hint: "Write max_batch_size: 0, or export the model with an open first dimension.",
    };
  }
  if (config.max_batch_size === 0) {
    result.max_batch_size = Math.max(server.defaultMaxBatchSize, 0);
    completed.push({ path: ["max_batch_size"], reason: "All of the model's inputs and outputs have an open first dimension: it can batch." });
  }
  if (result.max_batch_size > 1 && config.sequence_batching === undefined && config.dynamic_batching === undefined && config.ensemble_scheduling === undefined) {
    result.dynamic_batching = newMessage("ModelDynamicBatching");
    completed.push({ path: ["dynamic_batching"], reason: "A model that can batch gets the dynamic batcher." });
  }
  return result;
}

/** What a completed input or output says of itself. A scalar has no dims, so it takes dims [1] and, where a batch precedes them, a reshape. */
function portOf({ name, type, shape }: OnnxTensorInfo, batches: boolean): Pick<ModelInput, "name" | "data_type" | "dims" | "reshape"> {
  const dims = batches ? shape.slice(1) : [...shape];
  if (dims.length > 0) return { name, data_type: type, dims };
  return batches ? { name, data_type: type, dims: [1], reshape: { shape: [] } } : { name, data_type: type, dims: [1] };
}

/**
 * Why the ONNX Runtime backend refuses the completed configuration when it makes an instance; undefined where it does not, or where that
 * cannot be known. The server stops at the first refusal; this gives all of them, in its order, as far as the rest still means something.
 */
export function validateOnnx(file: OnnxFile, config: ModelConfig): Refusal[] {
  const refusal = refuseSession(file, config);
  if (refusal !== undefined) return [refusal];
  const { header } = file;
  if (!isHeader(header)) return [];
  const signature = onnxSignature(header);
  const validation: OnnxValidation = { model: config.name, config, signature, refusals: [] };
  const expected = validateControls(validation);
  const inputs = refuseKinds(signature, true);
  if (inputs !== undefined) validation.refusals.push(inputs);
  else validateInputs(validation, expected);
  const outputs = refuseKinds(signature, false);
  if (outputs !== undefined) validation.refusals.push(outputs);
  else validateOutputs(validation);
  validateStates(validation);
  return validation.refusals;
}

const KIND_NAMES: Readonly<Partial<Record<OnnxTensorInfo["kind"], string>>> = {
  sequence: "ONNX_TYPE_SEQUENCE",
  map: "ONNX_TYPE_MAP",
  "sparse tensor": "ONNX_TYPE_SPARSETENSOR",
};

/** The first input, or else output, that is no tensor. */
function refuseKinds({ inputs, outputs }: OnnxSignature, inputsOnly: boolean): Refusal | undefined {
  const values = [...inputs.values(), ...(inputsOnly ? [] : outputs.values())];
  const other = values.find(({ kind }) => kind !== "tensor" && kind !== "none");
  if (other === undefined) return undefined;
  const kind = KIND_NAMES[other.kind] ?? "ONNX_TYPE_UNKNOWN";
  return {
    code: "ONNX_NOT_A_TENSOR",
    message: `Unsupported: Unsupported ONNX Type '${kind}' for I/O '${other.name}', expected 'ONNX_TYPE_TENSOR'.`,
    path: [],
    hint: "Export the model with tensors as its inputs and outputs.",
  };
}

function isHeader(header: OnnxFile["header"]): header is OnnxHeader {
  return header !== undefined && !(header instanceof Error);
}
