import type { ErrorRecord } from "../base/errors.ts";
import type { OnnxHeader } from "../onnx/header.ts";
import type { ModelAbility } from "../plan/placement.ts";
import type { Plan } from "../plan/plan.ts";
import type { DataType, TensorData } from "../tensor/data-type.ts";
import type { ClassAxis } from "../tensor/class-axis.ts";
import type { TensorDifference } from "../tensor/difference.ts";
import type { LabelMap } from "../tensor/label-map.ts";
import type { LabelMask } from "../tensor/label-mask.ts";
import type { PictureLayout } from "../tensor/picture-layout.ts";
import type { PicturePixels } from "../tensor/picture-pixels.ts";
import type { ComparisonOptions, TensorComparison } from "../tensor/tensor-comparison.ts";
import type { IntensityVoxels } from "../tensor/volume-voxels.ts";
import type { ModelConfig } from "../triton/model-config/model-config.ts";

/**
 * Everything that crosses between the page and the worker that runs models. Only plain data, transferred bytes and {@link TensorHandle}s do;
 * never a GPUBuffer, an ORT object or a function. One entry of {@link Requests} per request.
 */

/** A tensor that lives in the worker. Stale after the worker or its device was replaced: using it then fails with STALE_TENSOR. */
export interface TensorHandle {
  readonly id: number;
  /** Of the worker (and device) that holds it. */
  readonly generation: number;
  readonly dataType: DataType;
  readonly shape: readonly number[];
  readonly location: "host" | "gpu";
  readonly bytes: number;
}

/** One file of a model: nothing of it is read until the backend asks. */
export interface ModelFile {
  /** Relative to the model's directory: "1/model.onnx". */
  readonly path: string;
  readonly content: FileContent;
}

/** A file by handle, or where parts of it can be asked for. */
export type FileContent = Blob | RemoteFile;

/** A file at a server that gives ranges of bytes: one too large to be fetched as a whole. */
export interface RemoteFile {
  /** Absolute. */
  readonly url: string;
  readonly size: number;
}

/** A model as the page hands it to the worker. */
export interface ModelUpload {
  readonly name: string;
  readonly version: number;
  readonly config: ModelConfig;
  /** Changes whenever configuration or files do. */
  readonly contentKey: string;
  readonly files: readonly ModelFile[];
  /** A server that runs it instead of the worker. The worker keeps it beside the model's own files and other servers: the plan says which is meant. */
  readonly server?: ModelServer;
}

/** A model on an inference server, and how the worker reaches it. */
export interface ModelServer {
  /** As plans call it. */
  readonly id: string;
  /** As users call it. */
  readonly name: string;
  /** What `/v2/…` is appended to, absolute. */
  readonly base: string;
  /** Sent with every request. They may be secrets: they stay in memory, and no message, result or error holds them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether a request may be sent again: nothing of one is kept for the next. */
  readonly repeatable: boolean;
}

/** What the worker found when it started. */
export interface WorkerEnvironment {
  readonly generation: number;
  /** null: no WebGPU here; KIND_GPU steps fall to the CPU. */
  readonly gpu: GpuEnvironment | null;
  readonly crossOriginIsolated: boolean;
  readonly threads: number;
}

/** The WebGPU adapter and what its device was given. */
export interface GpuEnvironment {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** A CPU that stands in for a GPU; its times say nothing about GPUs. */
  readonly software: boolean;
  readonly features: readonly string[];
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
}

/** What an execution of a step is doing; "waiting": for the answer of the server that runs it. */
export type StepPhase = "queued" | "loading" | "compiling" | "running" | "waiting" | "done" | "cached" | "failed" | "skipped";

/** Progress of a run: one message per change of a step. */
export interface StepProgress {
  readonly step: string;
  readonly phase: StepPhase;
  /** Of a phase that can tell: the part that is done, 0 to 1. */
  readonly fraction?: number;
  /** Milliseconds since the run began. */
  readonly at: number;
  /** Name of the server that runs the step. */
  readonly server?: string;
  readonly error?: ErrorRecord;
}

/** Where a step ran. */
export type StepPlace = "gpu" | "cpu" | "server";

/** Where the time of one step went, in milliseconds since the run began. */
export interface StepTiming {
  readonly step: string;
  readonly model: string;
  readonly placement: StepPlace;
  /** Name of the server that ran it. */
  readonly server?: string;
  readonly cached: boolean;
  /** All inputs there. */
  readonly ready: number;
  /** Its turn came: inputs are moved to where it runs. */
  readonly start: number;
  /** Inputs in place, model loaded. */
  readonly compute: number;
  /** Its work is done, or (GPU) handed to the queue; of a server, its answer is there. */
  readonly computed: number;
  readonly end: number;
  /** Milliseconds on the GPU by timestamp queries; null where the device has none. */
  readonly gpuMilliseconds: number | null;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** One mapped buffer. */
export interface Readback {
  readonly reason: string;
  readonly subject: string;
  readonly bytes: number;
}

/** What a run left behind. The page releases handles when it no longer shows them. */
export interface RunResult {
  readonly outputs: Readonly<Record<string, TensorHandle>>;
  /** Ensemble tensor → handle, for every wire of the outermost ensemble that still has its value; nested wires as "step/tensor". */
  readonly wires: Readonly<Record<string, TensorHandle>>;
  readonly steps: readonly StepTiming[];
  readonly milliseconds: number;
  readonly uploads: readonly Readback[];
  readonly readbacks: readonly Readback[];
  /** Largest number of bytes the run held in GPU buffers at once. */
  readonly peakGpuBytes: number;
}

/** How a run is to be done. */
export interface RunOptions {
  /** Reuse results of steps whose model, configuration and inputs did not change. Default true. */
  readonly cache: boolean;
  /** The same for steps on servers. Without it they always run, and so do the steps behind them: a server's model may have become another meanwhile. */
  readonly cacheServers?: boolean;
  /** Keep the tensors on the wires so that they can be opened afterwards. Default true. */
  readonly keepWires: boolean;
  /** Read every step's outputs back to the host and upload them again: what the browser would do without residency. For measuring only. */
  readonly readbackEachStep?: boolean;
  /** Models that are loaded for other placements stay, so that runs of several placements can take turns; `freeModels` frees them. */
  readonly keepModels?: boolean;
  /**
   * The run brings its own inputs to the GPU, as the first one does, and leaves no copy of inputs and outputs there: equal runs then move and hold
   * equal bytes. `peakGpuBytes` leaves out what others hold. For measuring.
   */
  readonly isolated?: boolean;
}

/** Numbers about a tensor, computed in the worker. NaN and infinities are counted, and left out of the rest. */
export interface TensorSummary {
  readonly dataType: DataType;
  readonly shape: readonly number[];
  readonly count: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly nan: number;
  readonly infinite: number;
  readonly histogram: { readonly from: number; readonly to: number; readonly counts: readonly number[] } | null;
  /** MIME type of the first element of TYPE_STRING whose bytes begin as an encoded picture. */
  readonly picture?: string;
}

/** Result of decoding a file, or of making one up, as the input of a model. */
export interface DecodedInput {
  readonly handle: TensorHandle;
  /** The voxel → RAS mm matrix that came with it, for the affine input. */
  readonly affine: readonly number[] | null;
  /** Frames to choose from, for a 4-D file. */
  readonly frames: number;
  readonly warnings: readonly string[];
  /** "138 × 110 × 136, int16, 3 mm, RAS": shown beside the file's name. */
  readonly summary: string;
}

/** Which tensor is wanted of an input file. */
export interface InputTarget {
  readonly name: string;
  readonly dataType: DataType;
  /** Configured dims, without batch dimension. */
  readonly dims: readonly number[];
  /** 0: requests have no batch dimension. */
  readonly maxBatchSize: number;
}

/** What the worker can say of a model without running it. */
export interface ModelInspection {
  /** Whether it can run, and what stands against it. */
  readonly ability: ModelAbility;
  readonly weightBytes: number | null;
  /** Facts for the inspector: ONNX producer, opset, operators with counts. */
  readonly facts: readonly (readonly [string, string])[];
  /** Exact rewrites that a run on WebGPU makes, in words. */
  readonly rewrites: readonly string[];
  /** Bytes that a run needs at most where it runs, by its input shapes; null where Conch cannot tell. */
  readonly memoryEstimate: number | null;
  /** The model's own inputs and outputs, where the file states them. */
  readonly configText: string | null;
}

interface Request<Params, Result, Progress = never> {
  params: Params;
  result: Result;
  progress: Progress;
}

/** Every request that the page makes of the worker. */
export interface Requests {
  /** First request; `gpu: false` starts without WebGPU. */
  start: Request<{ generation: number; gpu: boolean }, WorkerEnvironment>;
  /** Hands over models; those of the same content key stay loaded. */
  models: Request<{ models: readonly ModelUpload[] }, null>;
  /** Reads a model's header. Input shapes (batch included) refine the memory estimate. */
  inspect: Request<{ model: string; inputs: Readonly<Record<string, readonly number[]>> }, ModelInspection>;
  /** The header of an .onnx file. */
  header: Request<{ file: FileContent }, OnnxHeader>;
  /** Makes a config.pbtxt for a lone model file. */
  describe: Request<{ name: string; blob: Blob }, { configText: string; facts: readonly (readonly [string, string])[] }>;
  decode: Request<
    { kind: string; files: readonly { name: string; blob: Blob }[]; target: InputTarget; options: Readonly<Record<string, unknown>> },
    DecodedInput
  >;
  /** Puts a tensor of the page into the worker; its bytes are transferred. */
  put: Request<{ dataType: DataType; shape: readonly number[]; data: TensorData }, TensorHandle>;
  run: Request<
    { plan: Plan; inputs: Readonly<Record<string, TensorHandle>>; options: RunOptions },
    RunResult,
    StepProgress
  >;
  /** Frees the models that `keepModels` kept, after the run that goes on. */
  freeModels: Request<Record<string, never>, null>;
  /** A copy on the host with so many items along the batch dimension, those of the tensor over and over; null: as it is. */
  repeat: Request<{ handle: TensorHandle; items: number | null }, TensorHandle>;
  /** How far `b` lies from `a`. Throws TENSOR_MISMATCH, STALE_TENSOR. */
  difference: Request<{ a: TensorHandle; b: TensorHandle }, TensorDifference>;
  /** How `b` differs from `a`, which is held against it, element by element. Progress: the fraction done. Throws TENSOR_MISMATCH, STALE_TENSOR. */
  compare: Request<{ a: TensorHandle; b: TensorHandle; options: ComparisonOptions }, TensorComparison, number>;
  /** |a − b|, or where elements are not equal, as a tensor of the worker; see `tensor/difference-tensor.ts`. Throws as `compare` does. */
  differenceTensor: Request<{ a: TensorHandle; b: TensorHandle; classes: ClassAxis | null }, TensorHandle, number>;
  /** Of the libraries that run models; null for one that was not loaded yet. */
  versions: Request<Record<string, never>, { onnxruntime: string | null }>;
  /** The elements of a tensor, copied out. */
  read: Request<{ handle: TensorHandle }, { data: TensorData }>;
  summarize: Request<{ handle: TensorHandle }, TensorSummary>;
  /** A tensor of spatial shape as voxels to draw, first axis fastest; transferred. Progress: the fraction done. */
  intensities: Request<{ handle: TensorHandle }, { voxels: IntensityVoxels }, number>;
  /** A tensor of spatial shape as labels, with their statistics; transferred. null where an element is no integer from 0 to 255. */
  labels: Request<{ handle: TensorHandle; affine: readonly number[] }, LabelMap | null, number>;
  /** One picture of a tensor as pixels; transferred. */
  picture: Request<{ handle: TensorHandle; layout: PictureLayout; item: number }, PicturePixels, number>;
  /** One label mask of a tensor, by argmax where the layout has several channels; transferred. null where an element is no integer from 0 to 255. */
  mask: Request<{ handle: TensorHandle; layout: PictureLayout; item: number }, LabelMask | null, number>;
  /** A tensor as the bytes of a file: .npy, or .nii.gz where an affine is given. */
  encode: Request<{ handle: TensorHandle; format: "npy" | "nifti"; affine?: readonly number[] }, { bytes: Uint8Array<ArrayBuffer> }>;
  release: Request<{ handles: readonly TensorHandle[] }, null>;
}

/** A request's name. */
export type RequestName = keyof Requests;

/** Page → worker. */
export type ToWorker =
  | { kind: "request"; id: number; name: RequestName; params: unknown }
  | { kind: "cancel"; id: number };

/** Worker → page. */
export type FromWorker =
  | { kind: "result"; id: number; result: unknown }
  | { kind: "error"; id: number; error: ErrorRecord }
  | { kind: "progress"; id: number; progress: unknown }
  /** The device is gone: GPU handles are stale. A new device is made with the next request that needs one. */
  | { kind: "device-lost"; message: string };
