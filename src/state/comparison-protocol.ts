import { isAbort, toErrorRecord } from "../base/errors.ts";
import { itemInputs } from "../plan/item-inputs.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import { measurementOf, type ComparisonProtocol, type OutputDifference, type RunSample, type SetResult, type Stop } from "./comparison.ts";
import { MeasuringStop } from "./measuring-stop.ts";
import type { PlacementSet } from "./placement-sets.ts";

/** Items that a request may have at most, and the model whose max_batch_size says so; Infinity where none does. */
export interface BatchLimit {
  readonly limit: number;
  readonly model: string;
}

/**
 * The largest batch that every model of a run takes, and the one that limits it. A step without a batch dimension limits nothing: its shapes say what it
 * takes. A target whose requests are one item each (see `item-inputs.ts`) takes 1.
 */
export function batchLimit(target: string, configs: ReadonlyMap<string, Pick<ModelConfig, "max_batch_size" | "input">>): BatchLimit {
  const own = configs.get(target);
  if (own === undefined || itemInputs(own).length === 0) return { limit: 1, model: target };
  const found = [...configs].filter(([, { max_batch_size }]) => max_batch_size > 0);
  return found.reduce<BatchLimit>(
    (least, [model, { max_batch_size: limit }]) => (limit < least.limit ? { limit, model } : least),
    { limit: own.max_batch_size > 0 ? own.max_batch_size : Infinity, model: target },
  );
}

/** Which run of the comparison is on. */
export interface ComparisonProgress {
  readonly set: string;
  readonly batch: number;
  readonly warmup: boolean;
  /** Run `run` of `of`, from 1. */
  readonly run: number;
  readonly of: number;
  /** Of all runs that are still to be made or have been. */
  readonly fraction: number;
}

/** What measures: the session, or a stand-in for it. */
export interface Measured {
  /**
   * One run. Throws what stands against it; a plan whose memory is not enough, an edit and a set that cannot run included. `counts` is false for a warm-up.
   */
  run(set: PlacementSet, batch: number, counts: boolean): Promise<RunSample>;
  /** How the outputs of a set at a batch differ from the reference's; null where there is nothing to compare. */
  differences(set: PlacementSet, batch: number): Promise<readonly OutputDifference[] | null>;
  /** Milliseconds, monotonic. */
  now(): number;
  progress(progress: ComparisonProgress): void;
  /** The table as far as it is. */
  found(sets: readonly SetResult[]): void;
}

/** Milliseconds between two tables that are told while a batch is measured. */
const TELL = 1000;

interface Course {
  readonly set: PlacementSet;
  readonly measurements: SetResult["measurements"][number][];
  stop: Stop | null;
  /** Runs made, warm-ups included. */
  done: number;
}

/** What was run of a set at one batch. */
interface Attempt {
  readonly course: Course;
  readonly samples: RunSample[];
  first: number | null;
  spent: number;
}

/**
 * Measures the sets in turn, run by run (a b c a b c …), so that a machine that grows slower does so for all of them, batch after batch. What stops one
 * set leaves the others going; a cancellation or an edit ends all. What was measured stays.
 */
export async function measureInTurn(
  sets: readonly PlacementSet[],
  protocol: ComparisonProtocol,
  limit: BatchLimit,
  measured: Measured,
): Promise<SetResult[]> {
  const courses = sets.map((set): Course => ({ set, measurements: [], stop: null, done: 0 }));
  const runsEach = (protocol.warmup + protocol.runs) * protocol.batches.filter((batch) => batch <= limit.limit).length;
  const fraction = (): number => {
    const done = courses.reduce((sum, course) => sum + course.done, 0);
    const total = courses.reduce((sum, course) => sum + (course.stop === null ? runsEach : course.done), 0);
    return total === 0 ? 0 : done / total;
  };
  const results = (): SetResult[] => courses.map(({ set, measurements, stop }) => ({ set, measurements: [...measurements], stop }));
  let told = measured.now();

  /** Tells the table with what is there of a batch that is still being measured, not too often. */
  async function tell(attempts: readonly Attempt[], batch: number): Promise<void> {
    if (measured.now() - told < TELL) return;
    told = measured.now();
    const found = results();
    for (const { course, samples, first } of attempts) {
      const at = courses.indexOf(course);
      if (samples.length === 0) continue;
      const unfinished = measurementOf(batch, samples, first, await measured.differences(course.set, batch));
      found[at] = { ...found[at]!, measurements: [...course.measurements, unfinished] };
    }
    measured.found(found);
  }

  async function once(attempt: Attempt, batch: number, warmup: boolean, run: number): Promise<void> {
    const { course } = attempt;
    measured.progress({ set: course.set.name, batch, warmup, run, of: warmup ? protocol.warmup : protocol.runs, fraction: fraction() });
    const began = measured.now();
    try {
      const sample = await measured.run(course.set, batch, !warmup);
      if (warmup) attempt.first ??= sample.milliseconds;
      else attempt.samples.push(sample);
      attempt.spent += measured.now() - began;
      course.done++;
    } catch (thrown) {
      const stop = stopOf(thrown, batch);
      const ended = stop.reason === "cancelled" || stop.reason === "edited" ? courses : [course];
      for (const each of ended) each.stop ??= stop;
    }
  }

  const last = protocol.batches.at(-1);
  const overBudget = ({ spent }: Attempt): boolean => protocol.budget !== null && spent >= protocol.budget;

  for (const batch of protocol.batches) {
    const attempts = courses.filter(({ stop }) => stop === null).map((course): Attempt => ({ course, samples: [], first: null, spent: 0 }));
    if (attempts.length === 0) break;
    if (batch > limit.limit) {
      const message = `max_batch_size of '${limit.model}' is ${limit.limit}`;
      for (const { course } of attempts) course.stop = { reason: "max-batch-size", batch, code: null, message };
      break;
    }
    for (let run = 1; run <= protocol.warmup; run++) {
      for (const attempt of attempts) if (attempt.course.stop === null && !overBudget(attempt)) await once(attempt, batch, true, run);
    }
    for (let run = 1; run <= protocol.runs; run++) {
      for (const attempt of attempts) {
        if (attempt.course.stop !== null || (run > 1 && overBudget(attempt))) continue;
        await once(attempt, batch, false, run);
        await tell(attempts, batch);
      }
    }
    for (const attempt of attempts) {
      const { course, samples, first } = attempt;
      if (samples.length > 0) course.measurements.push(measurementOf(batch, samples, first, await measured.differences(course.set, batch)));
      const complete = batch === last && samples.length === protocol.runs;
      if (course.stop === null && !complete && overBudget(attempt)) course.stop = budgetStop(attempt, batch, protocol);
    }
    measured.found(results());
  }
  return results();
}

function budgetStop({ samples, spent }: Attempt, batch: number, { runs, budget }: ComparisonProtocol): Stop {
  const message = `${samples.length} of ${runs} runs and the warm-up took ${(spent / 1000).toFixed(1)} s, and the budget of a batch size is ${budget! / 1000} s`;
  return { reason: "budget", batch, code: null, message };
}

/** What a failed run means for its set. */
function stopOf(thrown: unknown, batch: number): Stop {
  if (thrown instanceof MeasuringStop) return { reason: thrown.reason, batch, code: thrown.code, message: thrown.message };
  const { code, message } = toErrorRecord(thrown);
  return { reason: isAbort(thrown) ? "cancelled" : "failed", batch, code, message };
}
