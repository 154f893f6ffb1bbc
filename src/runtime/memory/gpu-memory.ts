import { assert, ConchError, textOf } from "../../base/errors.ts";

/**
 * Bytes in GPU memory with a reference count. It is made with one reference, which its maker owns; at zero the memory returns to the pool
 * (or to whoever lent it), and any further use is a bug.
 */
export interface GpuBuffer {
  readonly label: string;
  /** May be larger than the bytes: bind it with `boundSize`, and never size work by it. */
  readonly buffer: GPUBuffer;
  /** The tensor's bytes, not rounded. 0 is allowed. */
  readonly byteLength: number;
  /** Takes one more reference and returns the same buffer. */
  retain(): GpuBuffer;
  release(): void;
}

/** One copy of GPU memory into the host: what was asked for, and why. */
export interface Readback {
  readonly reason: string;
  readonly label: string;
  /** Bytes mapped, rounded up to 4. */
  readonly bytes: number;
}

/** Commands not submitted yet; the memory needs to know them, because a queue write overtakes them. */
export interface CommandStream {
  /** The encoder that records; no pass is open on it. */
  encoder(): GPUCommandEncoder;
  /** Hands everything recorded to the queue. */
  submit(): void;
  /** True while something is recorded and not submitted. */
  readonly pending: boolean;
}

/** All GPU buffers of one device. */
export interface GpuMemory {
  /** A buffer of undefined contents, for kernels to fill. Throws DEVICE_LIMIT. */
  allocate(label: string, byteLength: number): GpuBuffer;
  /** A buffer that holds a copy of the bytes. Throws DEVICE_LIMIT. */
  upload(label: string, bytes: Uint8Array): GpuBuffer;
  /** A buffer that somebody else made; `onFree` is called once, after the last command that uses it was submitted. */
  adopt(label: string, buffer: GPUBuffer, byteLength: number, onFree: () => void): GpuBuffer;
  /** The bytes of each buffer, in order: one mapped buffer per non-empty one. Submits what is recorded. */
  download(reason: string, buffers: readonly GpuBuffer[]): Promise<Uint8Array<ArrayBuffer>[]>;
  /** GPU bytes of live buffers; pooled ones are not counted. */
  readonly bytesInUse: number;
  /** The largest `bytesInUse` since `restartPeak`, or since the beginning. */
  readonly peakBytes: number;
  /** Begins a new peak at the bytes in use now. */
  restartPeak(): void;
  /** GPU bytes kept for reuse. */
  readonly pooledBytes: number;
  /** Labels of live buffers: empty when nothing leaks. */
  liveLabels(): string[];
  /** The readbacks since the last call, in order. */
  takeReadbacks(): Readback[];
  /** Notes a readback that others made on the same device (the run report's). */
  noteReadback(readback: Readback): void;
  /** Destroys what is kept for reuse. */
  trim(): void;
  /** Called by the command stream after each submit. */
  settle(): void;
}

/** The bytes to bind of a buffer: never zero, a multiple of 4, as WGSL arrays of words need. */
export function boundSize(byteLength: number): number {
  return Math.max(4, Math.ceil(byteLength / 4) * 4);
}

/** Pooled bytes above which settled buffers are destroyed, oldest first. */
const POOL_LIMIT = 1 << 29;

/** The memory of `device`. `limits` is the device's own unless a test narrows it. */
export function createGpuMemory(
  device: GPUDevice,
  commands: CommandStream,
  limits: Pick<GPUSupportedLimits, "maxBufferSize" | "maxStorageBufferBindingSize"> = device.limits,
): GpuMemory {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const live = new Set<GpuBuffer>();
  const pool: GPUBuffer[] = [];
  /** Freed buffers that recorded, not yet submitted commands use: kernels may write them again, a queue write must not. */
  const unsettled = new Set<GPUBuffer>();
  const afterSubmit: (() => void)[] = [];
  let readbacks: Readback[] = [];
  let bytesInUse = 0;
  let peakBytes = 0;
  let pooledBytes = 0;

  function takeFromPool(size: number, settledOnly: boolean): GPUBuffer | undefined {
    const found = pool.findIndex((buffer) => buffer.size === size && !(settledOnly && unsettled.has(buffer)));
    if (found < 0) return undefined;
    const [buffer] = pool.splice(found, 1);
    assert(buffer !== undefined, "a pool index is in range");
    pooledBytes -= buffer.size;
    return buffer;
  }

  function shrinkPool(limit: number): void {
    for (let i = 0; i < pool.length && pooledBytes > limit; ) {
      const buffer = pool[i];
      assert(buffer !== undefined, "a pool index is in range");
      if (unsettled.has(buffer)) {
        i++;
        continue;
      }
      pool.splice(i, 1);
      pooledBytes -= buffer.size;
      buffer.destroy();
    }
  }

  function track(label: string, buffer: GPUBuffer, byteLength: number, free: () => void): GpuBuffer {
    let references = 1;
    const tracked: GpuBuffer = {
      label,
      buffer,
      byteLength,
      retain() {
        assert(references > 0, `${label} is retained after its release`);
        references++;
        return tracked;
      },
      release() {
        assert(references > 0, `${label} is released more often than retained`);
        references--;
        if (references > 0) return;
        live.delete(tracked);
        bytesInUse -= buffer.size;
        free();
      },
    };
    live.add(tracked);
    bytesInUse += buffer.size;
    peakBytes = Math.max(peakBytes, bytesInUse);
    return tracked;
  }

  function make(label: string, byteLength: number, settledOnly: boolean): GpuBuffer {
    const needed = boundSize(byteLength);
    check(label, needed, limits);
    const size = Math.min(sizeClass(needed), Math.floor(limits.maxBufferSize / 4) * 4);
    let buffer = takeFromPool(size, settledOnly);
    if (buffer === undefined) buffer = device.createBuffer({ label, size, usage });
    else buffer.label = label;
    const owned = buffer;
    return track(label, owned, byteLength, () => {
      if (commands.pending) unsettled.add(owned);
      pool.push(owned);
      pooledBytes += owned.size;
      shrinkPool(POOL_LIMIT);
    });
  }

  return {
    allocate: (label, byteLength) => make(label, byteLength, false),

    upload(label, bytes) {
      const target = make(label, bytes.byteLength, true);
      writeBytes(device, target.buffer, bytes);
      return target;
    },

    adopt(label, buffer, byteLength, onFree) {
      assert(buffer.size >= byteLength, `${label} holds ${byteLength} bytes in a buffer of ${buffer.size}`);
      return track(label, buffer, byteLength, () => {
        if (commands.pending) afterSubmit.push(onFree);
        else onFree();
      });
    },

    async download(reason, buffers) {
      const copies = buffers.map((source) => {
        const size = boundSize(source.byteLength);
        if (source.byteLength === 0) return undefined;
        const staging = device.createBuffer({
          label: `${source.label}/readback`,
          size,
          usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
        });
        commands.encoder().copyBufferToBuffer(source.buffer, 0, staging, 0, size);
        readbacks.push({ reason, label: source.label, bytes: size });
        return { staging, size, byteLength: source.byteLength, label: source.label };
      });
      commands.submit();
      try {
        await Promise.all(copies.map((copy) => copy?.staging.mapAsync(GPUMapMode.READ, 0, copy.size)));
        return copies.map((copy) =>
          copy === undefined
            ? new Uint8Array(0)
            : new Uint8Array(copy.staging.getMappedRange(0, copy.size)).slice(0, copy.byteLength),
        );
      } catch (thrown) {
        const labels = buffers.map((source) => source.label).join(", ");
        throw new ConchError("DEVICE_LOST", `Cannot read ${labels} back from the GPU: ${textOf(thrown)}`, {
          data: { labels, reason },
          cause: thrown,
        });
      } finally {
        for (const copy of copies) copy?.staging.destroy();
      }
    },

    get bytesInUse() {
      return bytesInUse;
    },
    get peakBytes() {
      return peakBytes;
    },
    restartPeak() {
      peakBytes = bytesInUse;
    },
    get pooledBytes() {
      return pooledBytes;
    },
    liveLabels: () => [...live].map((buffer) => buffer.label),
    takeReadbacks() {
      const taken = readbacks;
      readbacks = [];
      return taken;
    },
    noteReadback(readback) {
      readbacks.push(readback);
    },
    trim: () => shrinkPool(0),
    settle() {
      unsettled.clear();
      for (const call of afterSubmit.splice(0)) call();
    },
  };
}

/** Eight classes per doubling: at most 12.5 % more than asked for, and buffers of nearby sizes are interchangeable. */
function sizeClass(byteLength: number): number {
  if (byteLength <= 256) return 256;
  const step = 2 ** Math.max(8, Math.floor(Math.log2(byteLength)) - 3);
  return Math.ceil(byteLength / step) * step;
}

function check(
  label: string,
  bytes: number,
  limits: Pick<GPUSupportedLimits, "maxBufferSize" | "maxStorageBufferBindingSize">,
): void {
  const name = bytes > limits.maxBufferSize ? "maxBufferSize" : "maxStorageBufferBindingSize";
  const allowed = limits[name];
  if (bytes <= allowed) return;
  throw new ConchError(
    "DEVICE_LIMIT",
    `${label} needs ${bytes} bytes of GPU memory in one buffer, the device allows ${allowed} (${name}): run the step on KIND_CPU or on a smaller volume`,
    { data: { label, bytes, allowed, limit: name } },
  );
}

/** queue.writeBuffer takes multiples of 4 only: the last 1 to 3 bytes go in a word of their own. */
function writeBytes(device: GPUDevice, buffer: GPUBuffer, bytes: Uint8Array): void {
  const whole = bytes.byteLength & ~3;
  const source = bytes as Uint8Array<ArrayBuffer>;
  if (whole > 0) device.queue.writeBuffer(buffer, 0, source, 0, whole);
  if (whole === bytes.byteLength) return;
  const last = new Uint8Array(4);
  last.set(bytes.subarray(whole));
  device.queue.writeBuffer(buffer, whole, last);
}
