import type { ErrorRecord } from "../base/errors.ts";
import type { StepTiming, TensorHandle } from "../runtime/protocol.ts";
import type { ClassAxis } from "../tensor/class-axis.ts";
import type { Tolerance } from "../tensor/detailed-difference.ts";
import type { TensorComparison } from "../tensor/tensor-comparison.ts";
import type { ModelDelta } from "../triton/v2/statistics-delta.ts";
import type { Machine } from "./comparison.ts";
import type { InputState } from "./session-state.ts";

/** The same inputs run here and on a server. */
export interface RemoteComparison {
  readonly model: string;
  readonly server: ComparedServer;
  readonly machine: Machine;
  readonly tolerance: Tolerance;
  /** Runs on either side before those that count. */
  readonly warmup: number;
  readonly here: SideRun;
  readonly there: SideRun;
  /** What the server's statistics tell; null until they were read. */
  readonly served: ServedTimes | null;
  /** Every output that either side gave, those of here first. */
  readonly outputs: readonly ComparedOutput[];
  /** What both sides were given, to be looked at beside the outputs. */
  readonly inputs: Readonly<Record<string, InputState | undefined>>;
}

/** A server by what may be shown of it. */
export interface ComparedServer {
  readonly id: string;
  readonly name: string;
  /** "triton 2.70.0", by its own word; null where it does not say. */
  readonly product: string | null;
}

/** The run of one side. */
export interface SideRun {
  readonly status: "waiting" | "done" | "failed" | "cancelled";
  /** From inputs in the worker to outputs on the host; null unless done. */
  readonly milliseconds: number | null;
  readonly steps: readonly StepTiming[];
  /** Why it failed. */
  readonly error: ErrorRecord | null;
}

/** Where the time on the server went. */
export interface ServedTimes {
  /** From the request's first byte to the answer's last, with its tensors decoded. Milliseconds. */
  readonly milliseconds: number;
  /** Bytes of the tensors, without the JSON around them. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** What the server does not account for; null where its statistics do not tell. Milliseconds. */
  readonly network: number | null;
  /** The model itself, then those that it asks. Empty where no statistics could be had. */
  readonly models: readonly ModelDelta[];
  /** Why there are none. */
  readonly problem: string | null;
}

/** Why the elements of an output are not compared. */
export type OutputFinding = "only-here" | "only-there" | "data-type" | "shape";

/** An output of both sides. */
export interface ComparedOutput {
  readonly name: string;
  /** null where this side gave none. */
  readonly here: TensorHandle | null;
  readonly there: TensorHandle | null;
  readonly finding: OutputFinding | null;
  /** Where scores of classes lie in it; null where there are none. */
  readonly classes: ClassAxis | null;
  /** null where there is a finding, and until it is compared. Its `a` is here, its `b` there. */
  readonly comparison: TensorComparison | null;
  /** Why the elements could not be compared. */
  readonly problem: string | null;
}

/**
 * Pairs the outputs of both sides by name. What differs in type or shape is a finding; the elements of the others are still to be compared.
 * @param classesOf where scores of classes lie in an output.
 */
export function pairOutputs(
  here: Readonly<Record<string, TensorHandle>>,
  there: Readonly<Record<string, TensorHandle>>,
  classesOf: (name: string, handle: TensorHandle) => ClassAxis | undefined = () => undefined,
): readonly ComparedOutput[] {
  const names = [...new Set([...Object.keys(here), ...Object.keys(there)])];
  return names.map((name) => {
    const [mine, its] = [here[name] ?? null, there[name] ?? null];
    return { name, here: mine, there: its, finding: findingOf(mine, its), classes: classesOf(name, (mine ?? its)!) ?? null, comparison: null, problem: null };
  });
}

function findingOf(here: TensorHandle | null, there: TensorHandle | null): OutputFinding | null {
  if (here === null || there === null) return here === null ? "only-there" : "only-here";
  if (here.dataType !== there.dataType) return "data-type";
  const same = here.shape.length === there.shape.length && here.shape.every((size, axis) => size === there.shape[axis]);
  return same ? null : "shape";
}

/** What a comparison says as a whole. */
export type Verdict = "equal" | "close" | "different" | "incomplete";

/** "equal": every element of every output; "close": all within the tolerance; "incomplete": a side has no result, or an output could not be compared. */
export function verdictOf({ here, there, outputs }: RemoteComparison): Verdict {
  if (here.status !== "done" || there.status !== "done") return "incomplete";
  if (outputs.some(({ finding, comparison }) => finding !== null || (comparison?.mismatched ?? 0) > 0)) return "different";
  if (outputs.some(({ comparison }) => comparison === null)) return "incomplete";
  return outputs.every(({ comparison }) => comparison!.different === 0) ? "equal" : "close";
}
