import { ConchError, isAbort, textOf } from "../base/errors.ts";
import { itemInputs } from "../plan/item-inputs.ts";
import { leafSteps, type Plan } from "../plan/plan.ts";
import type { TensorHandle } from "../runtime/protocol.ts";
import { sampleOf, type Comparison, type ComparisonProtocol, type Machine, type OutputDifference, type RunSample, type SetResult } from "./comparison.ts";
import { batchLimit, measureInTurn, type ComparisonProgress } from "./comparison-protocol.ts";
import { machineOf } from "./machine.ts";
import { MeasuredPlans } from "./measured-plans.ts";
import type { PlacementSet } from "./placement-sets.ts";
import { RepeatedInputs } from "./repeated-inputs.ts";
import type { SessionStore } from "./session.ts";

/** A comparison that was asked for. */
export interface ComparisonRequest {
  readonly model: string;
  readonly sets: readonly PlacementSet[];
  readonly protocol: ComparisonProtocol;
  /** Name and version of the browser. */
  readonly browser: string;
  readonly signal: AbortSignal;
  progress(progress: ComparisonProgress): void;
  found(comparison: Comparison): void;
}

/** A run of a comparison moves its own bytes, repeats all work, and leaves the models of the other placements where they are. */
const OPTIONS = { cache: false, keepWires: false, keepModels: true, isolated: true } as const;

/**
 * Compares placements of a model or ensemble with the inputs at hand, on the worker of the session. The caller has occupied the session. A set that
 * cannot run is a result like others; throws where nothing can be measured at all: a model that is missing or does not parse, an input that is missing.
 */
export async function comparePlacements(session: SessionStore, request: ComparisonRequest): Promise<Comparison> {
  const { model, sets, protocol, signal } = request;
  const runs = new ComparisonRuns(session, request);
  try {
    const limit = batchLimit(model, new Map([...session.reachable(model)].map(([name, { config }]) => [name, config])));
    await session.runInputs(model, signal);
    runs.batches = itemInputs(session.reachable(model).get(model)!.config).length > 0;
    // What takes one item is measured as it is given.
    const batches = runs.batches ? protocol.batches : [1];
    const comparison = (results: readonly SetResult[], machine: Machine): Comparison => ({
      model,
      machine,
      protocol: { ...protocol, batches },
      reference: runs.reference ?? null,
      sets: results,
    });
    const results = await measureInTurn(sets, { ...protocol, batches }, limit, {
      run: (set, batch, counts) => runs.run(set, batch, counts),
      differences: (set, batch) => runs.differences(set, batch),
      now: () => performance.now(),
      progress: (progress) => request.progress(progress),
      found: (found) => request.found(comparison(found, machineOf(session, request.browser, null))),
    });
    const { onnxruntime } = await session.client.request("versions", {});
    return comparison(results, machineOf(session, request.browser, onnxruntime));
  } finally {
    await runs.end();
  }
}

/** The runs of one comparison, and the tensors that it holds in the worker. */
class ComparisonRuns {
  /** Whether a request to the target can have several items. */
  batches = false;
  /** Name of the set whose outputs the others' are held against: the first that ran. */
  reference: string | undefined;
  readonly #session: SessionStore;
  readonly #request: ComparisonRequest;
  readonly #plans: MeasuredPlans;
  readonly #inputs: RepeatedInputs;
  /** Outputs of the reference, at one batch. */
  #expected: { readonly batch: number; readonly outputs: Readonly<Record<string, TensorHandle>> } | undefined;
  readonly #differences = new Map<string, readonly OutputDifference[]>();
  /** Set → the worker that ran it last: in a new one everything has to be loaded again. */
  readonly #ranIn = new Map<string, number>();

  constructor(session: SessionStore, request: ComparisonRequest) {
    this.#session = session;
    this.#request = request;
    this.#plans = new MeasuredPlans(session);
    this.#inputs = new RepeatedInputs(session, request.model, request.signal);
  }

  async run(set: PlacementSet, batch: number, counts: boolean): Promise<RunSample> {
    const { client } = this.#session;
    const plan = await this.#plan(set, batch);
    const inputs = await this.#inputs.at(this.batches ? batch : null);
    const before = this.#ranIn.get(set.name);
    this.#ranIn.set(set.name, client.generation);
    if (counts && before !== undefined && before !== client.generation) await this.#execute(plan, inputs);
    const { outputs, wires: _, ...numbers } = await this.#execute(plan, inputs, true);
    if (counts) await this.#compare(set, batch, outputs);
    else await this.#release(Object.values(outputs));
    return sampleOf(numbers);
  }

  differences(set: PlacementSet, batch: number): Promise<readonly OutputDifference[] | null> {
    return Promise.resolve(this.#differences.get(`${set.name} ${batch}`) ?? null);
  }

  /** Frees everything that the comparison held in the worker. */
  async end(): Promise<void> {
    const { client } = this.#session;
    await this.#inputs.end();
    await this.#release(Object.values(this.#expected?.outputs ?? {}));
    await client.request("freeModels", {}).catch(() => undefined);
  }

  async #execute(plan: Plan, inputs: Readonly<Record<string, TensorHandle>>, keep = false) {
    const { client } = this.#session;
    const result = await client.request("run", { plan, inputs, options: OPTIONS }, { signal: this.#request.signal });
    if (!keep) await this.#release(Object.values(result.outputs));
    return result;
  }

  async #plan(set: PlacementSet, batch: number): Promise<Plan> {
    const { model, signal } = this.#request;
    const plan = await this.#plans.prepare(model, { kindOf: (name) => set.placements[name], ...(this.batches && { items: batch }), signal });
    const fallen = leafSteps(plan.root).find((step) => set.placements[step.model] === "gpu" && step.placement.kind !== "gpu");
    if (fallen === undefined) return plan;
    const { reason, detail } = fallen.placement;
    throw new ConchError(
      reason === "no-webgpu" ? "NO_WEBGPU" : "MODEL_NOT_RUNNABLE",
      `Model '${fallen.model}' is to run on WebGPU and falls to the CPU: ${reason === "no-webgpu" ? "this browser offers no WebGPU" : (detail ?? reason)}`,
      { data: { model: fallen.model, reason } },
    );
  }

  /** Holds a set's outputs against the reference's, once per batch, and lets them go. */
  async #compare(set: PlacementSet, batch: number, outputs: Readonly<Record<string, TensorHandle>>): Promise<void> {
    this.reference ??= set.name;
    if (set.name === this.reference) {
      if (this.#expected?.batch === batch) return this.#release(Object.values(outputs));
      await this.#release(Object.values(this.#expected?.outputs ?? {}));
      this.#expected = { batch, outputs };
      return;
    }
    const key = `${set.name} ${batch}`;
    if (!this.#differences.has(key) && this.#expected?.batch === batch) {
      this.#differences.set(key, await Promise.all(Object.entries(outputs).map(([name, handle]) => this.#difference(name, handle))));
    }
    await this.#release(Object.values(outputs));
  }

  async #difference(output: string, handle: TensorHandle): Promise<OutputDifference> {
    const expected = this.#expected?.outputs[output];
    if (expected === undefined) return { output, difference: null, problem: `${this.reference} gave no ${output}` };
    try {
      return { output, difference: await this.#session.client.request("difference", { a: expected, b: handle }), problem: null };
    } catch (thrown) {
      if (isAbort(thrown)) throw thrown;
      return { output, difference: null, problem: textOf(thrown) };
    }
  }

  async #release(handles: readonly TensorHandle[]): Promise<void> {
    const { client } = this.#session;
    const present = handles.filter(({ generation }) => generation === client.generation);
    if (present.length > 0) await client.request("release", { handles: present }).catch(() => undefined);
  }
}
