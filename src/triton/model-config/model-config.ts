import type { DataType } from "../../tensor/data-type.ts";

/**
 * inference.ModelConfig as plain data: the message's own field names and enum names, proto3 defaults filled in for scalars, undefined
 * for absent messages. int64 are numbers where a tensor dimension or version is meant (|n| < 2^53), maps are plain records.
 * Written by decode; never printed back: edits go to the text.
 */
export interface ModelConfig {
  name: string;
  platform: string;
  backend: string;
  runtime: string;
  version_policy?: ModelVersionPolicy;
  max_batch_size: number;
  input: ModelInput[];
  output: ModelOutput[];
  instance_group: ModelInstanceGroup[];
  default_model_filename: string;
  cc_model_filenames: Record<string, string>;
  metric_tags: Record<string, string>;
  parameters: Record<string, ModelParameter>;
  ensemble_scheduling?: ModelEnsembling;
  /** Fields of the schema that this interface does not name yet, by their own names, decoded by the same rules. */
  [field: string]: unknown;
}

/** Which versions are served; exactly one member is set. */
export interface ModelVersionPolicy {
  latest?: { num_versions: number };
  all?: Record<string, never>;
  specific?: { versions: number[] };
}

/** One input of a model. `dims` exclude the batch dimension when max_batch_size > 0; -1 is any size. */
export interface ModelInput {
  name: string;
  data_type: DataType;
  format: string;
  dims: number[];
  reshape?: { shape: number[] };
  is_shape_tensor: boolean;
  allow_ragged_batch: boolean;
  optional: boolean;
  is_non_linear_format_io: boolean;
}

/** One output of a model. */
export interface ModelOutput {
  name: string;
  data_type: DataType;
  dims: number[];
  reshape?: { shape: number[] };
  label_filename: string;
  is_shape_tensor: boolean;
  is_non_linear_format_io: boolean;
}

/** Where instances run. KIND_GPU ⇄ KIND_CPU is the line that moves a step between WebGPU and WASM. */
export interface ModelInstanceGroup {
  name: string;
  kind: "KIND_AUTO" | "KIND_GPU" | "KIND_CPU" | "KIND_MODEL";
  count: number;
  gpus: number[];
  [field: string]: unknown;
}

export interface ModelParameter {
  string_value: string;
}

/** ModelEnsembling: the steps, in file order (which has no meaning for execution). */
export interface ModelEnsembling {
  step: EnsembleStep[];
  max_inflight_requests?: number;
}

/** One step. input_map and output_map: model's tensor name → ensemble tensor name. */
export interface EnsembleStep {
  model_name: string;
  model_version: number;
  input_map: Record<string, string>;
  output_map: Record<string, string>;
  model_namespace: string;
}
