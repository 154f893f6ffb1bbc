import { describe, expect, it } from "vitest";
import { readMetrics } from "../../triton/v2/prometheus-text.ts";
import { chartColumns } from "./chart-series.ts";
import { indexRows, isChanging, isUnloaded } from "./index-rows.ts";
import { gpuRows, metricRows } from "./metric-rows.ts";

describe("the index of a server", () => {
  const entries = [
    { name: "b", version: "1", state: "UNAVAILABLE", reason: "unloaded" },
    { name: "b", version: "2", state: "READY", reason: "" },
    { name: "a" },
    { name: "c", version: "1", state: "UNAVAILABLE", reason: "no memory" },
    { name: "c", version: "2", state: "UNAVAILABLE", reason: "no file" },
  ];

  it("is one row for each model, ready where any version is", () => {
    expect(indexRows(entries)).toMatchObject([
      { name: "a", versions: [], state: undefined, reason: "" },
      { name: "b", state: "READY", reason: "1: unloaded" },
      { name: "c", state: "UNAVAILABLE", reason: "1: no memory\n2: no file" },
    ]);
  });

  it("has the models with the filter in their names", () => {
    expect(indexRows(entries, " B ").map(({ name }) => name)).toEqual(["b"]);
    expect(indexRows(entries, "x")).toEqual([]);
  });

  it.each([
    ["READY", false, false],
    ["LOADING", true, false],
    ["UNLOADING", true, false],
    ["UNAVAILABLE", false, true],
    [undefined, false, true],
  ])("with a model that is %s changes: %s, and the model is unloaded: %s", (state, changing, unloaded) => {
    const found = [{ name: "other", state: "READY" }, { name: "m", state }];
    expect(isChanging(found)).toBe(changing);
    expect(isUnloaded(found, "m")).toBe(unloaded);
  });
});

describe("the metrics of a server", () => {
  const page = readMetrics(
    '# HELP nv_inference_count Inferences\nnv_inference_count{model="a",version="1"} 3\nnv_inference_count{model="b",version="1"} 4\n' +
      'nv_gpu_utilization{gpu_uuid="GPU-1"} 0.5\nnv_gpu_memory_total_bytes{gpu_uuid="GPU-1"} 100\nnv_gpu_memory_total_bytes{gpu_uuid="GPU-2"} 200\nnv_cpu_utilization 0.1\n',
  );
  const families = "families" in page ? page.families : [];

  it("are found by words of their names and labels, in any order", () => {
    expect(metricRows(families, "B inference")).toEqual([{ key: "nv_inference_count{model=b, version=1}", name: "nv_inference_count", help: "Inferences", labels: "model=b, version=1", value: 4 }]);
    expect(metricRows(families)).toHaveLength(6);
  });

  it("tell of each GPU what they have", () => {
    expect(gpuRows(families)).toEqual([
      { gpu: "GPU-1", utilization: 0.5, used: undefined, total: 100 },
      { gpu: "GPU-2", utilization: undefined, used: undefined, total: 200 },
    ]);
    expect(gpuRows([])).toEqual([]);
  });
});

it("statistics are drawn over seconds, with gaps where there is no value", () => {
  const interval = { at: 2000, requests: 1, failures: 0, queue: null, computeInput: null, computeInfer: null, computeOutput: null, batch: 2 };
  expect(chartColumns([interval, { ...interval, at: 4000, requests: null }], ["requests", "batch"])).toEqual([[2, 4], [1, null], [2, 2]]);
});
