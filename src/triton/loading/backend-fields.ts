import type { ModelConfig } from "../model-config/model-config.ts";
import type { ModelDirectory } from "../repository/repository.ts";
import type { CompletionResult } from "./completion.ts";
import type { TritonServer } from "./server.ts";

/** Name, backend, platform and default_model_filename as the server fills them in while it reads the directory. */
export function completeBackendFields(_directory: ModelDirectory, config: ModelConfig, _server: TritonServer): CompletionResult {
  return { config, completed: [] };
}
