import { isEnsemblePlan, type EnsemblePlan, type Plan, type PlanStep } from "../../plan/plan.ts";
import type { BackendModel } from "../../runtime/backends/backend.ts";
import type { StepProgress } from "../../runtime/protocol.ts";
import type { ComputeTimes, FailureReason } from "../../triton/v2/serving/model-statistics.ts";
import type { LoadedVersion } from "./loaded-version.ts";

/** Nanoseconds in a millisecond. */
const NS = 1e6;

/** The clocks of a server: milliseconds, monotonic, and since 1970. */
export interface Clocks {
  now(): number;
  clock(): number;
}

/** When a step did what, in milliseconds of the run; and its batch. */
interface StepClock {
  ready: number;
  start: number;
  compute: number;
  computed: number;
  batchSize: number;
  /** Whether it came past the checks of its request. */
  started: boolean;
}

/** Counts one request in the statistics of its model and, for an ensemble, of the models of its steps, as Triton does. */
export class RunStatistics {
  readonly #target: LoadedVersion;
  readonly #clocks: Clocks;
  readonly #batchSize: number;
  readonly #came: number;
  readonly #steps = new Map<string, StepClock>();
  readonly #times = new Map<string, ComputeTimes>();
  readonly #sum = { input: 0, infer: 0, output: 0 };
  #models: ReadonlyMap<string, { readonly step: PlanStep; readonly version: LoadedVersion | undefined }> = new Map();
  #began: number;

  /** @param batchSize items of the request; 0 for a model that does not batch. */
  constructor(target: LoadedVersion, clocks: Clocks, batchSize: number) {
    this.#target = target;
    this.#clocks = clocks;
    this.#batchSize = batchSize;
    this.#came = clocks.now();
    this.#began = this.#came;
  }

  /** Its turn came, and this is what will be done. */
  begin(plan: Plan, versions: ReadonlyMap<string, LoadedVersion>): void {
    this.#began = this.#clocks.now();
    const steps = isEnsemblePlan(plan.root) ? stepsOf(plan.root) : [plan.root];
    this.#models = new Map(steps.map((step) => [step.id, { step, version: versions.get(step.model) }]));
  }

  /** The step's model, watched while it works. */
  watched({ id }: PlanStep, model: BackendModel, batches: boolean): BackendModel {
    return {
      ...model,
      execute: async (request) => {
        const [first] = request.inputs.values();
        const shape = first === undefined ? [] : first.location === "host" ? first.tensor.shape : first.shape;
        const clock = this.#clockOf(id);
        clock.batchSize = batches ? (shape[0] ?? 1) : 0;
        const made = await model.execute(request);
        clock.computed = this.#elapsed();
        return made;
      },
    };
  }

  /** Follows the steps: each of an ensemble counts for its own model, whatever becomes of the whole. */
  step({ step: id, phase }: StepProgress): void {
    const clock = this.#clockOf(id);
    const now = this.#elapsed();
    if (phase === "queued") clock.ready = now;
    else if (phase === "loading" && !clock.started) Object.assign(clock, { start: now, started: true });
    else if (phase === "running" && clock.compute === 0) clock.compute = now;
    else if (phase === "done") this.#done(id, clock, now);
    else if (phase === "failed") this.#failed(id, clock, now);
  }

  /** The request was answered. */
  succeeded(): void {
    const clock = this.#steps.get("");
    const waited = this.#began - this.#came + (clock === undefined ? 0 : clock.start - clock.ready);
    this.#target.statistics.succeeded(this.#batchSize, Math.floor(this.#clocks.clock()), (this.#clocks.now() - this.#came) * NS, waited * NS, this.#sum);
  }

  /** The request was not. Triton counts the failure of an ensemble's steps and that of the whole, both for the ensemble. */
  failed(reason: FailureReason): void {
    const times = this.#target.backend === "ensemble" && reason !== "CANCELED" ? 2 : 1;
    for (let time = 0; time < times; time++) this.#target.statistics.failed((this.#clocks.now() - this.#came) * NS, reason);
  }

  #done(id: string, clock: StepClock, now: number): void {
    const { step, version } = this.#models.get(id) ?? {};
    const nested = step?.nested !== undefined;
    const times: ComputeTimes = nested ? this.#within(id) : { input: (clock.compute - clock.start) * NS, infer: (clock.computed - clock.compute) * NS, output: (now - clock.computed) * NS };
    if (!nested) {
      this.#sum.input += times.input;
      this.#sum.infer += times.infer;
      this.#sum.output += times.output;
    }
    if (id === "" || version === undefined) return;
    const batchSize = nested ? (version.config.max_batch_size > 0 ? Math.max(this.#batchSize, 1) : 0) : clock.batchSize;
    const from = nested ? clock.compute : clock.ready;
    version.statistics.succeeded(batchSize, Math.floor(this.#clocks.clock()), (now - from) * NS, nested ? 0 : (clock.start - clock.ready) * NS, times);
    this.#times.set(id, times);
  }

  /** What the steps of a nested ensemble took together. */
  #within(id: string): ComputeTimes {
    const sum = { input: 0, infer: 0, output: 0 };
    for (const [step, { input, infer, output }] of this.#times) {
      if (!step.startsWith(`${id}/`) || this.#models.get(step)?.step.nested !== undefined) continue;
      sum.input += input;
      sum.infer += infer;
      sum.output += output;
    }
    return sum;
  }

  /** A request that a step's model refuses before it runs counts for the ensemble alone. */
  #failed(id: string, clock: StepClock, now: number): void {
    const { step, version } = this.#models.get(id) ?? {};
    const nested = step?.nested !== undefined;
    if (id === "" || version === undefined || !(nested || clock.started)) return;
    for (let time = 0; time < (nested ? 2 : 1); time++) version.statistics.failed((now - Math.max(clock.ready, clock.compute)) * NS, "OTHER");
  }

  #clockOf(id: string): StepClock {
    const known = this.#steps.get(id) ?? { ready: 0, start: 0, compute: 0, computed: 0, batchSize: 0, started: false };
    this.#steps.set(id, known);
    return known;
  }

  #elapsed(): number {
    return this.#clocks.now() - this.#began;
  }
}

/** All steps, those of nested ensembles included. */
function stepsOf(plan: EnsemblePlan): PlanStep[] {
  return plan.steps.flatMap((step) => [step, ...(step.nested === undefined ? [] : stepsOf(step.nested))]);
}
