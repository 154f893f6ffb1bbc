/** Where the time of one execution went, in nanoseconds. */
export interface ComputeTimes {
  readonly input: number;
  readonly infer: number;
  readonly output: number;
}

/** Why a request failed, as the metrics tell it. */
export type FailureReason = "REJECTED" | "CANCELED" | "BACKEND" | "OTHER";

interface Duration {
  count: number;
  ns: number;
}

interface Batch {
  readonly compute_input: Duration;
  readonly compute_infer: Duration;
  readonly compute_output: Duration;
}

/** What a version of a model did since it was loaded, as `/stats` and the metrics show it. */
export class ModelStatistics {
  readonly #success = duration();
  readonly #fail = duration();
  readonly #queue = duration();
  readonly #total = batch();
  readonly #batches = new Map<number, Batch>();
  readonly #failures = new Map<FailureReason, number>([["REJECTED", 0], ["CANCELED", 0], ["BACKEND", 0], ["OTHER", 0]]);
  #inferences = 0;
  #executions = 0;
  #last = 0;

  /** Counts a request that was answered. `batchSize` is 0 for a model that does not batch; `at`: milliseconds since 1970; all else nanoseconds. */
  succeeded(batchSize: number, at: number, whole: number, queue: number, compute: ComputeTimes): void {
    add(this.#success, whole);
    add(this.#queue, queue);
    addTimes(this.#total, compute);
    const ofSize = this.#batches.get(batchSize) ?? batch();
    this.#batches.set(batchSize, ofSize);
    addTimes(ofSize, compute);
    this.#inferences += Math.max(batchSize, 1);
    this.#executions += 1;
    this.#last = at;
  }

  /** Counts a request that was not. */
  failed(whole: number, reason: FailureReason): void {
    add(this.#fail, whole);
    this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1);
  }

  /** An entry of `model_stats`. */
  json(name: string, version: number): Readonly<Record<string, unknown>> {
    const none = duration();
    return {
      name,
      version: String(version),
      last_inference: this.#last,
      inference_count: this.#inferences,
      execution_count: this.#executions,
      inference_stats: { success: this.#success, fail: this.#fail, queue: this.#queue, ...this.#total, cache_hit: none, cache_miss: none },
      response_stats: {},
      batch_stats: [...this.#batches].sort(([a], [b]) => a - b).map(([batch_size, times]) => ({ batch_size, ...times })),
      memory_usage: [],
    };
  }

  /** The counters of the metrics page by family, durations in microseconds. */
  counters(): Readonly<Record<string, number>> {
    const microseconds = ({ ns }: Duration): number => Math.floor(ns / 1000);
    return {
      nv_inference_request_success: this.#success.count,
      nv_inference_count: this.#inferences,
      nv_inference_exec_count: this.#executions,
      nv_inference_request_duration_us: microseconds(this.#success),
      nv_inference_queue_duration_us: microseconds(this.#queue),
      nv_inference_compute_input_duration_us: microseconds(this.#total.compute_input),
      nv_inference_compute_infer_duration_us: microseconds(this.#total.compute_infer),
      nv_inference_compute_output_duration_us: microseconds(this.#total.compute_output),
    };
  }

  /** Failed requests by reason. */
  get failures(): ReadonlyMap<FailureReason, number> {
    return this.#failures;
  }
}

function duration(): Duration {
  return { count: 0, ns: 0 };
}

function batch(): Batch {
  return { compute_input: duration(), compute_infer: duration(), compute_output: duration() };
}

function add(to: Duration, ns: number): void {
  to.count += 1;
  to.ns += Math.round(ns);
}

function addTimes(to: Batch, { input, infer, output }: ComputeTimes): void {
  add(to.compute_input, input);
  add(to.compute_infer, infer);
  add(to.compute_output, output);
}
