import { describe, expect, it } from "vitest";
import type { ModelStatistics } from "../triton/v2/statistics.ts";
import { batchRows, intervalsOf, versionsOf, withSample, type StatisticsSample } from "./server-statistics.ts";

const ms = (count: number, milliseconds: number) => ({ count, ns: milliseconds * 1e6 });

function statistics(success: number, more: Partial<ModelStatistics> = {}): ModelStatistics {
  return {
    name: "m",
    version: "1",
    last_inference: 0,
    inference_count: success * 4,
    execution_count: success,
    inference_stats: { success: ms(success, success * 10), fail: ms(0, 0), queue: ms(success, success * 2), compute_infer: ms(success, success * 5) },
    response_stats: {},
    batch_stats: [],
    memory_usage: [],
    ...more,
  };
}

const sample = (at: number, ...versions: ModelStatistics[]): StatisticsSample => ({ at, versions });

describe("statistics over time", () => {
  it("are rates and averages of what happened between two samples", () => {
    const [one] = intervalsOf([sample(0, statistics(10)), sample(2000, statistics(14))], "1");
    expect(one).toEqual({ at: 2000, requests: 2, failures: 0, queue: 2, computeInput: null, computeInfer: 5, computeOutput: null, batch: 4 });
  });

  it("count failures as requests", () => {
    const failing = statistics(10, { inference_stats: { success: ms(10, 1), fail: ms(6, 1) } });
    expect(intervalsOf([sample(0, statistics(10)), sample(2000, failing)], "1")).toMatchObject([{ requests: 3, failures: 3, batch: null }]);
  });

  it("have rates of nothing and no averages where nothing happened", () => {
    expect(intervalsOf([sample(0, statistics(10)), sample(2000, statistics(10))], "1")).toMatchObject([{ requests: 0, queue: null, batch: null }]);
  });

  it.each([
    ["was loaded again", [statistics(10)], [statistics(3)]],
    ["came", [], [statistics(3)]],
    ["went", [statistics(3)], []],
  ])("have a gap where the version %s", (_, before, after) => {
    expect(intervalsOf([sample(0, ...before), sample(2000, ...after)], "1")).toMatchObject([{ requests: null, queue: null, batch: null }]);
  });

  it("have a gap where nobody looked for a while", () => {
    expect(intervalsOf([sample(0, statistics(10)), sample(16_000, statistics(20))], "1")).toMatchObject([{ at: 16_000, requests: null, queue: null }]);
  });

  it("name the versions, the newest first", () => {
    expect(versionsOf([sample(0, statistics(1), statistics(1, { version: "10" }), statistics(1, { version: "9" }))])).toEqual(["10", "9", "1"]);
    expect(versionsOf([])).toEqual([]);
  });

  it("keep five minutes", () => {
    let samples: readonly StatisticsSample[] = [];
    for (let at = 0; at < 200; at++) samples = withSample(samples, sample(at));
    expect(samples).toHaveLength(151);
    expect(samples[0]?.at).toBe(49);
  });

  it("list batch sizes with the averages of an execution", () => {
    const batch = (size: number, count: number) => ({ batch_size: size, compute_input: ms(count, count), compute_infer: ms(count, count * 3), compute_output: ms(0, 0) });
    expect(batchRows([batch(8, 2), batch(1, 5)])).toEqual([
      { size: 1, executions: 5, input: 1, infer: 3, output: null },
      { size: 8, executions: 2, input: 1, infer: 3, output: null },
    ]);
  });
});
