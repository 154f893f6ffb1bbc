import { setInstanceGroupKind } from "../../ensemble/edit.ts";
import { nearest } from "../../nearest.ts";
import { removeElementAt, setValue } from "../../pbtxt/edit.ts";
import { findPath } from "../../pbtxt/path.ts";
import { removing, setting } from "../../ensemble/changes.ts";
import { changing, editing, type FixRule, has, removal } from "./fix-case.ts";

/** Platforms that Triton knows; a backend's name is what most people write here instead. */
const PLATFORMS = ["ensemble", "onnxruntime_onnx", "pytorch_libtorch", "tensorflow_graphdef", "tensorflow_savedmodel", "tensorrt_plan"];
const BACKENDS = ["dali", "fil", "identity", "onnxruntime", "openvino", "python", "pytorch", "repeat", "square", "tensorflow", "tensorrt", "tensorrtllm", "vllm"];

const ensemblePlatform: FixRule = (one) =>
  changing(one, 'Set platform to "ensemble"', setting(["platform"], "ensemble"), removing(["backend"]));

/** A platform by a slip, or a backend's name under `platform`. */
const platform: FixRule = (one) => {
  const { parsed, server } = one;
  if (parsed.config.ensemble_scheduling !== undefined) return ensemblePlatform(one);
  const { platform: written } = parsed.config;
  if (written === "") return undefined;
  const backends = [...(server.backends ?? []), ...BACKENDS];
  const field = findPath(parsed.tree.root, ["platform"])?.fields.at(-1);
  if (backends.includes(written) && field !== undefined && !has(one, ["backend"])) {
    return editing(one, `Write it as backend: "${written}"`, [{ from: field.from, to: field.nameTo, insert: "backend" }]);
  }
  const meant = nearest(written, PLATFORMS);
  return meant === undefined ? undefined : changing(one, `Change to ${meant}`, setting(["platform"], meant));
};

/** A model of which nothing tells the backend: an ensemble without its platform, or one file that tells. */
const backendOfFile: FixRule = (one) => {
  const { parsed, directory } = one;
  if (parsed.config.ensemble_scheduling !== undefined) return ensemblePlatform(one);
  const files = directory.versions.flatMap(({ path, files: inside }) => inside.map((file) => file.slice(path.length + 1)));
  const models = [...new Set(files.filter((file) => file.endsWith(".onnx") && !file.includes("/")))];
  const [file] = models;
  if (file === undefined || models.length > 1) return undefined;
  return changing(one, `Open ${file} with onnxruntime`, setting(["backend"], "onnxruntime"), setting(["default_model_filename"], file));
};

const installedBackend: FixRule = (one) => {
  const meant = nearest(one.parsed.config.backend, one.server.backends ?? []);
  return meant === undefined ? undefined : changing(one, `Change to ${meant}`, setting(["backend"], meant));
};

/** Sizes that the batcher can make; none where there is nothing to batch. */
function preferredSizes(path: readonly string[]): FixRule {
  return (one) => {
    const { max_batch_size: largest, dynamic_batching, sequence_batching } = one.parsed.config;
    const sizes = (path[0] === "dynamic_batching" ? dynamic_batching : sequence_batching?.oldest)?.preferred_batch_size ?? [];
    const kept = sizes.filter((size) => size > 0 && size <= largest);
    const title = kept.length === 0 ? "Remove preferred_batch_size" : `Prefer batches of ${kept.join(", ")}`;
    return changing(one, title, kept.length === 0 ? removing(path) : setting(path, kept));
  };
}

const defaultPriority: FixRule = (one) =>
  one.path.at(-1) === "default_priority_level" || !has(one, ["dynamic_batching", "default_priority_level"])
    ? changing(one, "Set default_priority_level to 1", setting(["dynamic_batching", "default_priority_level"], 1))
    : undefined;

/** Dimensions that are no sizes become open. */
const openDimensions: FixRule = (one) => {
  const [side, index] = one.path;
  const tensor = (side === "input" || side === "output") && typeof index === "number" ? one.parsed.config[side][index] : undefined;
  if (side === undefined || index === undefined || tensor === undefined) return undefined;
  const open = (dims: readonly number[]): number[] => dims.map((size) => (size >= 1 || size === -1 ? size : -1));
  const shape = tensor.reshape?.shape ?? [];
  return changing(one, "Write -1 for a size that varies", setting([side, index, "dims"], open(tensor.dims)), ...(shape.length === 0 ? [] : [setting([side, index, "reshape", "shape"], open(shape))]));
};

/** One input for a computed tensor: the first that is named, or the only one that there is. */
const oneSource: FixRule = (one) => {
  const [field, index] = one.path;
  if ((field !== "batch_input" && field !== "batch_output") || typeof index !== "number") return undefined;
  const names = one.parsed.config.input.map(({ name }) => name);
  const named = one.parsed.config[field][index]?.source_input ?? [];
  const source = named.find((name) => names.includes(name)) ?? (names.length === 1 ? names[0] : undefined);
  return source === undefined ? undefined : changing(one, `Take ${source} as its source`, setting([field, index, "source_input"], [source]));
};

/** Into [0, 1]. */
const slotUtilization: FixRule = (one) => {
  const value = one.parsed.config.sequence_batching?.direct?.minimum_slot_utilization ?? 0;
  const nearestValue = value > 1 ? 1 : 0;
  return changing(one, `Set minimum_slot_utilization to ${nearestValue}`, setting(["sequence_batching", "direct", "minimum_slot_utilization"], nearestValue));
};

/** The backend's output is its input: INPUT<x> of the same index. */
function likeInput(field: "data_type" | "dims"): FixRule {
  return (one) => {
    const [side, index] = one.path;
    const output = side === "output" && typeof index === "number" ? one.parsed.config.output[index] : undefined;
    const input = one.parsed.config.input.find(({ name }) => name === output?.name.replace(/^OUTPUT/, "INPUT"));
    if (index === undefined || input === undefined) return undefined;
    if (field === "data_type") return changing(one, `Change to ${input.data_type}`, setting(["output", index, "data_type"], input.data_type));
    const dims = input.reshape?.shape ?? input.dims;
    return dims.length === 0 ? undefined : changing(one, `Change dims to [ ${dims.join(", ")} ]`, setting(["output", index, "dims"], dims), removing(["output", index, "reshape"]));
  };
}

/** The field of the tensor that the finding marks, or that it says is missing its value. */
function tensorField(field: string): FixRule {
  return (one) => {
    const [side, index] = one.path;
    return side === undefined || index === undefined ? undefined : changing(one, `Remove ${field}`, removing([side, index, field]));
  };
}

/** An input or output of the model in place of a name that it does not have. */
function tensorName(side: "input" | "output"): FixRule {
  return (one) => {
    const { path, parsed } = one;
    const range = parsed.rangeOf(path);
    const written = range && findPath(parsed.tree.root, path)?.value;
    if (written?.kind !== "scalar" || typeof written.value !== "string") return undefined;
    const names = parsed.config[side].map(({ name }) => name);
    const meant = nearest(written.value, names) ?? (names.length === 1 ? names[0] : undefined);
    return meant === undefined ? undefined : changing(one, `Change to ${meant}`, setting(path, meant));
  };
}

const onCpu: FixRule = (one) => editing(one, "Run it on the CPU", setInstanceGroupKind(one.parsed, "KIND_CPU"));

/** GPUs of a group that does not take them, or a GPU that the server does not have. */
const instanceGroup: FixRule = (one) => {
  const groups = one.parsed.config.instance_group;
  const misplaced = groups.findIndex(({ kind, gpus }) => (kind === "KIND_CPU" || kind === "KIND_MODEL") && gpus.length > 0);
  if (misplaced >= 0) return changing(one, "Remove gpus", removing(["instance_group", misplaced, "gpus"]));
  const profiled = groups.findIndex(({ profile }) => profile.length > 0);
  if (/\bprofile\b/.test(one.finding.message) && profiled >= 0) return changing(one, "Remove profile", removing(["instance_group", profiled, "profile"]));
  if (/unexpected kind/.test(one.finding.message)) return onCpu(one);
  return one.server.gpus?.length === 0 && groups.some(({ kind }) => kind === "KIND_GPU") ? onCpu(one) : undefined;
};

/** The file beside it that was meant. */
const labelFile: FixRule = (one) => {
  const [side, index] = one.path;
  const written = typeof index === "number" ? one.parsed.config.output[index]?.label_filename : undefined;
  if (side !== "output" || index === undefined || written === undefined) return undefined;
  const prefix = one.directory.name.length + 1;
  const meant = nearest(written, one.directory.files.map((file) => file.slice(prefix)));
  return changing(one, meant === undefined ? "Remove label_filename" : `Change to ${meant}`, meant === undefined ? removing([side, index, "label_filename"]) : setting([side, index, "label_filename"], meant));
};

const lostEntry: FixRule = (one) => editing(one, "Remove the lost entry", removeElementAt(one.parsed.tree, one.finding));

const repeatedTensor: FixRule = (one) => {
  const [side, index] = one.path;
  return side === undefined || index === undefined ? undefined : changing(one, `Remove the second ${side}`, removing([side, index]));
};

const completedBatch: FixRule = (one) => {
  const size = one.model.config.max_batch_size;
  return changing(one, `Set max_batch_size to ${size}`, setting(["max_batch_size"], size));
};

/** In the text of the step's model. */
const gpuInputs: FixRule = ({ content, finding, model }) => {
  const name = model.config.ensemble_scheduling?.step[finding.subject?.step ?? -1]?.model_name ?? "";
  const step = content.config(name);
  const path = ["parameters", "FORCE_CPU_ONLY_INPUT_TENSORS", "string_value"];
  return step && { title: `Let ${name} take tensors on the GPU`, edits: [{ path: step.file, edits: setValue(step.tree, path, "no") }] };
};

/** Fields of any model. */
export const FIELD_FIXES: Readonly<Record<string, FixRule>> = {
  CONFIG_PLATFORM: platform,
  CONFIG_PLATFORM_BACKEND: removal("platform"),
  ENSEMBLE_PLATFORM: ensemblePlatform,
  LOADING_NO_BACKEND: backendOfFile,
  BACKEND_NOT_INSTALLED: installedBackend,
  BACKEND_RUNTIME: removal("runtime"),
  BACKEND_CPU_ONLY: onCpu,
  LOADING_INSTANCE_GROUP: instanceGroup,
  CONFIG_BATCH_SIZE: (one) => changing(one, "Set max_batch_size to 0", setting(["max_batch_size"], 0)),
  CONFIG_CACHE_DECOUPLED: removal("response_cache"),
  SEQUENCE_CACHE: removal("response_cache"),
  BATCHING_PREFERRED_SIZE: preferredSizes(["dynamic_batching", "preferred_batch_size"]),
  SEQUENCE_PREFERRED_SIZE: preferredSizes(["sequence_batching", "oldest", "preferred_batch_size"]),
  BATCHING_ORDER: (one) => changing(one, "Remove preserve_ordering", removing(["dynamic_batching", "preserve_ordering"])),
  BATCHING_PRIORITY: defaultPriority,
  IO_DIMENSION: openDimensions,
  IO_RESHAPE_DIMENSION: openDimensions,
  IO_RESHAPE_EMPTY: tensorField("reshape"),
  IO_RESHAPE_SIZE: tensorField("reshape"),
  IO_RESHAPE_VARIABLE: tensorField("reshape"),
  IO_FORMAT: tensorField("format"),
  IO_SHAPE_TENSOR: tensorField("is_shape_tensor"),
  IO_NON_LINEAR: tensorField("is_non_linear_format_io"),
  BATCH_IO_SOURCE: tensorName("input"),
  BATCH_IO_TARGET: tensorName("output"),
  BATCH_IO_TARGET_TWICE: (one) => changing(one, "Remove the second one", removing(one.path)),
  BATCH_IO_SOURCE_COUNT: oneSource,
  SEQUENCE_SLOTS: slotUtilization,
  IDENTITY_DATA_TYPE: likeInput("data_type"),
  IDENTITY_SHAPE: likeInput("dims"),
  LABEL_MISSING: labelFile,
  CONFIG_DUPLICATE_KEY: lostEntry,
  CRASH_EMPTY_AGENTS: removal("model_repository_agents"),
  CRASH_BATCH_OUTPUT: (one) => changing(one, "Remove it", removing(one.path.slice(0, 2))),
  CRASH_ONNX_PARAMETER: removal(),
  CRASH_CANDIDATE_SEQUENCES: (one) => changing(one, "Set max_candidate_sequences to 1024", setting(["sequence_batching", "oldest", "max_candidate_sequences"], 1024)),
  ADVICE_UNBATCHED_STEP: (one) => changing(one, "Lower max_batch_size to 1", setting(["max_batch_size"], 1)),
  ADVICE_REPEATED_NAME: repeatedTensor,
  ADVICE_IGNORED_FIELD: removal(),
  ADVICE_COMPLETED_BATCH: completedBatch,
  ADVICE_HOST_COPIES: gpuInputs,
};
