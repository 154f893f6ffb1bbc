import type { RandomAccess } from "../../onnx/skeleton.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { DataType } from "../../tensor/data-type.ts";
import type { ModelConfig } from "../../triton/model-config/model-config.ts";
import type { GpuBuffer } from "../memory/gpu-memory.ts";
import type { Gpu } from "../gpu.ts";
import type { RunReport } from "../run-report.ts";

/** A tensor in GPU memory: its raw little-endian bytes, C order, from offset 0 of `buffer` (which may be larger; bind with a size). */
export interface GpuTensor {
  readonly location: "gpu";
  readonly dataType: DataType;
  readonly shape: readonly number[];
  /** Reference-counted: whoever keeps it beyond the call that handed it over retains it, and releases it. */
  readonly buffer: GpuBuffer;
}

/** A tensor in host memory. */
export interface HostTensor {
  readonly location: "host";
  readonly tensor: Tensor;
}

/** A tensor between two steps, wherever it lies. */
export type RuntimeTensor = GpuTensor | HostTensor;

/** Random access to a model's file, which may be larger than memory. Both ways of reading throw REPOSITORY_UNREADABLE. */
export interface FileAccess extends RandomAccess {
  /** Fills `into` with the bytes from `from` on, without waiting. Absent where a thread must not wait: outside of workers. */
  readonly readNow?: (from: number, into: Uint8Array<ArrayBuffer>) => void;
}

/** Files of one model version, read on demand. Paths are relative to the version folder, or to the model folder with a leading "../". */
export interface ModelFiles {
  /** The file as a Blob (not yet in memory), or undefined when there is none. */
  open(path: string): Promise<Blob | undefined>;
  /** Access to parts of a file that may be larger than memory; absent where every file is at hand as a Blob. */
  access?(path: string): Promise<FileAccess | undefined>;
  /** Names in the version folder. */
  readonly names: readonly string[];
}

/** A model to load: what a backend needs to know of it. */
export interface ModelSource {
  /** Directory name. */
  readonly name: string;
  readonly version: number;
  readonly config: ModelConfig;
  readonly files: ModelFiles;
}

/** Where a model is placed by its instance_group. */
export type Placement = "gpu" | "cpu";

/** What the worker offers to every backend. `gpu` is absent where there is no WebGPU; a backend asked for "gpu" then throws NO_WEBGPU. */
export interface BackendServices {
  readonly gpu: Gpu | undefined;
}

/** One execution of a model. */
export interface ExecuteRequest {
  /** Input tensor name → tensor, batch dimension included when max_batch_size > 0. Borrowed: valid until the promise settles. */
  readonly inputs: ReadonlyMap<string, RuntimeTensor>;
  /** The outputs to make. */
  readonly requestedOutputs: readonly string[];
  readonly signal: AbortSignal;
  /** Timestamps and status words of this run; mapped once, at its end. */
  readonly report: RunReport | undefined;
  /** Told of what the backend itself brings to GPU memory besides its inputs: a file's pixels. */
  uploaded?(subject: string, bytes: number): void;
  /** Tells what is going on, for the node on screen. */
  progress(stage: "loading" | "compiling" | "running", fraction?: number): void;
}

/** A model ready to execute. Not re-entrant: the executor calls one method at a time. */
export interface BackendModel {
  /**
   * Output tensor name → tensor; the caller owns the buffers and releases them. With placement "gpu" GPU inputs stay there and outputs are GPU
   * tensors wherever the backend can; the executor uploads or downloads what lies on the wrong side *before* the call, as `accepts` says.
   */
  execute(request: ExecuteRequest): Promise<Map<string, RuntimeTensor>>;
  /** Where an input must lie: "gpu" and "cpu" models take it on their own side; small tensors (affines, strings) may be wanted on the host. */
  accepts(input: string): "gpu" | "host";
  /** Frees all it holds. */
  dispose(): Promise<void>;
}

/** One way to run a model in the browser: one folder under runtime/backends, one line in their list. */
export interface Backend {
  /** Triton's backend name: "onnxruntime". */
  readonly name: string;
  load(source: ModelSource, placement: Placement, services: BackendServices, signal: AbortSignal): Promise<BackendModel>;
}
