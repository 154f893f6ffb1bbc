import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetchSample, openSession, type OpenSession } from "../testing/open-session.ts";
import type { TensorHandle } from "./protocol.ts";

// The whole road of a run in real Chromium: document → session → worker → WebGPU and WASM, on the shipped sample.

let open: OpenSession;
let volume: Blob;

beforeAll(async () => {
  const sample = await fetchSample("spleen_ct", "phantom_b.nii.gz");
  volume = sample.input;
  open = openSession(sample.files);
  await open.session.setInput("spleen_ct", "IMAGE", { kind: "files", files: [{ name: "phantom_b.nii.gz", blob: volume }] });
}, 120_000);

afterAll(() => open.session.dispose());

async function outputs(model = "spleen_ct"): Promise<Record<string, { handle: TensorHandle; data: Float32Array | Float64Array }>> {
  const { run } = open.session.getState();
  expect(run.error).toBeNull();
  expect(run.model).toBe(model);
  const all = Object.entries(run.result!.outputs).map(async ([name, handle]) => [name, { handle, data: (await open.session.read(handle)) as Float32Array }] as const);
  return Object.fromEntries(await Promise.all(all));
}

function setKind(kind: "KIND_GPU" | "KIND_CPU"): void {
  for (const model of ["preprocess", "segmentation_3d", "postprocess"]) {
    const path = `${model}/config.pbtxt`;
    const text = open.document.getState().files.get(path)!.text!;
    const other = kind === "KIND_CPU" ? "KIND_GPU" : "KIND_CPU";
    const from = text.indexOf(other, text.indexOf("instance_group ["));
    open.document.getState().edit([{ path, edits: [{ from, to: from + other.length, insert: kind }] }], "instance-kind");
  }
}

describe("a run of spleen_ct", () => {
  it("fills the affine input from the NIfTI file", () => {
    const inputs = open.session.getState().inputs.spleen_ct!;
    expect(inputs.IMAGE?.error).toBeUndefined();
    expect(inputs.IMAGE_AFFINE?.decoded?.handle.shape).toEqual([1, 4, 4]);
  });

  it("stays on the GPU: one readback per output and one for the report, of the outputs' bytes", async () => {
    await open.session.execute("spleen_ct");
    const { result, plan } = open.session.getState().run;
    const { MASK } = await outputs();
    expect(Object.keys(result!.outputs).sort()).toEqual(["CONTOUR", "MASK", "MASK_AFFINE"]);
    const requested = result!.readbacks.filter(({ reason }) => reason === "requested output");
    expect(requested.map(({ bytes }) => bytes).sort((a, b) => a - b)).toEqual([128, 48 ** 3 * 4, 48 ** 3 * 4]);
    expect(result!.readbacks.length).toBeLessThanOrEqual(4);
    expect(plan!.expectedReadbacks).toBeGreaterThanOrEqual(result!.readbacks.length);
    expect(Array.from(MASK.data).filter((value) => value === 1).length).toBeGreaterThan(500);
  });

  it("does not run unchanged steps again", async () => {
    await open.session.execute("spleen_ct");
    expect(open.session.getState().run.result!.steps.map(({ cached }) => cached)).toEqual([true, true, true]);
  });

  it("runs only what the requested outputs need, on inputs that are on the GPU already", async () => {
    open.session.setRequestedOutputs("spleen_ct", ["MASK_AFFINE"]);
    await open.session.execute("spleen_ct", { cache: false });
    expect(open.session.getState().run.result!.uploads).toEqual([]);
    const { result } = open.session.getState().run;
    expect(result!.steps.map(({ model }) => model)).toEqual(["preprocess"]);
    expect(Object.keys(result!.outputs)).toEqual(["MASK_AFFINE"]);
    open.session.setRequestedOutputs("spleen_ct", undefined);
  });

  it("gives the same mask outside ties with every step on the CPU, changed by config text alone", async () => {
    await open.session.execute("spleen_ct");
    const onGpu = await outputs();
    setKind("KIND_CPU");
    await open.session.execute("spleen_ct");
    const { result } = open.session.getState().run;
    const onCpu = await outputs();
    expect(result!.steps.map(({ placement }) => placement)).toEqual(["cpu", "cpu", "cpu"]);
    expect(result!.readbacks).toEqual([]);
    expect(onCpu.MASK_AFFINE.data).toEqual(onGpu.MASK_AFFINE.data);
    const logits = (await open.session.read(result!.wires.logits)) as Float32Array;
    const voxels = 48 ** 3;
    for (let index = 0; index < voxels; index++) {
      if (Math.abs(logits[index] - logits[voxels + index]) < 1e-3) continue;
      if (onCpu.MASK.data[index] !== onGpu.MASK.data[index]) expect.fail(`voxel ${index} differs with a clear margin`);
    }
    setKind("KIND_GPU");
  });

  it("gives the same whole and step by step through .npy files, with no other state", async () => {
    const { session } = open;
    await session.execute("spleen_ct", { cache: false });
    const whole = await outputs();
    const file = async (handle: TensorHandle, name: string): Promise<{ name: string; blob: Blob }> => ({ name, blob: new Blob([await session.encode(handle, "npy")]) });
    await session.setInput("preprocess", "IMAGE", { kind: "files", files: [{ name: "phantom_b.nii.gz", blob: volume }] });
    await session.execute("preprocess", { cache: false });
    const pre = await outputs("preprocess");
    await session.setInput("segmentation_3d", "input", { kind: "files", files: [await file(pre.PREPROCESSED.handle, "preprocessed.npy")] });
    await session.execute("segmentation_3d", { cache: false });
    const net = await outputs("segmentation_3d");
    await session.setInput("postprocess", "LOGITS", { kind: "files", files: [await file(net.output.handle, "logits.npy")] });
    await session.execute("postprocess", { cache: false });
    const post = await outputs("postprocess");
    expect(post.MASK.data).toEqual(whole.MASK.data);
    expect(post.CONTOUR.data).toEqual(whole.CONTOUR.data);
    expect(pre.GRID_AFFINE.data).toEqual(whole.MASK_AFFINE.data);
  });

  it("names the voxels that an all-air volume lacks, and the next run works", async () => {
    const { session } = open;
    await session.setInput("spleen_ct", "IMAGE", { kind: "generated", fill: "zeros", shape: [8, 8, 8] });
    const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    const air = new Float32Array(512).fill(-1000);
    const header = await session.client.request("put", { dataType: "TYPE_FP32", shape: [8, 8, 8], data: air });
    const npy = await session.encode(header, "npy");
    await session.setInput("spleen_ct", "IMAGE", { kind: "files", files: [{ name: "air.npy", blob: new Blob([npy]) }] });
    const matrix = await session.client.request("put", { dataType: "TYPE_FP64", shape: [4, 4], data: Float64Array.from(identity) });
    await session.setInput("spleen_ct", "IMAGE_AFFINE", { kind: "files", files: [{ name: "affine.npy", blob: new Blob([await session.encode(matrix, "npy")]) }] });
    await session.execute("spleen_ct");
    expect(session.getState().run.error).toMatchObject({ code: "TRANSFORM_FAILED" });
    expect(session.getState().run.error!.message).toMatch(/MONAI/);
    await session.setInput("spleen_ct", "IMAGE", { kind: "files", files: [{ name: "phantom_b.nii.gz", blob: volume }] });
    await session.execute("spleen_ct");
    expect(session.getState().run.error).toBeNull();
  });

  it("survives a worker that is ended in mid-run, decodes the input again and runs", async () => {
    const { session } = open;
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

describe("a browser without WebGPU", () => {
  it("runs KIND_GPU steps on the CPU and says so", async () => {
    const sample = await fetchSample("spleen_ct", "phantom_b.nii.gz");
    const { session } = openSession(sample.files, false);
    await session.setInput("spleen_ct", "IMAGE", { kind: "files", files: [{ name: "phantom_b.nii.gz", blob: sample.input }] });
    await session.execute("spleen_ct");
    const { run, environment, placements } = session.getState();
    expect(environment?.gpu).toBeNull();
    expect(placements.preprocess).toMatchObject({ kind: "cpu", reason: "no-webgpu" });
    expect(run.error).toBeNull();
    session.dispose();
  });
});
