import { expect, test } from "vitest";
import type { LoadSweep } from "./load-sweep.ts";
import { loadSweepCsv } from "./load-sweep-csv.ts";

const SWEEP: LoadSweep = {
  model: "m",
  machine: { adapter: "SwiftShader", software: true, threads: 4, browser: "Chromium 140", onnxruntime: "1.30.0" },
  protocol: { concurrencies: [1], batches: [1], requests: 2, warmup: 0, milliseconds: null, budget: null },
  results: [
    {
      side: { key: "server a", server: { id: "a", name: "lab, 2", product: "triton 2.70.0" } },
      levels: [
        {
          batch: 1, concurrency: 2, requests: 3, milliseconds: 20, p50: 4, p95: 5, p99: 6, throughput: 150,
          errors: [{ code: "V2_REFUSED", status: 503, message: "busy", count: 2 }, { code: "V2_TIMEOUT", status: null, message: "slow", count: 1 }],
        },
      ],
      stop: { reason: "failed", batch: 1, concurrency: 4, code: "V2_REFUSED", message: 'says "no"' },
    },
    { side: { key: "here", server: null }, levels: [], stop: null },
  ],
};

test("a line per level and one for the stop, each with server and machine", () => {
  const [head, level, stop, rest] = loadSweepCsv(SWEEP).split("\r\n");
  expect(head!.split(",")).toHaveLength(21);
  expect(level).toBe('m,"lab, 2",triton 2.70.0,1,2,3,3,2 V2_REFUSED (503); 1 V2_TIMEOUT,20,4,5,6,150,,,,SwiftShader,software,4,Chromium 140,1.30.0');
  expect(stop).toBe('m,"lab, 2",triton 2.70.0,1,4,,,,,,,,,failed,V2_REFUSED,"says ""no""",SwiftShader,software,4,Chromium 140,1.30.0');
  expect(rest).toBe("");
});
