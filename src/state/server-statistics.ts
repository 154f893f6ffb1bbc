import type { BatchStatistics, Duration, ModelStatistics } from "../triton/v2/statistics.ts";

/** Statistics of a model at a moment. */
export interface StatisticsSample {
  /** When the answer came. Milliseconds. */
  readonly at: number;
  /** One for each ready version. */
  readonly versions: readonly ModelStatistics[];
}

/** What a version of a model did between two samples. Times are of one request on average, null where there was none. */
export interface StatisticsInterval {
  /** The later sample's. Milliseconds. */
  readonly at: number;
  /** Requests per second, those that failed too. */
  readonly requests: number | null;
  /** Of them, those that failed. */
  readonly failures: number | null;
  /** Milliseconds. */
  readonly queue: number | null;
  readonly computeInput: number | null;
  readonly computeInfer: number | null;
  readonly computeOutput: number | null;
  /** Items of an execution on average. */
  readonly batch: number | null;
}

/** Samples that are kept: five minutes at one in two seconds. */
const KEPT = 151;

/** Between two samples that are further apart nobody looked, and what happened when is not known. Milliseconds. */
const PAUSE = 15_000;

/** The samples with a new one, the oldest gone where there are too many. */
export function withSample(samples: readonly StatisticsSample[], sample: StatisticsSample): readonly StatisticsSample[] {
  return [...samples, sample].slice(-KEPT);
}

/** Names of the versions of the last sample, the newest first. */
export function versionsOf(samples: readonly StatisticsSample[]): readonly string[] {
  const names = samples.at(-1)?.versions.map(({ version }) => version) ?? [];
  return names.toSorted((one, other) => Number(other) - Number(one));
}

/** What a version did from one sample to the next: one interval fewer than there are samples. */
export function intervalsOf(samples: readonly StatisticsSample[], version: string): readonly StatisticsInterval[] {
  return samples.slice(1).map((sample, index) => interval(samples[index] as StatisticsSample, sample, version));
}

function interval(before: StatisticsSample, after: StatisticsSample, version: string): StatisticsInterval {
  const one = before.versions.find((each) => each.version === version);
  const other = after.versions.find((each) => each.version === version);
  // A model that was loaded again counts from nothing.
  if (one === undefined || other === undefined || total(other) < total(one) || after.at - before.at > PAUSE) return { at: after.at, ...NOTHING };
  const seconds = (after.at - before.at) / 1000;
  const failed = countOf(other, "fail") - countOf(one, "fail");
  const executions = other.execution_count - one.execution_count;
  return {
    at: after.at,
    requests: seconds > 0 ? (total(other) - total(one)) / seconds : null,
    failures: seconds > 0 ? failed / seconds : null,
    queue: average(one.inference_stats["queue"], other.inference_stats["queue"]),
    computeInput: average(one.inference_stats["compute_input"], other.inference_stats["compute_input"]),
    computeInfer: average(one.inference_stats["compute_infer"], other.inference_stats["compute_infer"]),
    computeOutput: average(one.inference_stats["compute_output"], other.inference_stats["compute_output"]),
    batch: executions > 0 ? (other.inference_count - one.inference_count) / executions : null,
  };
}

const NOTHING = { requests: null, failures: null, queue: null, computeInput: null, computeInfer: null, computeOutput: null, batch: null };

function total(statistics: ModelStatistics): number {
  return countOf(statistics, "success") + countOf(statistics, "fail");
}

function countOf({ inference_stats }: ModelStatistics, name: string): number {
  return inference_stats[name]?.count ?? 0;
}

function average(before: Duration | undefined, after: Duration | undefined): number | null {
  const count = (after?.count ?? 0) - (before?.count ?? 0);
  return count > 0 ? ((after?.ns ?? 0) - (before?.ns ?? 0)) / count / 1e6 : null;
}

/** Averages of one batch size since the model was loaded. Milliseconds. */
export interface BatchRow {
  readonly size: number;
  readonly executions: number;
  readonly input: number | null;
  readonly infer: number | null;
  readonly output: number | null;
}

/** The batch sizes that a version executed, the smallest first. */
export function batchRows(batches: readonly BatchStatistics[]): readonly BatchRow[] {
  return batches
    .map((each) => ({
      size: each.batch_size,
      executions: each.compute_infer.count,
      input: average(undefined, each.compute_input),
      infer: average(undefined, each.compute_infer),
      output: average(undefined, each.compute_output),
    }))
    .toSorted((one, other) => one.size - other.size);
}
