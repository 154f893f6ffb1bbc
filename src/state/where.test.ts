import { beforeEach, describe, expect, it } from "vitest";
import { createDerivation } from "./derived.ts";
import { createDispatching, type DispatchingStore } from "./dispatching.ts";
import { createServers } from "./servers.ts";
import { choosable, choose, decisionWithin, stranded, whereaboutsOf, type Choosable } from "./where.ts";

const STEP = (model: string, from: string, to: string): string => `{ model_name: "${model}" model_version: -1 input_map { key: "IN" value: "${from}" } output_map { key: "OUT" value: "${to}" } }`;
const PORT = (name: string): string => `{ name: "${name}" data_type: TYPE_FP32 dims: [ 1 ] }`;
const TEXTS = {
  "e/config.pbtxt": `platform: "ensemble" input [ ${PORT("X")} ] output [ ${PORT("Y")} ] ensemble_scheduling { step [ ${STEP("inner", "X", "T")}, ${STEP("last", "T", "Y")} ] }`,
  "inner/config.pbtxt": `platform: "ensemble" input [ ${PORT("IN")} ] output [ ${PORT("OUT")} ] ensemble_scheduling { step [ ${STEP("deep", "IN", "OUT")} ] }`,
  "deep/config.pbtxt": `backend: "identity" input [ ${PORT("IN")} ] output [ ${PORT("OUT")} ]`,
  "last/config.pbtxt": `backend: "identity" input [ ${PORT("IN")} ] output [ ${PORT("OUT")} ]`,
};

let dispatching: DispatchingStore;

beforeEach(() => {
  const servers = createServers(fetch);
  servers.add({ id: "lab", name: "Lab", base: "/v2-proxy/lab", headers: {} });
  dispatching = createDispatching(servers);
});

function of(target: string): Choosable {
  const view = createDerivation().repository(new Map(Object.entries(TEXTS).map(([path, text]) => [path, { path, text, saved: null }])));
  return choosable(view, target)!;
}

describe("where a run goes", () => {
  it("can be chosen for an ensemble with the models of all its steps, nested ones too", () => {
    expect(of("e")).toMatchObject({ isEnsemble: true, steps: expect.arrayContaining(["inner", "deep", "last"]) });
    expect(of("last")).toEqual({ target: "last", isEnsemble: false, steps: [], ensembles: new Map() });
  });

  it("is what was chosen last: whole, mixed, here", () => {
    const target = of("e");
    const where = () => whereaboutsOf(target, dispatching.getState());
    expect(where()).toEqual({ kind: "browser" });
    choose(target, { kind: "server", id: "lab" }, dispatching);
    expect(where()).toEqual({ kind: "server", id: "lab" });
    dispatching.chooseModel("deep", "lab");
    choose(target, { kind: "steps" }, dispatching);
    expect(where()).toEqual({ kind: "steps" });
    choose(target, { kind: "browser" }, dispatching);
    expect(where()).toEqual({ kind: "browser" });
    expect(dispatching.getState().models["deep"]).toBe("lab");
  });

  it("holds for a model that is no ensemble as a step, too", () => {
    choose(of("last"), { kind: "server", id: "lab" }, dispatching);
    expect(whereaboutsOf(of("last"), dispatching.getState())).toEqual({ kind: "server", id: "lab" });
    expect(whereaboutsOf(of("e"), dispatching.getState())).toEqual({ kind: "steps" });
  });

  it("of an ensemble that was chosen as a step is the same when it is opened itself, until another choice is made there", () => {
    dispatching.chooseModel("inner", "lab");
    const inner = of("inner");
    expect(whereaboutsOf(inner, dispatching.getState())).toEqual({ kind: "server", id: "lab" });
    choose(inner, { kind: "browser" }, dispatching);
    expect(whereaboutsOf(inner, dispatching.getState())).toEqual({ kind: "browser" });
  });
});

describe("what cannot run here", () => {
  const none = { kind: "none", reason: "unsupported-backend" } as const;
  const server = { kind: "server", reason: "on-server", detail: "Lab", server: "lab" } as const;

  it("are the models of steps that nothing runs", () => {
    expect(stranded(of("e"), { deep: none, last: { kind: "cpu", reason: "kind-cpu" } })).toEqual(["deep"]);
    expect(stranded(of("last"), { last: none })).toEqual(["last"]);
  });

  it("is no matter to an ensemble that runs on a server as a whole, whose steps are shown there", () => {
    expect(stranded(of("e"), { e: server, deep: none })).toEqual([]);
    expect(stranded(of("e"), { inner: server, deep: none })).toEqual([]);
    expect(decisionWithin({ e: server, deep: none }, "e", "deep")).toBe(server);
    expect(decisionWithin({ deep: none }, "e", "deep")).toBe(none);
  });
});
