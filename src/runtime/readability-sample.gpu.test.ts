import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ErrorRecord } from "../base/errors.ts";
import { fetchSample, openSession, type OpenSession } from "../testing/open-session.ts";

// The readability sample in real Chromium: texts in, grades out, on WebGPU and on WASM.

const MODELS = ["preprocess", "bert-small", "cuml", "postprocess"];

interface Truth {
  readonly texts: readonly { readonly grade: number; readonly bert: number; readonly forest: number }[];
}

let open: OpenSession;
let texts: readonly string[] = [];
let truth: Truth;

beforeAll(async () => {
  const sample = await fetchSample("readability", "four_levels.excerpt.json");
  open = openSession(sample.files);
  texts = JSON.parse(await sample.input.text()) as string[];
  truth = (await (await fetch("/examples/readability/four_levels.truth.json")).json()) as Truth;
}, 60_000);

afterAll(() => open.session.dispose());

function json(value: unknown): { name: string; blob: Blob } {
  return { name: "typed.json", blob: new Blob([JSON.stringify(value)]) };
}

async function give(given: readonly string[] | Uint8Array<ArrayBuffer>, weight: number | string = 0.5): Promise<void> {
  const excerpt = given instanceof Uint8Array ? { name: "a.txt", blob: new Blob([given]) } : json(given);
  await open.session.setInput("readability", "excerpt", { kind: "files", files: [excerpt] });
  await open.session.setInput("readability", "BERT_WEIGHT", { kind: "files", files: [json([weight])] });
}

async function scores(kind?: "gpu" | "cpu"): Promise<number[]> {
  await open.session.execute("readability", { cache: false, ...(kind && { kind }) });
  const { error, result } = open.session.getState().run;
  expect(error).toBeNull();
  return [...((await open.session.read(result!.outputs["SCORE"]!)) as Float32Array)];
}

async function failure(): Promise<ErrorRecord | null> {
  await open.session.execute("readability", { cache: false });
  return open.session.getState().run.error;
}

function expectClose(found: readonly number[], expected: readonly number[], relative: number): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((value, index) => expect(Math.abs(value - expected[index]!) / Math.abs(expected[index]!), `text ${index}`).toBeLessThanOrEqual(relative));
}

describe("a run of the readability sample", () => {
  it("stays on the GPU: tokens, mask and features go up once, and the scores come back", async () => {
    await give(texts);
    await scores();
    const { result, plan } = open.session.getState().run;
    expect(result!.steps.map(({ placement }) => placement)).toEqual(["gpu", "gpu", "gpu", "gpu"]);
    expect(result!.readbacks.filter(({ reason }) => reason === "requested output").map(({ bytes }) => bytes)).toEqual([texts.length * 4]);
    expect(result!.readbacks.length).toBeLessThanOrEqual(2);
    expect(plan!.expectedReadbacks).toBeGreaterThanOrEqual(result!.readbacks.length);
    const opened = result!.uploads.filter(({ reason }) => reason === "opened by preprocess");
    const tokens = opened.find(({ subject }) => subject === "excerpt_input_ids")!.bytes;
    expect(tokens % (8 * texts.length)).toBe(0);
    expect(opened.map(({ subject, bytes }) => [subject, bytes])).toEqual([
      ["excerpt_input_ids", tokens],
      ["excerpt_attention_mask", tokens],
      ["excerpt_features", texts.length * 207 * 4],
    ]);
    expect(plan!.ops.filter(({ kind, reason }) => kind === "upload" && reason === "opened-file").map(({ subject }) => subject)).toEqual(["excerpt"]);
  });

  it.each([
    ["BERT", 1, "bert"],
    ["the forest", 0, "forest"],
  ] as const)("gives the scores of %s as they were computed outside, on both placements", async (_, weight, name) => {
    await give(texts, weight);
    const expected = truth.texts.map((text) => text[name]);
    const gpu = await scores("gpu");
    const cpu = await scores("cpu");
    expect(open.session.getState().run.result!.readbacks).toEqual([]);
    expectClose(cpu, expected, 1e-4);
    expectClose(gpu, cpu, 1e-4);
  });

  it("gives a batch what its texts get alone", async () => {
    await give(texts, 0.3);
    const together = await scores();
    for (const [index, text] of texts.entries()) {
      await give([text], 0.3);
      expectClose(await scores(), [together[index]!], 1e-4);
    }
  });

  it("orders texts by how hard they are", async () => {
    await give(texts);
    const found = await scores();
    expect([...found].sort((a, b) => a - b)).toEqual(found);
  });

  it("moves to WASM by one line of each configuration", async () => {
    await give(texts);
    const before = await scores();
    for (const model of MODELS) {
      const path = `${model}/config.pbtxt`;
      const text = open.document.getState().files.get(path)!.text!;
      const from = text.indexOf("KIND_GPU", text.indexOf("instance_group ["));
      open.document.getState().edit([{ path, edits: [{ from, to: from + 8, insert: "KIND_CPU" }] }], "instance-kind");
    }
    const after = await scores();
    expect(open.session.getState().run.result!.steps.map(({ placement }) => placement)).toEqual(["cpu", "cpu", "cpu", "cpu"]);
    expectClose(after, before, 1e-4);
    for (const _ of MODELS) open.document.getState().undo();
  });

  it("scores an empty text, and ten megabytes of text by its beginning", async () => {
    await give([""], 1);
    expect((await scores()).every(Number.isFinite)).toBe(true);
    await give([`${texts[0]} `.repeat(Math.ceil(1e7 / (texts[0]!.length + 1)))]);
    expect((await scores()).every(Number.isFinite)).toBe(true);
  });

  it.each<[string, readonly string[] | Uint8Array<ArrayBuffer>, number | string, string, string]>([
    ["a text that is no UTF-8", Uint8Array.of(0x41, 0xff, 0xfe), 0.5, "TEXT_INVALID", "text 0 (3 bytes) is no UTF-8"],
    ["no text", [], 0.5, "TENSOR_MISMATCH", "holds no text"],
    ["more texts than the models take at once", Array.from({ length: 513 }, () => "a"), 0.5, "REQUEST_INVALID", "512"],
    ["a weight that is NaN", ["A cat."], "NaN", "TRANSFORM_FAILED", "NaN or infinite"],
  ])("says what is wrong with %s, and runs the next", async (_, given, weight, code, message) => {
    await give(given, weight);
    const found = await failure();
    expect(found).toMatchObject({ code, message: expect.stringContaining(message) });
    await give([texts[0]!]);
    expect(await scores()).toHaveLength(1);
  });
});
