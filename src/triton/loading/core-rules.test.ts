import { describe, expect, it } from "vitest";
import { writtenContent } from "../../testing/written-content.ts";
import { createLoader } from "./load.ts";
import { DEFAULT_SERVER } from "./server.ts";

const INPUT = 'input { name: "I" data_type: TYPE_FP32 dims: 4 }';
const OUTPUT = 'output { name: "O" data_type: TYPE_FP32 dims: 4 }';
/** A model of a backend of which nothing is known. */
const model = (more: string): string => `backend: "custom" max_batch_size: 4 ${INPUT} ${OUTPUT} ${more}`;
const flat = (more: string): string => `backend: "custom" ${more}`;
const input = (more: string): string => flat(`input { name: "I" data_type: TYPE_FP32 ${more} } ${OUTPUT}`);
const dynamic = (more: string): string => model(`dynamic_batching { ${more} }`);
const sequence = (more: string): string => model(`sequence_batching { ${more} }`);
const control = (...controls: string[]): string => sequence(controls.map((one, index) => `control_input { name: "C${index}" control { ${one} } }`).join(" "));
const state = (more: string): string => sequence(`state { input_name: "S" output_name: "T" data_type: TYPE_FP32 dims: [ 2, -1 ] initial_state { ${more} } }`);
const ensemble = (more: string): string =>
  `platform: "ensemble" ${more} ensemble_scheduling { step { model_name: "x" input_map { key: "I" value: "X" } output_map { key: "O" value: "Y" } } }`;
const metrics = (more: string): string => model(`model_metrics { metric_control { ${more} } }`);

/** The first error of m, completing nothing, so that all of these are found while the directory is read; states and samples come at load. */
function first(text: string, files: Readonly<Record<string, string>> = {}) {
  const content = writtenContent({ "m/config.pbtxt": text, "m/1/": "", ...files });
  return createLoader().load(content, { ...DEFAULT_SERVER, autoComplete: false, gpus: [] }).get("m")?.findings.find((finding) => finding.first);
}

const VARIABLE = "must be integer >= 1, or -1 to indicate a variable-size dimension for m";
const START = "CONTROL_SEQUENCE_START";

describe("a directory is refused", () => {
  it.each<[string, string, string, string]>([
    ["for a backend of an ensemble", 'platform: "ensemble" backend: "custom"', "ENSEMBLE_BACKEND", "Ensemble model 'm' must have platform type 'ensemble' and empty backend type"],
    ["for a platform of another backend", 'backend: "onnxruntime" platform: "tensorrt_plan"', "CONFIG_PLATFORM_BACKEND", "unexpected 'platform' and 'backend' pair, got:tensorrt_plan, onnxruntime"],
    ["for a negative batch size", flat("max_batch_size: -1"), "CONFIG_BATCH_SIZE", "'max_batch_size' must be non-negative value for m"],
    ["for a preferred size of nothing", dynamic("preferred_batch_size: 0"), "BATCHING_PREFERRED_SIZE", "dynamic batching preferred size must be positive for m"],
    ["for a preferred size beyond the largest", dynamic("preferred_batch_size: 5"), "BATCHING_PREFERRED_SIZE", "dynamic batching preferred size must be <= max batch size for m"],
    ["for no default level", dynamic("priority_levels: 2"), "BATCHING_PRIORITY", "default priority level must be in range [1, 2] for m"],
    ["for a policy of no level", dynamic("priority_levels: 2 default_priority_level: 1 priority_queue_policy { key: 3 }"), "BATCHING_PRIORITY", "priority queue policy must have priority level in range [1, 2] for m"],
    ["for levels in order", dynamic("preserve_ordering: true priority_levels: 2 default_priority_level: 1"), "BATCHING_ORDER", "Only one priority level is allowed when 'preserve_ordering' is true for m"],
    ["for delays in order", dynamic("preserve_ordering: true default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 1 }"), "BATCHING_ORDER", "Queue policy can not have DELAY as timeout action when 'preserve_ordering' is true for m"],
    ["for a cache of sequences", `${sequence("")} response_cache { enable: true }`, "SEQUENCE_CACHE", "Response Cache does not currently support model m with sequence batching scheduler. Please disable the response cache."],
    ["for a control without name", sequence("control_input { }"), "SEQUENCE_CONTROL_NAME", "sequence batching control tensor must have a name for m"],
    ["for two controls of one name", sequence('control_input { name: "C" } control_input { name: "C" }'), "SEQUENCE_CONTROL_TENSOR", "sequence batching control tensor 'C' is specified for multiple control kinds for m"],
    ["for two starts", control("int32_false_true: [ 0, 1 ]", "int32_false_true: [ 0, 1 ]"), "SEQUENCE_CONTROL_KIND", `sequence batching specifies multiple ${START} tensors for m`],
    ["for a control without values", control(""), "SEQUENCE_CONTROL_VALUES", `sequence batching must specify either 'int32_false_true', 'fp32_false_true' or 'bool_false_true' for ${START} for m`],
    ["for a control with two kinds of values", control("int32_false_true: [ 0, 1 ] bool_false_true: [ false, true ]"), "SEQUENCE_CONTROL_VALUES", `sequence batching specifies more than one from 'int32_false_true', 'fp32_false_true' and 'bool_false_true' for ${START} for m`],
    ["for a control with one value", control("fp32_false_true: 0"), "SEQUENCE_CONTROL_VALUES", `sequence batching control 'fp32_false_true' must have exactly 2 entries for ${START} for m`],
    ["for values of a correlation id", control("kind: CONTROL_SEQUENCE_CORRID int32_false_true: [ 0, 1 ]"), "SEQUENCE_CONTROL_VALUES", "sequence batching must not specify either 'int32_false_true', 'fp32_false_true' or 'bool_false_true' for CONTROL_SEQUENCE_CORRID for m"],
    ["for a correlation id of fractions", control("kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_FP32"), "SEQUENCE_CORRELATION_TYPE", "unexpected data type for control CONTROL_SEQUENCE_CORRID for m. Allowed data types are TYPE_UINT64, TYPE_INT64, TYPE_UINT32, TYPE_INT32 and TYPE_STRING"],
    ["for a preferred size of sequences", sequence("oldest { preferred_batch_size: 9 }"), "SEQUENCE_PREFERRED_SIZE", "sequence batching preferred batch size must be <= max batch size for m"],
    ["for more slots than there are", sequence("direct { minimum_slot_utilization: 1.5 }"), "SEQUENCE_SLOTS", "sequence batching minimum slot utilization must be in range (0.0, 1.0] for m"],
    ["for scheduling without platform", model("ensemble_scheduling { }"), "ENSEMBLE_PLATFORM", "ensemble scheduling cannot be set for model 'm' whose platform is not ensemble"],
    ["for a platform without scheduling", 'platform: "ensemble"', "ENSEMBLE_NO_SCHEDULING", "ensemble scheduling must be set for ensemble m whose platform is ensemble"],
    ["for instances of an ensemble", ensemble("instance_group { }"), "ENSEMBLE_INSTANCE_GROUP", "instance group should not be specified for ensemble 'm'"],
    ["for optimization of an ensemble", ensemble("optimization { }"), "ENSEMBLE_OPTIMIZATION", "optimization should not be specified for ensemble 'm'"],
    ["for samples of an ensemble", ensemble("model_warmup { }"), "ENSEMBLE_WARMUP", "model_warmup can not be specified for ensemble 'm'"],
    ["for an ensemble of nothing", 'platform: "ensemble" ensemble_scheduling { }', "ENSEMBLE_NO_STEP", "must specify 'step' for ensemble 'm'"],
    ["for a step of nothing", 'platform: "ensemble" ensemble_scheduling { step { } }', "ENSEMBLE_STEP_FIELD", "must specify 'model_name' in step 0 of ensemble 'm'"],
    ["for a cache of a decoupled model", model("model_transaction_policy { decoupled: true } response_cache { enable: true }"), "CONFIG_CACHE_DECOUPLED", "Response Cache does not currently support model m with 'decoupled' transaction policy. Please disable the response cache."],
    ["for a metric without name", metrics(""), "CONFIG_METRICS", "metric control must specify 'metric_identifier'"],
    ["for a metric of no family", metrics("metric_identifier { }"), "CONFIG_METRICS", "metric identifier must specify non-empty 'family'"],
    ["for a metric without options", metrics('metric_identifier { family: "f" }'), "CONFIG_METRICS", "metric control must specify 'histogram_options'"],
    ["for a histogram without buckets", metrics('metric_identifier { family: "f" } histogram_options { }'), "CONFIG_METRICS", "histogram options must specify non-empty 'buckets'"],
    ["for an input without name", flat("input { }"), "IO_NAME", "model input must specify 'name' for m"],
    ["for an output without data type", flat('output { name: "O" dims: 4 }'), "IO_DATA_TYPE", "model output 'O' must specify 'data_type' for m"],
    ["for an input without dims", input(""), "IO_DIMS", "model input 'I' must specify 'dims' for m"],
    ["for a dimension of nothing", input("dims: 0"), "IO_DIMENSION", `model input 'I' dimension ${VARIABLE}`],
    ["for a reshaped dimension of nothing", input("dims: 4 reshape { shape: 0 }"), "IO_RESHAPE_DIMENSION", `model input 'I' reshape dimensions ${VARIABLE}`],
    ["for a scalar without batch", input("dims: 1 reshape { }"), "IO_RESHAPE_EMPTY", "model input 'I' cannot have empty reshape for non-batching model as scalar tensors are not supported for m"],
    ["for another number of elements", input("dims: 4 reshape { shape: [ 2, 3 ] }"), "IO_RESHAPE_SIZE", "model input 'I' has different size for dims and reshape for m"],
    ["for other pieces between variable sizes", input("dims: [ 2, -1, 3 ] reshape { shape: [ 3, -1, 2 ] }"), "IO_RESHAPE_SIZE", "model input 'I' has different size for dims and reshape for m"],
    ["for more variable sizes", input("dims: -1 reshape { shape: [ -1, -1 ] }"), "IO_RESHAPE_VARIABLE", "model input 'I' has different number of variable-size dimensions for dims and reshape for m"],
    ["for more elements than can be counted", input("dims: 4 reshape { shape: [ 9223372036854775807, 2 ] }"), "IO_ELEMENT_COUNT", "element count for tensor 'I reshape' exceeds maximum size of 9223372036854775807 for m"],
    ["for a picture of four dims", input("dims: [ 1, 2, 3, 4 ] format: FORMAT_NCHW"), "IO_FORMAT", "model input NHWC/NCHW require 3 dims for m"],
    ["for a shape as a tensor", input("dims: 4 is_shape_tensor: true"), "IO_SHAPE_TENSOR", "shape tensors are only supported for TensorRT platform for m"],
    ["for a layout of its own", input("dims: 4 is_non_linear_format_io: true"), "IO_NON_LINEAR", "Non-linear IO format is only supported for the TensorRT platform for m"],
    ["for a batch input of nothing", model("batch_input { data_type: TYPE_FP32 }"), "BATCH_IO_SOURCE_COUNT", "batch input kind 'BATCH_ELEMENT_COUNT' expects 1 source input, got 0 for m"],
    ["for a batch input of no kind", model("batch_input { kind: 77 data_type: TYPE_FP32 }"), "BATCH_IO_KIND", "unknown batch input kind '' for m"],
    ["for a batch input of bytes", model('batch_input { source_input: "I" data_type: TYPE_UINT8 }'), "BATCH_INPUT_DATA_TYPE", "batch input data type must be TYPE_INT32 or TYPE_FP32 for m"],
    ["for a batch input of another model", model('batch_input { source_input: "Q" data_type: TYPE_FP32 }'), "BATCH_IO_SOURCE", "unknown source input name 'Q' for m"],
    ["for a batch output of another model", model('batch_output { source_input: "I" target_name: "Q" }'), "BATCH_IO_TARGET", "unknown target output name 'Q' for m"],
    ["for a batch output named twice", model('batch_output { source_input: "I" target_name: [ "O", "O" ] }'), "BATCH_IO_TARGET_TWICE", "target output name 'O' can only be specified once for m"],
  ])("%s", (_, text, code, message) => {
    expect(first(text)).toMatchObject({ code, message, stage: "poll" });
  });
});

describe("a load is refused", () => {
  it.each<[string, string, string, string]>([
    ["for two initial states", state('name: "a" data_type: TYPE_FP32 dims: [ 2, 1 ] zero_data: true } initial_state { name: "b"'), "SEQUENCE_INITIAL_STATE", "Invalid argument: initial_state field for state input 'S' must contain exactly one or zero element. Found '2' elements."],
    ["for an initial state of another type", state('name: "a" data_type: TYPE_INT8 dims: [ 2, 1 ] zero_data: true'), "SEQUENCE_INITIAL_STATE", "Invalid argument: The data type used for 'initial_state' field of state 'S' does not match the state data type."],
    ["for an initial state without name", state("data_type: TYPE_FP32 dims: [ 2, 1 ] zero_data: true"), "SEQUENCE_INITIAL_STATE", "Invalid argument: Field 'name' must be set when using initial_state for state input 'S'."],
    ["for an initial state of another rank", state('name: "a" data_type: TYPE_FP32 dims: 2 zero_data: true'), "SEQUENCE_INITIAL_STATE", "Invalid argument: Number of dimensions in 'initial_state' doesn't match the size of 'state' dimensions for state input 'S'. 1 != 2"],
    ["for an initial state of any size", state('name: "a" data_type: TYPE_FP32 dims: [ 2, -1 ] zero_data: true'), "SEQUENCE_INITIAL_STATE", "Invalid argument: 'initial_state' field for state input name 'S' contains variable dimensions."],
    ["for an initial state of another size", state('name: "a" data_type: TYPE_FP32 dims: [ 3, 1 ] zero_data: true'), "SEQUENCE_INITIAL_STATE", "Invalid argument: 'initial_state' dim for input name 'S' doesn't match 'state' dim description. 3 != 2"],
    ["for an initial state of nothing", state('name: "a" data_type: TYPE_FP32 dims: [ 2, 1 ]'), "SEQUENCE_INITIAL_STATE", "Invalid argument: initial_state setting expects state'S' to have state_data set"],
    ["for an initial state that is not there", state('name: "a" data_type: TYPE_FP32 dims: [ 2, 1 ] data_file: "f"'), "SEQUENCE_INITIAL_STATE", "Internal: failed to open text file for read m/initial_state/f: No such file or directory"],
    ["for an initial state that is too short", state('name: "a" data_type: TYPE_FP32 dims: [ 2, 1 ] data_file: "short"'), "SEQUENCE_INITIAL_STATE", "Invalid argument: initial_state setting expects 8 bytes, but the data provided from shortonly has 2 bytes."],
    ["for more elements than can be counted", flat(`input { name: "I" data_type: TYPE_FP32 dims: [ 9223372036854775807, 2 ] } ${OUTPUT}`), "IO_ELEMENT_COUNT", "Invalid argument: element count for tensor 'I' exceeds maximum size of 9223372036854775807"],
    ["for a batching library and sequences", `${sequence("")} parameters { key: "TRITON_BATCH_STRATEGY_PATH" value { string_value: "x.so" } }`, "BATCH_STRATEGY", "Invalid argument: TRITON_BATCH_STRATEGY_PATH cannot be specified with sequence batcher, using default batching strategy"],
    ["for a batching library of nowhere", model('parameters { key: "TRITON_BATCH_STRATEGY_PATH" value { string_value: "/models/m/none.so" } }'), "BATCH_STRATEGY", "Invalid argument: Batching library path escapes model repository."],
  ])("%s", (_, text, code, message) => {
    expect(first(text, { "m/initial_state/short": "ab" })).toMatchObject({ code, message, stage: "load" });
  });

  it.each<[string, string]>([
    ["a batching library of the model", model('parameters { key: "TRITON_BATCH_STRATEGY_PATH" value { string_value: "/models/m/m.so" } }')],
    ["the largest size", flat(`input { name: "I" data_type: TYPE_FP32 dims: 9223372036854775807 } ${OUTPUT}`)],
    ["an initial state that fits", state('name: "a" data_type: TYPE_FP32 dims: [ 2, 7 ] zero_data: false')],
    ["a slot utilization that is no number", sequence("direct { minimum_slot_utilization: nan }")],
    ["a scalar that batches", `backend: "custom" max_batch_size: 4 input { name: "I" data_type: TYPE_FP32 dims: 1 reshape { } } ${OUTPUT}`],
    ["pieces of equal size between variable ones", input("dims: [ 2, 4, -1, 6 ] reshape { shape: [ 8, -1, 1, 6 ] }")],
  ])("not for %s", (_, text) => {
    expect(first(text, { "m/m.so": "x" })).toBeUndefined();
  });
});

describe("backends of Triton's own tests", () => {
  const pair = (more: string, output: string): string => `backend: "identity" input { name: "INPUT0" data_type: TYPE_FP32 ${more} } output { ${output} }`;
  it.each<[string, string, string]>([
    ["identity wants pairs", `backend: "identity" ${INPUT}`, "Invalid argument: model configuration must have equal input/output pairs"],
    ["identity wants its names", `backend: "identity" ${INPUT} ${OUTPUT}`, "Invalid argument: expected input name to follow INPUT<index> pattern, got 'I'"],
    ["identity wants equal indices", pair("dims: 4", 'name: "OUTPUT1" data_type: TYPE_FP32 dims: 4'), "Invalid argument: expected input and output indices to match"],
    ["identity wants equal types", pair("dims: 4", 'name: "OUTPUT0" data_type: TYPE_INT8 dims: 4'), "Invalid argument: expected input and output datatype to match, got TYPE_FP32 and TYPE_INT8"],
    ["identity wants equal shapes, to the last digit", pair("dims: 9223372036854775807", 'name: "OUTPUT0" data_type: TYPE_FP32 dims: 9223372036854775806'), "Invalid argument: expected input and output shape to match, got [9223372036854775807] and [9223372036854775806]"],
    ["identity runs on a CPU", `${pair("dims: 4", 'name: "OUTPUT0" data_type: TYPE_FP32 dims: 4')} instance_group { kind: KIND_MODEL }`, "Invalid argument: 'identity' backend only supports CPU instances"],
    ["square has one input", `backend: "square" ${OUTPUT}`, "Invalid argument: expected 1 input, got 0"],
    ["square wants its names", `backend: "square" ${INPUT} ${OUTPUT}`, "Invalid argument: expected first input tensor name to be IN, got I"],
    ["square wants its shapes", 'backend: "square" input { name: "IN" data_type: TYPE_INT32 dims: 2 } output { name: "OUT" data_type: TYPE_INT32 dims: 1 }', "Invalid argument: expected IN shape to be [1], got [2]"],
    ["square wants its types", 'backend: "square" input { name: "IN" data_type: TYPE_INT32 dims: 1 } output { name: "OUT" data_type: TYPE_FP32 dims: 1 }', "Invalid argument: expected OUT datatype to be INT32, got TYPE_FP32"],
    ["repeat has three inputs", `backend: "repeat" ${INPUT} ${OUTPUT}`, "Invalid argument: expected 3 inputs, got 1"],
  ])("%s", (_, text, message) => {
    expect(first(text)).toMatchObject({ message, stage: "load" });
  });
});
