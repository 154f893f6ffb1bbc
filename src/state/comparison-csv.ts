import { csvText, type CsvCell } from "./csv.ts";
import type { Comparison, Measurement, OutputDifference, SetResult } from "./comparison.ts";

const COLUMNS = [
  "model", "set", "batch", "runs", "first_ms", "median_ms", "p95_ms", "items_per_s", "uploads", "upload_bytes", "readbacks", "readback_bytes", "peak_gpu_bytes",
  "reference", "max_abs_difference", "max_rel_difference", "different_elements", "compared_elements", "stop", "stop_code", "stop_message",
  "adapter", "adapter_kind", "wasm_threads", "browser", "onnxruntime",
] as const;

/**
 * A comparison as comma-separated values (RFC 4180): a line per set and batch, and one for the batch at which a set stopped; each names the machine, so
 * that a line on its own still says whether its adapter is software. Step medians are the last columns, one per step in milliseconds.
 */
export function comparisonCsv(comparison: Comparison): string {
  const steps = [...new Set(comparison.sets.flatMap(({ measurements }) => measurements.flatMap((each) => each.steps.map(stepName))))];
  const lines = comparison.sets.flatMap((result) => rowsOf(comparison, result, steps));
  return csvText([[...COLUMNS, ...steps.map((step) => `step_ms ${step}`)], ...lines]);
}

function rowsOf(comparison: Comparison, { set, measurements, stop }: SetResult, steps: readonly string[]): CsvCell[][] {
  const { model, machine, reference } = comparison;
  const where = [machine.adapter ?? "none", machine.adapter === null ? "none" : machine.software ? "software" : "hardware", machine.threads, machine.browser, machine.onnxruntime];
  const measured = measurements.map((each): CsvCell[] => [
    model, set.name, each.batch, each.runs, each.first, each.median, each.p95, each.throughput,
    each.uploads, each.uploadBytes, each.readbacks, each.readbackBytes, each.peakGpuBytes,
    reference, ...worstDifference(each), null, null, null, ...where,
    ...steps.map((step) => each.steps.find((one) => stepName(one) === step)?.milliseconds ?? null),
  ]);
  if (stop === null) return measured;
  const empty = Array.from({ length: 10 }, () => null);
  return [
    ...measured,
    [model, set.name, stop.batch, ...empty, reference, null, null, null, null, stop.reason, stop.code, stop.message, ...where, ...steps.map(() => null)],
  ];
}

function worstDifference({ differences }: Measurement): CsvCell[] {
  const found = worst(differences ?? []);
  return found === null ? [null, null, null, null] : [found.maxAbsolute, found.maxRelative, found.different, found.count];
}

/** The largest differences of several outputs, and the sums of their elements; null where none was compared. */
export function worst(differences: readonly OutputDifference[]): { maxAbsolute: number | null; maxRelative: number | null; different: number; count: number; unmatched: number } | null {
  const found = differences.flatMap(({ difference }) => difference ?? []);
  if (found.length === 0) return null;
  const largest = (values: readonly (number | null)[]): number | null => {
    const numbers = values.filter((value) => value !== null);
    return numbers.length === 0 ? null : Math.max(...numbers);
  };
  return {
    maxAbsolute: largest(found.map(({ maxAbsolute }) => maxAbsolute)),
    maxRelative: largest(found.map(({ maxRelative }) => maxRelative)),
    different: found.reduce((sum, { different }) => sum + different, 0),
    count: found.reduce((sum, { count }) => sum + count, 0),
    unmatched: found.reduce((sum, { unmatched }) => sum + unmatched, 0),
  };
}

function stepName({ step, model }: { readonly step: string; readonly model: string }): string {
  return step === "" ? model : `${step} ${model}`;
}
