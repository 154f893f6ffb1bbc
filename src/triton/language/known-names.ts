/** A name that the server or a backend knows by itself. */
export interface KnownName {
  readonly name: string;
  /** What it means, in a few words. */
  readonly doc: string;
}

const PLATFORMS: readonly KnownName[] = [
  { name: "ensemble", doc: "a pipeline of other models; goes with ensemble_scheduling" },
  { name: "onnxruntime_onnx", doc: "model.onnx, run by ONNX Runtime" },
  { name: "tensorrt_plan", doc: "model.plan, run by TensorRT" },
  { name: "pytorch_libtorch", doc: "model.pt, a TorchScript file" },
  { name: "torch_aoti", doc: "model.pt2, compiled ahead of time by PyTorch" },
  { name: "tensorflow_savedmodel", doc: "the folder model.savedmodel" },
  { name: "tensorflow_graphdef", doc: "model.graphdef" },
];

const BACKENDS: readonly KnownName[] = [
  { name: "onnxruntime", doc: "model.onnx" },
  { name: "python", doc: "model.py" },
  { name: "tensorrt", doc: "model.plan" },
  { name: "pytorch", doc: "model.pt" },
  { name: "openvino", doc: "model.xml with model.bin" },
  { name: "fil", doc: "forests of XGBoost, LightGBM and Treelite" },
  { name: "dali", doc: "model.dali, a pipeline of NVIDIA DALI" },
  { name: "tensorrtllm", doc: "language models compiled by TensorRT-LLM" },
  { name: "vllm", doc: "language models served by vLLM" },
  { name: "tensorflow", doc: "model.savedmodel or model.graphdef" },
  { name: "identity", doc: "copies its inputs to its outputs" },
];

const ACCELERATORS: readonly KnownName[] = [
  { name: "tensorrt", doc: "runs what it can by TensorRT" },
  { name: "openvino", doc: "runs what it can by OpenVINO" },
  { name: "cuda", doc: "options of the CUDA execution provider" },
  { name: "gpu_io", doc: "keeps inputs and outputs on the GPU" },
  { name: "auto_mixed_precision", doc: "computes in half precision where that is safe" },
];

const METRIC_FAMILIES: readonly KnownName[] = [
  { name: "nv_inference_first_response_histogram_ms", doc: "time to the first response of decoupled models" },
];

const PARAMETERS: Readonly<Record<string, readonly KnownName[]>> = {
  python: [
    { name: "FORCE_CPU_ONLY_INPUT_TENSORS", doc: '"no" hands over tensors where they are; "yes", the default, copies them to the host first' },
    { name: "EXECUTION_ENV_PATH", doc: "a packed Python environment to run model.py in" },
  ],
  onnxruntime: [
    { name: "intra_op_thread_count", doc: "threads within one operator; 0 is one per core" },
    { name: "inter_op_thread_count", doc: "threads between operators, with execution_mode 1" },
    { name: "execution_mode", doc: "0 runs operators one after another, 1 in parallel" },
    { name: "enable_mem_arena", doc: '"0" gives memory back at once' },
    { name: "enable_mem_pattern", doc: '"0" plans memory anew for every run' },
  ],
  fil: [
    { name: "model_type", doc: "xgboost, xgboost_json, xgboost_ubj, lightgbm or treelite_checkpoint" },
    { name: "output_class", doc: '"true" for classes, "false" for a regression' },
    { name: "predict_proba", doc: '"true" returns a probability per class' },
    { name: "threshold", doc: "the score from which a binary classifier says 1" },
    { name: "storage_type", doc: "AUTO, DENSE, SPARSE or SPARSE8" },
    { name: "algo", doc: "how trees are walked: ALGO_AUTO, NAIVE, TREE_REORG or BATCH_TREE_REORG" },
  ],
};

const VALUES: Readonly<Record<string, readonly KnownName[]>> = {
  "ModelConfig.platform": PLATFORMS,
  "ModelConfig.backend": BACKENDS,
  "ModelOptimizationPolicy.ExecutionAccelerators.Accelerator.name": ACCELERATORS,
  "ModelMetrics.MetricControl.MetricIdentifier.family": METRIC_FAMILIES,
};

/** What a string field of a message may hold by Triton's own tables, the usual first; empty where anything may stand. */
export function knownValues(message: string | undefined, field: string): readonly KnownName[] {
  return VALUES[`${message ?? ""}.${field}`] ?? [];
}

/** Keys of `parameters` that a backend reads. */
export function knownParameters(backend: string): readonly KnownName[] {
  return PARAMETERS[backend] ?? [];
}
