import { ConchError, textOf } from "../base/errors.ts";
import type { Gpu, PassTimestamps } from "./gpu.ts";
import type { GpuBuffer } from "./memory/gpu-memory.ts";

/** GPU time of one labelled stretch, in nanoseconds since the earliest timestamp of the run. Browsers may quantise it to 100 µs. */
export interface GpuTimestamp {
  readonly label: string;
  readonly beginNs: number;
  readonly endNs: number;
}

/** What a run tells at its end. */
export interface RunFindings {
  /** Errors that kernels found, in the order in which their words were taken. */
  readonly errors: readonly ConchError[];
  /** Empty where the device has no timestamp-query. */
  readonly timestamps: readonly GpuTimestamp[];
  /** Stretches that were not measured because the report was full. */
  readonly unmeasured: number;
}

/** Status words and timestamps of one run in one buffer of 4 KiB, mapped once, when the run ends; not at all when there is nothing to tell. */
export interface RunReport {
  /** Words that kernels may set by atomicStore: bind it as array<atomic<u32>>. Zero at the start. */
  readonly status: GpuBuffer;
  /** Takes a status word; when a kernel sets it, `finish` gives `makeError(its value)`. Beyond 256 words the last one is shared. */
  flag(makeError: (word: number) => ConchError): number;
  /** Timestamps for `Gpu.scope`: all passes of the scope become one stretch. */
  passTimestamps(label: string): PassTimestamps;
  /** Records an empty pass with timestamps: brackets work that others submit. */
  mark(label: string): void;
  /** Submits, maps the report once and frees it. Throws DEVICE_LOST. */
  finish(): Promise<RunFindings>;
  /** Frees the report without reading it, for a run that failed or was cancelled. Harmless after `finish`. */
  dispose(): void;
}

const STATUS_WORDS = 256;
const STATUS_BYTES = STATUS_WORDS * 4;
const REPORT_BYTES = 4096;
const QUERIES = (REPORT_BYTES - STATUS_BYTES) / 8;

/** An empty report for one run. */
export function createRunReport(gpu: Gpu): RunReport {
  const { device, memory } = gpu;
  const status = memory.allocate("run-report/status", STATUS_BYTES);
  gpu.clear(status);
  const makers: ((word: number) => ConchError)[][] = [];
  const stretches: { label: string; pairs: number[] }[] = [];
  let querySet: GPUQuerySet | undefined;
  let used = 0;
  let unmeasured = 0;
  let open = true;

  function takePair(stretch: { pairs: number[] }): GPUComputePassTimestampWrites | undefined {
    if (!device.features.has("timestamp-query")) return undefined;
    if (used + 2 > QUERIES) {
      unmeasured++;
      return undefined;
    }
    querySet ??= device.createQuerySet({ label: "run-report/queries", type: "timestamp", count: QUERIES });
    const first = used;
    used += 2;
    stretch.pairs.push(first);
    return { querySet, beginningOfPassWriteIndex: first, endOfPassWriteIndex: first + 1 };
  }

  function stretchOf(label: string): { label: string; pairs: number[] } {
    const stretch = { label, pairs: [] };
    stretches.push(stretch);
    return stretch;
  }

  function free(): void {
    if (!open) return;
    open = false;
    // Recorded passes may still name the query set, which cannot be submitted once it is destroyed.
    if (querySet !== undefined) gpu.submit();
    status.release();
    querySet?.destroy();
  }

  /** One buffer of status words and resolved queries; queries resolve to multiples of 256 bytes only. */
  async function read(): Promise<ArrayBuffer> {
    const bytes = STATUS_BYTES + used * 8;
    const staging = device.createBuffer({
      label: "run-report/readback",
      size: bytes,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    const resolved =
      used === 0
        ? undefined
        : device.createBuffer({ label: "run-report/resolved", size: used * 8, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
    try {
      const encoder = gpu.encoder();
      encoder.copyBufferToBuffer(status.buffer, 0, staging, 0, STATUS_BYTES);
      if (resolved !== undefined && querySet !== undefined) {
        encoder.resolveQuerySet(querySet, 0, used, resolved, 0);
        encoder.copyBufferToBuffer(resolved, 0, staging, STATUS_BYTES, used * 8);
      }
      gpu.submit();
      await staging.mapAsync(GPUMapMode.READ, 0, bytes);
      memory.noteReadback({ reason: "status words and timestamps of the run", label: "run-report", bytes });
      return staging.getMappedRange(0, bytes).slice(0);
    } catch (thrown) {
      throw new ConchError("DEVICE_LOST", `Cannot read the run's report back from the GPU: ${textOf(thrown)}`, { cause: thrown });
    } finally {
      staging.destroy();
      resolved?.destroy();
    }
  }

  return {
    status,

    flag(makeError) {
      const word = Math.min(makers.length, STATUS_WORDS - 1);
      (makers[word] ??= []).push(makeError);
      return word;
    },

    passTimestamps(label) {
      const stretch = stretchOf(label);
      return () => takePair(stretch);
    },

    mark(label) {
      const timestampWrites = takePair(stretchOf(label));
      if (timestampWrites !== undefined) gpu.emptyPass(label, timestampWrites);
    },

    async finish() {
      if (makers.length === 0 && used === 0) {
        gpu.submit();
        free();
        return { errors: [], timestamps: [], unmeasured };
      }
      try {
        const bytes = await read();
        return { errors: errorsOf(new Uint32Array(bytes, 0, STATUS_WORDS), makers), timestamps: timestampsOf(bytes, used, stretches), unmeasured };
      } finally {
        free();
      }
    },

    dispose: free,
  };
}

function errorsOf(words: Uint32Array, makers: readonly (readonly ((word: number) => ConchError)[])[]): ConchError[] {
  const errors: ConchError[] = [];
  makers.forEach((shared, i) => {
    const [makeError] = shared;
    const word = words[i] ?? 0;
    if (word !== 0 && makeError !== undefined) errors.push(makeError(word));
  });
  return errors;
}

function timestampsOf(bytes: ArrayBuffer, used: number, stretches: readonly { label: string; pairs: readonly number[] }[]): GpuTimestamp[] {
  const ticks = new BigUint64Array(bytes, STATUS_BYTES, used);
  const origin = ticks.reduce((least, tick) => (tick < least ? tick : least), ticks[0] ?? 0n);
  return stretches.flatMap(({ label, pairs }) => {
    const first = pairs[0];
    const last = pairs.at(-1);
    if (first === undefined || last === undefined) return [];
    const beginNs = Number((ticks[first] ?? origin) - origin);
    const endNs = Number((ticks[last + 1] ?? origin) - origin);
    return [{ label, beginNs, endNs: Math.max(beginNs, endNs) }];
  });
}
