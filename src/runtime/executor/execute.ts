import { ConchError, isAbort, toErrorRecord } from "../../base/errors.ts";
import { batchConversion, declaredShape, modelShape } from "../../plan/batch.ts";
import { isEnsemblePlan, type EnsemblePlan, type Plan, type PlanStep } from "../../plan/plan.ts";
import { requestProblem } from "../../plan/request-rules.ts";
import type { ModelConfig } from "../../triton/model-config/model-config.ts";
import type { BackendModel, Placement, RuntimeTensor } from "../backends/backend.ts";
import type { Gpu } from "../gpu.ts";
import type { Readback, RunOptions, StepPhase, StepProgress, StepTiming } from "../protocol.ts";
import type { RunReport } from "../run-report.ts";
import { inEnsemble, ofModel } from "./run-errors.ts";
import type { StepCache } from "./step-cache.ts";
import { Value } from "./value.ts";

/** What an execution needs of its surroundings. */
export interface ExecutionContext {
  readonly gpu: Gpu | undefined;
  readonly report: RunReport | undefined;
  readonly cache: StepCache;
  readonly options: RunOptions;
  readonly signal: AbortSignal;
  /** Configuration of a model of the plan; as its server has it, where the step runs on one. */
  config(model: string, step: PlanStep): ModelConfig;
  /** The loaded model; loads it with the first call. */
  load(step: PlanStep, placement: Placement): Promise<BackendModel>;
  /** Throws DEVICE_LOST when the device is gone: a run on a lost device does not always fail by itself. */
  checkDevice(): void;
  progress(progress: StepProgress): void;
  /** Milliseconds, monotonic. */
  now(): number;
}

/** What an execution leaves. Every value holds one reference for the caller. */
export interface Execution {
  readonly outputs: ReadonlyMap<string, Value>;
  /** Ensemble tensors that were kept; nested ones as "step/tensor". */
  readonly wires: ReadonlyMap<string, Value>;
  readonly timings: readonly StepTiming[];
  readonly uploads: readonly Readback[];
  /** Results to put into the cache once the run is known to be right. */
  readonly results: ReadonlyMap<string, ReadonlyMap<string, Value>>;
}

/**
 * Executes a plan with Triton's ensemble semantics (scheduler.md): a step starts when all its inputs have a value; steps in flight finish after a
 * failure, none starts; the last error is reported, prefixed with the ensemble's name; an ensemble that ends without its outputs is a deadlock.
 * Borrows `inputs`. Steps that are ready together take turns: one worker, one GPU queue. Those on servers wait for no turn, and hold one only while their
 * inputs are read back from the GPU.
 */
export async function execute(plan: Plan, inputs: ReadonlyMap<string, Value>, context: ExecutionContext): Promise<Execution> {
  const execution = new PlanExecution(context);
  if (isEnsemblePlan(plan.root)) validateRequest({ id: "", model: plan.model }, inputs, plan.root.config);
  try {
    const outputs = isEnsemblePlan(plan.root)
      ? await execution.ensemble(plan.root, inputs, "")
      : await execution.step(plan.root, inputs, context.config(plan.model, plan.root));
    return { outputs, wires: execution.wires, timings: execution.timings, uploads: execution.uploads, results: execution.results };
  } catch (thrown) {
    for (const value of execution.wires.values()) value.release();
    throw thrown;
  }
}

/** Answers of servers so far: each is a tensor of its own, equal to no other in the cache. */
let answers = 0;

/** A tensor of a running ensemble. */
interface Slot {
  /** Undefined: a placeholder, for an optional input that was not given or an output that its model did not return (rules S5 and C3). */
  readonly value: Value | undefined;
  /** Whether its producer's requests have a batch dimension. */
  readonly batched: boolean;
  readers: number;
}

class PlanExecution {
  readonly wires = new Map<string, Value>();
  readonly timings: StepTiming[] = [];
  readonly uploads: Readback[] = [];
  readonly results = new Map<string, ReadonlyMap<string, Value>>();
  readonly #context: ExecutionContext;
  readonly #began: number;
  readonly #turns = new Turns();

  constructor(context: ExecutionContext) {
    this.#context = context;
    this.#began = context.now();
  }

  async ensemble(plan: EnsemblePlan, inputs: ReadonlyMap<string, Value>, prefix: string): Promise<Map<string, Value>> {
    const batches = plan.config.max_batch_size > 0;
    const readers = new Map(plan.tensors.map((tensor) => [tensor.name, tensor.consumers.length + (tensor.requested ? 1 : 0)]));
    const slots = new Map<string, Slot>();
    const put = (name: string, value: Value | undefined, batched: boolean): void => {
      slots.set(name, { value, batched, readers: readers.get(name) ?? 0 });
      if (value === undefined) return;
      if (this.#context.options.keepWires) this.wires.set(prefix + name, value.retain());
      if ((readers.get(name) ?? 0) === 0) value.release();
    };
    for (const input of plan.config.input) {
      const value = inputs.get(input.name);
      put(input.name, value === undefined ? undefined : value.reshaped(modelShape(value.shape, input, batches)), batches);
    }
    const waiting = new Set(plan.steps);
    const running = new Set<Promise<void>>();
    let failure: { thrown: unknown } | undefined;
    const start = (step: PlanStep): void => {
      waiting.delete(step);
      const finished = this.#ensembleStep(step, slots, put, prefix).catch((thrown: unknown) => {
        failure = { thrown };
      });
      const tracked = finished.finally(() => running.delete(tracked));
      running.add(tracked);
    };
    for (;;) {
      if (failure === undefined && !this.#context.signal.aborted) {
        const ready = [...waiting].filter((step) => step.inputs.every(({ tensor }) => slots.has(tensor)));
        // Servers first: what is read back for them must not wait until the steps beside them are done.
        for (const step of ready.filter(isServed)) start(step);
        for (const step of ready) if (!isServed(step)) start(step);
      }
      if (running.size === 0) break;
      await Promise.race(running);
    }
    const outputs = new Map<string, Value>();
    try {
      this.#context.signal.throwIfAborted();
      if (failure !== undefined) throw failure.thrown;
      for (const name of plan.requestedOutputs) {
        const slot = slots.get(name);
        if (slot === undefined) {
          throw new ConchError("ENSEMBLE_DEADLOCK", "unexpected deadlock, at least one output is not set while no more ensemble steps can be made", {
            data: { ensemble: plan.model, output: name },
          });
        }
        if (slot.value === undefined) continue;
        const output = plan.config.output.find((each) => each.name === name)!;
        const shape = batchConversion(slot.value.shape, slot.batched, batches, output.reshape?.shape ?? output.dims);
        outputs.set(name, slot.value.reshaped(declaredShape(shape, output, batches)));
      }
      return outputs;
    } catch (thrown) {
      for (const step of waiting) this.#tell(step, "skipped");
      for (const value of outputs.values()) value.release();
      throw inEnsemble(plan.model, thrown);
    } finally {
      for (const slot of slots.values()) if (slot.readers > 0) slot.value?.release();
    }
  }

  async #ensembleStep(step: PlanStep, slots: Map<string, Slot>, put: (name: string, value: Value | undefined, batched: boolean) => void, prefix: string): Promise<void> {
    const config = this.#context.config(step.model, step);
    const batches = config.max_batch_size > 0;
    const inputs = new Map<string, Value>();
    try {
      for (const { port, tensor } of step.inputs) {
        const { value, batched } = slots.get(tensor)!;
        if (value === undefined) continue;
        const dims = config.input.find((input) => input.name === port)?.dims ?? [];
        inputs.set(port, value.reshaped(batchConversion(value.shape, batched, batches, dims)));
      }
      const outputs = step.nested === undefined ? await this.step(step, inputs, config) : await this.#nested(step, step.nested, inputs, prefix);
      for (const { port, tensor } of step.outputs) {
        put(tensor, outputs.get(port), batches);
      }
    } finally {
      for (const value of inputs.values()) value.release();
      for (const { tensor } of step.inputs) {
        const slot = slots.get(tensor)!;
        slot.readers -= 1;
        if (slot.readers === 0) slot.value?.release();
      }
    }
  }

  async #nested(step: PlanStep, plan: EnsemblePlan, inputs: ReadonlyMap<string, Value>, prefix: string): Promise<Map<string, Value>> {
    this.#tell(step, "running");
    try {
      const outputs = await this.ensemble(plan, inputs, `${prefix}${step.id.split("/").at(-1)}/`);
      this.#tell(step, "done");
      return outputs;
    } catch (thrown) {
      this.#tell(step, "failed", thrown);
      throw thrown;
    }
  }

  /** One execution of a model that is no ensemble. Outputs hold one reference each for the caller. */
  async step(step: PlanStep, inputs: ReadonlyMap<string, Value>, config: ModelConfig): Promise<Map<string, Value>> {
    const { options, cache, signal } = this.#context;
    const served = isServed(step);
    const ready = this.#elapsed();
    this.#tell(step, "queued");
    const yieldTurn = served && ![...inputs.values()].some(({ location }) => location === "gpu") ? undefined : await this.#turns.take();
    try {
      signal.throwIfAborted();
      validateRequest(step, inputs, config);
      const reused = options.cache && (!served || options.cacheServers === true);
      const key = reused || !served ? cacheKey(step, inputs) : `${cacheKey(step, inputs)}#${++answers}`;
      const known = reused ? cache.take(key) : undefined;
      if (known !== undefined) {
        const at = this.#elapsed();
        this.#time(step, { ready, start: at, compute: at, computed: at, cached: true }, inputs, known);
        this.#tell(step, "cached");
        return known;
      }
      const outputs = await this.#run(step, inputs, key, ready, config, served ? yieldTurn : undefined).catch((thrown: unknown) => {
        throw ofModel(step.model, thrown);
      });
      if (reused || !served) this.results.set(key, outputs);
      this.#tell(step, "done");
      return outputs;
    } catch (thrown) {
      this.#tell(step, isAbort(thrown) ? "skipped" : "failed", thrown);
      throw thrown;
    } finally {
      yieldTurn?.();
    }
  }

  /** The run's report, whose errors name the model of the kernel that found them, and in their data the step. */
  #reportOf({ id, model }: PlanStep): RunReport | undefined {
    const { report } = this.#context;
    const found = (error: ConchError): ConchError => {
      const { code, message, data, cause } = ofModel(model, error);
      return new ConchError(code, message, { data: { ...data, step: id }, cause });
    };
    return report && { ...report, flag: (makeError) => report.flag((word) => found(makeError(word))) };
  }

  /** `inPlace` is called once the inputs lie where they are wanted. */
  async #run(step: PlanStep, inputs: ReadonlyMap<string, Value>, key: string, ready: number, config: ModelConfig, inPlace?: () => void): Promise<Map<string, Value>> {
    const { gpu, signal, options } = this.#context;
    const batches = config.max_batch_size > 0;
    const start = this.#elapsed();
    const placement: Placement = step.placement.kind === "gpu" ? "gpu" : "cpu";
    const served = isServed(step);
    if (!served) this.#tell(step, "loading");
    const model = await this.#context.load(step, placement);
    signal.throwIfAborted();
    const moved = new Map<string, RuntimeTensor>();
    for (const [port, value] of inputs) {
      const input = config.input.find(({ name }) => name === port);
      // A server takes declared dims, and reshapes for its model itself.
      const shape = input === undefined || served ? value.shape : modelShape(value.shape, input, batches);
      if (gpu !== undefined && model.accepts(port) === "gpu") {
        const onGpu = value.gpu(gpu, `${step.model}/${port}`, (bytes) => this.uploads.push({ reason: `input of ${step.model}`, subject: port, bytes }));
        moved.set(port, { ...onGpu, shape });
      } else {
        const { tensor } = await value.host(gpu, `${served ? "server" : placement === "cpu" ? "KIND_CPU" : "host"} input of ${step.model}`);
        moved.set(port, { location: "host", tensor: { ...tensor, shape } });
      }
    }
    inPlace?.();
    signal.throwIfAborted();
    this.#tell(step, served ? "waiting" : "running");
    const compute = this.#elapsed();
    const made = await model.execute({
      inputs: moved,
      requestedOutputs: step.outputs.map(({ port }) => port),
      signal,
      report: this.#reportOf(step),
      uploaded: (subject, bytes) => this.uploads.push({ reason: `opened by ${step.model}`, subject, bytes }),
      progress: (phase, fraction) => this.#tell(step, phase, undefined, fraction),
    });
    const computed = this.#elapsed();
    this.#context.checkDevice();
    const outputs = new Map(
      [...made].map(([port, tensor]) => {
        const output = config.output.find(({ name }) => name === port);
        const shape = tensor.location === "gpu" ? tensor.shape : tensor.tensor.shape;
        return [port, Value.of(withShape(tensor, output === undefined || served ? shape : declaredShape(shape, output, batches)), `${key}/${port}`)];
      }),
    );
    if (options.readbackEachStep === true) {
      for (const value of outputs.values()) {
        await value.host(gpu, "measuring without residency");
        value.dropGpu();
      }
    }
    this.#time(step, { ready, start, compute, computed, cached: false }, inputs, outputs);
    return outputs;
  }

  #elapsed(): number {
    return this.#context.now() - this.#began;
  }

  #tell(step: PlanStep, phase: StepPhase, thrown?: unknown, fraction?: number): void {
    const progress = { step: step.id, phase, ...(fraction !== undefined && { fraction }), at: this.#elapsed(), ...servedBy(step) };
    this.#context.progress(thrown === undefined || isAbort(thrown) ? progress : { ...progress, error: toErrorRecord(thrown) });
  }

  #time(
    step: PlanStep,
    at: Pick<StepTiming, "ready" | "start" | "compute" | "computed" | "cached">,
    inputs: ReadonlyMap<string, Value>,
    outputs: ReadonlyMap<string, Value>,
  ): void {
    this.timings.push({
      step: step.id,
      model: step.model,
      placement: step.placement.kind === "none" ? "cpu" : step.placement.kind,
      ...servedBy(step),
      ...at,
      end: this.#elapsed(),
      gpuMilliseconds: null,
      bytesIn: sum(inputs),
      bytesOut: sum(outputs),
    });
  }
}

/** One holder at a time, in the order in which they came. */
class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Waits for the turn; the answer ends it. */
  async take(): Promise<() => void> {
    const before = this.#last;
    let end = (): void => undefined;
    this.#last = new Promise((resolve) => (end = resolve));
    await before;
    return end;
  }
}

function isServed({ placement }: PlanStep): boolean {
  return placement.kind === "server";
}

function servedBy({ placement }: PlanStep): { readonly server?: string } {
  return placement.kind === "server" ? { server: placement.detail ?? "" } : {};
}

function withShape(tensor: RuntimeTensor, shape: readonly number[]): RuntimeTensor {
  return tensor.location === "gpu" ? { ...tensor, shape } : { location: "host", tensor: { ...tensor.tensor, shape } };
}

function sum(values: ReadonlyMap<string, Value>): number {
  return [...values.values()].reduce((bytes, value) => bytes + value.bytes, 0);
}

function cacheKey(step: PlanStep, inputs: ReadonlyMap<string, Value>): string {
  const sources = [...inputs].map(([port, value]) => `${port}=${value.key}[${value.shape.join()}]`).sort();
  return `${step.model}@${step.version}#${step.contentKey}:${step.placement.kind}(${sources.join()})→${step.outputs.map(({ port }) => port).join()}`;
}

/** What Triton checks when it prepares a request for inference. Throws REQUEST_INVALID in its words. */
function validateRequest(step: Pick<PlanStep, "id" | "model">, inputs: ReadonlyMap<string, Value>, config: ModelConfig): void {
  const problem = requestProblem(step.model, inputs, config);
  if (problem !== undefined) throw new ConchError("REQUEST_INVALID", problem, { data: { model: step.model, step: step.id } });
}
