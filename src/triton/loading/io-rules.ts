import type { Path } from "../pbtxt/path.ts";
import type { Reporter } from "../ensemble/reporter.ts";
import { elementCount, exactSizes, type Shaped, VARIABLE } from "./element-count.ts";
import type { BatchInput, BatchOutput, ModelConfig, ModelInput, ModelOutput } from "../model-config/model-config.ts";

const TENSORRT = "tensorrt_plan";
const BATCH_INPUT_KINDS: readonly BatchInput["kind"][] = [
  "BATCH_ELEMENT_COUNT",
  "BATCH_ACCUMULATED_ELEMENT_COUNT",
  "BATCH_ACCUMULATED_ELEMENT_COUNT_WITH_ZERO",
  "BATCH_MAX_ELEMENT_COUNT_AS_SHAPE",
  "BATCH_ITEM_SHAPE",
  "BATCH_ITEM_SHAPE_FLATTEN",
];
const BATCH_OUTPUT_KINDS: readonly BatchOutput["kind"][] = ["BATCH_SCATTER_WITH_INPUT_SHAPE"];

/**
 * What Triton checks of the declared inputs and outputs, and of what is computed from batches (ValidateModelIOConfig of its
 * model_config_utils): with auto-complete while the model loads, without it while the directory is read.
 */
export function ioFindings(reporter: Reporter): void {
  const { input, output } = reporter.config;
  for (const [index, tensor] of input.entries()) tensorFindings(reporter, "input", index, tensor);
  for (const [index, tensor] of output.entries()) tensorFindings(reporter, "output", index, tensor);
  batchFindings(reporter);
}

/** Adds a finding about one field of a tensor, with the server's " for <model>" behind it. */
type Refuse = (code: string, message: string, field: string, hint: string) => void;

function tensorFindings(reporter: Reporter, side: "input" | "output", index: number, tensor: ModelInput | ModelOutput): void {
  const { config } = reporter;
  const path: Path = [side, index];
  const refuse: Refuse = (code, message, field, hint) =>
    reporter.add(code, `${message} for ${config.name}`, [...path, field], { hint, ...(tensor.name === "" ? {} : { subject: { port: tensor.name } }) });
  if (tensor.name === "") {
    refuse("IO_NAME", `model ${side} must specify 'name'`, "name", "Give it the name that the model has for it.");
    return;
  }
  const prefix = `model ${side} '${tensor.name}'`;
  if (tensor.data_type === "TYPE_INVALID") refuse("IO_DATA_TYPE", `${prefix} must specify 'data_type'`, "data_type", "Write data_type: TYPE_FP32, or whatever the model has.");
  if (tensor.dims.length === 0) refuse("IO_DIMS", `${prefix} must specify 'dims'`, "dims", "Write dims without the batch dimension, -1 for a size that varies.");
  if (tensor.reshape?.shape.length === 0 && config.max_batch_size === 0) {
    const message = `${prefix} cannot have empty reshape for non-batching model as scalar tensors are not supported`;
    refuse("IO_RESHAPE_EMPTY", message, "reshape", "Write reshape { shape: [ 1 ] }, or set max_batch_size.");
  }
  const range = "must be integer >= 1, or -1 to indicate a variable-size dimension";
  const fits = (dims: readonly number[] | undefined): boolean => dims?.every((size) => size >= 1 || size === VARIABLE) ?? true;
  if (!fits(tensor.dims)) refuse("IO_DIMENSION", `${prefix} dimension ${range}`, "dims", "Write -1 for a size that varies.");
  else if (!fits(tensor.reshape?.shape)) refuse("IO_RESHAPE_DIMENSION", `${prefix} reshape dimensions ${range}`, "reshape", "Write -1 for a size that varies.");
  else if (tensor.reshape !== undefined) reshapeFindings(refuse, prefix, tensor, tensor.reshape);

  if ("format" in tensor && (tensor.format === "FORMAT_NHWC" || tensor.format === "FORMAT_NCHW") && tensor.dims.length !== 3) {
    refuse("IO_FORMAT", "model input NHWC/NCHW require 3 dims", "format", "Leave the format out, or write three dims.");
  }
  if (config.platform !== TENSORRT && tensor.is_shape_tensor) {
    refuse("IO_SHAPE_TENSOR", "shape tensors are only supported for TensorRT platform", "is_shape_tensor", "Remove is_shape_tensor.");
  }
  if (!tensor.is_non_linear_format_io) return;
  if (config.platform !== TENSORRT) {
    refuse("IO_NON_LINEAR", "Non-linear IO format is only supported for the TensorRT platform", "is_non_linear_format_io", "Remove is_non_linear_format_io.");
  } else if (tensor.dims.length !== 3) {
    refuse("IO_NON_LINEAR", `Non-linear IO format ${side} requires 3 dims`, "is_non_linear_format_io", "Write three dims.");
  }
}

/** Whether `reshape` holds as many elements as `dims`, piece by piece between dimensions of variable size. */
function reshapeFindings(refuse: Refuse, prefix: string, tensor: ModelInput | ModelOutput, reshape: { shape: readonly number[] }): void {
  const counts = { dims: elementCount(tensor), reshape: elementCount(reshape) };
  for (const field of ["dims", "reshape"] as const) {
    if (counts[field] !== undefined) continue;
    refuse("IO_ELEMENT_COUNT", `element count for tensor '${tensor.name} ${field}' exceeds maximum size of 9223372036854775807`, field, "Write smaller sizes.");
    return;
  }
  const size = (): void => refuse("IO_RESHAPE_SIZE", `${prefix} has different size for dims and reshape`, "reshape", "Both must hold the same number of elements.");
  // No shape at all counts as no element; a tensor of one element may become a scalar.
  if (counts.dims !== counts.reshape && (counts.reshape !== 0n || counts.dims !== 1n)) {
    size();
    return;
  }
  if (counts.dims !== BigInt(VARIABLE)) return;
  const pieces = { dims: fixedPieces(tensor), reshape: fixedPieces(reshape) };
  if (pieces.dims.length !== pieces.reshape.length) {
    const message = `${prefix} has different number of variable-size dimensions for dims and reshape`;
    refuse("IO_RESHAPE_VARIABLE", message, "reshape", "Write as many -1 in reshape as in dims.");
  } else if (pieces.dims.some((count, index) => count !== pieces.reshape[index])) size();
}

/** Products of the sizes between dimensions of variable size, modulo 2^64 as the server multiplies. */
function fixedPieces(message: Shaped): bigint[] {
  const pieces = [1n];
  for (const size of exactSizes(message)) {
    if (size === BigInt(VARIABLE)) pieces.push(1n);
    else pieces.push(BigInt.asIntN(64, pieces.pop()! * size));
  }
  return pieces;
}

function batchFindings(reporter: Reporter): void {
  const { config } = reporter;
  const inputs = new Set(config.input.map(({ name }) => name));
  const outputs = new Set(config.output.map(({ name }) => name));
  for (const [index, entry] of config.batch_input.entries()) {
    sourceFindings(reporter, "input", index, entry, BATCH_INPUT_KINDS.includes(entry.kind));
    if (entry.data_type !== "TYPE_INT32" && entry.data_type !== "TYPE_FP32") {
      reporter.add("BATCH_INPUT_DATA_TYPE", `batch input data type must be TYPE_INT32 or TYPE_FP32 for ${config.name}`, ["batch_input", index, "data_type"], {
        hint: "Write data_type: TYPE_INT32 or TYPE_FP32.",
      });
    }
    unknownSources(reporter, "batch_input", index, entry.source_input, inputs);
  }
  for (const [index, entry] of config.batch_output.entries()) {
    sourceFindings(reporter, "output", index, entry, BATCH_OUTPUT_KINDS.includes(entry.kind));
    unknownSources(reporter, "batch_output", index, entry.source_input, inputs);
    targetFindings(reporter, config, index, entry.target_name, outputs);
  }
}

function sourceFindings(reporter: Reporter, side: "input" | "output", index: number, entry: BatchInput | BatchOutput, known: boolean): void {
  const { name } = reporter.config;
  const path: Path = [`batch_${side}`, index];
  if (!known) {
    // A number that is no kind has no name, to the server either.
    reporter.add("BATCH_IO_KIND", `unknown batch ${side} kind '' for ${name}`, [...path, "kind"], { hint: "Write one of the kinds by its name." });
  } else if (entry.source_input.length !== 1) {
    const message = `batch ${side} kind '${entry.kind}' expects 1 source input, got ${entry.source_input.length} for ${name}`;
    reporter.add("BATCH_IO_SOURCE_COUNT", message, [...path, "source_input"], { hint: "Name exactly one input." });
  }
}

function unknownSources(reporter: Reporter, field: "batch_input" | "batch_output", index: number, sources: readonly string[], inputs: ReadonlySet<string>): void {
  for (const [position, source] of sources.entries()) {
    if (inputs.has(source)) continue;
    reporter.add("BATCH_IO_SOURCE", `unknown source input name '${source}' for ${reporter.config.name}`, [field, index, "source_input", position], {
      hint: "Name an input of the model.",
    });
  }
}

function targetFindings(reporter: Reporter, { name }: ModelConfig, index: number, targets: readonly string[], outputs: ReadonlySet<string>): void {
  for (const [position, target] of targets.entries()) {
    const path: Path = ["batch_output", index, "target_name", position];
    if (!outputs.has(target)) reporter.add("BATCH_IO_TARGET", `unknown target output name '${target}' for ${name}`, path, { hint: "Name an output of the model." });
    else if (targets.indexOf(target) < position) {
      reporter.add("BATCH_IO_TARGET_TWICE", `target output name '${target}' can only be specified once for ${name}`, path, { hint: "Remove one of the two." });
    }
  }
}
