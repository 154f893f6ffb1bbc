import { describe, expect, test } from "vitest";
import type { LoadLevel, LoadSweep } from "../../state/load-sweep.ts";
import { loadSweepMessages } from "../../ui/catalogue/load-sweep.messages.ts";
import { translator } from "../../ui/catalogue/section.ts";
import { wholeNumbers } from "../../ui/whole-numbers.ts";
import { latencyByClients, throughputByBatch, throughputByClients } from "./load-charts.ts";
import { captionLines, levelTable, stopTexts } from "./words.ts";

const t = translator(loadSweepMessages, "en");
const level = (batch: number, concurrency: number, throughput: number, more: Partial<LoadLevel> = {}): LoadLevel => ({
  batch, concurrency, throughput, requests: 10, errors: [], milliseconds: 100, p50: 1, p95: 2, p99: 3, ...more,
});
const SWEEP: LoadSweep = {
  model: "m",
  machine: { adapter: "SwiftShader", software: true, threads: 4, browser: "Chromium 140", onnxruntime: null },
  protocol: { concurrencies: [1, 2], batches: [1, 4], requests: 10, warmup: 2, milliseconds: null, budget: null },
  results: [
    { side: { key: "here", server: null }, levels: [level(1, 1, 100), level(1, 2, 90), level(4, 1, 300)], stop: { reason: "budget", batch: 4, concurrency: 2, code: null, message: "Spent." } },
    {
      side: { key: "server a", server: { id: "a", name: "lab", product: "triton 2.70.0" } },
      levels: [level(1, 1, 50, { p50: null, p95: null, p99: null, requests: 0, errors: [{ code: "V2_REFUSED", status: 503, message: "busy", count: 10 }] })],
      stop: { reason: "failed", batch: 1, concurrency: 1, code: "V2_REFUSED", message: "busy" },
    },
    { side: { key: "server b", server: { id: "b", name: "spare", product: null } }, levels: [], stop: null },
  ],
};

describe("the table of a sweep", () => {
  test("goes by batch, clients and side", () => {
    expect(levelTable(SWEEP, t).rows.map(({ cells }) => cells.slice(0, 3).join(" "))).toEqual(["1 1 This browser", "1 1 lab", "1 2 This browser", "4 1 This browser"]);
  });

  test("names failures by kind, and has no time where nothing was answered", () => {
    expect(levelTable(SWEEP, t).rows[1]!.cells.slice(3)).toEqual(["–", "–", "–", "50.0", "0", "10 × V2_REFUSED 503"]);
  });

  test("says why a side stops, with the code", () => {
    expect(stopTexts(SWEEP.results, t)).toEqual([
      "This browser: no further than batch 4 with 2 at once. Spent.",
      "lab: no further than batch 1 with 1 at once, where requests fail. busy [V2_REFUSED]",
    ]);
  });

  test("names a software adapter and each server with its version", () => {
    const lines = captionLines(SWEEP, t);
    expect(lines[0]).toContain("SwiftShader (software adapter");
    expect(lines.slice(1, 3)).toEqual(["lab: triton 2.70.0", "spare: does not say what it is"]);
  });
});

describe("the charts of a sweep", () => {
  test("have three percentiles of each side that was measured, by clients", () => {
    const { x, series } = latencyByClients(SWEEP, 1, "Here");
    expect(x).toEqual([1, 2]);
    expect(series.map(({ label, color, dash, values }) => ({ label, color, dash, values }))).toEqual([
      { label: "Here p50", color: 0, dash: 0, values: [1, 1] },
      { label: "Here p95", color: 0, dash: 1, values: [2, 2] },
      { label: "Here p99", color: 0, dash: 2, values: [3, 3] },
    ]);
  });

  test("leave out where a side has no level", () => {
    expect(throughputByClients(SWEEP, 1, "Here").series.map(({ label, values }) => [label, values])).toEqual([["Here", [100, 90]], ["lab", [50, null]]]);
  });

  test("have the most that any number of clients brought, by batch", () => {
    expect(throughputByBatch(SWEEP, "Here").series.map(({ values }) => values)).toEqual([[100, 300], [50, null]]);
  });
});

test.for([
  ["1, 2,4", [1, 2, 4]],
  ["8 2，2", [2, 8]],
  ["", null],
  ["0", null],
  ["1.5", null],
  ["-1", null],
  ["a", null],
] as const)("numbers typed as %j are %j", ([text, numbers]) => {
  expect(wholeNumbers(text)).toEqual(numbers);
});
