import type { DataType } from "../../tensor/data-type.ts";
import { byteLength, tensorBytes, tensorFromBytes, type Tensor } from "../../tensor/tensor.ts";
import type { GpuTensor, HostTensor, RuntimeTensor } from "../backends/backend.ts";
import type { Gpu } from "../gpu.ts";
import type { GpuBuffer } from "../memory/gpu-memory.ts";

/**
 * A tensor between steps: on the host, on the GPU, or on both once it was moved. Reference-counted: each holder retains and releases it; at
 * zero its GPU memory is released.
 */
export class Value {
  readonly dataType: DataType;
  readonly shape: readonly number[];
  /** Equal keys mean equal contents: what caching compares. */
  readonly key: string;
  #host: Tensor | undefined;
  #gpu: GpuBuffer | undefined;
  #references = 1;

  private constructor(dataType: DataType, shape: readonly number[], key: string, host: Tensor | undefined, gpu: GpuBuffer | undefined) {
    this.dataType = dataType;
    this.shape = shape;
    this.key = key;
    this.#host = host;
    this.#gpu = gpu;
  }

  /** Takes over the reference to a GPU buffer. */
  static of(tensor: RuntimeTensor, key: string): Value {
    if (tensor.location === "host") return new Value(tensor.tensor.dataType, tensor.tensor.shape, key, tensor.tensor, undefined);
    return new Value(tensor.dataType, tensor.shape, key, undefined, tensor.buffer);
  }

  /** The same elements under another shape, as a value of its own with one reference. */
  reshaped(shape: readonly number[]): Value {
    const host = this.#host && { ...this.#host, shape };
    return new Value(this.dataType, shape, this.key, host, this.#gpu?.retain());
  }

  get location(): "host" | "gpu" {
    return this.#host === undefined ? "gpu" : "host";
  }

  get onGpu(): boolean {
    return this.#gpu !== undefined;
  }

  get bytes(): number {
    return this.#host === undefined ? (this.#gpu?.byteLength ?? 0) : byteLength(this.#host);
  }

  retain(): this {
    this.#references += 1;
    return this;
  }

  release(): void {
    this.#references -= 1;
    if (this.#references > 0) return;
    this.dropGpu();
    this.#host = undefined;
  }

  /** Forgets the copy on the GPU: after a download that replaces it, or when the device is gone. */
  dropGpu(): void {
    this.#gpu?.release();
    this.#gpu = undefined;
  }

  /** On the GPU, uploading it first if need be; `moved` is told the bytes. */
  gpu(gpu: Gpu, label: string, moved: (bytes: number) => void): GpuTensor {
    if (this.#gpu === undefined) {
      const bytes = tensorBytes(this.#host!);
      this.#gpu = gpu.memory.upload(label, bytes);
      moved(bytes.byteLength);
    }
    return { location: "gpu", dataType: this.dataType, shape: this.shape, buffer: this.#gpu };
  }

  /** On the host, downloading it first if need be. The copy on the GPU stays. */
  async host(gpu: Gpu | undefined, reason: string): Promise<HostTensor> {
    if (this.#host === undefined) {
      const [bytes] = await gpu!.memory.download(reason, [this.#gpu!]);
      this.#host ??= tensorFromBytes(this.dataType, this.shape, bytes.subarray(0, this.#gpu!.byteLength));
    }
    return { location: "host", tensor: this.#host };
  }

  /** True when neither side holds it any more: it was released, or its device was lost. */
  get gone(): boolean {
    return this.#host === undefined && this.#gpu === undefined;
  }
}
