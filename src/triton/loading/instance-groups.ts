import type { ModelConfig } from "../model-config/model-config.ts";
import type { CompletionResult } from "./completion.ts";
import type { TritonServer } from "./server.ts";

/** The instance groups as the server fills them in once it knows the backend. Not for ensembles. */
export function completeInstanceGroups(_name: string, config: ModelConfig, _server: TritonServer): CompletionResult {
  return { config, completed: [] };
}
