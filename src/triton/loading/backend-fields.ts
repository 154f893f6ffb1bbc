import type { ModelConfig } from "../model-config/model-config.ts";
import { fillBackendFields } from "../repository/backend.ts";
import type { ModelDirectory } from "../repository/repository.ts";
import type { CompletionResult } from "./completion.ts";
import type { CompletedField } from "./verdict.ts";

const LABELS = { backend: "The backend", platform: "The platform", default_model_filename: "The file name" } as const;

/**
 * Name, backend, platform and default_model_filename as the server fills them in while it reads the directory, with auto-complete on or
 * off (AutoCompleteBackendFields). Refuses a model of which nothing tells the backend (LOADING_NO_BACKEND).
 */
export function completeBackendFields(directory: ModelDirectory, config: ModelConfig): CompletionResult {
  const named = config.name === "" ? { ...config, name: directory.name } : config;
  const result = fillBackendFields(directory, named);
  if (result === undefined) {
    const message =
      `Invalid model name: Could not determine backend for model '${directory.name}' with no backend in model configuration. ` +
      "Expected model name of the form 'model.<backend_name>'.";
    return { error: { code: "LOADING_NO_BACKEND", message, path: [], hint: "Write backend, or put a model file with its usual name into the version folder." } };
  }
  const completed: CompletedField[] = result.filled.map(({ field, because }) => ({ path: [field], reason: `${LABELS[field]} is filled in: ${because}.` }));
  if (config.name === "") completed.unshift({ path: ["name"], reason: "A model without a name takes that of its directory." });
  if (completed.length === 0) return { config, completed };
  return { config: { ...named, ...result.fields }, completed };
}
