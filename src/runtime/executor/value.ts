import type { DataType } from "../../tensor/data-type.ts";
import { byteLength, tensorBytes, tensorFromBytes, type Tensor } from "../../tensor/tensor.ts";
import type { GpuTensor, HostTensor, RuntimeTensor } from "../backends/backend.ts";
import type { Gpu } from "../gpu.ts";
import type { GpuBuffer } from "../memory/gpu-memory.ts";

/** The elements of a tensor, wherever they lie; shared by all values that show them under one shape or another. */
interface Elements {
  host: Tensor | undefined;
  gpu: GpuBuffer | undefined;
  /** Values that share them. */
  sharers: number;
}

/**
 * A tensor between steps: on the host, on the GPU, or on both once it was moved. Reference-counted: each holder retains and releases it; when
 * the last value over the same elements goes, their GPU memory is released.
 */
export class Value {
  readonly dataType: DataType;
  readonly shape: readonly number[];
  /** Equal keys mean equal contents: what caching compares. */
  readonly key: string;
  readonly #elements: Elements;
  #references = 1;

  private constructor(dataType: DataType, shape: readonly number[], key: string, elements: Elements) {
    this.dataType = dataType;
    this.shape = shape;
    this.key = key;
    this.#elements = elements;
    elements.sharers += 1;
  }

  /** Takes over the reference to a GPU buffer. */
  static of(tensor: RuntimeTensor, key: string): Value {
    if (tensor.location === "host") return new Value(tensor.tensor.dataType, tensor.tensor.shape, key, { host: tensor.tensor, gpu: undefined, sharers: 0 });
    return new Value(tensor.dataType, tensor.shape, key, { host: undefined, gpu: tensor.buffer, sharers: 0 });
  }

  /** The same elements under another shape, as a value of its own with one reference. What is moved for one is there for both. */
  reshaped(shape: readonly number[]): Value {
    return new Value(this.dataType, shape, this.key, this.#elements);
  }

  get location(): "host" | "gpu" {
    return this.#elements.host === undefined ? "gpu" : "host";
  }

  get bytes(): number {
    const { host, gpu } = this.#elements;
    return host === undefined ? (gpu?.byteLength ?? 0) : byteLength(host);
  }

  retain(): this {
    this.#references += 1;
    return this;
  }

  release(): void {
    this.#references -= 1;
    if (this.#references > 0) return;
    this.#elements.sharers -= 1;
    if (this.#elements.sharers > 0) return;
    this.dropGpu();
    this.#elements.host = undefined;
  }

  /** Forgets the copy on the GPU: after a download that replaces it, or when the device is gone. */
  dropGpu(): void {
    this.#elements.gpu?.release();
    this.#elements.gpu = undefined;
  }

  /** Forgets the copy on the GPU where the elements lie on the host too. */
  dropGpuCopy(): void {
    if (this.#elements.host !== undefined) this.dropGpu();
  }

  /** On the GPU, uploading it first if need be; `moved` is told the bytes. */
  gpu(gpu: Gpu, label: string, moved: (bytes: number) => void): GpuTensor {
    const elements = this.#elements;
    if (elements.gpu === undefined) {
      const bytes = tensorBytes(elements.host!);
      elements.gpu = gpu.memory.upload(label, bytes);
      moved(bytes.byteLength);
    }
    return { location: "gpu", dataType: this.dataType, shape: this.shape, buffer: elements.gpu };
  }

  /** On the host, downloading it first if need be. The copy on the GPU stays. */
  async host(gpu: Gpu | undefined, reason: string): Promise<HostTensor> {
    const elements = this.#elements;
    if (elements.host === undefined) {
      const [bytes] = await gpu!.memory.download(reason, [elements.gpu!]);
      elements.host ??= tensorFromBytes(this.dataType, this.shape, bytes.subarray(0, elements.gpu!.byteLength));
    }
    return { location: "host", tensor: { ...elements.host, shape: this.shape } };
  }

  /** True when neither side holds it any more: it was released, or its device was lost. */
  get gone(): boolean {
    return this.#elements.host === undefined && this.#elements.gpu === undefined;
  }
}
