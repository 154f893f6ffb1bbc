/** How often something is run. */
export interface Protocol {
  /** Runs before those that count. */
  readonly warmups: number;
  /** Runs that count, of each case. */
  readonly runs: number;
  /** Milliseconds for one case, after which fewer runs have to do; never fewer than three. */
  readonly budget: number;
}

/** Three warm-ups and twenty runs, fewer of what takes seconds. */
export const PROTOCOL: Protocol = { warmups: 3, runs: 20, budget: 20_000 };

/** Durations in milliseconds. */
export interface Summary {
  readonly median: number;
  readonly p95: number;
  readonly runs: number;
  readonly warmups: number;
}

/** Something to measure; what a run gives back is kept of the runs that count. */
export interface Case<T> {
  readonly name: string;
  run(): Promise<T>;
}

/** What was measured of a case. */
export interface Measured<T> {
  readonly name: string;
  readonly time: Summary;
  /** Milliseconds of the very first run: with loading and compiling. */
  readonly first: number;
  readonly results: readonly T[];
}

/**
 * Runs the cases in turn, round after round, so that a machine that grows slower does so for all of them. The first round tells how many fit the
 * budget: one warm-up is enough where a run takes seconds.
 */
export async function measure<T>(cases: readonly Case<T>[], protocol: Protocol = PROTOCOL): Promise<Measured<T>[]> {
  const states = cases.map((one) => ({ one, first: 0, times: [] as number[], results: [] as T[] }));
  const round = async (counts: boolean): Promise<number> => {
    let longest = 0;
    for (const state of states) {
      const began = performance.now();
      const result = await state.one.run();
      const took = performance.now() - began;
      longest = Math.max(longest, took);
      if (state.first === 0) state.first = took;
      if (!counts) continue;
      state.times.push(took);
      state.results.push(result);
    }
    return longest;
  };
  await round(false);
  let longest = await round(false);
  let warmups = 2;
  for (; warmups < protocol.warmups && longest < protocol.budget / 20; warmups++) longest = await round(false);
  const runs = Math.max(3, Math.min(protocol.runs, Math.floor(protocol.budget / longest)));
  for (let run = 0; run < runs; run++) await round(true);
  return states.map(({ one, first, times, results }) => ({ name: one.name, time: { ...summary(times), warmups }, first, results }));
}

/** Median, 95th percentile (nearest rank) and count of durations. */
export function summary(times: readonly number[]): { median: number; p95: number; runs: number } {
  const sorted = times.toSorted((a, b) => a - b);
  return { median: median(sorted), p95: sorted[Math.ceil(sorted.length * 0.95) - 1] ?? NaN, runs: sorted.length };
}

/** The middle of numbers; of an even count the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2;
}
