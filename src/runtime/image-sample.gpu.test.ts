import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetchSample, openSession, type OpenSession } from "../testing/open-session.ts";
import { readRecorded } from "../testing/recorded.ts";

// The image sample in real Chromium: encoded pictures in, probabilities and masks out, on WebGPU and on WASM.

const KINDS = ["forest", "harbour", "lake", "street", "village"];
const MODELS = ["image_preprocess_model", "classification_model", "segmentation_model"];
const PIXELS = 128 * 128;

let open: OpenSession;
const pictures = new Map<string, Blob>();

beforeAll(async () => {
  const sample = await fetchSample("image", "forest.jpg");
  open = openSession(sample.files);
  for (const name of ["forest.jpg", "harbour.jpg", "lake.webp", "street.jpg", "village.png"]) pictures.set(name, await (await fetch(`/examples/image/${name}`)).blob());
}, 60_000);

afterAll(() => open.session.dispose());

async function give(files: readonly { name: string; blob: Blob }[]): Promise<void> {
  await open.session.setInput("image", "image", { kind: "files", files });
  expect(open.session.getState().inputs.image?.image?.error).toBeUndefined();
}

interface Results {
  readonly classification: Float32Array;
  readonly segmentation: BigInt64Array;
}

async function run(kind?: "gpu" | "cpu"): Promise<Results> {
  await open.session.execute("image", { cache: false, ...(kind && { kind }) });
  const { error, result } = open.session.getState().run;
  expect(error).toBeNull();
  const read = (name: string) => open.session.read(result!.outputs[name]!);
  return { classification: (await read("classification")) as Float32Array, segmentation: (await read("segmentation")) as BigInt64Array };
}

function best(values: Float32Array): number {
  return values.indexOf(Math.max(...values));
}

describe("a run of the image sample", () => {
  it("stays on the GPU: one readback per output and one for the report, of the outputs' bytes", async () => {
    await give([{ name: "street.jpg", blob: pictures.get("street.jpg")! }]);
    await run();
    const { result, plan } = open.session.getState().run;
    expect(result!.steps.map(({ placement }) => placement)).toEqual(["gpu", "gpu", "gpu"]);
    const requested = result!.readbacks.filter(({ reason }) => reason === "requested output");
    expect(requested.map(({ bytes }) => bytes).sort((a, b) => a - b)).toEqual([KINDS.length * 4, PIXELS * 8]);
    expect(result!.readbacks.length).toBeLessThanOrEqual(3);
    expect(plan!.expectedReadbacks).toBeGreaterThanOrEqual(result!.readbacks.length);
    expect(result!.uploads).toEqual([{ reason: "opened by image_preprocess_model", subject: "image", bytes: 360 * 360 * 3 }]);
    expect(plan!.ops.filter(({ kind }) => kind === "upload").map(({ subject, reason }) => [subject, reason])).toEqual([["image", "opened-file"]]);
  });

  it("names the kind of each example, and finds its parts", async () => {
    for (const [name, blob] of pictures) {
      await give([{ name, blob }]);
      const { classification, segmentation } = await run();
      expect(KINDS[best(classification)], name).toBe(name.split(".")[0]);
      const truth = (await (await fetch(`/examples/image/${name.split(".")[0]}.truth.json`)).json()) as { share_of_pixels: Record<string, number> };
      const sky = segmentation.filter((label) => label === 0n).length / PIXELS;
      expect(Math.abs(sky - (truth.share_of_pixels["sky"] ?? 0)), name).toBeLessThan(0.05);
    }
  });

  it("gives on WASM what it gives on WebGPU", async () => {
    await give([...pictures].map(([name, blob]) => ({ name, blob })));
    const gpu = await run("gpu");
    const cpu = await run("cpu");
    expect(open.session.getState().run.result!.readbacks).toEqual([]);
    expect(cpu.classification).toHaveLength(pictures.size * KINDS.length);
    cpu.classification.forEach((value, index) => expect(Math.abs(gpu.classification[index]! - value) / Math.max(value, 1e-3)).toBeLessThanOrEqual(1e-4));
    for (let item = 0; item < pictures.size; item++) {
      const part = (values: Float32Array) => values.subarray(item * KINDS.length, (item + 1) * KINDS.length);
      expect(best(part(gpu.classification))).toBe(best(part(cpu.classification)));
    }
    // Two labels may have logits that rounding alone tells apart.
    const different = cpu.segmentation.filter((label, index) => label !== gpu.segmentation[index]).length;
    expect(different).toBeLessThanOrEqual(cpu.segmentation.length / 10_000);
  });

  it("moves to WASM by one line of each configuration", async () => {
    await give([{ name: "lake.webp", blob: pictures.get("lake.webp")! }]);
    const before = await run();
    for (const model of MODELS) {
      const path = `${model}/config.pbtxt`;
      const text = open.document.getState().files.get(path)!.text!;
      const from = text.indexOf("KIND_GPU", text.indexOf("instance_group ["));
      open.document.getState().edit([{ path, edits: [{ from, to: from + 8, insert: "KIND_CPU" }] }], "instance-kind");
    }
    const after = await run();
    expect(open.session.getState().run.result!.steps.map(({ placement }) => placement)).toEqual(["cpu", "cpu", "cpu"]);
    expect(best(after.classification)).toBe(best(before.classification));
    for (const _ of MODELS) open.document.getState().undo();
  });

  it("says what stands against it while a model's text is broken, and takes that back", async () => {
    const path = "classification_model/config.pbtxt";
    open.document.getState().edit([{ path, edits: [{ from: 0, to: 0, insert: "name: \n}" }] }], "typing");
    await open.session.inspect("image");
    expect(open.session.getState().preparationErrors["image"]).toMatchObject({ code: "MODEL_NOT_RUNNABLE", message: expect.stringContaining("classification_model") });
    open.document.getState().undo();
    await open.session.inspect("image");
    expect(open.session.getState().preparationErrors["image"]).toBeUndefined();
  });

  it("takes a photograph of a user's own", async ({ skip }) => {
    const photograph = await readRecorded("models/small/photo_kodim23.jpg");
    if (photograph === undefined) return skip("the recorded data are not here");
    await give([{ name: "photo_kodim23.jpg", blob: new Blob([photograph]) }]);
    const { classification } = await run();
    expect(classification.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  });

  it("refuses a batch over max_batch_size before it opens any file, and runs the next", async () => {
    const blob = pictures.get("lake.webp")!;
    await open.session.setInput("image", "image", { kind: "files", files: Array.from({ length: 65 }, (_, index) => ({ name: `${index}.webp`, blob })) });
    await open.session.execute("image");
    const { run: failed } = open.session.getState();
    expect(failed.status).toBe("failed");
    expect(failed.error!.message).toMatch(/64/);
    await give([{ name: "lake.webp", blob }]);
    expect(KINDS[best((await run()).classification)]).toBe("lake");
  });
});
