import type { InferenceSession } from "onnxruntime-web";
import type { ModelConfig } from "../../../triton/model-config/model-config.ts";

/**
 * The settings of a config.pbtxt that mean the same in the browser: optimization.graph.level (-1 basic, 1 extended, else all) and the parameters
 * enable_mem_arena, enable_mem_pattern and execution_mode of Triton's backend. Thread counts are the worker's, not a model's: they are not among them.
 */
export function optionsOf(config: ModelConfig): InferenceSession.SessionOptions {
  const options: InferenceSession.SessionOptions = { logSeverityLevel: 3 };
  const level = graphLevel(config);
  if (level === -1) options.graphOptimizationLevel = "basic";
  else if (level === 1) options.graphOptimizationLevel = "extended";
  const arena = flag(config, "enable_mem_arena");
  if (arena !== undefined) options.enableCpuMemArena = arena;
  const pattern = flag(config, "enable_mem_pattern");
  if (pattern !== undefined) options.enableMemPattern = pattern;
  const mode = config.parameters["execution_mode"]?.string_value;
  if (mode !== undefined) options.executionMode = mode === "1" ? "parallel" : "sequential";
  return options;
}

function graphLevel(config: ModelConfig): number | undefined {
  const optimization = config["optimization"] as { graph?: { level?: number } } | undefined;
  return optimization?.graph?.level;
}

function flag(config: ModelConfig, name: string): boolean | undefined {
  const value = config.parameters[name]?.string_value;
  return value === undefined ? undefined : value === "1" || value.toLowerCase() === "true";
}
