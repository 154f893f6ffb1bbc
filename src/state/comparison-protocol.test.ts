import { describe, expect, test } from "vitest";
import { newMessage } from "../triton/model-config/new-message.ts";
import { ConchError } from "../base/errors.ts";
import { measurementOf, median, percentile, restOf, type ComparisonProtocol, type RunSample, type SetResult } from "./comparison.ts";
import { batchLimit, measureInTurn, type ComparisonProgress } from "./comparison-protocol.ts";
import { MeasuringStop } from "./measuring-stop.ts";
import type { PlacementSet } from "./placement-sets.ts";

const set = (name: string): PlacementSet => ({ name, placements: {} });
const sample = (milliseconds: number, more: Partial<RunSample> = {}): RunSample => ({
  milliseconds, steps: [], uploads: 1, uploadBytes: 4, readbacks: 2, readbackBytes: 8, peakGpuBytes: 16, ...more,
});
const ONCE: ComparisonProtocol = { batches: [1], runs: 1, warmup: 0, budget: null };
const image = { ...newMessage("ModelInput"), name: "image", data_type: "TYPE_FP32" as const, dims: [3] };
const NO_LIMIT = { limit: 512, model: "m" };

interface Outcome {
  readonly results: readonly SetResult[];
  /** "a1w": set a, batch 1, warm-up. */
  readonly order: readonly string[];
  readonly progress: readonly ComparisonProgress[];
}

/** Measures with a stand-in whose runs take what `run` says; its clock goes by that. */
async function measure(names: readonly string[], protocol: Partial<ComparisonProtocol>, run: (name: string, batch: number, call: number) => number, limit = NO_LIMIT): Promise<Outcome> {
  const order: string[] = [];
  const progress: ComparisonProgress[] = [];
  let clock = 0;
  const results = await measureInTurn(names.map(set), { ...ONCE, ...protocol }, limit, {
    run: async ({ name }, batch, counts) => {
      order.push(`${name}${batch}${counts ? "" : "w"}`);
      const took = run(name, batch, order.length);
      clock += took;
      return sample(took);
    },
    differences: () => Promise.resolve(null),
    now: () => clock,
    progress: (each) => progress.push(each),
    found: () => undefined,
  });
  return { results, order, progress };
}

describe("statistics", () => {
  test.for([
    [[], NaN, NaN],
    [[3], 3, 3],
    [[4, 1], 2.5, 4],
    [[5, 1, 3], 3, 5],
    [Array.from({ length: 20 }, (_, index) => 20 - index), 10.5, 19],
  ] as const)("of %j", ([values, middle, high]) => {
    expect(median(values)).toBe(middle);
    expect(percentile(values, 95)).toBe(high);
  });

  test("of a batch are medians per step, items per second and the largest peak", () => {
    const step = (milliseconds: number) => ({ steps: [{ step: "0", model: "net", placement: "gpu" as const, milliseconds, byGpu: true }] });
    const found = measurementOf(4, [sample(10, step(1)), sample(20, step(3)), sample(40, { ...step(2), peakGpuBytes: 99 })], 100, null);
    expect(found).toMatchObject({ batch: 4, runs: 3, first: 100, median: 20, p95: 40, throughput: 200, peakGpuBytes: 99, uploadBytes: 4 });
    expect(found.steps.map(({ milliseconds }) => milliseconds)).toEqual([2]);
    expect(restOf(found)).toBe(18);
  });

  test("what the steps leave of a run is never negative", () => {
    const steps = [{ step: "0", model: "net", placement: "gpu" as const, milliseconds: 12, byGpu: true }];
    expect(restOf(measurementOf(1, [sample(10, { steps })], null, null))).toBe(0);
  });
});

describe("the order of runs", () => {
  test("goes round the sets run by run, warm-ups first, batch after batch", async () => {
    const { order } = await measure(["a", "b", "c"], { batches: [1, 2], runs: 2, warmup: 1 }, () => 1);
    expect(order.join(" ")).toBe("a1w b1w c1w a1 b1 c1 a1 b1 c1 a2w b2w c2w a2 b2 c2 a2 b2 c2");
  });

  test("counts no warm-up, and reports the first of them as the first run", async () => {
    const { results } = await measure(["a"], { runs: 2, warmup: 2 }, (_, __, call) => [100, 50, 10, 20][call - 1]!);
    expect(results[0]!.measurements[0]).toMatchObject({ runs: 2, first: 100, median: 15 });
  });

  test("tells before each run which it is and how far all are", async () => {
    const { progress } = await measure(["a", "b"], { runs: 1, warmup: 1 }, () => 1);
    expect(progress).toEqual([
      { set: "a", batch: 1, warmup: true, run: 1, of: 1, fraction: 0 },
      { set: "b", batch: 1, warmup: true, run: 1, of: 1, fraction: 0.25 },
      { set: "a", batch: 1, warmup: false, run: 1, of: 1, fraction: 0.5 },
      { set: "b", batch: 1, warmup: false, run: 1, of: 1, fraction: 0.75 },
    ]);
  });
});

describe("a set stops", () => {
  test("with a coded reason when a run fails, and the others go on with what was measured before", async () => {
    const { results, order } = await measure(["a", "b"], { batches: [1, 2], runs: 2 }, (name, batch) => {
      if (name === "a" && batch === 2) throw new ConchError("ORT_POISONED", "out of memory");
      return 1;
    });
    expect(order.join(" ")).toBe("a1 b1 a1 b1 a2 b2 b2");
    expect(results[0]).toMatchObject({ stop: { reason: "failed", batch: 2, code: "ORT_POISONED", message: "out of memory" } });
    expect(results.map(({ measurements }) => measurements.map(({ batch, runs }) => `${batch}×${runs}`))).toEqual([["1×2"], ["1×2", "2×2"]]);
    expect(results[1]!.stop).toBeNull();
  });

  test("at once when it cannot run at all, as a row without measurements", async () => {
    const { results } = await measure(["a", "b"], { warmup: 1 }, (name) => {
      if (name === "b") throw new ConchError("NO_WEBGPU", "none here");
      return 1;
    });
    expect(results[1]).toMatchObject({ measurements: [], stop: { reason: "failed", batch: 1, code: "NO_WEBGPU" } });
    expect(results[0]!.measurements).toHaveLength(1);
  });

  test("where the plan foresees too much memory", async () => {
    const { results } = await measure(["a"], { batches: [1, 2] }, (_, batch) => {
      if (batch === 2) throw new MeasuringStop("memory", "OVER_WASM_MEMORY", "needs 5 GB");
      return 1;
    });
    expect(results[0]!.stop).toEqual({ reason: "memory", batch: 2, code: "OVER_WASM_MEMORY", message: "needs 5 GB" });
  });

  test("at max_batch_size, which names the model", async () => {
    const { results, order } = await measure(["a"], { batches: [1, 2, 4] }, () => 1, { limit: 2, model: "net" });
    expect(order.join(" ")).toBe("a1 a2");
    expect(results[0]!.stop).toMatchObject({ reason: "max-batch-size", batch: 4, message: "max_batch_size of 'net' is 2" });
  });

  test("when its budget is spent, after one run that counts at least", async () => {
    const { results, order } = await measure(["slow", "fast"], { batches: [1, 2], runs: 3, warmup: 2, budget: 1000 }, (name) => (name === "slow" ? 1500 : 1));
    expect(order.filter((each) => each.startsWith("slow")).join(" ")).toBe("slow1w slow1");
    expect(results[0]!.stop).toMatchObject({ reason: "budget", batch: 1, message: "1 of 3 runs and the warm-up took 3.0 s, and the budget of a batch size is 1 s" });
    expect(results[0]!.measurements[0]).toMatchObject({ runs: 1, median: 1500 });
    expect(results[1]).toMatchObject({ stop: null });
  });

  test("not for a budget that its last run of the last batch went beyond", async () => {
    const { results } = await measure(["a"], { runs: 2, budget: 1000 }, () => 600);
    expect(results[0]).toMatchObject({ stop: null, measurements: [{ runs: 2 }] });
  });

  test.for([
    ["cancelled", new ConchError("CANCELLED", "cancelled")],
    ["edited", new MeasuringStop("edited", null, "edited")],
  ] as const)("with all others once it is %s, and what was measured stays", async ([reason, thrown]) => {
    const { results, order } = await measure(["a", "b"], { batches: [1, 2], runs: 2 }, (_, __, call) => {
      if (call === 6) throw thrown;
      return 1;
    });
    expect(order.join(" ")).toBe("a1 b1 a1 b1 a2 b2");
    expect(results.map(({ stop }) => stop?.reason)).toEqual([reason, reason]);
    expect(results[0]!.measurements.map(({ batch, runs }) => `${batch}×${runs}`)).toEqual(["1×2", "2×1"]);
  });
});

test.for([
  [{ ensemble: 8, net: 4, post: 16 }, { limit: 4, model: "net" }],
  [{ ensemble: 8, net: 0 }, { limit: 8, model: "ensemble" }],
  [{ ensemble: 0, net: 4 }, { limit: 1, model: "ensemble" }],
] as const)("the largest batch of %j is that of its least step", ([sizes, expected]) => {
  const configs = new Map(Object.entries(sizes).map(([name, max_batch_size]) => [name, { max_batch_size, input: [image] }]));
  expect(batchLimit("ensemble", configs)).toEqual(expected);
});

test("a list of texts without a batch dimension is limited by the steps that batch, or by none", () => {
  const list = { max_batch_size: 0, input: [{ ...image, data_type: "TYPE_STRING" as const, dims: [-1] }] };
  expect(batchLimit("ensemble", new Map([["ensemble", list], ["net", { max_batch_size: 4, input: [] }]]))).toEqual({ limit: 4, model: "net" });
  expect(batchLimit("ensemble", new Map([["ensemble", list]]))).toEqual({ limit: Infinity, model: "ensemble" });
});
