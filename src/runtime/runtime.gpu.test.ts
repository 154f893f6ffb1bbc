import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listSamples, openSample, sampleExamples } from "../repositories/sample/samples.ts";
import { isTextFile, readText } from "../repositories/source.ts";
import { createDerivation } from "../state/derived.ts";
import { createDocumentStore, type DocumentFile } from "../state/document.ts";
import { createSession, type SessionStore } from "../state/session.ts";
import type { RuntimePort } from "./client.ts";

// The whole road of a run in real Chromium: document → session → worker → WebGPU and WASM, on the shipped sample.

const base = `${location.origin}/`;
let session: SessionStore;
let example: File;
const document = createDocumentStore();

function spawn(): RuntimePort {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }) as unknown as RuntimePort;
}

beforeAll(async () => {
  const fetcher = (url: string, init?: RequestInit): Promise<Response> => fetch(url, init);
  const [sample] = (await listSamples(base, fetcher)).filter(({ name }) => name === "spleen_ct");
  const source = openSample(sample, base, fetcher);
  const files = await Promise.all(
    source.files.map(async (file): Promise<DocumentFile> => {
      if (!isTextFile(file.path, file.size)) return { path: file.path, file };
      const text = await readText(file);
      return { path: file.path, text, saved: text, file };
    }),
  );
  document.getState().open({ kind: "sample", name: sample.name, emptyFolders: source.emptyFolders }, files);
  const volume = sampleExamples(sample, base, fetcher).find(({ path }) => path.endsWith("phantom_b.nii.gz"))!;
  example = new File([await volume.blob()], "phantom_b.nii.gz");
  session = createSession({ document, derivation: createDerivation(), spawn });
  await session.setInput("spleen_ct", "IMAGE", { kind: "files", files: [{ name: example.name, blob: example }] });
}, 120_000);

afterAll(() => session.dispose());

async function maskOf(): Promise<Float32Array> {
  const { run } = session.getState();
  expect(run.error).toBeNull();
  return (await session.read(run.result!.outputs.MASK)) as Float32Array;
}

function setKind(kind: "KIND_GPU" | "KIND_CPU"): void {
  for (const model of ["preprocess", "segmentation_3d", "postprocess"]) {
    const path = `${model}/config.pbtxt`;
    const text = document.getState().files.get(path)!.text!;
    const other = kind === "KIND_CPU" ? "KIND_GPU" : "KIND_CPU";
    const from = text.indexOf(other, text.indexOf("instance_group"));
    if (from >= 0) document.getState().edit([{ path, edits: [{ from, to: from + other.length, insert: kind }] }], "instance-kind");
  }
}

describe("a run of spleen_ct", () => {
  it("fills the affine input from the NIfTI file", () => {
    const inputs = session.getState().inputs.spleen_ct!;
    expect(inputs.IMAGE?.error).toBeUndefined();
    expect(inputs.IMAGE_AFFINE?.decoded?.handle.shape).toEqual([1, 4, 4]);
  });

  it("stays on the GPU: one readback per output and one for the report, of the outputs' bytes", async () => {
    await session.execute("spleen_ct");
    const { result, error, plan } = session.getState().run;
    expect(error).toBeNull();
    expect(Object.keys(result!.outputs).sort()).toEqual(["CONTOUR", "MASK", "MASK_AFFINE"]);
    const outputs = result!.readbacks.filter(({ reason }) => reason === "requested output");
    expect(outputs.map(({ bytes }) => bytes).sort((a, b) => a - b)).toEqual([128, 48 ** 3 * 4, 48 ** 3 * 4]);
    expect(result!.readbacks.length).toBeLessThanOrEqual(4);
    expect(plan!.expectedReadbacks).toBeGreaterThanOrEqual(result!.readbacks.length);
    const mask = await maskOf();
    expect(mask.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(500);
  });

  it("does not run unchanged steps again", async () => {
    await session.execute("spleen_ct");
    expect(session.getState().run.result!.steps.map(({ cached }) => cached)).toEqual([true, true, true]);
  });

  it("gives the same mask outside ties with every step on the CPU, changed by config text alone", async () => {
    const onGpu = await maskOf();
    setKind("KIND_CPU");
    await session.execute("spleen_ct");
    const { result } = session.getState().run;
    const onCpu = await maskOf();
    expect(result!.steps.map(({ placement }) => placement)).toEqual(["cpu", "cpu", "cpu"]);
    expect(result!.readbacks).toEqual([]);
    let different = 0;
    for (let index = 0; index < onCpu.length; index++) if (onCpu[index] !== onGpu[index]) different++;
    expect(different).toBeLessThanOrEqual(2);
    setKind("KIND_GPU");
  });

  it("survives a worker that is ended in mid-run, decodes the input again and runs", async () => {
    const first = session.execute("spleen_ct", { cache: false });
    await new Promise<void>((resolve) => {
      const stop = session.subscribe(({ run }) => {
        if (Object.keys(run.steps).length === 0) return;
        stop();
        resolve();
      });
    });
    session.cancel();
    session.cancel();
    await first;
    expect(session.getState().run.status).toBe("cancelled");
    await session.execute("spleen_ct");
    expect(session.getState().run.error).toBeNull();
  });
});
