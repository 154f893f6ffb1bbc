import { expect, test } from "vitest";
import type { Comparison, Measurement } from "./comparison.ts";
import { comparisonCsv } from "./comparison-csv.ts";

const MEASURED: Measurement = {
  batch: 1, runs: 2, first: 9, median: 4, p95: 5, throughput: 250, uploads: 1, uploadBytes: 8, readbacks: 2, readbackBytes: 16, peakGpuBytes: 32,
  steps: [{ step: "0", model: "net", placement: "gpu", milliseconds: 3, byGpu: false }],
  differences: [
    { output: "A", problem: null, difference: { kind: "floats", count: 4, different: 2, maxAbsolute: 0.5, maxRelative: 0.1, unmatched: 0 } },
    { output: "B", problem: null, difference: { kind: "integers", count: 6, different: 1, maxAbsolute: null, maxRelative: null, unmatched: 0 } },
  ],
};

const COMPARISON: Comparison = {
  model: "m",
  machine: { adapter: "google swiftshader", software: true, threads: 2, browser: "Chromium 140", onnxruntime: "1.30.0" },
  protocol: { batches: [1, 2], runs: 2, warmup: 1, budget: null },
  reference: "cpu",
  sets: [{ set: { name: "gpu", placements: {} }, measurements: [MEASURED], stop: { reason: "failed", batch: 2, code: "DEVICE_LIMIT", message: 'too large, "by far"' } }],
};

test("every line says on what it was measured, a software adapter by that word", () => {
  const [head, measured, stopped] = comparisonCsv(COMPARISON).split("\r\n");
  expect(head).toMatch(/^model,set,batch,runs,first_ms,median_ms,p95_ms,items_per_s,.*adapter_kind,.*,step_ms 0 net$/);
  expect(measured).toBe("m,gpu,1,2,9,4,5,250,1,8,2,16,32,cpu,0.5,0.1,3,10,,,,google swiftshader,software,2,Chromium 140,1.30.0,3");
  expect(stopped).toBe('m,gpu,2,,,,,,,,,,,cpu,,,,,failed,DEVICE_LIMIT,"too large, ""by far""",google swiftshader,software,2,Chromium 140,1.30.0,');
});
