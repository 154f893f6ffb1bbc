import type { Reporter } from "../ensemble/reporter.ts";
import { schedulingFindings } from "../ensemble/scheduling-rules.ts";
import { dynamicBatchingFindings } from "./dynamic-batching-rules.ts";
import { sequenceBatchingFindings } from "./sequence-batching-rules.ts";

/** Backends that Triton knows, and the platforms that belong to each; any other backend may have any platform. */
const PLATFORMS: Readonly<Record<string, readonly string[]>> = {
  tensorflow: ["tensorflow_graphdef", "tensorflow_savedmodel"],
  tensorrt: ["tensorrt_plan"],
  onnxruntime: ["onnxruntime_onnx"],
  pytorch: ["pytorch_libtorch", "torch_aoti"],
};

/**
 * What Triton checks of a configuration whatever the backend (ValidateModelConfig of its model_config_utils), in its order: while it reads
 * the directory, and once more while the model loads, on the completed configuration.
 */
export function modelFindings(reporter: Reporter): void {
  const { config } = reporter;
  const { name, platform, backend } = config;
  if (backend === "" && platform !== "ensemble") {
    const ensemble = config.ensemble_scheduling !== undefined;
    reporter.add("CONFIG_PLATFORM", `unexpected platform type '${platform}' for ${name}`, ["platform"], {
      hint: ensemble ? 'Write platform: "ensemble".' : platform === "" ? "Name the backend that runs the model." : `Write backend: "…" for the backend; '${platform}' is no platform.`,
    });
  } else if (backend !== "" && platform === "ensemble") {
    reporter.add("ENSEMBLE_BACKEND", `Ensemble model '${name}' must have platform type 'ensemble' and empty backend type`, ["backend"], { hint: "Remove the backend." });
  }
  const platforms = PLATFORMS[backend];
  if (platforms !== undefined && !platforms.includes(platform) && platform !== "ensemble") {
    reporter.add("CONFIG_PLATFORM_BACKEND", `unexpected 'platform' and 'backend' pair, got:${platform}, ${backend}`, platform === "" ? ["backend"] : ["platform"], {
      hint: `The platform of ${backend} is ${platforms.join(" or ")}.`,
    });
  }
  if (config.max_batch_size < 0) {
    reporter.add("CONFIG_BATCH_SIZE", `'max_batch_size' must be non-negative value for ${name}`, ["max_batch_size"], { hint: "Write 0 for a model without batch dimension." });
  }
  dynamicBatchingFindings(reporter);
  sequenceBatchingFindings(reporter);
  if (config.ensemble_scheduling !== undefined || platform === "ensemble") schedulingFindings(reporter);
  cacheFindings(reporter);
  metricFindings(reporter);
}

/** The response cache keeps one response per request. */
function cacheFindings(reporter: Reporter): void {
  const { name, model_transaction_policy, response_cache } = reporter.config;
  if (model_transaction_policy?.decoupled !== true || response_cache?.enable !== true) return;
  const message = `Response Cache does not currently support model ${name} with 'decoupled' transaction policy. Please disable the response cache.`;
  reporter.add("CONFIG_CACHE_DECOUPLED", message, ["response_cache"], { hint: "Remove response_cache." });
}

function metricFindings(reporter: Reporter): void {
  for (const [index, control] of (reporter.config.model_metrics?.metric_control ?? []).entries()) {
    const refuse = (message: string, hint: string): void => reporter.add("CONFIG_METRICS", message, ["model_metrics", "metric_control", index], { hint });
    if (control.metric_identifier === undefined) refuse("metric control must specify 'metric_identifier'", "Write metric_identifier { family: \"…\" }.");
    else if (control.metric_identifier.family === "") refuse("metric identifier must specify non-empty 'family'", "Name the metric family.");
    if (control.histogram_options === undefined) refuse("metric control must specify 'histogram_options'", "Write histogram_options { buckets: [ … ] }.");
    else if (control.histogram_options.buckets.length === 0) refuse("histogram options must specify non-empty 'buckets'", "List the upper bounds of the buckets.");
  }
}
