import type { ModelConfig, ModelDynamicBatching, ModelOptimizationPolicy, ModelSequenceBatching } from "../model-config/model-config.ts";
import { newMessage } from "../model-config/new-message.ts";
import type { Completion } from "./completion.ts";
import type { CompletedField } from "./verdict.ts";

/** After so long without a request a sequence is dropped, where the file does not say. */
const IDLE_MICROSECONDS = 1_000_000;

/**
 * What the core fills in by itself, whatever the backend (NormalizeModelConfig): version policy, preferred batch sizes, idle time of
 * sequences, pinned memory. It runs when the directory is read, and again once a backend has completed the configuration.
 */
export function normalize(config: ModelConfig): Completion {
  const completed: CompletedField[] = [];
  let result = config;
  const set = (change: Partial<ModelConfig>): void => {
    result = { ...result, ...change };
  };
  if (config.version_policy === undefined) {
    set({ version_policy: { latest: { num_versions: 1 } } });
    completed.push({ path: ["version_policy"], reason: "Without a version policy the highest version is served." });
  }
  if (config.dynamic_batching !== undefined) set({ dynamic_batching: dynamicBatching(config.dynamic_batching, config.max_batch_size, completed) });
  if (config.sequence_batching !== undefined) set({ sequence_batching: sequenceBatching(config.sequence_batching, config.max_batch_size, completed) });
  if (config.ensemble_scheduling === undefined) {
    const optimization = pinnedMemory(config.optimization, completed);
    if (optimization !== config.optimization) set({ optimization });
  }
  return { config: completed.length === 0 ? config : result, completed };
}

function dynamicBatching(batching: ModelDynamicBatching, maxBatchSize: number, completed: CompletedField[]): ModelDynamicBatching {
  if (batching.preferred_batch_size.length > 0 || maxBatchSize <= 0) return batching;
  completed.push({ path: ["dynamic_batching", "preferred_batch_size"], reason: "The preferred batch is the largest one." });
  return { ...batching, preferred_batch_size: [maxBatchSize] };
}

function sequenceBatching(batching: ModelSequenceBatching, maxBatchSize: number, completed: CompletedField[]): ModelSequenceBatching {
  let result = batching;
  if (batching.max_sequence_idle_microseconds === 0) {
    result = { ...result, max_sequence_idle_microseconds: IDLE_MICROSECONDS };
    completed.push({ path: ["sequence_batching", "max_sequence_idle_microseconds"], reason: "An idle sequence is dropped after one second." });
  }
  if (batching.oldest !== undefined && batching.oldest.preferred_batch_size.length === 0 && maxBatchSize > 0) {
    result = { ...result, oldest: { ...batching.oldest, preferred_batch_size: [maxBatchSize] } };
    completed.push({ path: ["sequence_batching", "oldest", "preferred_batch_size"], reason: "The preferred batch is the largest one." });
  }
  return result;
}

function pinnedMemory(given: ModelOptimizationPolicy | undefined, completed: CompletedField[]): ModelOptimizationPolicy {
  let result = given ?? newMessage("ModelOptimizationPolicy");
  for (const field of ["input_pinned_memory", "output_pinned_memory"] as const) {
    if (result[field] !== undefined) continue;
    result = { ...result, [field]: { enable: true } };
    completed.push({ path: ["optimization", field], reason: "Pinned memory is on unless the file turns it off." });
  }
  return result;
}
