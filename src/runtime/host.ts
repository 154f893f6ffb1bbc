import { ConchError, isAbort, textOf, toErrorRecord } from "../base/errors.ts";
import { affineTensor } from "../inputs/fit.ts";
import type { InputTarget as DecodeTarget, DecodeOptions } from "../inputs/input.ts";
import { INPUT_KINDS, kindFor } from "../inputs/input-kinds.ts";
import { encodeNifti } from "../inputs/nifti/encode.ts";
import { readHeader } from "../onnx/header.ts";
import { blobAccess } from "../onnx/skeleton.ts";
import { isEnsemblePlan, type EnsemblePlan, type PlanStep } from "../plan/plan.ts";
import { tensorDifference } from "../tensor/difference.ts";
import { differenceTensor } from "../tensor/difference-tensor.ts";
import { labelMap } from "../tensor/label-map.ts";
import { labelMask, type LabelMask } from "../tensor/label-mask.ts";
import { writeNpy } from "../tensor/npy.ts";
import { picturePixels, type PicturePixels } from "../tensor/picture-pixels.ts";
import { pictureType } from "../tensor/picture-type.ts";
import { repeatItems } from "../tensor/repeat.ts";
import { statistics } from "../tensor/statistics.ts";
import { isBytes, typedData, type Tensor } from "../tensor/tensor.ts";
import { compareTensors } from "../tensor/tensor-comparison.ts";
import { intensityVoxels, spatialShape, type SpatialShape } from "../tensor/volume-voxels.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";
import { makeConfig } from "../triton/loading/make-config.ts";
import type { BackendModel, ModelSource, Placement } from "./backends/backend.ts";
import { SERVED } from "./backends/backends.ts";
import { ortVersion } from "./backends/onnxruntime/ort-builds.ts";
import { acquireDevice, type AcquiredDevice } from "./device.ts";
import { execute } from "./executor/execute.ts";
import { failedInRun } from "./executor/run-errors.ts";
import { StepCache } from "./executor/step-cache.ts";
import { Value } from "./executor/value.ts";
import { fileAccess, wholeFile } from "./backends/file-access.ts";
import { createGpu, type Gpu } from "./gpu.ts";
import { inspectModel } from "./inspect.ts";
import { LoadedModels } from "./loaded-models.ts";
import { paced } from "./paced.ts";
import type {
  DecodedInput,
  FileContent,
  FromWorker,
  ModelUpload,
  RequestName,
  Requests,
  RunResult,
  StepTiming,
  TensorHandle,
  TensorSummary,
  ToWorker,
  WorkerEnvironment,
} from "./protocol.ts";
import { createRunReport } from "./run-report.ts";

/** Sends a message to the page; listed buffers change owner. */
export type Post = (message: FromWorker, transfer?: Transferable[]) => void;

/** The worker's end of the boundary: models, tensors and the device, and one handler per request. */
export interface RuntimeHost {
  /** Takes a message of the page. */
  receive(message: ToWorker): void;
  /** The device, once it was made: for tests that destroy it. */
  readonly gpu: Gpu | undefined;
}

/** A host that answers through `post`. */
export function createRuntimeHost(post: Post): RuntimeHost {
  let generation = 0;
  let wantsGpu = true;
  let acquired: AcquiredDevice | undefined;
  let gpu: Gpu | undefined;
  let lost: ConchError | undefined;
  let nextHandle = 1;
  const models = new Map<string, ModelUpload>();
  /** Model and id of the server that runs it → what the page handed over. */
  const served = new Map<string, ModelUpload>();
  const loaded = new LoadedModels();
  const tensors = new Map<number, Value>();
  const cache = new StepCache();
  const controllers = new Map<number, AbortController>();
  let running: Promise<unknown> = Promise.resolve();

  async function openDevice(): Promise<Gpu | undefined> {
    if (gpu !== undefined || !wantsGpu) return gpu;
    const opened = await acquireDevice();
    if (opened === null) return undefined;
    lost = undefined;
    acquired = opened;
    const mine = createGpu(opened.device);
    gpu = mine;
    void opened.lost.then((error) => {
      if (gpu === mine) forgetDevice(error);
    });
    return gpu;
  }

  /** Everything on the device is gone; what lies on the host stays. */
  function forgetDevice(error: ConchError): void {
    lost = error;
    gpu = undefined;
    for (const value of tensors.values()) value.dropGpu();
    cache.clear();
    loaded.dropGpu();
    post({ kind: "device-lost", message: error.message });
  }

  function keep(value: Value): TensorHandle {
    const id = nextHandle++;
    tensors.set(id, value);
    return { id, generation, dataType: value.dataType, shape: value.shape, location: value.location, bytes: value.bytes };
  }

  function valueOf(handle: TensorHandle): Value {
    const value = handle.generation === generation ? tensors.get(handle.id) : undefined;
    if (value === undefined || value.gone) {
      throw new ConchError("STALE_TENSOR", "The tensor is no longer there: it was released, or the worker or device that held it was replaced. Run again", {
        data: { id: handle.id },
      });
    }
    return value;
  }

  async function pairOf(a: TensorHandle, b: TensorHandle): Promise<[Tensor, Tensor]> {
    const [left, right] = await Promise.all([a, b].map((handle) => valueOf(handle).host(gpu, "compared tensor")));
    return [left!.tensor, right!.tensor];
  }

  function sourceOf({ name, version, config, files }: ModelUpload): ModelSource {
    const folder = `${version}/`;
    const inVersion = new Map(files.filter(({ path }) => path.startsWith(folder)).map(({ path, content }) => [path.slice(folder.length), content]));
    const beside = new Map(files.filter(({ path }) => !path.startsWith(folder)).map(({ path, content }) => [`../${path}`, content]));
    const found = (path: string): FileContent | undefined => inVersion.get(path) ?? beside.get(path);
    return {
      name,
      version,
      config,
      files: {
        names: [...inVersion.keys()],
        open: async (path) => {
          const content = found(path);
          return content && wholeFile(content, `${name}/${version}/${path}`);
        },
        access: (path) => {
          const content = found(path);
          return Promise.resolve(content && fileAccess(content, `${name}/${version}/${path}`));
        },
      },
    };
  }

  function uploadOf(name: string): ModelUpload {
    const model = models.get(name);
    if (model === undefined) throw new ConchError("MODEL_NOT_RUNNABLE", `Request for unknown model: '${name}' is not found`, { data: { model: name } });
    return model;
  }

  /** As the step runs it: by the worker, or by a server. */
  function uploadFor({ model, placement }: PlanStep): ModelUpload {
    return placement.kind === "server" ? (served.get(`${placement.server}/${model}`) ?? uploadOf(model)) : uploadOf(model);
  }

  async function load(step: PlanStep, placement: Placement, keepOthers: boolean, signal: AbortSignal): Promise<BackendModel> {
    const upload = uploadFor(step);
    if (step.placement.kind === "server") return (await SERVED()).servedModel(upload, step.serverVersion);
    return loaded.get({ source: sourceOf(upload), contentKey: upload.contentKey, placement, gpu, signal, keepOthers });
  }

  async function run(
    { plan, inputs, options }: Requests["run"]["params"],
    signal: AbortSignal,
    progress: (value: Requests["run"]["progress"]) => void,
  ): Promise<RunResult> {
    const device = placements(plan.root).has("gpu") ? await openDevice() : undefined;
    const values = new Map(Object.entries(inputs).map(([name, handle]) => [name, valueOf(handle)]));
    const report = device === undefined ? undefined : createRunReport(device);
    device?.memory.takeReadbacks();
    // Of an isolated run nothing lies on the GPU that another brought there.
    if (options.isolated === true) for (const value of values.values()) value.dropGpuCopy();
    const others = options.isolated === true ? (device?.memory.bytesInUse ?? 0) : 0;
    device?.memory.restartPeak();
    const checkDevice = (): void => {
      if (device !== undefined && device !== gpu) throw lost ?? new ConchError("DEVICE_LOST", "The GPU device was lost");
    };
    const began = performance.now();
    try {
      const done = await execute(plan, values, {
        gpu: device,
        report,
        cache,
        options,
        signal,
        config: (_, step): ModelConfig => uploadFor(step).config,
        load: (step, placement) => load(step, placement, options.keepModels === true, signal),
        checkDevice,
        progress,
        now: () => performance.now(),
      });
      try {
        const wanted = [...done.outputs].filter(([, value]) => value.location === "gpu");
        const [findings] = await Promise.all([report?.finish(), ...wanted.map(([, value]) => value.host(device, "requested output"))]);
        checkDevice();
        const [error] = findings?.errors ?? [];
        if (error !== undefined) throw failedInRun(plan, error, performance.now() - began, progress);
        for (const [key, result] of done.results) if (options.cache) cache.put(key, result);
        if (options.isolated === true) for (const value of [...done.outputs.values(), ...values.values()]) value.dropGpuCopy();
        const wires = Object.fromEntries([...done.wires].map(([name, value]) => [name, keep(value.retain())]));
        const outputs = Object.fromEntries([...done.outputs].map(([name, value]) => [name, keep(value.retain())]));
        return {
          outputs,
          wires,
          steps: withGpuTimes(done.timings, findings?.timestamps ?? []),
          milliseconds: performance.now() - began,
          uploads: done.uploads,
          readbacks: (device?.memory.takeReadbacks() ?? []).map(({ reason, label, bytes }) => ({ reason, subject: label, bytes })),
          peakGpuBytes: (device?.memory.peakBytes ?? others) - others,
        };
      } finally {
        for (const value of [...done.outputs.values(), ...done.wires.values()]) value.release();
      }
    } catch (thrown) {
      report?.dispose();
      // On a lost device anything may have failed first; the loss is what the user has to know.
      if (!isAbort(thrown)) checkDevice();
      throw thrown;
    }
  }

  /** One at a time: runs share models, cache and queue. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = running.then(work);
    running = mine.catch(() => undefined);
    return mine;
  }

  async function decode({ kind: name, files, target, options }: Requests["decode"]["params"]): Promise<DecodedInput> {
    const wanted: DecodeTarget = { name: target.name, dataType: target.dataType, dims: target.dims, batch: target.maxBatchSize > 0, maxBatchSize: target.maxBatchSize };
    if (name === "affine") {
      const value = Value.of({ location: "host", tensor: affineTensor(Float64Array.from(options.affine as number[]), wanted) }, `input ${generation}/${nextHandle}`);
      return { handle: keep(value), affine: null, frames: 1, warnings: [], summary: "" };
    }
    const loadedFiles = await Promise.all(files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.blob.arrayBuffer()) })));
    const kind = name === "auto" ? kindFor(loadedFiles, wanted) : INPUT_KINDS.find((each) => each.name === name);
    if (kind === undefined) {
      throw new ConchError("INPUT_INVALID", `${files.map((file) => file.name).join(", ") || name} is no file that Conch reads numbers from: input "${target.name}" is ${target.dataType}, expected one of ${INPUT_KINDS.flatMap(({ extensions }) => extensions).join(", ")}`, {
        data: { input: target.name },
      });
    }
    const { tensor, affine, frames, warnings, summary } = kind.decode(loadedFiles, wanted, options as DecodeOptions);
    return {
      handle: keep(Value.of({ location: "host", tensor }, `input ${generation}/${nextHandle}`)),
      affine: affine === undefined ? null : [...affine],
      frames: frames ?? 1,
      warnings: warnings.map(({ message }) => message),
      summary: summary.map((fact) => `${fact.name} ${fact.value}`).join(" · "),
    };
  }

  async function environment(): Promise<WorkerEnvironment> {
    const device = await openDevice();
    const isolated = "crossOriginIsolated" in globalThis && globalThis.crossOriginIsolated === true;
    return {
      generation,
      gpu:
        device === undefined || acquired === undefined
          ? null
          : {
              vendor: acquired.adapter.vendor,
              architecture: acquired.adapter.architecture,
              description: acquired.adapter.description,
              software: acquired.adapter.isFallback || /swiftshader|llvmpipe|lavapipe/i.test(`${acquired.adapter.architecture} ${acquired.adapter.description} ${acquired.adapter.device}`),
              features: [...device.device.features],
              maxBufferSize: device.device.limits.maxBufferSize,
              maxStorageBufferBindingSize: device.device.limits.maxStorageBufferBindingSize,
            },
      crossOriginIsolated: isolated,
      threads: isolated ? navigator.hardwareConcurrency : 1,
    };
  }

  const handlers: { [N in RequestName]: (params: Requests[N]["params"], signal: AbortSignal, progress: (value: Requests[N]["progress"]) => void) => Promise<Requests[N]["result"]> } = {
    start: async (params) => {
      generation = params.generation;
      wantsGpu = params.gpu;
      return environment();
    },
    models: async ({ models: uploads }) => {
      for (const model of uploads) {
        if (model.server === undefined) models.set(model.name, model);
        else served.set(`${model.server.id}/${model.name}`, model);
      }
      return null;
    },
    inspect: async ({ model, inputs }) =>
      inspectModel(sourceOf(uploadOf(model)), inputs, { shaderF16: gpu?.device.features.has("shader-f16") ?? false }),
    header: ({ file }) => readHeader(fileAccess(file, "the model")),
    describe: async ({ name, blob }) => {
      const header = await readHeader(blobAccess(blob));
      return { configText: makeConfig(header, name), facts: [["producer", header.producer]] };
    },
    decode,
    put: async ({ dataType, shape, data }) => keep(Value.of({ location: "host", tensor: { dataType, shape, data } }, `input ${generation}/${nextHandle}`)),
    run: (params, signal, progress) => inTurn(() => run(params, signal, progress)),
    freeModels: () =>
      inTurn(async () => {
        await loaded.freeKept();
        gpu?.memory.trim();
        return null;
      }),
    repeat: async ({ handle, items }) => {
      const { tensor } = await valueOf(handle).host(gpu, "repeated tensor");
      return keep(Value.of({ location: "host", tensor: repeatItems(tensor, items) }, `input ${generation}/${nextHandle}`));
    },
    difference: async ({ a, b }) => tensorDifference(...(await pairOf(a, b))),
    compare: async ({ a, b, options }, signal, progress) => paced(compareTensors(...(await pairOf(a, b)), options), signal, progress),
    differenceTensor: async ({ a, b, classes }, signal, progress) => {
      const tensor = await paced(differenceTensor(...(await pairOf(a, b)), classes ?? undefined), signal, progress);
      return keep(Value.of({ location: "host", tensor }, `input ${generation}/${nextHandle}`));
    },
    versions: () => Promise.resolve({ onnxruntime: ortVersion() }),
    read: async ({ handle }) => ({ data: (await valueOf(handle).host(gpu, "opened tensor")).tensor.data }),
    summarize: async ({ handle }, signal): Promise<TensorSummary> => {
      const { tensor } = await valueOf(handle).host(gpu, "opened tensor");
      const { dataType, shape } = tensor;
      if (isBytes(tensor)) {
        const picture = tensor.data.map((bytes) => pictureType(bytes.subarray(0, 64))).find((type) => type !== undefined);
        return { dataType, shape, count: tensor.data.length, min: null, max: null, mean: null, nan: 0, infinite: 0, histogram: null, ...(picture && { picture }) };
      }
      const found = statistics(tensor, 64, signal);
      const number = (value: number): number | null => (Number.isNaN(value) ? null : value);
      return {
        dataType,
        shape,
        count: found.count,
        min: number(found.min),
        max: number(found.max),
        mean: number(found.mean),
        nan: found.nan,
        infinite: found.infinite,
        histogram: { from: found.histogram.low, to: found.histogram.high, counts: found.histogram.counts },
      };
    },
    intensities: async ({ handle }, signal, progress) => {
      const { tensor } = await valueOf(handle).host(gpu, "opened tensor");
      return { voxels: await paced(intensityVoxels(tensor, gridOf(handle)), signal, progress) };
    },
    labels: async ({ handle, affine }, signal, progress) => {
      const { tensor } = await valueOf(handle).host(gpu, "opened tensor");
      return paced(labelMap(tensor, gridOf(handle), affine), signal, progress);
    },
    picture: async ({ handle, layout, item }, signal, progress) => {
      const { tensor } = await valueOf(handle).host(gpu, "opened tensor");
      return paced(picturePixels(tensor, layout, item), signal, progress);
    },
    mask: async ({ handle, layout, item }, signal, progress) => {
      const { tensor } = await valueOf(handle).host(gpu, "opened tensor");
      return paced(labelMask(tensor, layout, item), signal, progress);
    },
    encode: async ({ handle, format, affine }) => {
      const { tensor } = await valueOf(handle).host(gpu, "saved tensor");
      if (format === "npy") return { bytes: writeNpy(tensor) };
      const spatial = { ...tensor, shape: withoutLeadingOnes(tensor.shape), data: typedData(tensor) };
      return { bytes: encodeNifti(spatial, { gzip: true, ...(affine === undefined ? {} : { affine: Float64Array.from(affine) }) }) };
    },
    release: async ({ handles }) => {
      for (const handle of handles) {
        if (handle.generation !== generation) continue;
        tensors.get(handle.id)?.release();
        tensors.delete(handle.id);
      }
      return null;
    },
  };

  async function answer<N extends RequestName>(id: number, name: N, params: Requests[N]["params"]): Promise<void> {
    const controller = new AbortController();
    controllers.set(id, controller);
    try {
      const result = await handlers[name](params, controller.signal, (progress) => post({ kind: "progress", id, progress }));
      post({ kind: "result", id, result }, madeFor(name, result));
    } catch (thrown) {
      const error = controller.signal.aborted && isAbort(thrown) ? { code: "CANCELLED" as const, message: "The run was cancelled", data: {} } : toErrorRecord(thrown);
      if (error.message === "") error.message = textOf(thrown);
      post({ kind: "error", id, error });
    } finally {
      controllers.delete(id);
    }
  }

  return {
    receive: (message) => {
      if (message.kind === "cancel") controllers.get(message.id)?.abort();
      else void answer(message.id, message.name, message.params as never);
    },
    get gpu() {
      return gpu;
    },
  };
}

/** The buffers that were made for an answer and go with it. */
function madeFor(name: RequestName, result: unknown): Transferable[] {
  if (name === "encode") return [(result as Requests["encode"]["result"]).bytes.buffer];
  if (name === "picture") return [(result as PicturePixels).pixels.buffer];
  if (name === "mask") return result === null ? [] : [(result as LabelMask).labels.buffer];
  if (name !== "intensities" && name !== "labels") return [];
  const made = result as Requests["intensities"]["result"] | Requests["labels"]["result"];
  return made === null ? [] : [made.voxels.buffer];
}

function gridOf({ dataType, shape }: TensorHandle): SpatialShape {
  const grid = spatialShape(shape);
  if (grid !== undefined) return grid;
  throw new ConchError("TENSOR_MISMATCH", `Expected a tensor with three axes after leading 1s, found ${dataType} [${shape.join(", ")}]`, {
    data: { found: dataType, shape: [...shape] },
  });
}

/** Sizes of 1 in front are batch and channel: NIfTI has no such axes. */
function withoutLeadingOnes(shape: readonly number[]): readonly number[] {
  const first = shape.findIndex((size, axis) => size !== 1 || shape.length - axis <= 3);
  return first === -1 ? shape : shape.slice(first);
}

function placements(root: EnsemblePlan | PlanStep): Set<string> {
  if (!isEnsemblePlan(root)) return new Set([root.placement.kind]);
  return new Set(root.steps.flatMap((step) => (step.nested === undefined ? [step.placement.kind] : [...placements(step.nested)])));
}

/** GPU time per step: from the first to the last timestamp that carries its model's name. */
function withGpuTimes(timings: readonly StepTiming[], stamps: readonly { label: string; beginNs: number; endNs: number }[]): StepTiming[] {
  return timings.map((timing) => {
    const own = stamps.filter(({ label }) => label === timing.model || label.startsWith(`${timing.model}/`));
    if (own.length === 0 || timing.placement !== "gpu" || timing.cached) return timing;
    const begin = Math.min(...own.map(({ beginNs }) => beginNs));
    const end = Math.max(...own.map(({ endNs }) => endNs));
    return { ...timing, gpuMilliseconds: (end - begin) / 1e6 };
  });
}
