import type { ErrorRecord } from "../base/errors.ts";
import type { Readback, StepTiming } from "../runtime/protocol.ts";
import type { DataType } from "../tensor/data-type.ts";

/** What the command line asks of the page. All addresses are the local server's. */
export interface HeadlessRequest {
  /** Where the model repository is offered: "/local". */
  readonly repository: string;
  readonly model: string;
  /** Input name → the files that make it. */
  readonly inputs: Readonly<Record<string, readonly { readonly name: string; readonly url: string }[]>>;
  /** Of a 4-D NIfTI file. */
  readonly frame?: number;
  /** Absent: all. */
  readonly outputs?: readonly string[];
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

/** What the page answers. */
export type HeadlessAnswer = { readonly report: HeadlessReport } | { readonly error: ErrorRecord };

declare global {
  interface Window {
    conchRun(request: HeadlessRequest): Promise<HeadlessAnswer>;
  }
}
