import { emptyMessage } from "./decode.ts";
import type { ModelConfig, ModelDynamicBatching, ModelInput, ModelInstanceGroup, ModelOptimizationPolicy, ModelOutput } from "./model-config.ts";

interface Messages {
  ModelConfig: ModelConfig;
  ModelInput: ModelInput;
  ModelOutput: ModelOutput;
  ModelInstanceGroup: ModelInstanceGroup;
  ModelDynamicBatching: ModelDynamicBatching;
  ModelOptimizationPolicy: ModelOptimizationPolicy;
}

/** A message with the given fields and all others at their defaults. */
export function newMessage<K extends keyof Messages>(type: K, fields: Partial<Messages[K]> = {}): Messages[K] {
  return { ...(emptyMessage(type) as unknown as Messages[K]), ...fields };
}
