import { ConchError } from "../../../base/errors.ts";
import type { Forest } from "../../../forest/forest.ts";
import { type PackedForest, packForest } from "../../../forest/packed-forest.ts";
import { outputsPerRow, type RowOutput } from "../../../forest/postprocess.ts";
import { predictRows } from "../../../forest/predict.ts";
import { FOREST_FORMATS, readForest } from "../../../forest/read-forest.ts";
import { elementCount, typedData } from "../../../tensor/tensor.ts";
import { type FilParameters, readFilParameters } from "../../../triton/loading/backends/fil-parameters.ts";
import type { ModelConfig } from "../../../triton/model-config/model-config.ts";
import type { Backend, BackendModel, ExecuteRequest, ModelSource, RuntimeTensor } from "../backend.ts";
import { createGpuForest, type GpuForest } from "./gpu-forest.ts";

const INPUT = "input__0";
const OUTPUT = "output__0";
/** Rows that the processor walks between two looks at the signal. */
const ROWS_AT_ONCE = 4096;

/** Triton's Forest Inference Library: WGSL for KIND_GPU, TypeScript for KIND_CPU. */
export const filBackend: Backend = {
  name: "fil",
  async load(source, placement, { gpu }, signal) {
    const parameters = parametersOf(source);
    const forest = await forestOf(source, parameters);
    signal.throwIfAborted();
    const output = rowOutput(source, forest, parameters);
    const packed = packForest(forest);
    if (placement === "cpu") return cpuModel(source.name, forest, packed, output);
    if (gpu === undefined) {
      throw new ConchError("NO_WEBGPU", `Model "${source.name}" is placed on KIND_GPU, and there is no WebGPU here: place it on KIND_CPU`, { data: { model: source.name } });
    }
    return gpuModel(source.name, createGpuForest(gpu, forest, packed), packed, output);
  },
};

/** Throws MODEL_NOT_RUNNABLE for what the backend would refuse. */
function parametersOf({ name, config }: ModelSource): FilParameters {
  const { values, problems } = readFilParameters(config);
  const refused = problems.find(({ more }) => (more.severity ?? "error") === "error");
  if (refused !== undefined) throw notRunnable(name, refused.message, refused.parameter);
  return values;
}

async function forestOf({ name, version, config, files }: ModelSource, { modelType }: FilParameters): Promise<Forest> {
  const format = FOREST_FORMATS.find((known) => known === modelType);
  if (format === undefined) throw notRunnable(name, `model_type is "${modelType}", expected one of ${FOREST_FORMATS.join(", ")}`, "model_type");
  const path = config.default_model_filename;
  const blob = await files.open(path);
  if (blob === undefined) throw notRunnable(name, `version ${version} has no ${path}`, path);
  return readForest(new Uint8Array(await blob.arrayBuffer()), format, `${name}/${version}/${path}`);
}

/** What output__0 asks for. Throws MODEL_NOT_RUNNABLE where the forest gives another number of values. */
function rowOutput({ name, config }: ModelSource, forest: Forest, { classifier, predictProba, threshold }: FilParameters): RowOutput {
  for (const [side, port] of [["input", INPUT], ["output", OUTPUT]] as const) {
    const found = config[side].find((one) => one.name === port);
    if (found === undefined) throw notRunnable(name, `expected ${side} ${port}, found ${config[side].map((one) => one.name).join(", ") || "none"}`, port);
    if (found.data_type !== "TYPE_FP32") throw notRunnable(name, `${port} is ${found.data_type}, expected TYPE_FP32`, port);
  }
  const sums = forest.baseScores.length;
  const { dims, declared } = declaredWidth(config);
  const pair = predictProba && sums === 1 && declared === 2;
  const kind = pair ? "pair" : classifier && !predictProba ? "class" : "values";
  if (kind === "class" && forest.classCounts.length > 1) throw notRunnable(name, `a class is asked for, and the forest has ${forest.classCounts.length} targets`, OUTPUT);
  const width = outputsPerRow(sums, { kind, threshold });
  if (declared !== undefined && declared !== width) {
    throw notRunnable(name, `${OUTPUT} has dims [${dims.join(", ")}], and for each row ${kind === "class" ? "a class is asked for" : `the forest gives ${width}`}: write dims: [ ${width} ]`, OUTPUT);
  }
  return { kind, threshold };
}

/** Values of output__0 for each row; undefined where its dims leave that open. Without batching its first size counts the rows. */
function declaredWidth(config: ModelConfig): { dims: readonly number[]; declared: number | undefined } {
  const port = config.output.find(({ name }) => name === OUTPUT);
  const dims = port?.dims ?? [];
  const ofRow = config.max_batch_size === 0 && dims.length > 1 ? dims.slice(1) : dims;
  return { dims, declared: ofRow.includes(-1) ? undefined : elementCount(ofRow) };
}

function cpuModel(model: string, forest: Forest, packed: PackedForest, output: RowOutput): BackendModel {
  return {
    accepts: () => "host",
    execute(request) {
      request.progress("running");
      const input = request.inputs.get(INPUT);
      if (input?.location !== "host") throw new Error(`Conch bug: ${INPUT} of a KIND_CPU forest is on the host`);
      const shape = outputShape(model, input.tensor.shape, packed, output);
      const features = typedData(input.tensor);
      if (!(features instanceof Float32Array)) throw wrongInput(model, `it is ${input.tensor.dataType}, expected TYPE_FP32`);
      const data = new Float32Array(elementCount(shape));
      const step = ROWS_AT_ONCE * packed.featureCount;
      for (let from = 0, at = 0; from < features.length; from += step) {
        request.signal.throwIfAborted();
        const block = predictRows(forest, packed, features.subarray(from, from + step), output);
        data.set(block, at);
        at += block.length;
      }
      return Promise.resolve(given(request, { location: "host", tensor: { dataType: "TYPE_FP32", shape, data } }));
    },
    dispose: () => Promise.resolve(),
  };
}

function gpuModel(model: string, forest: GpuForest, packed: PackedForest, output: RowOutput): BackendModel {
  return {
    accepts: () => "gpu",
    async execute(request) {
      request.progress("running");
      const input = request.inputs.get(INPUT);
      if (input?.location !== "gpu") throw new Error(`Conch bug: ${INPUT} of a KIND_GPU forest is on the GPU`);
      if (input.dataType !== "TYPE_FP32") throw wrongInput(model, `it is ${input.dataType}, expected TYPE_FP32`);
      const shape = outputShape(model, input.shape, packed, output);
      if (!request.requestedOutputs.includes(OUTPUT)) return new Map();
      const buffer = await forest.predict(input.buffer, elementCount(input.shape) / packed.featureCount, output);
      return given(request, { location: "gpu", dataType: "TYPE_FP32", shape, buffer });
    },
    dispose() {
      forest.dispose();
      return Promise.resolve();
    },
  };
}

function given(request: ExecuteRequest, tensor: RuntimeTensor): Map<string, RuntimeTensor> {
  return new Map(request.requestedOutputs.includes(OUTPUT) ? [[OUTPUT, tensor]] : []);
}

/** The shape of the output: that of the rows, and what each gives. Throws REQUEST_INVALID. */
function outputShape(model: string, shape: readonly number[], { featureCount, sums }: PackedForest, output: RowOutput): number[] {
  const features = shape.at(-1);
  if (features !== featureCount) throw wrongInput(model, `it has shape [${shape.join(", ")}], and the forest reads rows of ${featureCount} features`);
  return [...shape.slice(0, -1), outputsPerRow(sums, output)];
}

function wrongInput(model: string, message: string): ConchError {
  return new ConchError("REQUEST_INVALID", `Input ${INPUT} of model "${model}" does not fit: ${message}`, { data: { model, input: INPUT } });
}

function notRunnable(model: string, message: string, subject: string | undefined): ConchError {
  return new ConchError("MODEL_NOT_RUNNABLE", `Model "${model}" has backend fil: ${message}`, { data: { model, ...(subject === undefined ? {} : { subject }) } });
}
