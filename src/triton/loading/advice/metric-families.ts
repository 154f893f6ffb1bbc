import type { Finding } from "../../findings.ts";
import { type AdviceCase, advise } from "./report.ts";

/** Metrics whose buckets a model may choose (metric_model_reporter of the core). */
const CUSTOMIZABLE: ReadonlySet<string> = new Set(["nv_inference_first_response_histogram_ms"]);

/** Metric families that the server knows no buckets for: it logs a warning and goes on. */
export function metricFamilies(one: AdviceCase): Finding[] {
  return (one.model.config.model_metrics?.metric_control ?? []).flatMap(({ metric_identifier }, index) => {
    const family = metric_identifier?.family ?? "";
    if (family === "" || CUSTOMIZABLE.has(family)) return [];
    return advise(one, {
      code: "ADVICE_METRIC_FAMILY",
      severity: "warning",
      message: `Metric family '${family}' in 'metric_identifier' is not a customizable metric in Triton core.`,
      hint: `The metrics with buckets of a model's own are: ${[...CUSTOMIZABLE].join(", ")}.`,
      at: [["model_metrics", "metric_control", index, "metric_identifier", "family"]],
    });
  });
}
