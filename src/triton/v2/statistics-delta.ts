import type { Duration, ModelStatistics } from "./statistics.ts";

/** Milliseconds of one request on a server. */
export interface ServerSpans {
  readonly queue: number;
  readonly input: number;
  readonly infer: number;
  readonly output: number;
  /** From the request's arrival in the scheduler to its answer; what is in none of the four is the scheduler's own. */
  readonly total: number;
}

/** What the counters of a model, all versions together, tell of a stretch of time in which requests of one's own were made. */
export interface ModelDelta {
  readonly name: string;
  /** Requests of one's own that the model should have got. */
  readonly expected: number;
  /** Requests that it got, failures included. */
  readonly requests: number;
  readonly failed: number;
  /** Executions, in each of which several requests may lie. */
  readonly executions: number;
  readonly cacheHits: number;
  /**
   * "counted": as many requests as expected. "others": more, so that others moved the counters too; then spans are the mean of all requests times
   * those expected. "fewer": fewer, as where a response comes from an ensemble's cache. "missing": no statistics afterwards.
   */
  readonly state: "counted" | "others" | "fewer" | "missing";
  /** The counters began anew meanwhile, as they do where a model is loaded; what is told is from then on. */
  readonly reset: boolean;
  /** null where no request was counted. */
  readonly spans: ServerSpans | null;
}

const SPANS = { queue: "queue", input: "compute_input", infer: "compute_infer", output: "compute_output", total: "success" } as const;

/**
 * The difference of two readings of a server's statistics.
 * @param expected model → requests of one's own between the readings, in the order of the answer.
 */
export function statisticsDelta(before: readonly ModelStatistics[], after: readonly ModelStatistics[], expected: ReadonlyMap<string, number>): readonly ModelDelta[] {
  return [...expected].map(([name, count]) => modelDelta(name, count, countersOf(before, name), countersOf(after, name)));
}

/**
 * Milliseconds of an exchange that its server does not account for: the way there and back, proxies, and what reads and writes HTTP on both ends.
 * null where the server counted no such request, or where its time is longer than the whole, as a mean over others' requests may be.
 * @param total milliseconds of the exchange as the client saw it.
 */
export function networkTime(total: number, target: ModelDelta | undefined): number | null {
  const served = target?.spans?.total;
  return served === undefined || served > total ? null : total - served;
}

interface Counters {
  readonly executions: number;
  readonly durations: ReadonlyMap<string, Duration>;
}

/** The counters of all versions together; undefined where there is none. */
function countersOf(statistics: readonly ModelStatistics[], name: string): Counters | undefined {
  const versions = statistics.filter((each) => each.name === name);
  if (versions.length === 0) return undefined;
  const durations = new Map<string, Duration>();
  for (const { inference_stats } of versions) {
    for (const [key, { count, ns }] of Object.entries(inference_stats)) {
      const sum = durations.get(key) ?? NOTHING;
      durations.set(key, { count: sum.count + count, ns: sum.ns + ns });
    }
  }
  return { executions: versions.reduce((sum, each) => sum + each.execution_count, 0), durations };
}

const NOTHING: Duration = { count: 0, ns: 0 };

function modelDelta(name: string, expected: number, before: Counters | undefined, after: Counters | undefined): ModelDelta {
  if (after === undefined) return { name, expected, requests: 0, failed: 0, executions: 0, cacheHits: 0, state: "missing", reset: false, spans: null };
  const reset = before === undefined || fell(before, after);
  const base = reset ? undefined : before;
  const grown = (key: string): Duration => {
    const [from, to] = [base?.durations.get(key) ?? NOTHING, after.durations.get(key) ?? NOTHING];
    return { count: to.count - from.count, ns: to.ns - from.ns };
  };
  const [succeeded, failed] = [grown("success").count, grown("fail").count];
  const requests = succeeded + failed;
  const span = (key: keyof typeof SPANS): number => {
    const { count, ns } = grown(SPANS[key]);
    return count === 0 ? 0 : (ns / count / 1e6) * Math.min(count, expected);
  };
  return {
    name,
    expected,
    requests,
    failed,
    executions: after.executions - (base?.executions ?? 0),
    cacheHits: grown("cache_hit").count,
    state: requests === expected ? "counted" : requests > expected ? "others" : "fewer",
    reset,
    spans: succeeded === 0 ? null : { queue: span("queue"), input: span("input"), infer: span("infer"), output: span("output"), total: span("total") },
  };
}

/** Counters only rise while a model stays loaded. */
function fell(before: Counters, after: Counters): boolean {
  return after.executions < before.executions || [...before.durations].some(([key, { count, ns }]) => (after.durations.get(key)?.count ?? 0) < count || (after.durations.get(key)?.ns ?? 0) < ns);
}
