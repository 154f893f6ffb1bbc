import type { TensorDifference } from "../tensor/difference.ts";
import type { RunResult, StepPlace } from "../runtime/protocol.ts";
import type { PlacementSet } from "./placement-sets.ts";

/** How a comparison measures. */
export interface ComparisonProtocol {
  /** Items per request, ascending. */
  readonly batches: readonly number[];
  /** Runs that count, of each set at each batch. */
  readonly runs: number;
  /** Runs before those; the first loads and compiles. */
  readonly warmup: number;
  /** Milliseconds for one set at one batch, after which it runs no more and no larger batch; null: no end. */
  readonly budget: number | null;
}

/** Batches that are worth a look: powers of two. */
export const BATCHES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] as const;

/** What a run brought to the GPU and back, and the most that it held there. */
interface RunTraffic {
  readonly uploads: number;
  readonly uploadBytes: number;
  readonly readbacks: number;
  readonly readbackBytes: number;
  readonly peakGpuBytes: number;
}

/** What is kept of one run. */
export interface RunSample extends RunTraffic {
  /** From inputs in the worker to outputs on the host. */
  readonly milliseconds: number;
  readonly steps: readonly StepTime[];
}

/** The time of one step's own work. */
export interface StepTime {
  /** Step id of the plan: tells apart two steps of one model. */
  readonly step: string;
  readonly model: string;
  readonly placement: StepPlace;
  readonly milliseconds: number;
  /** By timestamps of the GPU; a GPU step without them took at least this long to be handed over. */
  readonly byGpu: boolean;
}

/** How far an output lies from the one of the reference set; null where it could not be compared, with why. */
export interface OutputDifference {
  readonly output: string;
  readonly difference: TensorDifference | null;
  readonly problem: string | null;
}

/** One set at one batch. Of its traffic, bytes and counts are those of the last run, the peak that of all. */
export interface Measurement extends RunTraffic {
  readonly batch: number;
  /** Runs that counted. */
  readonly runs: number;
  /** The first run, with whatever had to be loaded and compiled; null without warm-up. Milliseconds. */
  readonly first: number | null;
  readonly median: number;
  readonly p95: number;
  /** Items per second at the median. */
  readonly throughput: number;
  /** Medians. What they leave of the whole are moves between CPU and GPU, and waiting. */
  readonly steps: readonly StepTime[];
  /** Against the reference; null of the reference itself, and where it has not run at this batch. */
  readonly differences: readonly OutputDifference[] | null;
}

/** Why a set was measured no further. */
export interface Stop {
  readonly reason: "max-batch-size" | "memory" | "failed" | "budget" | "cancelled" | "edited";
  /** The batch that was not, or not fully, measured. */
  readonly batch: number;
  /** Of an error, or of the plan's warning. */
  readonly code: string | null;
  readonly message: string;
}

/** What was found of one set. */
export interface SetResult {
  readonly set: PlacementSet;
  readonly measurements: readonly Measurement[];
  /** null: every batch that was asked for was measured. */
  readonly stop: Stop | null;
}

/** What it was measured on. */
export interface Machine {
  /** The adapter's words; null without WebGPU. */
  readonly adapter: string | null;
  /** A CPU that stands in for a GPU; its times say nothing about GPUs. */
  readonly software: boolean;
  /** Threads that WASM has. */
  readonly threads: number;
  readonly browser: string;
  /** ONNX Runtime Web's version; null where none was loaded. */
  readonly onnxruntime: string | null;
}

/** A table of placements. */
export interface Comparison {
  readonly model: string;
  readonly machine: Machine;
  readonly protocol: ComparisonProtocol;
  /** The set against whose outputs the others' are held. */
  readonly reference: string | null;
  readonly sets: readonly SetResult[];
}

/** The middle of numbers; of an even count the mean of the two middle ones. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2;
}

/**
 * A percentile by nearest rank: of n numbers in ascending order the one of rank ⌈percent · n / 100⌉, counted from 1. It is one of the numbers, and the least
 * that `percent` in 100 of them do not exceed. `percent` is above 0 and at most 100. NaN of none.
 */
export function percentile(values: readonly number[], percent: number): number {
  // The product first: 0.07 · 100 exceeds 7 in floating point.
  return values.toSorted((a, b) => a - b)[Math.ceil((percent * values.length) / 100) - 1] ?? NaN;
}

/** A run's numbers. A step on the CPU is timed from its inputs in place; on the GPU by the GPU's own clock where it has one. */
export function sampleOf({ milliseconds, steps, uploads, readbacks, peakGpuBytes }: Omit<RunResult, "outputs" | "wires">): RunSample {
  const sum = (moves: readonly { readonly bytes: number }[]): number => moves.reduce((bytes, move) => bytes + move.bytes, 0);
  return {
    milliseconds,
    steps: steps.map(({ step, model, placement, compute, computed, gpuMilliseconds }) => ({
      step,
      model,
      placement,
      milliseconds: gpuMilliseconds ?? computed - compute,
      byGpu: gpuMilliseconds !== null,
    })),
    uploads: uploads.length,
    uploadBytes: sum(uploads),
    readbacks: readbacks.length,
    readbackBytes: sum(readbacks),
    peakGpuBytes,
  };
}

/** The numbers of one set at one batch. Bytes are those of the last run: isolated runs move the same. */
export function measurementOf(batch: number, samples: readonly RunSample[], first: number | null, differences: readonly OutputDifference[] | null): Measurement {
  const times = samples.map(({ milliseconds }) => milliseconds);
  const last = samples.at(-1)!;
  const middle = median(times);
  return {
    batch,
    runs: samples.length,
    first,
    median: middle,
    p95: percentile(times, 95),
    throughput: (1000 * batch) / middle,
    steps: last.steps.map((step) => ({ ...step, milliseconds: median(samples.flatMap(({ steps }) => steps.find((each) => each.step === step.step)?.milliseconds ?? [])) })),
    uploads: last.uploads,
    uploadBytes: last.uploadBytes,
    readbacks: last.readbacks,
    readbackBytes: last.readbackBytes,
    peakGpuBytes: Math.max(...samples.map((sample) => sample.peakGpuBytes)),
    differences,
  };
}

/** What the steps leave of a measurement's median: moves between CPU and GPU, and waiting. Never negative. Milliseconds. */
export function restOf({ median: whole, steps }: Measurement): number {
  return Math.max(0, whole - steps.reduce((sum, { milliseconds }) => sum + milliseconds, 0));
}

/** Every batch at which any set was measured, ascending. */
export function measuredBatches({ sets }: Comparison): number[] {
  return [...new Set(sets.flatMap(({ measurements }) => measurements.map(({ batch }) => batch)))].sort((a, b) => a - b);
}
