import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { niftiInput } from "../inputs/nifti/decode.ts";
import { readNpz } from "../tensor/npy.ts";
import { typedData, type Tensor } from "../tensor/tensor.ts";
import { recordedVolume, unpackBits } from "../testing/monai.ts";
import { readRecorded } from "../testing/recorded.ts";
import { connectionTo } from "../testing/v2-server.ts";
import { infer, inferRaw } from "../triton/v2/infer.ts";
import type { InferResponse } from "../triton/v2/infer-response.ts";
import { statistics } from "../triton/v2/statistics.ts";
import { loadServer } from "./core.mjs";
import { hostServer, type HostedServer } from "./serve-host.mjs";

const PUBLIC = resolve(import.meta.dirname, "../../public");
const KINDS = ["forest", "harbour", "lake", "street", "village"];

let core: Awaited<ReturnType<typeof loadServer>>;

beforeAll(async () => {
  core = await loadServer();
});

function numbers(response: InferResponse, name: string): ArrayLike<number | bigint> {
  const tensor = response.outputs.find((output) => output.name === name)?.tensor;
  if (tensor === undefined) throw new Error(`There is no output ${name}`);
  return typedData(tensor);
}

describe("the image sample, served", () => {
  let server: HostedServer;

  beforeAll(async () => {
    server = await hostServer(core, { dir: join(PUBLIC, "repositories/image"), port: 0 });
  });

  afterAll(() => server.close());

  test.each(["forest.jpg", "harbour.jpg", "lake.webp", "street.jpg", "village.png"])("knows %s and finds its sky", async (file) => {
    const image: Tensor = { dataType: "TYPE_STRING", shape: [1, 1], data: [new Uint8Array(readFileSync(join(PUBLIC, "examples/image", file)))] };
    const response = await infer(connectionTo(server.base), { model: "image" }, { inputs: [{ name: "image", tensor: image }] });
    const kinds = Array.from(numbers(response, "classification"), Number);
    const name = file.split(".")[0] ?? "";
    expect(KINDS[kinds.indexOf(Math.max(...kinds))]).toBe(name);
    const truth = JSON.parse(readFileSync(join(PUBLIC, "examples/image", `${name}.truth.json`), "utf8")) as { share_of_pixels: Record<string, number> };
    const labels = Array.from(numbers(response, "segmentation"));
    expect(labels).toHaveLength(128 * 128);
    expect(Math.abs(labels.filter((label) => label === 0n).length / labels.length - (truth.share_of_pixels["sky"] ?? 0))).toBeLessThan(0.05);
  });

  test("names the kinds by the labels of the model that has them, and counts its steps", async () => {
    const connection = connectionTo(server.base);
    const picture = new Uint8Array(readFileSync(join(PUBLIC, "examples/image/lake.webp")));
    const image: Tensor = { dataType: "TYPE_STRING", shape: [1, 1], data: [picture] };
    const response = await infer(connection, { model: "image" }, {
      inputs: [{ name: "image", tensor: image }],
      outputs: [{ name: "classification", parameters: { classification: 1 } }],
    });
    const [best] = (response.outputs[0]?.tensor?.data ?? []) as readonly Uint8Array[];
    expect(new TextDecoder().decode(best)).toMatch(/^[01]\.\d{6}:2:lake$/);
    const [counted] = await statistics(connection, { model: "classification_model" });
    expect(counted).toMatchObject({ inference_count: 6, execution_count: 6, batch_stats: [{ batch_size: 1, compute_infer: { count: 6 } }] });
    expect(counted?.inference_stats["compute_infer"]?.ns).toBeGreaterThan(0);
  });

  test("refuses what is no picture", async () => {
    await expect(inferRaw(connectionTo(server.base), { model: "image" }, new TextEncoder().encode("no picture"))).rejects.toMatchObject({
      code: "V2_REFUSED",
      data: { status: 400, server: expect.stringContaining("no picture") },
    });
  });
});

describe("volumes, served", () => {
  test("the sample finds the spleen of its phantom", async () => {
    const server = await hostServer(core, { dir: join(PUBLIC, "repositories/spleen_ct"), port: 0 });
    try {
      const file = { name: "phantom_a.nii.gz", bytes: new Uint8Array(readFileSync(join(PUBLIC, "examples/spleen_ct/phantom_a.nii.gz"))) };
      const { tensor, affine } = niftiInput.decode([file], { name: "IMAGE", dataType: "TYPE_FP32", dims: [-1, -1, -1], batch: false }, {});
      const response = await inferVolume(server, tensor, affine ?? new Float64Array(16));
      const mask = Array.from(numbers(response, "MASK"), Number);
      const voxel = voxelVolume(numbers(response, "MASK_AFFINE"));
      const truth = JSON.parse(readFileSync(join(PUBLIC, "examples/spleen_ct/phantom_a.truth.json"), "utf8")) as { spleen: { millilitres: number } };
      const found = (mask.filter((value) => value === 1).length * voxel) / 1000;
      expect(mask.every((value) => value === 0 || value === 1)).toBe(true);
      expect(found / truth.spleen.millilitres).toBeGreaterThan(0.9);
      expect(found / truth.spleen.millilitres).toBeLessThan(1.1);
    } finally {
      await server.close();
    }
  });

  test("an ensemble gives voxel for voxel what a Triton server with MONAI gave", async ({ skip }) => {
    const repository = resolve(import.meta.dirname, "../../../shared/data/triton-e2e/repository");
    const [recorded, network, volume] = await Promise.all([
      readRecorded("triton-e2e/ts_example_ct_sm.npz"),
      readRecorded("models/unet3d/unet3d_liver_8_128_bnfused.onnx"),
      recordedVolume("volumes/ts_example_ct_sm.nii.gz"),
    ]);
    if (recorded === undefined || network === undefined || volume === undefined) return skip("the recorded data are not here");
    const dir = mkdtempSync(join(tmpdir(), "conch-e2e-"));
    cpSync(repository, dir, { recursive: true });
    mkdirSync(join(dir, "segmentation_3d/1"), { recursive: true });
    writeFileSync(join(dir, "segmentation_3d/1/model.onnx"), network);
    const server = await hostServer(core, { dir, port: 0 });
    try {
      const response = await inferVolume(server, volume, volume.affine ?? new Float64Array(16));
      const served = readNpz(recorded);
      for (const name of ["MASK", "CONTOUR"]) {
        const wanted = unpackBits(typedData(served.get(name) as Tensor) as Uint8Array, 96 ** 3);
        const found = numbers(response, name);
        expect(found).toHaveLength(96 ** 3);
        expect(wanted.reduce((different, value, at) => different + Number(value !== found[at]), 0)).toBe(0);
      }
      const affine = typedData(served.get("MASK_AFFINE") as Tensor) as Float64Array;
      affine.forEach((value, at) => expect(Number(numbers(response, "MASK_AFFINE")[at])).toBeCloseTo(value, 9));
    } finally {
      await server.close();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

function inferVolume({ base }: HostedServer, volume: Pick<Tensor, "shape" | "data">, affine: Float64Array): Promise<InferResponse> {
  const image: Tensor = { dataType: "TYPE_FP32", shape: [1, ...volume.shape], data: volume.data };
  return infer(connectionTo(base), { model: "spleen_ct" }, {
    inputs: [
      { name: "IMAGE", tensor: image },
      { name: "IMAGE_AFFINE", tensor: { dataType: "TYPE_FP64", shape: [1, 4, 4], data: affine } },
    ],
  });
}

/** Cubic millimetres: the determinant of the affine's upper part. */
function voxelVolume(affine: ArrayLike<number | bigint>): number {
  const at = (row: number, column: number): number => Number(affine[row * 4 + column]);
  return Math.abs(
    at(0, 0) * (at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1)) - at(0, 1) * (at(1, 0) * at(2, 2) - at(1, 2) * at(2, 0)) + at(0, 2) * (at(1, 0) * at(2, 1) - at(1, 1) * at(2, 0)),
  );
}
