import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-web";
import { assert, ConchError } from "../../../base/errors.ts";
import { estimateMemory } from "../../../onnx/memory-estimate.ts";
import { indexBounds, indexExcess } from "../../../onnx/index-bounds.ts";
import { isStandard, type OnnxModel, type OnnxValue } from "../../../onnx/model.ts";
import type { RewriteChange } from "../../../onnx/rewrite/rewrite.ts";
import { shapeConflict } from "../../../onnx/shape-conflict.ts";
import { inferShapes } from "../../../onnx/shape-inference.ts";
import { fromOnnx } from "../../../tensor/data-type.ts";
import { elementCount } from "../../../tensor/tensor.ts";
import type { Gpu } from "../../gpu.ts";
import type { Backend, BackendModel, ExecuteRequest, ModelSource, Placement, RuntimeTensor } from "../backend.ts";
import { checkIndices } from "./index-check.ts";
import { needsStaticShapes, openModel, type ModelFile } from "./model-file.ts";
import { outOfMemory, requireSizes } from "./model-limits.ts";
import { ortFor, type OrtApi } from "./ort-builds.ts";
import { isOutOfMemory, ortError } from "./ort-errors.ts";
import { ortMutex } from "./ort-mutex.ts";
import { prepareModel } from "./prepared-model.ts";
import { fromOrt, staysOnGpu, toOrt } from "./ort-tensors.ts";
import { fromModel, toModel } from "./reshape.ts";
import { createSessionCache, type SessionCache } from "./session-cache.ts";
import { optionsOf } from "./session-options.ts";

/** Bytes up to which a model file is read as a whole. */
const WHOLE_UP_TO = 64 << 20;
/** Bytes of weights that are kept on the GPU, those of the model that runs aside. */
const GPU_WEIGHTS = 4 * 2 ** 30;

/** Settings of the backend, for tests and measurements. */
export interface OnnxruntimeOptions {
  /** A GPU session in which any node would run on the CPU is refused. Default false. */
  readonly disableCpuFallback?: boolean;
  readonly sessions?: SessionCache;
  /** Bytes up to which a model file is read as a whole: above it would be in memory several times while ONNX Runtime reads it. Default 64 MiB. */
  readonly wholeUpTo?: number;
  /** Called with what was rewritten each time a session is made. */
  onRewrite?(model: string, changes: readonly RewriteChange[]): void;
}

/** Triton's "onnxruntime" backend on onnxruntime-web: KIND_GPU on WebGPU with the worker's device, KIND_CPU on WebAssembly. */
export function createOnnxruntimeBackend(options: OnnxruntimeOptions = {}): Backend {
  // Each placement has a build of its own with a memory of its own: weights of one take no room from the other.
  const sessions = { cpu: options.sessions ?? createSessionCache(), gpu: options.sessions ?? createSessionCache(undefined, GPU_WEIGHTS) };
  return {
    name: "onnxruntime",
    async load(source, placement, { gpu }, signal) {
      if (placement === "gpu" && gpu === undefined) {
        throw new ConchError("NO_WEBGPU", `Model "${source.name}" is placed on the GPU (KIND_GPU), and this browser offers no WebGPU: set KIND_CPU`, {
          data: { model: source.name },
        });
      }
      const file = await openModel(source, placement, gpu?.device);
      requireSizes(source, file, placement, gpu?.device);
      signal.throwIfAborted();
      return loadedModel(source, placement, placement === "gpu" ? gpu : undefined, file, sessions[placement], options);
    },
  };
}

/** The backend with its defaults: one cache of sessions per placement for the worker. */
export const onnxruntimeBackend: Backend = createOnnxruntimeBackend();

function loadedModel(
  source: ModelSource,
  placement: Placement,
  gpu: Gpu | undefined,
  file: ModelFile,
  sessions: SessionCache,
  options: OnnxruntimeOptions,
): BackendModel {
  const { header } = file;
  const owner = {};
  const inputs = new Map(header.inputs.map((value) => [value.name, value]));
  const outputs = new Map(header.outputs.map((value) => [value.name, value]));
  const bounds = indexBounds(header.model);
  const batched = source.config.max_batch_size > 0;
  const perShape = needsStaticShapes(header, placement);
  const fitting = new Set<string>();
  let lost: GPUDeviceLostInfo | undefined;
  void gpu?.device.lost.then((info) => (lost = info));

  function accepts(input: string): "gpu" | "host" {
    const value = inputs.get(input);
    if (gpu === undefined || value === undefined) return "host";
    return staysOnGpu(fromOnnx(value.elementType)) && !readOnHost(header.model, value) ? "gpu" : "host";
  }

  function feedShapes(request: ExecuteRequest): Map<string, readonly number[]> {
    const shapes = new Map<string, readonly number[]>();
    for (const [name, tensor] of request.inputs) {
      const configured = source.config.input.find((input) => input.name === name);
      const shape = configured === undefined ? shapeOf(tensor) : toModel(shapeOf(tensor), configured, batched);
      shapes.set(name, modelShape(inputs.get(name), shape));
    }
    return shapes;
  }

  /** Tells beforehand what ONNX Runtime's GPU kernels fail at in the middle of the run, or get wrong without a word: too large a value, rows that a table does not have. */
  function requireFit(device: GPUDevice, shapes: ReadonlyMap<string, readonly number[]>): void {
    const key = JSON.stringify([...shapes]);
    if (fitting.has(key)) return;
    const inferred = inferShapes(header.model, shapes);
    const excess = indexExcess(header.model, inferred);
    if (excess !== undefined) {
      throw new ConchError(
        "INDEX_OUT_OF_RANGE",
        `Model "${source.name}" does not take inputs of these sizes, ${sizesText(shapes)}: they lead to row ${excess.index} of "${excess.table}", which has ${excess.rows}`,
        { data: { model: source.name, table: excess.table, found: excess.index, rows: excess.rows } },
      );
    }
    const { largest } = estimateMemory(header.model, inferred);
    const allowed = device.limits.maxBufferSize;
    if (largest !== undefined && largest.bytes > allowed) {
      throw new ConchError(
        "DEVICE_LIMIT",
        `Model "${source.name}" computes "${largest.name}" [${largest.shape.join(", ")}], ${largest.bytes} bytes in one GPU buffer, and the device allows ${allowed}: run it on KIND_CPU or on a smaller input`,
        { data: { model: source.name, bytes: largest.bytes, allowed } },
      );
    }
    fitting.add(key);
  }

  async function sessionFor(ort: OrtApi, request: ExecuteRequest, shapes: Map<string, readonly number[]>): Promise<InferenceSession> {
    const key = perShape ? JSON.stringify([...shapes].sort()) : "";
    const { session } = await sessions.get(owner, key, header.weightBytes, async () => {
      request.progress("loading");
      const prepared = await prepareModel(file, {
        placement,
        inputShapes: perShape ? shapes : new Map(),
        wholeUpTo: options.wholeUpTo ?? WHOLE_UP_TO,
        signal: request.signal,
        read: (bytes) => request.progress("loading", bytes / header.weightBytes),
      });
      request.signal.throwIfAborted();
      options.onRewrite?.(source.name, prepared.changes);
      request.progress("compiling");
      try {
        return await ort.InferenceSession.create(prepared.bytes, {
          ...optionsOf(source.config),
          ...(gpu === undefined ? { executionProviders: ["wasm"] } : gpuOptions(gpu, outputs, options)),
          ...(prepared.externalData.length > 0 && { externalData: prepared.externalData }),
        });
      } catch (thrown) {
        const failure = prepared.failure() ?? thrown;
        throw isOutOfMemory(failure) ? outOfMemory(source, file, placement, failure) : ortError(failure, { model: source.name, stage: "load" });
      } finally {
        prepared.dispose();
      }
    });
    return session;
  }

  async function run(ort: OrtApi, request: ExecuteRequest): Promise<Map<string, RuntimeTensor>> {
    request.signal.throwIfAborted();
    const shapes = feedShapes(request);
    if (gpu !== undefined) requireFit(gpu.device, shapes);
    const session = await sessionFor(ort, request, shapes);
    request.signal.throwIfAborted();
    request.progress("running");
    for (const bound of bounds) {
      const tensor = request.inputs.get(bound.input);
      if (tensor !== undefined) await checkIndices(source.name, bound, tensor, gpu, request.report);
    }
    const feeds: Record<string, OrtTensor> = {};
    for (const [name, tensor] of request.inputs) {
      assert(gpu !== undefined || tensor.location === "host", `input ${name} of a KIND_CPU model lies in host memory`);
      feeds[name] = toOrt(ort, name, tensor, shapes.get(name) ?? shapeOf(tensor));
    }
    request.report?.mark(source.name);
    // ONNX Runtime submits by itself, so what its inputs wait for has to be in the queue before.
    gpu?.submit();
    const results = await session.run(feeds, [...request.requestedOutputs]);
    request.report?.mark(source.name);
    const made = new Map<string, RuntimeTensor>();
    for (const name of request.requestedOutputs) {
      const output = results[name];
      assert(output !== undefined, `ONNX Runtime gave output ${name}`);
      const configured = source.config.output.find((candidate) => candidate.name === name);
      const shape = configShape(outputs.get(name), output.dims);
      made.set(name, fromOrt(output, `${source.name}/${name}`, configured === undefined ? shape : fromModel(shape, configured, batched), gpu?.memory));
    }
    return made;
  }

  /** The error, or where shapes of the graph do not go together, that: ONNX Runtime names neither the inputs nor, on the GPU, the node. */
  function explained(error: ConchError, shapes: ReadonlyMap<string, readonly number[]>): ConchError {
    if (error.code !== "ORT_RUN_FAILED" && error.code !== "ORT_LOAD_FAILED") return error;
    const conflict = shapeConflict(header.model, inferShapes(header.model, shapes));
    if (conflict === undefined) return error;
    const { node, op } = conflict;
    return new ConchError(
      "TENSOR_MISMATCH",
      `Model "${source.name}" does not take inputs of these sizes, ${sizesText(shapes)}: at its node "${node}" (${op}) they meet as ${conflict.shapes.map(sizeText).join(" and ")}, and sizes have to be equal or 1. An axis may be longer than the model was made for`,
      { data: { model: source.name, node }, cause: error },
    );
  }

  return {
    accepts,

    async execute(request) {
      const ort = await ortFor(placement).catch((thrown: unknown) => {
        throw ortError(thrown, { model: source.name, stage: "load" });
      });
      let made: Map<string, RuntimeTensor>;
      try {
        made = await ortMutex.run(() => run(ort, request));
      } catch (thrown) {
        throw deviceLost(source.name, lost) ?? explained(ortError(thrown, { model: source.name, stage: "run" }), feedShapes(request));
      }
      // A run with GPU outputs on a lost device does not throw.
      const gone = deviceLost(source.name, lost);
      if (gone === undefined) return made;
      for (const tensor of made.values()) if (tensor.location === "gpu") tensor.buffer.release();
      throw gone;
    },

    dispose: () => ortMutex.run(() => sessions.release(owner)),
  };
}

function gpuOptions(gpu: Gpu, outputs: ReadonlyMap<string, OnnxValue>, options: OnnxruntimeOptions): InferenceSession.SessionOptions {
  const preferredOutputLocation: Record<string, OrtTensor.DataLocation> = {};
  for (const [name, value] of outputs) preferredOutputLocation[name] = staysOnGpu(fromOnnx(value.elementType)) ? "gpu-buffer" : "cpu";
  // NHWC, the default, computes some convolutions wrong without a word.
  const provider: InferenceSession.WebGpuExecutionProviderOption = { name: "webgpu", device: gpu.device, preferredLayout: "NCHW" };
  return {
    executionProviders: [provider],
    preferredOutputLocation,
    ...(options.disableCpuFallback === true && { extra: { session: { disable_cpu_ep_fallback: "1" } } }),
  };
}

/** True for an input that CPU operators of a WebGPU session read: int64 arithmetic is not on the GPU, so it would be copied back. */
function readOnHost(model: OnnxModel, input: OnnxValue): boolean {
  if (fromOnnx(input.elementType) !== "TYPE_INT64") return false;
  return !model.graph.nodes.every((node) => !node.inputs.includes(input.name) || (isStandard(node.domain) && node.op.startsWith("Gather")));
}

function sizesText(shapes: ReadonlyMap<string, readonly number[]>): string {
  return [...shapes].map(([name, shape]) => `${name} ${sizeText(shape)}`).join(", ");
}

function sizeText(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

function shapeOf(tensor: RuntimeTensor): readonly number[] {
  return tensor.location === "gpu" ? tensor.shape : tensor.tensor.shape;
}

/** Triton's dims say [1] for a scalar, which the model takes without an axis. */
function modelShape(value: OnnxValue | undefined, shape: readonly number[]): readonly number[] {
  return value?.shape?.length === 0 && elementCount(shape) === 1 ? [] : shape;
}

function configShape(value: OnnxValue | undefined, shape: readonly number[]): readonly number[] {
  return value?.shape?.length === 0 && shape.length === 0 ? [1] : shape;
}

function deviceLost(model: string, info: GPUDeviceLostInfo | undefined): ConchError | undefined {
  if (info === undefined) return undefined;
  return new ConchError("DEVICE_LOST", `The GPU device was lost (${info.reason}) while model "${model}" ran: ${info.message || "no reason given"}`, {
    data: { model, reason: info.reason },
  });
}
