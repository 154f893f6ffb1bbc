import { describe, expect, test } from "vitest";
import type { Comparison, Measurement } from "../../state/comparison.ts";
import { translator } from "../../ui/catalogue/section.ts";
import { placementsMessages } from "../../ui/catalogue/placements.messages.ts";
import { latencyChart, stepChart, throughputChart } from "./chart-data.ts";
import { markdownReport } from "./markdown-report.ts";
import { differenceTable, measurementTable, stepTable } from "./table-rows.ts";
import { stopTexts } from "./words.ts";
import { choiceOf } from "./wished.ts";

const t = translator(placementsMessages, "en");
const WISHES = { sets: null, batches: null, runs: 10, warmup: 2, budget: 60 };

const measured = (batch: number, median: number, more: Partial<Measurement> = {}): Measurement => ({
  batch, runs: 2, first: 90, median, p95: median * 1.5, throughput: (1000 * batch) / median, uploads: 1, uploadBytes: 1024, readbacks: 2, readbackBytes: 2048, peakGpuBytes: 4096,
  steps: [
    { step: "0", model: "pre", placement: "cpu", milliseconds: median / 4, byGpu: false },
    { step: "1", model: "net", placement: "gpu", milliseconds: median / 2, byGpu: false },
  ],
  differences: null,
  ...more,
});

const COMPARISON: Comparison = {
  model: "line",
  machine: { adapter: "google swiftshader", software: true, threads: 2, browser: "Chromium 140", onnxruntime: "1.30.0" },
  protocol: { batches: [1, 2], runs: 2, warmup: 1, budget: null },
  reference: "cpu",
  sets: [
    { set: { name: "cpu", placements: {} }, measurements: [measured(1, 40), measured(2, 80)], stop: { reason: "max-batch-size", batch: 4, code: null, message: "max_batch_size of 'net' is 2" } },
    {
      set: { name: "gpu", placements: {} },
      measurements: [
        measured(1, 4, { differences: [{ output: "Y", problem: null, difference: { kind: "floats", count: 8, different: 2, maxAbsolute: 0.5, maxRelative: 0.25, unmatched: 1 } }] }),
      ],
      stop: { reason: "failed", batch: 2, code: "DEVICE_LIMIT", message: "too large | by far" },
    },
    { set: { name: "mine", placements: { net: "gpu" } }, measurements: [], stop: { reason: "failed", batch: 1, code: "NO_WEBGPU", message: "none here" } },
  ],
};

describe("the tables", () => {
  test("have a row per batch and set, each against the reference at that batch", () => {
    const { rows } = measurementTable(COMPARISON, t);
    expect(rows.map(({ cells }) => cells.slice(0, 3))).toEqual([["1", "cpu", "40.0 ms"], ["1", "gpu", "4.00 ms (10× as fast)"], ["2", "cpu", "80.0 ms"]]);
    expect(rows.map(({ cells }) => cells.at(-1))).toEqual(["reference", "2.5e-1", "reference"]);
  });

  test("mark steps that were handed over to the GPU untimed", () => {
    const { rows, untimed } = stepTable(COMPARISON, 1, t);
    expect(untimed).toBe(true);
    expect(rows.map(({ cells }) => cells)).toEqual([
      ["pre", "10.0 ms CPU", "1.00 ms CPU"],
      ["net", "20.0 ms WebGPU *", "2.00 ms WebGPU *"],
      ["Moves and waiting", "10.0 ms", "1.00 ms"],
    ]);
  });

  test("say how many elements of each output differ, and by how much", () => {
    expect(differenceTable(COMPARISON, t).rows.map(({ cells }) => cells)).toEqual([["1", "gpu", "Y", "2 of 8 (25 %), 1 by NaN or infinity", "5.0e-1", "2.5e-1"]]);
  });

  test("give every reason why a set stops, with its code", () => {
    expect(stopTexts(COMPARISON.sets, t)).toEqual([
      "cpu: not at batch 4. max_batch_size of 'net' is 2",
      "gpu: failed at batch 2. too large | by far [DEVICE_LIMIT]",
      "mine: failed at batch 1. none here [NO_WEBGPU]",
    ]);
  });
});

test.for(["en", "zh"] as const)("the report in %s names the software adapter, and no text breaks its tables", (language) => {
  const report = markdownReport(COMPARISON, translator(placementsMessages, language));
  expect(report).toContain("software adapter");
  expect(report).toContain("| 1 | gpu | 4.00 ms");
  expect(report).toContain("too large \\| by far \\[DEVICE\\_LIMIT\\]");
  const lines = report.split("\n").filter((line) => line.startsWith("|"));
  expect(new Set(lines.map((line) => line.replaceAll("\\|", "").split("|").length))).toEqual(new Set([13, 5, 4, 8]));
});

describe("the charts", () => {
  test("draw the median before the 95th percentile", () => {
    const { places, series } = latencyChart(COMPARISON, 1, { median: "median", p95: "p95" });
    expect(places).toEqual(["cpu", "gpu"]);
    expect(series.map(({ label, values }) => [label, ...values])).toEqual([["p95", 60, 6], ["median", 40, 4]]);
  });

  test("draw throughput as a line per set, with gaps where it was not measured", () => {
    const { kind, series } = throughputChart(COMPARISON, [1, 2], "items/s");
    expect(kind).toBe("lines");
    expect(series.map(({ label, values }) => [label, ...values])).toEqual([["cpu", 25, 25], ["gpu", 250, null]]);
  });

  test("draw the throughput of a single batch as bars", () => {
    const { kind, places, series } = throughputChart(COMPARISON, [1], "items/s");
    expect([kind, places, series[0]!.values]).toEqual(["bars", ["cpu", "gpu"], [25, 250]]);
  });

  test("stack the steps up to the whole, the highest drawn first", () => {
    const { series } = stepChart(COMPARISON, 1, "rest");
    expect(series.map(({ label, values }) => [label, ...values])).toEqual([["rest", 40, 4], ["net", 30, 3], ["pre", 10, 1]]);
  });
});

describe("the choice", () => {
  const own = [{ name: "mine", placements: {} }];

  test("is at first all sets and every power of two that the models take", () => {
    const { chosen, batchesText, protocol } = choiceOf("m", new Map(), own, WISHES);
    expect(chosen.map(({ name }) => name)).toEqual(["cpu", "gpu", "mine"]);
    expect(batchesText).toBe("1");
    expect(protocol).toEqual({ batches: [1], runs: 10, warmup: 2, budget: 60_000 });
  });

  test.for([
    ["8, 1,8  2", [1, 2, 8]],
    ["1，4", [1, 4]],
    ["", undefined],
    ["0", undefined],
    ["1.5", undefined],
    ["two", undefined],
  ] as const)("of batches %j is %j", ([batches, expected]) => {
    expect(choiceOf("m", new Map(), [], { ...WISHES, batches, budget: 0 }).protocol?.batches).toEqual(expected);
  });

  test("leaves out sets that are not wished, and any that are no longer there", () => {
    expect(choiceOf("m", new Map(), own, { ...WISHES, sets: ["gone", "gpu"] }).chosen.map(({ name }) => name)).toEqual(["gpu"]);
  });
});
