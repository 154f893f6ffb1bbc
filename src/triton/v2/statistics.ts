import * as v from "valibot";
import { exchange, type CallOptions, type Connection } from "./connection.ts";
import { documentOf } from "./document.ts";
import { modelPath, type ModelTarget } from "./model-path.ts";

/** How often something happened and how long it took in all. Both count from the last load of the model; beyond 2^53 they are rounded. */
export interface Duration {
  readonly count: number;
  /** Nanoseconds of all together. */
  readonly ns: number;
}

/** Statistics of one version of a model. An ensemble has its own, besides those of its steps. */
export interface ModelStatistics {
  readonly name: string;
  readonly version: string;
  /** Milliseconds since 1970 by the server's clock; 0 for never. */
  readonly last_inference: number;
  /** Inferences, a batch of n being n of them. */
  readonly inference_count: number;
  /** Executions, a batch being one of them. */
  readonly execution_count: number;
  /** By the server's names: success, fail, queue, compute_input, compute_infer, compute_output, cache_hit, cache_miss. */
  readonly inference_stats: Readonly<Record<string, Duration>>;
  /** Of decoupled models, by the index of the response; empty for others. */
  readonly response_stats: Readonly<Record<string, Readonly<Record<string, Duration>>>>;
  readonly batch_stats: readonly BatchStatistics[];
  /** What the model's memory is, where the backend says so. */
  readonly memory_usage: readonly { readonly type: string; readonly id: number; readonly byte_size: number }[];
}

/** Durations of the executions of one batch size. */
export interface BatchStatistics {
  readonly batch_size: number;
  readonly compute_input: Duration;
  readonly compute_infer: Duration;
  readonly compute_output: Duration;
}

const COUNT = v.pipe(v.union([v.number(), v.bigint()]), v.transform(Number), v.minValue(0));
const DURATION = v.object({ count: COUNT, ns: COUNT });
const DURATIONS = v.optional(v.record(v.string(), DURATION), {});
const STATISTICS = v.object({
  model_stats: v.array(
    v.object({
      name: v.string(),
      version: v.string(),
      last_inference: v.optional(COUNT, 0),
      inference_count: v.optional(COUNT, 0),
      execution_count: v.optional(COUNT, 0),
      inference_stats: DURATIONS,
      response_stats: v.optional(v.record(v.string(), v.record(v.string(), DURATION)), {}),
      batch_stats: v.optional(v.array(v.object({ batch_size: COUNT, compute_input: DURATION, compute_infer: DURATION, compute_output: DURATION })), []),
      memory_usage: v.optional(v.array(v.object({ type: v.string(), id: COUNT, byte_size: COUNT })), []),
    }),
  ),
});

/** Statistics of a model's ready versions, or of all models. */
export async function statistics(connection: Connection, target?: ModelTarget, call: CallOptions = {}): Promise<readonly ModelStatistics[]> {
  const path = target === undefined ? "/v2/models/stats" : modelPath(target, "/stats");
  const found = await exchange(connection, { method: "GET", path, purpose: "reading" }, call, documentOf(STATISTICS));
  return found.model_stats;
}
