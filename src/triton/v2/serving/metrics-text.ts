import type { ModelStatistics } from "./model-statistics.ts";

/** A version of a model, for the metrics page. */
export interface MeasuredModel {
  readonly name: string;
  readonly version: number;
  readonly statistics: ModelStatistics;
  /** Requests that wait. */
  readonly pending: number;
}

/** Triton's families that are counted here, in its order and with its help. */
const FAMILIES: readonly (readonly [name: string, help: string])[] = [
  ["nv_inference_request_success", "Number of successful inference requests, all batch sizes"],
  ["nv_inference_request_failure", "Number of failed inference requests, all batch sizes"],
  ["nv_inference_count", "Number of inferences performed (does not include cached requests)"],
  ["nv_inference_exec_count", "Number of model executions performed (does not include cached requests)"],
  ["nv_inference_request_duration_us", "Cumulative inference request duration in microseconds (includes cached requests)"],
  ["nv_inference_queue_duration_us", "Cumulative inference queuing duration in microseconds (includes cached requests)"],
  ["nv_inference_compute_input_duration_us", "Cumulative compute input duration in microseconds (does not include cached requests)"],
  ["nv_inference_compute_infer_duration_us", "Cumulative compute inference duration in microseconds (does not include cached requests)"],
  ["nv_inference_compute_output_duration_us", "Cumulative inference compute output duration in microseconds (does not include cached requests)"],
];
const PENDING = ["nv_inference_pending_request_count", "Instantaneous number of pending requests awaiting execution per-model."] as const;

/** The metrics page, in Prometheus' text format. */
export function metricsText(models: readonly MeasuredModel[]): string {
  const lines: string[] = [];
  for (const [family, help] of FAMILIES) {
    lines.push(`# HELP ${family} ${help}`, `# TYPE ${family} counter`);
    for (const { name, version, statistics } of models) {
      const labels = `model="${escaped(name)}"`;
      if (family !== "nv_inference_request_failure") lines.push(`${family}{${labels},version="${version}"} ${statistics.counters()[family] ?? 0}`);
      else for (const [reason, count] of statistics.failures) lines.push(`${family}{${labels},reason="${reason}",version="${version}"} ${count}`);
    }
  }
  lines.push(`# HELP ${PENDING[0]} ${PENDING[1]}`, `# TYPE ${PENDING[0]} gauge`);
  for (const { name, version, pending } of models) lines.push(`${PENDING[0]}{model="${escaped(name)}",version="${version}"} ${pending}`);
  return `${lines.join("\n")}\n`;
}

function escaped(value: string): string {
  return value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
}
