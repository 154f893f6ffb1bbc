import type { ConchError } from "../../base/errors.ts";
import type { OnnxHeader } from "../../onnx/header.ts";
import type { ModelConfig } from "../model-config/model-config.ts";
import type { CompletionResult, Refusal } from "./completion.ts";
import type { TritonServer } from "./server.ts";

/** The .onnx file that a version of a model is loaded from. */
export interface OnnxFile {
  /** Directory name of the model. */
  readonly model: string;
  /** Repository path: "unet/1/model.onnx". */
  readonly path: string;
  /** As RepositoryContent.onnx gives it. Undefined: nothing is checked or completed. */
  readonly header: OnnxHeader | ConchError | undefined;
}

/** What the ONNX Runtime backend completes: max_batch_size, dynamic_batching, inputs, outputs. */
export function completeOnnx(_file: OnnxFile, config: ModelConfig, _server: TritonServer): CompletionResult {
  return { config, completed: [] };
}

/** Why the ONNX Runtime backend refuses the completed configuration; undefined where it does not, or where that cannot be known. */
export function validateOnnx(_file: OnnxFile, _config: ModelConfig): Refusal | undefined {
  return undefined;
}

