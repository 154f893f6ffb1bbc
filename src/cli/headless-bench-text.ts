import type { Comparison, Machine, Measurement, SetResult } from "../state/comparison.ts";
import { measuredBatches, restOf } from "../state/comparison.ts";
import { worst } from "../state/comparison-csv.ts";

const HEAD = ["batch", "set", "median", "p95", "runs", "items/s", "first run", "up", "down", "peak GPU", "difference"];

/** A comparison as `conch bench` prints it. */
export function comparisonText(comparison: Comparison): string {
  const { model, machine, protocol, reference, sets } = comparison;
  const rows = measuredBatches(comparison).flatMap((batch) =>
    sets.flatMap(({ set, measurements }) => measurements.filter((each) => each.batch === batch).map((each) => [String(batch), set.name, ...cellsOf(each, set.name === reference)])),
  );
  const stops = stopLines(sets);
  const lines = [
    `${model}: ${machineText(machine)}`,
    ...(machine.software ? ["A software adapter: its times say nothing about GPUs."] : []),
    `Median of ${counted(protocol.runs, "run")} after ${counted(protocol.warmup, "warm-up")}, the sets in turn; from inputs in the worker to outputs on the host.`,
    ...(rows.length === 0 ? [] : ["", ...aligned([HEAD, ...rows], 2)]),
    ...stepTables(comparison),
    ...differenceLines(comparison),
    ...(stops.length === 0 ? [] : ["", ...stops]),
  ];
  return `${lines.join("\n")}\n`;
}

function machineText({ adapter, software, browser, onnxruntime, threads }: Machine): string {
  const where = adapter === null ? "without WebGPU" : `${adapter}${software ? " (software)" : ""}`;
  return [where, browser, ...(onnxruntime === null ? [] : [`ONNX Runtime Web ${onnxruntime}`]), `${threads} WASM ${threads === 1 ? "thread" : "threads"}`].join(", ");
}

function cellsOf(each: Measurement, isReference: boolean): string[] {
  const found = worst(each.differences ?? []);
  const largest = found?.maxRelative == null ? "" : `${exponent(found.maxRelative)} `;
  const difference = isReference ? "reference" : found === null ? "–" : `${largest}(${found.different} of ${found.count})`;
  return [
    time(each.median), time(each.p95), String(each.runs), rate(each.throughput), each.first === null ? "–" : time(each.first),
    `${bytes(each.uploadBytes)} in ${each.uploads}`, `${bytes(each.readbackBytes)} in ${each.readbacks}`, bytes(each.peakGpuBytes), difference,
  ];
}

/** Medians per step at each batch, a column per set. */
function stepTables(comparison: Comparison): string[] {
  return measuredBatches(comparison).flatMap((batch) => {
    const columns = comparison.sets.flatMap(({ set, measurements }) => {
      const found = measurements.find((each) => each.batch === batch);
      return found === undefined ? [] : [{ name: set.name, found }];
    });
    const steps = [...new Map(columns.flatMap(({ found }) => found.steps.map((step) => [step.step, step.model]))).entries()];
    const cell = (found: Measurement, id: string): string => {
      const step = found.steps.find((one) => one.step === id);
      return step === undefined ? "–" : `${time(step.milliseconds)} ${step.placement}${step.placement === "gpu" && !step.byGpu ? "*" : ""}`;
    };
    const table = [
      [`step, batch ${batch}`, ...columns.map(({ name }) => name)],
      ...steps.map(([id, model]) => [model, ...columns.map(({ found }) => cell(found, id))]),
      ["moves, waiting", ...columns.map(({ found }) => time(restOf(found)))],
    ];
    const untimed = columns.some(({ found }) => found.steps.some(({ placement, byGpu }) => placement === "gpu" && !byGpu));
    return ["", ...aligned(table, 1), ...(untimed ? ["* handed over to the GPU, without timestamps of its own: its work shows in what waits for it"] : [])];
  });
}

function differenceLines({ sets, reference }: Comparison): string[] {
  const lines = sets.flatMap(({ set, measurements }: SetResult) =>
    measurements.flatMap(({ batch, differences }) =>
      (differences ?? []).map(({ output, difference, problem }) => {
        const head = `  ${set.name}, batch ${batch}, ${output}: `;
        if (difference === null) return `${head}${problem}`;
        const { different, count, maxAbsolute, maxRelative, unmatched } = difference;
        const largest = maxAbsolute === null ? "" : `, largest ${exponent(maxAbsolute)}${maxRelative === null ? "" : ` (${exponent(maxRelative)} of the largest magnitude)`}`;
        return `${head}${different} of ${count} elements differ${largest}${unmatched === 0 ? "" : `, ${unmatched} of them by NaN or infinity`}`;
      }),
    ),
  );
  return lines.length === 0 ? [] : ["", `Outputs against those of ${reference}:`, ...lines];
}

/** Why sets were measured no further, those with one reason in one line. */
function stopLines(sets: readonly SetResult[]): string[] {
  const reasons = new Map<string, string[]>();
  for (const { set, stop } of sets) {
    if (stop === null) continue;
    const how = stop.reason === "budget" ? "no further than" : "not at";
    const reason = `${how} batch ${stop.batch}: ${stop.message}${stop.code === null ? "" : ` [${stop.code}]`}`;
    reasons.set(reason, [...(reasons.get(reason) ?? []), set.name]);
  }
  return [...reasons].map(([reason, names]) => `  ${names.join(", ")}: ${reason}`);
}

/** Columns in line; the first `left` of them begin, the others end, at the same place. */
function aligned(rows: readonly (readonly string[])[], left: number): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => `  ${row.map((cell, column) => (column < left ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join("  ")}`.trimEnd());
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function time(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds.toPrecision(3)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}

function rate(perSecond: number): string {
  return perSecond >= 100 ? perSecond.toFixed(0) : perSecond.toPrecision(3);
}

function exponent(value: number): string {
  return value === 0 ? "0" : value.toExponential(1);
}

function bytes(count: number): string {
  if (count < 1e3) return `${count} B`;
  return count < 1e6 ? `${(count / 1e3).toFixed(1)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}
