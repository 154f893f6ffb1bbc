import { describe, expect, test } from "vitest";
import type { TensorHandle } from "../../runtime/protocol.ts";
import type { RemoteComparison } from "../../state/remote-comparison.ts";
import type { DifferentElement } from "../../tensor/detailed-difference.ts";
import type { TensorComparison } from "../../tensor/tensor-comparison.ts";
import type { ModelDelta } from "../../triton/v2/statistics-delta.ts";
import { remoteCompareMessages } from "../../ui/catalogue/remote-compare.messages.ts";
import { translator } from "../../ui/catalogue/section.ts";
import { labelTable, largestTable, outputRows } from "./output-rows.ts";
import { markdownReport, verdictText } from "./report.ts";
import { hereRows, servedNotes, thereRows, timeTable } from "./time-rows.ts";
import { gapText, percentText, relativeText, shortNumber, valueText } from "./words.ts";

const t = translator(remoteCompareMessages, "en");
const handle = (shape: readonly number[] = [1, 4]): TensorHandle => ({ id: 1, generation: 1, dataType: "TYPE_FP32", shape, location: "host", bytes: 16 });
const NONE = { a: 0, b: 0, both: 0 };
const worst: DifferentElement = { index: [0, 2], a: 1.25, b: 1, absolute: 0.25, relative: 0.25 };
const EQUAL: TensorComparison = { kind: "floats", count: 4, different: 0, mismatched: 0, maxAbsolute: null, maxRelative: null, nan: NONE, infinite: NONE, largest: [], classes: null, labels: null };
const APART: TensorComparison = {
  ...EQUAL,
  different: 2,
  mismatched: 1,
  maxAbsolute: worst,
  maxRelative: worst,
  nan: { a: 1, b: 0, both: 0 },
  largest: [{ index: [0, 3], a: NaN, b: 2, absolute: null, relative: null }, worst],
  classes: { positions: 1, agreeing: 0, first: { index: [0], a: 2, b: 1 } },
  labels: [{ label: 0, a: 1, b: 1, both: 1, dice: 1, iou: 1 }, { label: 1, a: 3, b: 4, both: 3, dice: 6 / 7, iou: 0.75 }],
};

const delta = (name: string, more: Partial<ModelDelta> = {}): ModelDelta => ({
  name, expected: 1, requests: 1, failed: 0, executions: 1, cacheHits: 0, state: "counted", reset: false, spans: { queue: 1, input: 2, infer: 5, output: 1, total: 10 }, ...more,
});

const COMPARISON: RemoteComparison = {
  model: "line",
  server: { id: "lab", name: "Lab", product: "triton 2.70.0" },
  machine: { adapter: null, software: false, threads: 2, browser: "test", onnxruntime: null },
  tolerance: { absolute: 1e-6, relative: 1e-4 },
  warmup: 0,
  here: {
    status: "done", milliseconds: 40, error: null,
    steps: [{ step: "0", model: "net", placement: "gpu", cached: false, ready: 1, start: 3, compute: 6, computed: 16, end: 20, gpuMilliseconds: null, bytesIn: 1, bytesOut: 1 }],
  },
  there: { status: "done", milliseconds: 50, steps: [], error: null },
  served: { milliseconds: 30, bytesUp: 2048, bytesDown: 512, network: 20, problem: null, models: [delta("line"), delta("net")] },
  outputs: [
    { name: "A", here: handle(), there: handle(), finding: null, classes: null, comparison: APART, problem: null },
    { name: "B", here: handle(), there: handle(), finding: null, classes: null, comparison: EQUAL, problem: null },
    { name: "C", here: handle(), there: handle([4]), finding: "shape", classes: null, comparison: null, problem: null },
  ],
  inputs: {},
};

describe("numbers", () => {
  test.for([
    [gapText, 1.220703125e-7, "1.22e-7"],
    [gapText, 3, "3"],
    [gapText, 2n ** 60n, "1152921504606846976"],
    [gapText, Infinity, "Infinity"],
    [valueText, 0.1 + 0.2, "0.3"],
    [valueText, -0, "-0"],
    [valueText, NaN, "NaN"],
    [valueText, 'a"b', '"a\\"b"'],
    [relativeText, 0.00012345, "0.0123 %"],
    [relativeText, 50, "5.0e+3 %"],
    [relativeText, Infinity, "∞"],
    [shortNumber, 1e-4, "1e-4"],
    [shortNumber, 0.25, "0.25"],
    [shortNumber, 0, "0"],
  ] as readonly (readonly [(value: never) => string, unknown, string])[])("%o of %s is %s", ([write, value, expected]) => {
    expect(write(value as never)).toBe(expected);
  });

  test.for([[0, 10, "0 %"], [10, 10, "100 %"], [1, 3, "33 %"], [1, 1e6, "< 0.01 %"], [999_999, 1e6, "99.99 %"], [995, 1000, "99.50 %"]] as const)("%d of %d are %s", ([count, total, expected]) => {
    expect(percentText(count, total)).toBe(expected);
  });
});

describe("the rows of outputs", () => {
  test("say how far each lies apart and where", () => {
    expect(outputRows(COMPARISON, t)).toEqual([
      {
        name: "A", type: "float32 [1, 4]", finding: null, state: "different",
        cells: ["1 of 4 (25 %)", "0.25 at [0, 2]", "25 % at [0, 2]", "NaN 1 / 0, infinite 0 / 0", "0 of 1 (0 %)", "0.8571 (label 1)"],
      },
      { name: "B", type: "float32 [1, 4]", finding: null, state: "equal", cells: ["all equal", "0", "0 %", "none", "–", "–"] },
      { name: "C", type: "float32 [1, 4]", finding: "Another shape there: float32 [4]", state: "different", cells: ["–", "–", "–", "–", "–", "–"] },
    ]);
  });

  test("find nothing missing while a side has not run", () => {
    const waiting: RemoteComparison = { ...COMPARISON, there: { ...COMPARISON.there, status: "waiting" }, outputs: [{ ...COMPARISON.outputs[0]!, there: null, comparison: null, finding: "only-here" }] };
    expect(outputRows(waiting, t)).toMatchObject([{ finding: null, state: "unknown" }]);
    expect(outputRows({ ...waiting, there: COMPARISON.there }, t)).toMatchObject([{ finding: "Lab gave no such output", state: "different" }]);
  });

  test("list the largest differences and the labels", () => {
    expect(largestTable(APART, t).rows.map(({ cells }) => cells)).toEqual([["[0, 3]", "NaN", "2", "–", "–"], ["[0, 2]", "1.25", "1", "0.25", "25 %"]]);
    expect(labelTable(APART.labels!, ["background", "spleen"], t).rows[1]?.cells).toEqual(["1 spleen", "3", "4", "3", "0.8571", "0.7500"]);
  });
});

describe("the timelines", () => {
  test("have here the steps as they ran", () => {
    expect(hereRows(COMPARISON.here, t)).toMatchObject([{ name: "net", place: "gpu", milliseconds: 19, spans: [{ kind: "queue", from: 1, to: 3 }, { kind: "input", from: 3, to: 6 }, { kind: "infer", from: 6, to: 16 }, { kind: "outputSpan", from: 16, to: 20 }] }, { name: "Readback and waiting", spans: [{ kind: "rest", from: 20, to: 40 }], milliseconds: 20 }]);
  });

  test("have there the network, and each model's spans end to end", () => {
    const rows = thereRows(COMPARISON, t);
    expect(rows.map(({ name, milliseconds }) => [name, milliseconds])).toEqual([["Network and HTTP", 20], ["line", 10], ["net", 10]]);
    expect(rows[1]?.spans).toEqual([
      { kind: "queue", from: 0, to: 1 },
      { kind: "input", from: 1, to: 3 },
      { kind: "infer", from: 3, to: 8 },
      { kind: "outputSpan", from: 8, to: 9 },
      { kind: "rest", from: 9, to: 10 },
    ]);
    expect(timeTable(rows, t).rows[1]?.cells).toEqual(["line", "1.00 ms", "2.00 ms", "5.00 ms", "1.00 ms", "10.0 ms"]);
  });

  test("have no spans where nothing was counted", () => {
    const served = { ...COMPARISON.served!, network: null, models: [delta("line", { spans: null, state: "missing" })] };
    expect(thereRows({ ...COMPARISON, served }, t).map(({ spans, milliseconds }) => [spans, milliseconds])).toEqual([[[], null], [[], null]]);
  });

  test("say what the reader must know of the server's counters", () => {
    const models = [delta("a"), delta("b", { state: "others", requests: 7 }), delta("c", { state: "fewer", requests: 0 }), delta("d", { state: "missing" }), delta("e", { reset: true }), delta("f", { cacheHits: 1 })];
    const served = { ...COMPARISON.served!, models, problem: "net: 501" };
    expect(servedNotes({ ...COMPARISON, served }, t).map((note) => note.split(":")[0])).toEqual(["The server's statistics could not be read", "b", "c", "d", "e", "f"]);
    expect(servedNotes(COMPARISON, t)).toEqual([]);
  });
});

describe("the report", () => {
  test("has verdict, outputs, differences and both timelines as Markdown", () => {
    const report = markdownReport(COMPARISON, "no WebGPU · test", t);
    for (const part of [
      "## line: here and on Lab (triton 2.70.0)",
      "Different: 2 of 3 outputs",
      "| A | float32 \\[1, 4\\] | 1 of 4 (25 %) |",
      "### Largest differences of A",
      "| \\[0, 2\\] | 1.25 | 1 | 0.25 | 25 % |",
      "### Here – 40.0 ms in all",
      "### On Lab – 30.0 ms in all",
      "2.00 KiB up, 512 B down",
      "| Network and HTTP | – | – | – | – | 20.0 ms |",
    ]) {
      expect(report).toContain(part);
    }
  });

  test("says why a side failed", () => {
    const failed: RemoteComparison = { ...COMPARISON, outputs: [], served: null, there: { status: "failed", milliseconds: null, steps: [], error: { code: "V2_UNREACHABLE", message: "nobody answers", data: {} } } };
    expect(markdownReport(failed, "test", t)).toContain("- On Lab: V2\\_UNREACHABLE: nobody answers");
    expect(verdictText(failed, t)).toBe("Not compared: one side has no result");
  });

  test("counts what differs within the tolerance", () => {
    const close: RemoteComparison = { ...COMPARISON, outputs: [{ ...COMPARISON.outputs[0]!, comparison: { ...APART, mismatched: 0 } }] };
    expect(verdictText(close, t)).toBe("Within the tolerance: 2 elements differ, none beyond it");
  });
});
