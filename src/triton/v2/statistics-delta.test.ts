import { describe, expect, test } from "vitest";
import type { ModelStatistics } from "./statistics.ts";
import { networkTime, statisticsDelta } from "./statistics-delta.ts";

const MS = 1e6;

/** Statistics after so many requests of 10 ms each: 1 in the queue, 2 in, 5 inferring, 1 out. */
function stats(name: string, requests: number, more: { version?: string; failed?: number; executions?: number } = {}): ModelStatistics {
  const { version = "1", failed = 0, executions = requests } = more;
  const each = (milliseconds: number) => ({ count: requests, ns: requests * milliseconds * MS });
  return {
    name,
    version,
    last_inference: 0,
    inference_count: requests,
    execution_count: executions,
    inference_stats: {
      success: each(10),
      fail: { count: failed, ns: failed * MS },
      queue: each(1),
      compute_input: each(2),
      compute_infer: each(5),
      compute_output: each(1),
      cache_hit: { count: 0, ns: 0 },
      cache_miss: { count: 0, ns: 0 },
    },
    response_stats: {},
    batch_stats: [],
    memory_usage: [],
  };
}

const ONE = new Map([["net", 1]]);
const SPANS = { queue: 1, input: 2, infer: 5, output: 1, total: 10 };

describe("the difference of two readings", () => {
  test("is one request where nobody else asked", () => {
    expect(statisticsDelta([stats("net", 41)], [stats("net", 42)], ONE)).toEqual([
      { name: "net", expected: 1, requests: 1, failed: 0, executions: 1, cacheHits: 0, state: "counted", reset: false, spans: SPANS },
    ]);
  });

  test("has every model in the order asked for, and adds the requests of one that runs twice", () => {
    const expected = new Map([["line", 1], ["net", 2]]);
    const found = statisticsDelta([stats("net", 1), stats("line", 0)], [stats("net", 3), stats("line", 1)], expected);
    expect(found.map(({ name, state }) => `${name} ${state}`)).toEqual(["line counted", "net counted"]);
    expect(found[1]?.spans).toEqual({ queue: 2, input: 4, infer: 10, output: 2, total: 20 });
  });

  test("says where others moved the counters, and gives the mean", () => {
    const [found] = statisticsDelta([stats("net", 10)], [stats("net", 15)], ONE);
    expect(found).toMatchObject({ requests: 5, state: "others", spans: SPANS });
  });

  test("says where a model was not asked, as behind a cache", () => {
    const [found] = statisticsDelta([stats("net", 10)], [stats("net", 10)], ONE);
    expect(found).toMatchObject({ requests: 0, state: "fewer", spans: null });
  });

  test("counts from the load where the counters began anew", () => {
    const [found] = statisticsDelta([stats("net", 900)], [stats("net", 1)], ONE);
    expect(found).toMatchObject({ requests: 1, state: "counted", reset: true, spans: SPANS });
    expect(statisticsDelta([], [stats("net", 1)], ONE)[0]).toMatchObject({ requests: 1, reset: true, spans: SPANS });
  });

  test("notices fewer executions as a load too", () => {
    expect(statisticsDelta([stats("net", 3, { executions: 9 })], [stats("net", 4, { executions: 1 })], ONE)[0]).toMatchObject({ reset: true });
  });

  test("has nothing of a model that the server does not count", () => {
    expect(statisticsDelta([stats("net", 1)], [], ONE)).toMatchObject([{ name: "net", state: "missing", spans: null }]);
    expect(statisticsDelta([], [], ONE)).toMatchObject([{ state: "missing", reset: false }]);
  });

  test("counts failures, which have no spans", () => {
    const [found] = statisticsDelta([stats("net", 4)], [stats("net", 4, { failed: 1 })], ONE);
    expect(found).toMatchObject({ requests: 1, failed: 1, state: "counted", spans: null });
  });

  test("takes all versions of a model together", () => {
    const before = [stats("net", 1), stats("net", 5, { version: "2" })];
    const after = [stats("net", 1), stats("net", 6, { version: "2" })];
    expect(statisticsDelta(before, after, ONE)).toMatchObject([{ requests: 1, state: "counted", spans: SPANS }]);
  });

  test("does without counters that a server leaves out", () => {
    const bare = (count: number): ModelStatistics => ({ ...stats("net", count), inference_stats: { success: { count, ns: count * MS } } });
    expect(statisticsDelta([bare(1)], [bare(2)], ONE)[0]).toMatchObject({ state: "counted", spans: { queue: 0, input: 0, infer: 0, output: 0, total: 1 } });
  });
});

describe("the time on the network", () => {
  const [delta] = statisticsDelta([stats("net", 1)], [stats("net", 2)], ONE);

  test("is what the server does not account for", () => {
    expect(networkTime(25, delta)).toBe(15);
  });

  test("is not told where the server's time is not known, or longer than all", () => {
    expect(networkTime(9, delta)).toBeNull();
    expect(networkTime(9, undefined)).toBeNull();
    expect(networkTime(9, statisticsDelta([], [], ONE)[0])).toBeNull();
  });
});
