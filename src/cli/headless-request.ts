import type { ErrorRecord } from "../base/errors.ts";
import type { Readback, StepTiming } from "../runtime/protocol.ts";
import type { Comparison } from "../state/comparison.ts";
import type { WantedSet } from "../state/placement-sets.ts";
import type { DataType } from "../tensor/data-type.ts";

/** What is run, on what. All addresses are the local server's. */
export interface HeadlessTarget {
  /** Where the model repository is offered: "/local". */
  readonly repository: string;
  readonly model: string;
  /** Input name → the files that make it. */
  readonly inputs: Readonly<Record<string, readonly { readonly name: string; readonly url: string }[]>>;
  /** Of a 4-D NIfTI file. */
  readonly frame?: number;
  /** Absent: all. */
  readonly outputs?: readonly string[];
}

/** What `conch run` asks of the page. */
export interface HeadlessRequest extends HeadlessTarget {
  /** Overrides every instance_group. */
  readonly kind?: "gpu" | "cpu";
  readonly cache: boolean;
  /** Each output is posted to `<outputUrl>/<name>` as the bytes of a .npy file. */
  readonly outputUrl: string;
}

/** What `--json` prints. */
export interface HeadlessReport {
  readonly model: string;
  /** "vendor architecture", or null without WebGPU. */
  readonly adapter: string | null;
  /** A CPU that stands in for a GPU; its times say nothing about GPUs. */
  readonly software: boolean;
  readonly steps: readonly StepTiming[];
  readonly uploads: readonly Readback[];
  readonly readbacks: readonly Readback[];
  readonly peakGpuBytes: number;
  readonly outputs: Readonly<Record<string, { readonly dataType: DataType; readonly shape: readonly number[] }>>;
  /** What the input files gave cause to say. */
  readonly warnings: readonly string[];
  /** Of the run, without opening, decoding and saving. */
  readonly seconds: number;
}

/** What `conch bench` asks of the page. */
export interface HeadlessBenchRequest extends HeadlessTarget {
  /** Absent: the built-in sets that differ from one another. */
  readonly sets?: readonly WantedSet[];
  /** Ascending; absent: every power of two that the models take. */
  readonly batches?: readonly number[];
  readonly runs: number;
  readonly warmup: number;
  /** Milliseconds for one set at one batch; null: no end. */
  readonly budget: number | null;
}

/** What `conch bench` prints, in each of its forms. */
export interface HeadlessBenchReport {
  readonly comparison: Comparison;
  readonly warnings: readonly string[];
  readonly text: string;
  readonly csv: string;
}

/** What the page answers. */
export type HeadlessAnswer<Report> = { readonly report: Report } | { readonly error: ErrorRecord };

declare global {
  interface Window {
    conchRun(request: HeadlessRequest): Promise<HeadlessAnswer<HeadlessReport>>;
    conchBench(request: HeadlessBenchRequest): Promise<HeadlessAnswer<HeadlessBenchReport>>;
    /** There where somebody watches. */
    conchProgress?(line: string): Promise<void>;
  }
}
