import { describe, expect, it } from "vitest";
import { readRecorded, readRecordedJson } from "../testing/recorded.ts";
import { openSession, type OpenSession } from "../testing/open-session.ts";
import { readNpz } from "../tensor/npy.ts";
import { typedData, type Tensor } from "../tensor/tensor.ts";

// Whole ensembles against what a Triton server with MONAI in its python backend, and MONAI with ONNX Runtime, recorded.
// Left out on the software adapter for its time: the 96³ runs with every step on WebGPU (they run on WASM here).

const ROOT = "triton-e2e/repository";
const TEXTS = [
  "spleen_ct/config.pbtxt",
  "spleen_ct/1/.gitkeep",
  "preprocess/config.pbtxt",
  "preprocess/1/transforms.json",
  "segmentation_3d/config.pbtxt",
  "postprocess/config.pbtxt",
  "postprocess/1/transforms.json",
];

const there = (await readRecorded("triton-e2e/ts_example_ct_sm.npz")) !== undefined;
const LIVER = "models/unet3d/unet3d_liver_8_128_bnfused.onnx";

async function openRecorded(model: string, change: (path: string, text: string) => string = (_, text) => text): Promise<OpenSession> {
  const files = new Map<string, Uint8Array<ArrayBuffer> | string>();
  for (const path of TEXTS) {
    const bytes = (await readRecorded(`${ROOT}/${path}`)) ?? new Uint8Array();
    files.set(path, change(path, new TextDecoder().decode(bytes)));
  }
  files.set("segmentation_3d/1/model.onnx", (await readRecorded(model))!);
  return openSession(files);
}

async function give(open: OpenSession, model: string, input: string, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  await open.session.setInput(model, input, { kind: "files", files: [{ name, blob: new Blob([bytes]) }] });
  expect(open.session.getState().inputs[model]?.[input]?.error).toBeUndefined();
}

async function output(open: OpenSession, name: string): Promise<Float32Array> {
  const { run } = open.session.getState();
  expect(run.error).toBeNull();
  return (await open.session.read(run.result!.outputs[name] ?? run.result!.wires[name])) as Float32Array;
}

function bit(packed: Tensor, voxel: number): number {
  return (Number(typedData(packed)[voxel >> 3]) >> (voxel & 7)) & 1;
}

/** Voxels where the packed bits say something else than the values. */
function differences(values: ArrayLike<number>, packed: Tensor, except?: Tensor): number {
  let count = 0;
  for (let voxel = 0; voxel < values.length; voxel++) {
    if (values[voxel] !== bit(packed, voxel) && (except === undefined || bit(except, voxel) === 0)) count++;
  }
  return count;
}

describe.skipIf(!there)("the recorded ensemble of a Triton server with MONAI (skipped where the recorded reference data are absent)", () => {
  it("gives the recorded MASK, CONTOUR and MASK_AFFINE", async () => {
    const open = await openRecorded(LIVER);
    const expected = readNpz((await readRecorded("triton-e2e/ts_example_ct_sm.npz"))!);
    const margin = readNpz((await readRecorded("monai/e2e/e2e_ctsm_96_liver.npz"))!).get("low_margin_1e3")!;
    await give(open, "spleen_ct", "IMAGE", "ts_example_ct_sm.nii.gz", (await readRecorded("volumes/ts_example_ct_sm.nii.gz"))!);
    await open.session.execute("spleen_ct");
    expect(differences(await output(open, "MASK"), expected.get("MASK")!, margin)).toBe(0);
    expect(differences(await output(open, "CONTOUR"), expected.get("CONTOUR")!, margin)).toBe(0);
    const affine = (await output(open, "MASK_AFFINE")) as unknown as Float64Array;
    const wanted = typedData(expected.get("MASK_AFFINE")!);
    affine.forEach((value, index) => expect(Math.abs(value - Number(wanted[index]))).toBeLessThanOrEqual(1e-9));
    open.session.dispose();
  });
});

interface Case {
  readonly name: string;
  readonly volume: string;
  readonly size: number;
  readonly model: string;
  readonly classes: number;
}

const cases = (await readRecordedJson<{ cases: Case[] }>("monai/e2e/index.json"))?.cases ?? [];

describe.skipIf(!there).each(cases)("MONAI end to end, $name", ({ name, volume, size, model, classes }) => {
  it.each(size <= 64 ? ["KIND_CPU", "KIND_GPU"] : ["KIND_CPU"])("has the recorded argmax outside low margins on %s, and the recorded argmax gives the recorded mask and contour", async (kind) => {
    const open = await openRecorded(model, (path, text) =>
      text
        .replaceAll("KIND_CPU", path === "postprocess/config.pbtxt" || path === "segmentation_3d/config.pbtxt" || path === "preprocess/config.pbtxt" ? kind : "KIND_CPU")
        .replace('"spatial_size": [96, 96, 96]', `"spatial_size": [${size}, ${size}, ${size}]`)
        .replace("dims: [ 2, -1, -1, -1 ]", `dims: [ ${classes}, -1, -1, -1 ]`),
    );
    const expected = readNpz((await readRecorded(`monai/e2e/${name}.npz`))!);
    await give(open, "spleen_ct", "IMAGE", volume.split("/").at(-1)!, (await readRecorded(volume))!);
    await open.session.execute("spleen_ct");
    const logits = await output(open, "logits");
    const voxels = size ** 3;
    const isOne = Array.from({ length: voxels }, (_, voxel) => (argmax(logits, voxel, voxels, classes) === 1 ? 1 : 0));
    expect(differences(isOne, expected.get("argmax1")!, expected.get("low_margin_1e3"))).toBe(0);

    if (classes > 2) {
      // The recorded contour is that of all labels together, so only the run's own logits can give it: judged where no neighbour is near a tie.
      const doubtful = dilated(expected.get("low_margin_1e3")!, size);
      const contour = await output(open, "CONTOUR");
      let wrong = 0;
      for (let voxel = 0; voxel < voxels; voxel++) if (doubtful[voxel] === 0 && contour[voxel] !== bit(expected.get("contour")!, voxel)) wrong++;
      expect(wrong).toBe(0);
    }
    const two = new Float32Array(2 * voxels);
    for (let voxel = 0; voxel < voxels; voxel++) two[voxels + voxel] = 2 * bit(expected.get("argmax1")!, voxel) - 1;
    const handle = await open.session.client.request("put", { dataType: "TYPE_FP32", shape: [1, 2, size, size, size], data: two });
    await give(open, "postprocess", "LOGITS", "argmax.npy", await open.session.encode(handle, "npy"));
    await open.session.execute("postprocess");
    expect(differences(await output(open, "MASK"), expected.get("largest")!)).toBe(0);
    if (classes === 2) expect(differences(await output(open, "CONTOUR"), expected.get("contour")!)).toBe(0);
    open.session.dispose();
  });
});

function argmax(logits: Float32Array, voxel: number, voxels: number, classes: number): number {
  let best = 0;
  for (let label = 1; label < classes; label++) if (logits[label * voxels + voxel] > logits[best * voxels + voxel]) best = label;
  return best;
}

/** 1 for every voxel of a cube that is marked, or has a marked one among its 26 neighbours. */
function dilated(packed: Tensor, size: number): Uint8Array {
  const result = new Uint8Array(size ** 3);
  const near = (at: number): number[] => [at - 1, at, at + 1].filter((each) => each >= 0 && each < size);
  for (let voxel = 0; voxel < result.length; voxel++) {
    if (bit(packed, voxel) === 0) continue;
    const k = voxel % size;
    const j = Math.floor(voxel / size) % size;
    const i = Math.floor(voxel / size ** 2);
    for (const a of near(i)) for (const b of near(j)) for (const c of near(k)) result[(a * size + b) * size + c] = 1;
  }
  return result;
}
