import type { ErrorRecord } from "../base/errors.ts";
import type { PlacementDecision, Plan } from "../plan/plan.ts";
import type { DecodedInput, ModelInspection, RunResult, StepProgress, WorkerEnvironment } from "../runtime/protocol.ts";

/** Where an input's tensor comes from. */
export type InputSource =
  | { readonly kind: "files"; readonly files: readonly { readonly name: string; readonly blob: Blob }[]; readonly frame?: number }
  | { readonly kind: "generated"; readonly fill: "zeros" | "ones" | "uniform" | "normal"; readonly shape?: readonly number[]; readonly seed?: number }
  /** Filled from the affine that came with another input. */
  | { readonly kind: "affine"; readonly of: string };

/** One input of a model, as the run panel shows it. */
export interface InputState {
  readonly source: InputSource;
  readonly status: "decoding" | "ready" | "failed";
  readonly decoded?: DecodedInput;
  readonly error?: ErrorRecord;
}

/** How the latest run stands. */
export interface RunState {
  readonly status: "idle" | "preparing" | "running" | "cancelling" | "done" | "failed" | "cancelled";
  /** Model that was run. */
  readonly model: string | null;
  /** Step id → what it does. */
  readonly steps: Readonly<Record<string, StepProgress>>;
  readonly result: RunResult | null;
  readonly error: ErrorRecord | null;
  /** The plan that was run. */
  readonly plan: Plan | null;
  /** The inputs that it was run with; those of `SessionState.inputs` may be others by now. */
  readonly inputs: Readonly<Record<string, InputState | undefined>>;
}

/** Everything that concerns running: worker, models, inputs, runs. Never in the history. */
export interface SessionState {
  /** null until the worker has started. */
  readonly environment: WorkerEnvironment | null;
  /** What happened to the worker or the device last, for the user. */
  readonly loss: { readonly kind: "worker" | "device"; readonly message: string; readonly at: number } | null;
  /** Model → what the worker found in its file. */
  readonly inspections: Readonly<Record<string, ModelInspection | undefined>>;
  readonly inspectionErrors: Readonly<Record<string, ErrorRecord | undefined>>;
  /** Model → why it, or one that it reaches, could not be handed to the worker when this was last tried. */
  readonly preparationErrors: Readonly<Record<string, ErrorRecord | undefined>>;
  /** Model → where it runs and why, for the models of the last preparation. */
  readonly placements: Readonly<Record<string, PlacementDecision | undefined>>;
  /** Model → input name → its tensor. */
  readonly inputs: Readonly<Record<string, Readonly<Record<string, InputState | undefined>> | undefined>>;
  /** Outputs to request; absent: all. */
  readonly requestedOutputs: Readonly<Record<string, readonly string[] | undefined>>;
  readonly run: RunState;
  /** A comparison has the worker: no run begins until it has ended. */
  readonly occupied: boolean;
}
