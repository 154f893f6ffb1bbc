import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeModel, makeNode } from "../onnx/encode.ts";
import { floats, testModel } from "../testing/onnx.ts";
import { openSession, type OpenSession } from "../testing/open-session.ts";
import type { Comparison, ComparisonProtocol } from "./comparison.ts";
import { createComparing } from "./comparing.ts";
import { distinctSets, placedModels, type PlacementSet } from "./placement-sets.ts";

// A chain, a network and a copy, each doing next to nothing: what is counted here are runs, loads and moves.

const GRID = "1, 2, 2, 2";
const port = (side: string, name: string): string => `${side} [ { name: "${name}" data_type: TYPE_FP32 dims: [ ${GRID} ] } ]`;
const model = (backend: string, batch: number): string => `backend: "${backend}"\nmax_batch_size: ${batch}\n${port("input", "X")}\n${port("output", "Y")}\n`;
const step = (name: string, from: string, to: string): string =>
  `{ model_name: "${name}" model_version: -1 input_map { key: "X" value: "${from}" } output_map { key: "Y" value: "${to}" } }`;

/** A list of texts, and a number for all of them. */
const LIST = (side: string, texts: string, weight: string): string =>
  `${side} [ { name: "${texts}" data_type: TYPE_STRING dims: [ -1 ] }, { name: "${weight}" data_type: TYPE_FP32 dims: [ 1 ] } ]`;

const CHAIN = {
  inputs: { image: "X" },
  transforms: [{ _target_: "monai.transforms.ScaleIntensityRanged", keys: "image", a_min: 0, a_max: 2, b_min: 0, b_max: 1, clip: false }],
  outputs: { Y: "image" },
};

const FILES = new Map<string, Uint8Array<ArrayBuffer> | string>([
  ["line/config.pbtxt", `platform: "ensemble"\nmax_batch_size: 8\n${port("input", "X")}\n${port("output", "Y")}\nensemble_scheduling { step [ ${step("pre", "X", "scaled")}, ${step("net", "scaled", "doubled")}, ${step("copy", "doubled", "Y")} ] }\n`],
  ["line/1/.gitkeep", ""],
  ["pre/config.pbtxt", model("python", 8)],
  ["pre/1/transforms.json", JSON.stringify(CHAIN)],
  ["net/config.pbtxt", model("onnxruntime", 4)],
  [
    "net/1/model.onnx",
    encodeModel(
      testModel({
        inputs: { X: ["n", 1, 2, 2, 2] },
        outputs: { Y: ["n", 1, 2, 2, 2] },
        nodes: [makeNode("Mul", "double", ["X", "two"], ["Y"])],
        initializers: [floats("two", [1], [2])],
      }),
    ),
  ],
  ["copy/config.pbtxt", model("identity", 8)],
  ["copy/1/.gitkeep", ""],
  ["list/config.pbtxt", `backend: "identity"\nmax_batch_size: 0\n${LIST("input", "TEXTS", "WEIGHT")}\n${LIST("output", "SAME", "SAME_WEIGHT")}\n`],
  ["list/1/.gitkeep", ""],
]);

const ITEM = 8 * 4;
const PROTOCOL: ComparisonProtocol = { batches: [1, 2, 4, 8], runs: 2, warmup: 1, budget: null };

async function compare(open: OpenSession, sets: readonly PlacementSet[] | undefined, protocol: Partial<ComparisonProtocol> = {}): Promise<Comparison> {
  const comparing = createComparing(open.session);
  const models = placedModels(open.session.reachable("line"));
  await comparing.start({ model: "line", sets: sets ?? distinctSets(models), protocol: { ...PROTOCOL, ...protocol }, browser: "test" });
  const { comparison, error } = comparing.getState();
  expect(error).toBeNull();
  return comparison!;
}

const give = (open: OpenSession): Promise<void> => open.session.setInput("line", "X", { kind: "generated", fill: "uniform" });

describe("a comparison of placements", () => {
  let open: OpenSession;
  let texts: string;
  let found: Comparison;
  const textsOf = (): string => JSON.stringify([...open.document.getState().files].map(([path, { text }]) => [path, text]));

  beforeAll(async () => {
    open = openSession(FILES);
    texts = textsOf();
    await give(open);
    found = await compare(open, undefined);
  }, 120_000);

  afterAll(() => open.session.dispose());

  it("measures every set at every batch that the least step takes, and says what stops it", () => {
    expect(found.sets.map(({ set, measurements }) => [set.name, measurements.map(({ batch, runs }) => `${batch}×${runs}`).join(" ")])).toEqual([
      ["cpu", "1×2 2×2 4×2"],
      ["mixed", "1×2 2×2 4×2"],
      ["gpu", "1×2 2×2 4×2"],
    ]);
    for (const { stop } of found.sets) expect(stop).toMatchObject({ reason: "max-batch-size", batch: 8, message: "max_batch_size of 'net' is 4" });
  });

  it("counts what each placement moves: on the GPU the input goes up and the output comes down, once", () => {
    const moves = Object.fromEntries(found.sets.map(({ set, measurements }) => [set.name, measurements.map(({ uploadBytes, readbackBytes }) => [uploadBytes, readbackBytes])]));
    expect(moves.cpu).toEqual([[0, 0], [0, 0], [0, 0]]);
    const gpu = found.sets[2]!.measurements;
    for (const { batch, uploads, uploadBytes, readbacks, readbackBytes } of gpu) {
      expect([uploads, uploadBytes]).toEqual([1, batch * ITEM]);
      // The output, and the report of timestamps where the device has them.
      expect(readbacks).toBeLessThanOrEqual(2);
      expect(readbackBytes).toBeGreaterThanOrEqual(batch * ITEM);
      expect(readbackBytes).toBeLessThanOrEqual(batch * ITEM + 4096);
    }
    for (const { batch, uploadBytes, readbackBytes } of found.sets[1]!.measurements) {
      expect(uploadBytes).toBe(batch * ITEM);
      expect(readbackBytes).toBeGreaterThanOrEqual(batch * ITEM);
    }
  });

  it("places each step as its set says, and times it", () => {
    const places = found.sets.map(({ measurements }) => measurements[0]!.steps.map(({ model: name, placement }) => `${name} ${placement}`));
    expect(places).toEqual([
      ["pre cpu", "net cpu", "copy cpu"],
      ["pre cpu", "net gpu", "copy cpu"],
      ["pre gpu", "net gpu", "copy gpu"],
    ]);
  });

  it("holds GPU memory only where something runs there", () => {
    const peaks = found.sets.map(({ measurements }) => measurements[0]!.peakGpuBytes);
    expect(peaks[0]).toBe(0);
    expect(peaks[1]).toBeGreaterThan(0);
    expect(peaks[2]).toBeGreaterThan(0);
  });

  it("finds the outputs of all sets equal", () => {
    expect(found.reference).toBe("cpu");
    expect(found.sets[0]!.measurements[0]!.differences).toBeNull();
    for (const { measurements } of found.sets.slice(1)) {
      for (const { batch, differences } of measurements) {
        expect(differences).toMatchObject([{ output: "Y", difference: { kind: "floats", count: 8 * batch, unmatched: 0 } }]);
        expect(differences![0]!.difference!.maxAbsolute).toBeLessThan(1e-6);
      }
    }
  });

  it("leaves texts, results and shown placements as they were", async () => {
    expect(textsOf()).toBe(texts);
    expect(open.session.getState().run.status).toBe("idle");
    expect(open.session.getState().placements).toEqual({});
    await open.session.execute("line");
    expect(open.session.getState().run.error).toBeNull();
  });

  it("takes a set of the user's own, whose other models run where their text puts them", async () => {
    const { sets } = await compare(open, [{ name: "mine", placements: { pre: "cpu" } }], { batches: [1], runs: 1, warmup: 0 });
    expect(sets[0]!.measurements[0]!.steps.map(({ placement }) => placement)).toEqual(["cpu", "gpu", "gpu"]);
    expect(sets[0]!.measurements[0]!.first).toBeNull();
  });

  it("stops a set before the batch that its plan finds too large for the device, and measures the others", async () => {
    const { environment } = open.session.getState();
    open.session.setState({ environment: { ...environment!, gpu: { ...environment!.gpu!, maxStorageBufferBindingSize: 2 * ITEM } } });
    const { sets } = await compare(open, undefined, { runs: 1, warmup: 0, batches: [1, 2, 4] });
    open.session.setState({ environment });
    const [cpu, ...onGpu] = sets;
    expect(cpu!.measurements.map(({ batch }) => batch)).toEqual([1, 2, 4]);
    for (const { measurements, stop } of onGpu) {
      expect(measurements.map(({ batch }) => batch)).toEqual([1, 2]);
      expect(stop).toMatchObject({ reason: "memory", batch: 4, code: "DEVICE_LIMIT", message: expect.stringContaining("maxStorageBufferBindingSize") });
    }
  });

  it("repeats items in the worker, strings too", async () => {
    const { client } = open.session;
    const [a, b] = [Uint8Array.of(1), Uint8Array.of(2, 3)];
    const handle = await client.request("put", { dataType: "TYPE_STRING", shape: [2, 1], data: [a, b] });
    const repeated = await client.request("repeat", { handle, items: 3 });
    expect(repeated).toMatchObject({ dataType: "TYPE_STRING", shape: [3, 1], location: "host" });
    expect(await open.session.read(repeated)).toEqual([a, b, a]);
    await client.request("release", { handles: [handle, repeated] });
    await expect(client.request("repeat", { handle, items: 3 })).rejects.toMatchObject({ code: "STALE_TENSOR" });
  });

  it("gives a list of texts without a batch dimension so many of them, and what is given besides as it is", async () => {
    const { session } = open;
    await session.setInput("list", "TEXTS", { kind: "files", files: ["a", "bb", "ccc"].map((text) => ({ name: `${text}.txt`, blob: new Blob([text]) })) });
    await session.setInput("list", "WEIGHT", { kind: "generated", fill: "ones" });
    const comparing = createComparing(session);
    const measured = { ...PROTOCOL, batches: [1, 4, 256], warmup: 0 };
    await comparing.start({ model: "list", sets: distinctSets(placedModels(session.reachable("list"))), protocol: measured, browser: "test" });
    const { comparison, error } = comparing.getState();
    expect(error).toBeNull();
    for (const { measurements, stop } of comparison!.sets) {
      expect([measurements.map(({ batch }) => batch), stop]).toEqual([[1, 4, 256], null]);
      for (const { batch, throughput, median } of measurements) expect((throughput * median) / 1000).toBeCloseTo(batch, 6);
    }
  });

  it("is refused while a run goes on, and refuses one while it goes on", async () => {
    const comparing = createComparing(open.session);
    const running = open.session.execute("line", { cache: false });
    await comparing.start({ model: "line", sets: [], protocol: PROTOCOL, browser: "test" });
    expect(comparing.getState()).toMatchObject({ status: "failed", error: { code: "REQUEST_INVALID" } });
    await running;
    const { result } = open.session.getState().run;
    const comparison = compare(open, undefined, { batches: [1], runs: 1, warmup: 0 });
    await open.session.execute("line");
    expect(open.session.getState().run.result).toBe(result);
    expect((await comparison).sets).toHaveLength(3);
  });

  it("ends when it is cancelled, and keeps what it had", async () => {
    const comparing = createComparing(open.session);
    const stop = comparing.subscribe(({ progress }) => progress?.batch === 2 && comparing.cancel());
    await comparing.start({ model: "line", sets: [{ name: "cpu", placements: { pre: "cpu", net: "cpu", copy: "cpu" } }], protocol: PROTOCOL, browser: "test" });
    stop();
    const { status, comparison } = comparing.getState();
    expect(status).toBe("cancelled");
    expect(comparison!.sets[0]).toMatchObject({ measurements: [{ batch: 1 }], stop: { reason: "cancelled", batch: 2 } });
  });

  it("ends when a model is edited, since before and after cannot be compared", async () => {
    const comparing = createComparing(open.session);
    const path = "pre/config.pbtxt";
    const stop = comparing.subscribe(({ progress }) => {
      if (progress?.batch === 2 && !open.document.getState().files.get(path)!.text!.startsWith("#")) open.document.getState().edit([{ path, edits: [{ from: 0, to: 0, insert: "# edited\n" }] }], "typing");
    });
    await comparing.start({ model: "line", sets: distinctSets(placedModels(open.session.reachable("line"))), protocol: PROTOCOL, browser: "test" });
    stop();
    open.document.getState().undo();
    const { sets } = comparing.getState().comparison!;
    expect(sets.map(({ stop: end, measurements }) => [end?.reason, measurements[0]?.batch])).toEqual([["edited", 1], ["edited", 1], ["edited", 1]]);
  });

  it("goes on in a new worker when the worker ends, with the other rows kept", async () => {
    const comparing = createComparing(open.session);
    const { client } = open.session;
    const request = client.request.bind(client);
    let fatal = false;
    const stop = comparing.subscribe(({ progress }) => {
      fatal = progress?.set === "cpu" && progress.batch === 2 && progress.warmup;
    });
    client.request = (name, ...rest) => {
      const answer = request(name, ...rest);
      if (name === "run" && fatal) client.restart("out of memory", "WORKER_DIED");
      return answer;
    };
    await comparing.start({ model: "line", sets: distinctSets(placedModels(open.session.reachable("line"))), protocol: { ...PROTOCOL, batches: [1, 2] }, browser: "test" });
    client.request = request;
    stop();
    const [cpu, mixed, gpu] = comparing.getState().comparison!.sets;
    expect(cpu).toMatchObject({ measurements: [{ batch: 1 }], stop: { reason: "failed", batch: 2, code: "WORKER_DIED" } });
    expect(mixed).toMatchObject({ measurements: [{ batch: 1 }, { batch: 2 }], stop: null });
    expect(gpu).toMatchObject({ measurements: [{ batch: 1 }, { batch: 2 }], stop: null });
  });
});

describe("without WebGPU", () => {
  it("a set that asks for it is a row with its reason, and the CPU is measured", async () => {
    const open = openSession(FILES, false);
    await give(open);
    const { sets, machine } = await compare(open, undefined, { batches: [1], runs: 1 });
    expect(machine.adapter).toBeNull();
    expect(sets[0]!.measurements).toHaveLength(1);
    for (const { measurements, stop } of sets.slice(1)) {
      expect(measurements).toEqual([]);
      expect(stop).toMatchObject({ reason: "failed", code: "NO_WEBGPU" });
    }
    open.session.dispose();
  });
});
