import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "@playwright/test";
import type { HeadlessReport } from "../src/cli/headless-request.ts";
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
