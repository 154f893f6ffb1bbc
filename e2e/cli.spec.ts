import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "@playwright/test";
import type { HeadlessReport } from "../src/cli/headless-request.ts";
import type { Comparison } from "../src/state/comparison.ts";
import { readNpy } from "../src/tensor/npy.ts";

const ROOT = resolve(import.meta.dirname, "..");

let output = "";

test.beforeAll(async () => {
  output = await mkdtemp(join(tmpdir(), "conch-cli-"));
});

test.afterAll(() => rm(output, { recursive: true }));

function conch(...args: string[]): Promise<{ code: number; out: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [join(ROOT, "src/cli/conch.mjs"), ...args], { cwd: ROOT }, (failed, out) =>
      done({ code: typeof failed?.code === "number" ? failed.code : 0, out }),
    );
  });
}

test("conch run writes the requested outputs and reports the run", async () => {
  const { code, out } = await conch(
    ..."run public/repositories/spleen_ct spleen_ct --input IMAGE=public/examples/spleen_ct/phantom_a.nii.gz".split(" "),
    ..."--outputs MASK,MASK_AFFINE --kind cpu --json --output".split(" "),
    output,
  );
  expect(code).toBe(0);
  const report = JSON.parse(out) as HeadlessReport;
  expect(report.steps.map(({ model, placement }) => `${model} ${placement}`)).toEqual(["preprocess cpu", "segmentation_3d cpu", "postprocess cpu"]);
  expect(await readdir(output)).toEqual(["MASK.npy", "MASK_AFFINE.npy"]);
  const mask = readNpy(new Uint8Array(await readFile(join(output, "MASK.npy"))));
  expect(mask.shape).toEqual(report.outputs.MASK?.shape);
  expect(mask.data).toContain(1);
});

test("conch bench compares placements and names the software adapter in each of its forms", async () => {
  const csv = join(output, "bench.csv");
  const { code, out } = await conch(
    ..."bench public/repositories/spleen_ct spleen_ct --input IMAGE=public/examples/spleen_ct/phantom_a.nii.gz".split(" "),
    ..."--placements cpu,pre:preprocess=gpu,segmentation_3d=cpu,postprocess=cpu --runs 1 --warmup 0 --json --output".split(" "),
    csv,
  );
  expect(code).toBe(0);
  const { machine, reference, sets } = JSON.parse(out) as Comparison;
  expect(machine).toMatchObject({ software: true, browser: expect.stringMatching(/^Chromium \d+$/), onnxruntime: expect.stringMatching(/^1\./) });
  expect(reference).toBe("cpu");
  expect(sets.map(({ set, stop }) => [set.name, stop?.message])).toEqual([
    ["cpu", "max_batch_size of 'spleen_ct' is 1"],
    ["pre", "max_batch_size of 'spleen_ct' is 1"],
  ]);
  expect(sets[1]!.measurements[0]!.steps.map(({ model, placement }) => `${model} ${placement}`)).toEqual(["preprocess gpu", "segmentation_3d cpu", "postprocess cpu"]);
  expect(sets[1]!.measurements[0]!.differences!.map(({ output: name }) => name).sort()).toEqual(["CONTOUR", "MASK", "MASK_AFFINE"]);
  expect(await readFile(csv, "utf8")).toContain(",software,");
});

test("conch bench names an input that it cannot make up", async () => {
  const { code, out } = await conch(..."bench public/repositories/spleen_ct spleen_ct --runs 1 --json".split(" "));
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ error: { code: "REQUEST_INVALID", message: expect.stringContaining("Missing: IMAGE") } });
});
