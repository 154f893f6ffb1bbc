import { isAbort, toErrorRecord } from "../base/errors.ts";
import { closedLoop, type LoopResult } from "./closed-loop.ts";
import type { BatchLimit } from "./comparison-protocol.ts";
import { percentile } from "./comparison.ts";
import type { LoadLevel, LoadProtocol, LoadResult, LoadSide, LoadStop } from "./load-sweep.ts";
import { MeasuringStop } from "./measuring-stop.ts";

/** Which level is on. */
export interface LoadProgress {
  readonly side: LoadSide;
  readonly batch: number;
  readonly concurrency: number;
  readonly warmup: boolean;
  /** Requests of the level that have ended, of so many at most. */
  readonly done: number;
  readonly of: number;
  /** Of all levels that are still to be measured or have been. */
  readonly fraction: number;
}

/** What is put under load: the session and its servers, or a stand-in for them. */
export interface Loaded {
  /** The largest batch that a side takes, and the model that sets it. Throws where the side cannot be asked. */
  limit(side: LoadSide): Promise<BatchLimit>;
  /**
   * Makes a level ready and gives back what sends one request of it. Throws what stands against the level, {@link MeasuringStop} for memory and an edit.
   */
  ready(side: LoadSide, batch: number, concurrency: number): Promise<() => Promise<void>>;
  /** Milliseconds, monotonic. */
  now(): number;
  progress(progress: LoadProgress): void;
  /** The table as far as it is. */
  found(results: readonly LoadResult[]): void;
}

interface Course {
  readonly side: LoadSide;
  readonly levels: LoadLevel[];
  stop: LoadStop | null;
  limit: BatchLimit | null;
  spent: number;
  /** Levels that are over, whatever came of them. */
  over: number;
}

interface Level {
  readonly batch: number;
  readonly concurrency: number;
  /** None follows. */
  readonly last: boolean;
}

type Why = Omit<LoadStop, "batch" | "concurrency">;

/**
 * Measures every side at every level, batch by batch and within a batch from few clients to many. The sides take turns and never send at once, for a server
 * may lie on this machine. What stops a side leaves the others going; a cancellation or an edit ends all. What was measured stays. Never throws.
 */
export async function sweepLoad(sides: readonly LoadSide[], protocol: LoadProtocol, signal: AbortSignal, loaded: Loaded): Promise<LoadResult[]> {
  const courses = sides.map((side): Course => ({ side, levels: [], stop: null, limit: null, spent: 0, over: 0 }));
  const each = protocol.batches.length * protocol.concurrencies.length;
  const results = (): LoadResult[] => courses.map(({ side, levels, stop }) => ({ side, levels: [...levels], stop }));

  function fraction(within: number): number {
    const over = courses.reduce((sum, course) => sum + course.over, 0);
    const total = courses.reduce((sum, course) => sum + (course.stop === null ? each : course.over), 0);
    return total === 0 ? 0 : Math.min(1, (over + within) / total);
  }

  /** The requests of a level, those to warm up or those that count. */
  function loop(course: Course, level: Level, send: () => Promise<void>, warmup: boolean, budgetEnd: number): Promise<LoopResult> {
    const { batch, concurrency } = level;
    const requests = warmup ? protocol.warmup * concurrency : Math.max(protocol.requests, concurrency);
    let done = 0;
    const tell = (): void => loaded.progress({ side: course.side, batch, concurrency, warmup, done, of: requests, fraction: fraction(warmup ? 0 : done / requests) });
    tell();
    return closedLoop({
      clients: concurrency,
      requests,
      until: Math.min(budgetEnd, loaded.now() + (protocol.milliseconds ?? Infinity)),
      signal,
      now: () => loaded.now(),
      send,
      ended: () => {
        done++;
        tell();
      },
    });
  }

  /** Measures a level. Gives back why the side goes no further; null where it does. */
  async function measure(course: Course, level: Level): Promise<Why | null> {
    const { batch, concurrency, last } = level;
    const began = loaded.now();
    try {
      course.limit ??= await loaded.limit(course.side);
      const { limit, model } = course.limit;
      if (batch > limit) return { reason: "max-batch-size", code: null, message: `max_batch_size of '${model}' is ${limit}` };
      const send = await loaded.ready(course.side, batch, concurrency);
      const budgetEnd = began + (protocol.budget ?? Infinity) - course.spent;
      const warm = await loop(course, level, send, true, budgetEnd);
      const failed = warm.end === "failing" || warm.end === "cancelled";
      const found = failed ? warm : await loop(course, level, send, false, budgetEnd);
      if (!failed && found.latencies.length + found.errors.length > 0) course.levels.push(levelOf(batch, concurrency, found));
      if (found.end === "cancelled") return { reason: "cancelled", code: "CANCELLED", message: "Cancelled" };
      const [error] = found.errors;
      if (error !== undefined && (found.end === "failing" || found.latencies.length === 0)) return { reason: "failed", code: error.code, message: error.message };
      const spent = course.spent + loaded.now() - began;
      if (protocol.budget === null || spent < protocol.budget || (last && found.end === "requests")) return null;
      return { reason: "budget", code: null, message: `The levels so far took ${(spent / 1000).toFixed(1)} s, and the budget of a side is ${protocol.budget / 1000} s` };
    } catch (thrown) {
      if (thrown instanceof MeasuringStop) return { reason: thrown.reason, code: thrown.code, message: thrown.message };
      const { code, message } = toErrorRecord(thrown);
      return { reason: isAbort(thrown) ? "cancelled" : "failed", code, message };
    } finally {
      course.spent += loaded.now() - began;
      course.over++;
    }
  }

  for (const batch of protocol.batches) {
    for (const concurrency of protocol.concurrencies) {
      const last = batch === protocol.batches.at(-1) && concurrency === protocol.concurrencies.at(-1);
      for (const course of courses) {
        if (course.stop !== null) continue;
        const why = await measure(course, { batch, concurrency, last });
        const ended = why === null ? [] : why.reason === "cancelled" || why.reason === "edited" ? courses : [course];
        for (const one of ended) one.stop ??= { ...why!, batch, concurrency };
        loaded.found(results());
      }
    }
  }
  return results();
}

function levelOf(batch: number, concurrency: number, { latencies, errors, milliseconds }: LoopResult): LoadLevel {
  const rank = (percent: number): number | null => (latencies.length === 0 ? null : percentile(latencies, percent));
  return {
    batch,
    concurrency,
    requests: latencies.length,
    errors,
    milliseconds,
    p50: rank(50),
    p95: rank(95),
    p99: rank(99),
    throughput: milliseconds > 0 ? (1000 * batch * latencies.length) / milliseconds : 0,
  };
}
