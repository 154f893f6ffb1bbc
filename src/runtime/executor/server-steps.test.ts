import { describe, expect, it } from "vitest";
import { ConchError, isAbort } from "../../base/errors.ts";
import { compilePlan } from "../../plan/compile.ts";
import { placeModel } from "../../plan/placement.ts";
import type { Plan, PlanModel, PlanStep } from "../../plan/plan.ts";
import { parseConfig } from "../../triton/model-config/decode.ts";
import type { BackendModel, ExecuteRequest, RuntimeTensor } from "../backends/backend.ts";
import type { RunOptions, StepProgress } from "../protocol.ts";
import { execute, type Execution, type ExecutionContext } from "./execute.ts";
import { StepCache } from "./step-cache.ts";
import { Value } from "./value.ts";

const SERVER = { id: "lab", name: "Lab" };

/** Three models that each read X of the ensemble: two on a server, one here. */
const MODELS = modelsOf({ far: true, farther: true, near: false });

function modelsOf(served: Readonly<Record<string, boolean>>): ReadonlyMap<string, PlanModel> {
  const one = (name: string): string => `model_name: "${name}" model_version: -1 input_map { key: "IN" value: "X" } output_map { key: "OUT" value: "${name.toUpperCase()}" }`;
  const tensor = (name: string): string => `name: "${name}" data_type: TYPE_INT32 dims: [ 1 ]`;
  const names = Object.keys(served);
  const texts: Record<string, string> = {
    e: `platform: "ensemble" input [ { ${tensor("X")} } ] output [ ${names.map((name) => `{ ${tensor(name.toUpperCase())} }`).join(", ")} ] ensemble_scheduling { ${names.map((name) => `step [ { ${one(name)} } ]`).join(" ")} }`,
    ...Object.fromEntries(names.map((name) => [name, `backend: "identity" input [ { ${tensor("IN")} } ] output [ { ${tensor("OUT")} } ] instance_group [ { kind: KIND_CPU } ]`])),
  };
  return new Map(
    Object.entries(texts).map(([name, text]) => {
      const { config } = parseConfig(text, `${name}/config.pbtxt`);
      const placement = placeModel(config, {}, false, served[name] === true ? SERVER : undefined);
      return [name, { name, version: 1, config: { ...config, name }, contentKey: name, backend: config.backend || "ensemble", placement, weightBytes: null }];
    }),
  );
}

/** Work of every step that the test ends by hand. */
class Works {
  readonly begun: string[] = [];
  readonly #ends = new Map<string, (thrown?: unknown) => void>();
  readonly #started = new Map<string, () => void>();

  run(model: string, { inputs, signal }: ExecuteRequest): Promise<Map<string, RuntimeTensor>> {
    this.begun.push(model);
    this.#started.get(model)?.();
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error));
      this.#ends.set(model, (thrown) => (thrown === undefined ? resolve(new Map([["OUT", inputs.get("IN")!]])) : reject(thrown as Error)));
    });
  }

  started(model: string): Promise<void> {
    return this.begun.includes(model) ? Promise.resolve() : new Promise((resolve) => this.#started.set(model, resolve));
  }

  end(model: string, thrown?: unknown): void {
    this.#ends.get(model)!(thrown);
  }
}

interface Running {
  readonly works: Works;
  readonly progress: StepProgress[];
  readonly controller: AbortController;
  readonly done: Promise<Execution>;
}

function start(models = MODELS, options: Partial<RunOptions> = {}, cache = new StepCache()): Running {
  const works = new Works();
  const progress: StepProgress[] = [];
  const controller = new AbortController();
  const plan: Plan = compilePlan({ model: "e", inputs: new Map([["X", { dataType: "TYPE_INT32", shape: [1] }]]), requestedOutputs: [], reportReadback: false }, models);
  const context: ExecutionContext = {
    gpu: undefined,
    report: undefined,
    cache,
    options: { cache: true, keepWires: false, ...options },
    signal: controller.signal,
    config: (name) => models.get(name)!.config,
    load: (step: PlanStep): Promise<BackendModel> =>
      Promise.resolve({ accepts: () => "host", execute: (request) => works.run(step.model, request), dispose: () => Promise.resolve() }),
    checkDevice: () => undefined,
    progress: (each) => progress.push(each),
    now: () => 0,
  };
  const input = Value.of({ location: "host", tensor: { dataType: "TYPE_INT32", shape: [1], data: Int32Array.of(7) } }, "x");
  return { works, progress, controller, done: execute(plan, new Map([["X", input]]), context) };
}

async function endAll(works: Works, models: readonly string[]): Promise<void> {
  for (const model of models) {
    await works.started(model);
    works.end(model);
  }
}

describe("steps on servers", () => {
  it("run beside each other and beside a step here", async () => {
    const { works, done } = start();
    await Promise.all(["far", "farther", "near"].map((model) => works.started(model)));
    await endAll(works, ["near", "farther", "far"]);
    const { outputs, timings } = await done;
    expect([...outputs.keys()].sort()).toEqual(["FAR", "FARTHER", "NEAR"]);
    expect(timings.find(({ model }) => model === "far")).toMatchObject({ placement: "server", server: "Lab" });
  });

  it("leave their turn to steps here, which still take turns among themselves", async () => {
    const { works, done } = start(modelsOf({ one: false, two: false, far: true }));
    await Promise.all(["one", "far"].map((model) => works.started(model)));
    expect(works.begun).not.toContain("two");
    await endAll(works, ["one", "two", "far"]);
    await done;
  });

  it("say that they wait, and for whom", async () => {
    const { works, progress, done } = start();
    await endAll(works, ["far", "farther", "near"]);
    await done;
    expect(progress.filter(({ step }) => step === "0").map(({ phase, server }) => `${phase} ${server}`)).toEqual(["queued Lab", "waiting Lab", "done Lab"]);
  });

  it("end at once when the run is cancelled, with no step begun after", async () => {
    const { works, controller, progress, done } = start();
    await works.started("far");
    controller.abort();
    await expect(done).rejects.toSatisfy(isAbort);
    expect(progress.filter(({ phase }) => phase === "failed")).toEqual([]);
    expect(progress.some(({ step, phase }) => step === "0" && phase === "skipped")).toBe(true);
  });

  it("fail the run with the server's reason once what is under way has ended", async () => {
    const { works, progress, done } = start();
    await Promise.all(["far", "near"].map((model) => works.started(model)));
    const reason = new ConchError("V2_REFUSED", "model 'far' on server 'Lab': no", { data: { status: 500 } });
    works.end("far", reason);
    await endAll(works, ["near", "farther"]);
    await expect(done).rejects.toMatchObject({ code: "V2_REFUSED", message: "in ensemble 'e', model 'far' on server 'Lab': no", data: { status: 500 } });
    expect(progress.find(({ phase }) => phase === "failed")).toMatchObject({ step: "0", error: { code: "V2_REFUSED" } });
  });
});

describe("results of servers", () => {
  const CHAIN = modelsOf({ far: true });

  async function begunIn(options: Partial<RunOptions>, cache: StepCache, ends: readonly string[]): Promise<readonly string[]> {
    const { works, done } = start(CHAIN, options, cache);
    await endAll(works, ends);
    const { results } = await done;
    for (const [key, values] of results) cache.put(key, values);
    return works.begun;
  }

  it("are asked for anew with every run", async () => {
    const cache = new StepCache();
    expect(await begunIn({}, cache, ["far"])).toEqual(["far"]);
    expect(await begunIn({}, cache, ["far"])).toEqual(["far"]);
  });

  it("are used again where that is asked for", async () => {
    const cache = new StepCache();
    expect(await begunIn({ cacheServers: true }, cache, ["far"])).toEqual(["far"]);
    expect(await begunIn({ cacheServers: true }, cache, [])).toEqual([]);
  });

  it("make the steps behind them run anew, too", async () => {
    const behind = modelsOf({ far: true, near: false });
    const chained = new Map(behind);
    const { config } = parseConfig(
      `platform: "ensemble" input [ { name: "X" data_type: TYPE_INT32 dims: [ 1 ] } ] output [ { name: "Y" data_type: TYPE_INT32 dims: [ 1 ] } ]
       ensemble_scheduling { step [ { model_name: "far" model_version: -1 input_map { key: "IN" value: "X" } output_map { key: "OUT" value: "T" } },
                                    { model_name: "near" model_version: -1 input_map { key: "IN" value: "T" } output_map { key: "OUT" value: "Y" } } ] }`,
      "e/config.pbtxt",
    );
    chained.set("e", { ...behind.get("e")!, config: { ...config, name: "e" } });
    const cache = new StepCache();
    for (let round = 0; round < 2; round++) {
      const { works, done } = start(chained, {}, cache);
      await endAll(works, ["far", "near"]);
      for (const [key, values] of (await done).results) cache.put(key, values);
      expect(works.begun).toEqual(["far", "near"]);
    }
  });
});
