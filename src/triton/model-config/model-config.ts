import type { DataType } from "../../tensor/data-type.ts";

/**
 * inference.ModelConfig as plain data: the message's own field and enum names, proto3 defaults filled in for scalars, lists and maps,
 * undefined for absent messages and oneof members. An enum number without a name stays a number at run time, whatever the type says.
 * 64-bit integers are numbers; one beyond ±2^53 is rounded, and `exactInteger` has it whole. Maps are plain records.
 * Written by decode; never printed back: edits go to the text.
 */
export interface ModelConfig {
  name: string;
  platform: string;
  backend: string;
  runtime: string;
  version_policy?: ModelVersionPolicy;
  /** 0: no batch dimension precedes `dims`. */
  max_batch_size: number;
  input: ModelInput[];
  output: ModelOutput[];
  batch_input: BatchInput[];
  batch_output: BatchOutput[];
  optimization?: ModelOptimizationPolicy;
  dynamic_batching?: ModelDynamicBatching;
  sequence_batching?: ModelSequenceBatching;
  ensemble_scheduling?: ModelEnsembling;
  instance_group: ModelInstanceGroup[];
  default_model_filename: string;
  cc_model_filenames: Record<string, string>;
  metric_tags: Record<string, string>;
  parameters: Record<string, ModelParameter>;
  model_warmup: ModelWarmup[];
  model_operations?: { op_library_filename: string[] };
  model_transaction_policy?: { decoupled: boolean };
  model_repository_agents?: { agents: { name: string; parameters: Record<string, string> }[] };
  response_cache?: { enable: boolean };
  model_metrics?: ModelMetrics;
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
  format: "FORMAT_NONE" | "FORMAT_NHWC" | "FORMAT_NCHW";
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

/** An input that the backend makes of all requests of a batch. */
export interface BatchInput {
  kind:
    | "BATCH_ELEMENT_COUNT"
    | "BATCH_ACCUMULATED_ELEMENT_COUNT"
    | "BATCH_ACCUMULATED_ELEMENT_COUNT_WITH_ZERO"
    | "BATCH_MAX_ELEMENT_COUNT_AS_SHAPE"
    | "BATCH_ITEM_SHAPE"
    | "BATCH_ITEM_SHAPE_FLATTEN";
  target_name: string[];
  data_type: DataType;
  source_input: string[];
}

/** Outputs that are split among the requests of a batch by a shape. */
export interface BatchOutput {
  target_name: string[];
  kind: "BATCH_SCATTER_WITH_INPUT_SHAPE";
  source_input: string[];
}

/** Where instances run. KIND_GPU ⇄ KIND_CPU is the line that moves a step between WebGPU and WASM. */
export interface ModelInstanceGroup {
  name: string;
  kind: "KIND_AUTO" | "KIND_GPU" | "KIND_CPU" | "KIND_MODEL";
  /** Below 1: the server's default. */
  count: number;
  rate_limiter?: { resources: { name: string; global: boolean; count: number }[]; priority: number };
  gpus: number[];
  secondary_devices: { kind: "KIND_NVDLA"; device_id: number }[];
  profile: string[];
  passive: boolean;
  host_policy: string;
}

export interface ModelOptimizationPolicy {
  graph?: { level: number };
  priority: "PRIORITY_DEFAULT" | "PRIORITY_MAX" | "PRIORITY_MIN";
  cuda?: { graphs: boolean; busy_wait_events: boolean; graph_spec: CudaGraphSpec[]; output_copy_stream: boolean };
  execution_accelerators?: { gpu_execution_accelerator: ExecutionAccelerator[]; cpu_execution_accelerator: ExecutionAccelerator[] };
  input_pinned_memory?: { enable: boolean };
  output_pinned_memory?: { enable: boolean };
  gather_kernel_buffer_threshold: number;
  eager_batching: boolean;
}

/** A CUDA graph to capture. */
export interface CudaGraphSpec {
  batch_size: number;
  input: Record<string, { dim: number[] }>;
  graph_lower_bound?: { batch_size: number; input: Record<string, { dim: number[] }> };
}

export interface ExecutionAccelerator {
  name: string;
  parameters: Record<string, string>;
}

export interface ModelQueuePolicy {
  timeout_action: "REJECT" | "DELAY";
  default_timeout_microseconds: number;
  allow_timeout_override: boolean;
  max_queue_size: number;
}

export interface ModelDynamicBatching {
  preferred_batch_size: number[];
  max_queue_delay_microseconds: number;
  preserve_ordering: boolean;
  priority_levels: number;
  default_priority_level: number;
  default_queue_policy?: ModelQueuePolicy;
  /** By level, as a decimal. */
  priority_queue_policy: Record<string, ModelQueuePolicy>;
}

export interface ModelSequenceBatching {
  direct?: { max_queue_delay_microseconds: number; minimum_slot_utilization: number };
  oldest?: {
    max_candidate_sequences: number;
    preferred_batch_size: number[];
    max_queue_delay_microseconds: number;
    preserve_ordering: boolean;
  };
  max_sequence_idle_microseconds: number;
  control_input: { name: string; control: SequenceControl[] }[];
  state: SequenceState[];
  iterative_sequence: boolean;
}

/** What a control tensor carries, and by which values. */
export interface SequenceControl {
  kind: "CONTROL_SEQUENCE_START" | "CONTROL_SEQUENCE_READY" | "CONTROL_SEQUENCE_END" | "CONTROL_SEQUENCE_CORRID";
  int32_false_true: number[];
  fp32_false_true: number[];
  bool_false_true: boolean[];
  data_type: DataType;
}

/** An implicit state: an output of one request that is an input of the sequence's next. */
export interface SequenceState {
  input_name: string;
  output_name: string;
  data_type: DataType;
  dims: number[];
  initial_state: SequenceInitialState[];
  use_same_buffer_for_input_output: boolean;
  use_growable_memory: boolean;
}

/** The state of a new sequence; `zero_data` or `data_file` is set, if any. */
export interface SequenceInitialState {
  data_type: DataType;
  dims: number[];
  zero_data?: boolean;
  data_file?: string;
  name: string;
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

/** A warm-up sample: `batch_size` requests of batch 1, sent `count` times. */
export interface ModelWarmup {
  name: string;
  batch_size: number;
  inputs: Record<string, WarmupInput>;
  count: number;
}

/** Data of one input; at most one of `zero_data`, `random_data`, `input_data_file` is set. */
export interface WarmupInput {
  data_type: DataType;
  dims: number[];
  zero_data?: boolean;
  random_data?: boolean;
  input_data_file?: string;
}

export interface ModelMetrics {
  metric_control: { metric_identifier?: { family: string }; histogram_options?: { buckets: number[] } }[];
}
