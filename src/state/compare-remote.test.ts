import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConchError } from "../base/errors.ts";
import type { StepTiming, TensorHandle } from "../runtime/protocol.ts";
import type { DataType } from "../tensor/data-type.ts";
import type { TensorComparison } from "../tensor/tensor-comparison.ts";
import { connectionTo, httpServer, type TestServer } from "../testing/v2-server.ts";
import { compareRemote, type RemoteProgress } from "./compare-remote.ts";
import { pairOutputs, verdictOf, type RemoteComparison } from "./remote-comparison.ts";
import { createRemoteComparing } from "./remote-comparing.ts";
import { remoteReport } from "./remote-report.ts";
import type { ServersStore, V2Server } from "./servers.ts";
import type { SessionStore } from "./session.ts";

let ids = 0;
const handle = (shape: readonly number[] = [2], dataType: DataType = "TYPE_FP32"): TensorHandle => ({ id: ++ids, generation: 1, dataType, shape, location: "host", bytes: 8 });

const EQUAL: TensorComparison = {
  kind: "floats", count: 2, different: 0, mismatched: 0, maxAbsolute: null, maxRelative: null,
  nan: { a: 0, b: 0, both: 0 }, infinite: { a: 0, b: 0, both: 0 }, largest: [], classes: null, labels: null,
};

const SERVER: V2Server = { id: "lab", name: "Lab", base: "http://lab", headers: { authorization: "Bearer 3f9a" } };
const ORDER = { model: "net", server: "lab", browser: "test", named: () => 0 };
const step = (model: string, placement: "cpu" | "server"): StepTiming => ({
  step: model, model, placement, cached: false, ready: 0, start: 1, compute: 3, computed: 33, end: 34, gpuMilliseconds: null, bytesIn: 100, bytesOut: 200,
});

/** What the fake session was asked, and what it answers. */
interface Script {
  readonly asked: string[];
  outputs(where: unknown): Promise<Readonly<Record<string, TensorHandle>>>;
  compare(): Promise<TensorComparison>;
}

/** A session whose worker answers by a script. */
function fakeSession(script: Script): SessionStore {
  let occupied = false;
  const answers: Readonly<Record<string, (params: never) => unknown>> = {
    run: async ({ plan }: { plan: { where: unknown } }) => {
      const outputs = await script.outputs(plan.where);
      return { outputs, steps: [step("net", plan.where === "browser" ? "cpu" : "server")], milliseconds: 40 };
    },
    compare: () => script.compare(),
    differenceTensor: () => handle(),
    versions: () => ({ onnxruntime: "1.30.0" }),
    release: ({ handles }: { handles: readonly TensorHandle[] }) => void script.asked.push(`release ${handles.length}`),
  };
  return {
    client: {
      generation: 1,
      restart: () => script.asked.push("restart"),
      request: async (name: string, params: never, options?: { signal?: AbortSignal }) => {
        if (name !== "release") script.asked.push(name);
        options?.signal?.throwIfAborted();
        return answers[name]!(params);
      },
    },
    subscribe: () => () => undefined,
    getState: () => ({ environment: null, inputs: { net: {} } }),
    occupy: () => {
      if (occupied) return undefined;
      occupied = true;
      return () => {
        occupied = false;
      };
    },
    runInputs: async () => ({}),
    reachable: () => new Map([["net", { config: { max_batch_size: 0 } }]]),
    prepare: async (_: string, { where }: { where: unknown }) => ({ plan: { where, ops: [{ kind: "execute" }] } }),
    repositories: 0,
  } as unknown as SessionStore;
}

let server: TestServer;
let requests: number;
let failing: RegExp | null;

beforeEach(async () => {
  requests = 0;
  failing = null;
  server = await httpServer((request, _, response) => {
    const path = request.url ?? "";
    const refused = failing?.test(path) === true;
    response.writeHead(refused ? 501 : 200, { "Content-Type": "application/json" });
    if (refused) response.end(JSON.stringify({ error: "not compiled in" }));
    else if (path === "/v2") response.end(JSON.stringify({ name: "triton", version: "2.70.0" }));
    else if (path.endsWith("/config")) response.end(JSON.stringify({ name: "net" }));
    else {
      requests++;
      const each = { count: requests, ns: requests * 1e6 };
      response.end(JSON.stringify({ model_stats: [{ name: "net", version: "1", execution_count: requests, inference_stats: { success: { count: requests, ns: requests * 8e6 }, queue: each, compute_infer: each } }] }));
    }
  });
});

afterEach(() => server.close());

const servers = (): ServersStore => ({ find: () => SERVER, connection: async () => connectionTo(server.base) }) as unknown as ServersStore;
const script = (more: Partial<Script> = {}): Script => ({ asked: [], outputs: async () => ({ Y: handle() }), compare: async () => EQUAL, ...more });

async function compared(made: Script, warmup = 0): Promise<{ comparison: RemoteComparison; progress: readonly RemoteProgress[] }> {
  const progress: RemoteProgress[] = [];
  let comparison: RemoteComparison | undefined;
  await compareRemote(fakeSession(made), servers(), {
    model: "net",
    server: SERVER,
    tolerance: { absolute: 1e-6, relative: 1e-4 },
    warmup,
    browser: "test",
    named: () => 0,
    signal: new AbortController().signal,
    progress: (each) => progress.push(each),
    found: (found) => (comparison = found),
  });
  return { comparison: comparison!, progress };
}

describe("a comparison with a server", () => {
  test("runs here, then there, then compares every output, and tells the server's times", async () => {
    const made = script();
    const { comparison, progress } = await compared(made);
    expect(made.asked).toEqual(["run", "versions", "run", "compare"]);
    expect(progress.map(({ stage }) => stage)).toEqual(["here", "there", "comparing"]);
    expect(comparison).toMatchObject({
      server: { id: "lab", name: "Lab", product: "triton 2.70.0" },
      here: { status: "done", milliseconds: 40 },
      there: { status: "done" },
      outputs: [{ name: "Y", finding: null, comparison: EQUAL }],
      served: { milliseconds: 30, network: 22, bytesUp: 100, bytesDown: 200, problem: null, models: [{ name: "net", state: "counted", spans: { total: 8, queue: 1, infer: 1 } }] },
    });
    expect(verdictOf(comparison)).toBe("equal");
  });

  test("runs each side once before where that is wanted, and lets go of what came of it", async () => {
    const made = script();
    await compared(made, 1);
    expect(made.asked).toEqual(["run", "release 1", "run", "versions", "run", "release 1", "run", "compare"]);
  });

  test("has the other side's outputs where one side fails", async () => {
    const fails = async (where: unknown) => {
      if (where !== "browser") throw new ConchError("V2_UNREACHABLE", "model 'net' on server 'Lab': nobody answers");
      return { Y: handle() };
    };
    const { comparison } = await compared(script({ outputs: fails }));
    expect(comparison).toMatchObject({ here: { status: "done" }, there: { status: "failed", error: { code: "V2_UNREACHABLE" } }, served: null, outputs: [{ there: null, comparison: null }] });
    expect(verdictOf(comparison)).toBe("incomplete");

    const alone = await compared(script({ outputs: async (where) => (where === "browser" ? Promise.reject(new ConchError("MODEL_NOT_RUNNABLE", "not here")) : { Y: handle() }) }));
    expect(alone.comparison).toMatchObject({ here: { status: "failed" }, there: { status: "done" }, outputs: [{ here: null, finding: "only-there" }] });
  });

  test.for([
    [/stats/, { models: [], network: null, problem: expect.stringContaining("not compiled in") }],
    [/config/, { models: [{ name: "net", state: "counted" }], network: 22, problem: expect.stringContaining("not compiled in") }],
  ] as const)("does without what the server does not tell: %s", async ([path, expected]) => {
    failing = path;
    const { comparison } = await compared(script());
    expect(comparison.served).toMatchObject(expected);
    expect(verdictOf(comparison)).toBe("equal");
  });

  test("goes on after an output that cannot be compared", async () => {
    let calls = 0;
    const made = script({
      outputs: async () => ({ X: handle(), Y: handle() }),
      compare: async () => (calls++ === 0 ? Promise.reject(new ConchError("STALE_TENSOR", "it is gone")) : EQUAL),
    });
    const { comparison } = await compared(made);
    expect(comparison.outputs).toMatchObject([{ name: "X", comparison: null, problem: "it is gone" }, { name: "Y", comparison: EQUAL, problem: null }]);
    expect(verdictOf(comparison)).toBe("incomplete");
  });
});

describe("pairs of outputs", () => {
  test.for([
    ["of one type and shape have no finding", { Y: handle() }, { Y: handle() }, null],
    ["that are only here are found", { Y: handle() }, {}, "only-here"],
    ["that are only there are found", {}, { Y: handle() }, "only-there"],
    ["of another type are found", { Y: handle([2]) }, { Y: handle([2], "TYPE_FP64") }, "data-type"],
    ["of another rank are found", { Y: handle([2]) }, { Y: handle([1, 2]) }, "shape"],
    ["of as many elements in another shape are found", { Y: handle([2, 3]) }, { Y: handle([3, 2]) }, "shape"],
  ] as const)("%s", ([, here, there, finding]) => {
    expect(pairOutputs(here, there)).toMatchObject([{ name: "Y", finding }]);
  });
});

describe("the verdict", () => {
  const of = (...outputs: Partial<RemoteComparison["outputs"][number]>[]): RemoteComparison =>
    ({ here: { status: "done" }, there: { status: "done" }, outputs: outputs.map((output) => ({ finding: null, comparison: EQUAL, ...output })) }) as unknown as RemoteComparison;

  test.for([
    ["equal", of({})],
    ["close", of({}, { comparison: { ...EQUAL, different: 1 } })],
    ["different", of({}, { comparison: { ...EQUAL, different: 2, mismatched: 1 } })],
    ["different", of({ finding: "shape", comparison: null })],
    ["different", of({ finding: "only-here", comparison: null })],
    ["incomplete", of({}, { comparison: null })],
    ["incomplete", { ...of({ finding: "only-here", comparison: null }), there: { status: "failed" } } as unknown as RemoteComparison],
  ] as const)("is %s", ([verdict, comparison]) => {
    expect(verdictOf(comparison)).toBe(verdict);
  });
});

describe("comparisons of a window", () => {
  test("come one at a time, can be cancelled, and keep what was found", async () => {
    let reject: (error: ConchError) => void = () => undefined;
    const held = new Promise<never>((_, fail) => {
      reject = fail;
    });
    const made = script({ outputs: (where) => (where === "browser" ? Promise.resolve({ Y: handle() }) : held) });
    const session = fakeSession(made);
    const comparing = createRemoteComparing(session, servers());
    const running = comparing.start(ORDER);
    await expect.poll(() => comparing.getState().progress?.stage).toBe("there");
    await comparing.start(ORDER);
    expect(comparing.getState()).toMatchObject({ status: "running", error: null });
    comparing.cancel();
    expect(comparing.getState().status).toBe("cancelling");
    comparing.cancel();
    expect(made.asked).toContain("restart");
    reject(new ConchError("CANCELLED", "the worker restarted"));
    await running;
    expect(comparing.getState()).toMatchObject({ status: "cancelled", progress: null, comparison: { here: { status: "done" }, there: { status: "cancelled" } } });
    expect(session.occupy(new AbortController())).toBeDefined();
  });

  test("make the difference of an output once", async () => {
    const made = script();
    const comparing = createRemoteComparing(fakeSession(made), servers());
    await expect(comparing.difference("Y")).rejects.toMatchObject({ code: "REQUEST_INVALID" });
    await comparing.start(ORDER);
    expect(await comparing.difference("Y")).toBe(await comparing.difference("Y"));
    expect(made.asked.filter((each) => each === "differenceTensor")).toHaveLength(1);
    // The next comparison lets go of both outputs and their difference.
    await comparing.start(ORDER);
    expect(made.asked).toContain("release 3");
  });
});

test("the report as JSON keeps all digits and no secret", async () => {
  const apart: TensorComparison = {
    ...EQUAL,
    kind: "integers",
    different: 1,
    mismatched: 1,
    largest: [{ index: [1], a: 2n ** 60n, b: 3n, absolute: 2n ** 60n - 3n, relative: NaN }],
  };
  const { comparison } = await compared(script({ compare: async () => apart }));
  const text = remoteReport(comparison);
  const report = JSON.parse(text) as { outputs: { comparison: { largest: unknown[] } }[] };
  expect(report).toMatchObject({ format: "conch-remote-comparison", model: "net", verdict: "different", server: { name: "Lab", product: "triton 2.70.0" }, there: { served: { network: 22 } } });
  expect(report.outputs[0]?.comparison.largest).toEqual([{ index: [1], a: "1152921504606846976", b: 3, absolute: "1152921504606846973", relative: "NaN" }]);
  expect(text).not.toMatch(/3f9a|http:/);
});
