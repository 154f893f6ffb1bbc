import { csvText, type CsvCell } from "./csv.ts";
import { failures, type LoadLevel, type LoadResult, type LoadSweep } from "./load-sweep.ts";

const COLUMNS = [
  "model", "side", "server", "batch", "concurrency", "requests", "failed", "errors", "measured_ms", "p50_ms", "p95_ms", "p99_ms", "items_per_s",
  "stop", "stop_code", "stop_message", "adapter", "adapter_kind", "wasm_threads", "browser", "onnxruntime",
] as const;

/**
 * A sweep as comma-separated values: a line per side and level, and one for the level at which a side stopped. Each names server and machine, so that a line
 * on its own still says whether its adapter is software.
 */
export function loadSweepCsv(sweep: LoadSweep): string {
  return csvText([COLUMNS, ...sweep.results.flatMap((result) => rowsOf(sweep, result))]);
}

function rowsOf({ model, machine }: LoadSweep, { side: { server }, levels, stop }: LoadResult): CsvCell[][] {
  const names: CsvCell[] = [model, server?.name ?? "browser", server?.product ?? null];
  const where = [machine.adapter ?? "none", machine.adapter === null ? "none" : machine.software ? "software" : "hardware", machine.threads, machine.browser, machine.onnxruntime];
  const measured = levels.map((level): CsvCell[] => [
    ...names, level.batch, level.concurrency, level.requests, failures(level), errorsText(level), level.milliseconds, level.p50, level.p95, level.p99, level.throughput,
    null, null, null, ...where,
  ]);
  if (stop === null) return measured;
  const empty = Array.from({ length: 8 }, () => null);
  return [...measured, [...names, stop.batch, stop.concurrency, ...empty, stop.reason, stop.code, stop.message, ...where]];
}

function errorsText({ errors }: LoadLevel): string | null {
  if (errors.length === 0) return null;
  return errors.map(({ code, status, count }) => `${count} ${code}${status === null ? "" : ` (${status})`}`).join("; ");
}
