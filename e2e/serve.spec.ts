import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "@playwright/test";
import { loadServer } from "../src/cli/core.mjs";
import { hostServer, type HostedServer } from "../src/cli/serve-host.mjs";
import { niftiInput } from "../src/inputs/nifti/decode.ts";
import { readNpy } from "../src/tensor/npy.ts";
import { tensorBytes, type Tensor } from "../src/tensor/tensor.ts";
import { connectionTo } from "../src/testing/v2-server.ts";
import { infer } from "../src/triton/v2/infer.ts";
import type { InferInput } from "../src/triton/v2/infer-request.ts";

// What `conch serve` answers is, to the bit, what a browser gives with every step on the processor.

const ROOT = resolve(import.meta.dirname, "..");

let folder = "";
let server: HostedServer | undefined;

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "conch-serve-"));
});

test.afterEach(() => server?.close());
test.afterAll(() => rm(folder, { recursive: true }));

function inBrowser(sample: string, input: string): Promise<void> {
  const args = ["run", `public/repositories/${sample}`, sample, "--kind", "cpu", "--input", input, "--output", join(folder, sample)];
  return new Promise((done, fail) => {
    execFile(process.execPath, [join(ROOT, "src/cli/conch.mjs"), ...args], { cwd: ROOT }, (failed) => (failed === null ? done() : fail(failed)));
  });
}

async function compare(sample: string, inputs: readonly InferInput[]): Promise<void> {
  server = await hostServer(await loadServer(), { dir: join(ROOT, "public/repositories", sample), port: 0 });
  const { outputs } = await infer(connectionTo(server.base), { model: sample }, { inputs });
  for (const { name, tensor } of outputs) {
    const expected = readNpy(new Uint8Array(await readFile(join(folder, sample, `${name}.npy`))));
    expect(tensor?.shape, name).toEqual(expected.shape);
    expect(Buffer.compare(bytesOf(tensor), bytesOf(expected)), name).toBe(0);
  }
  expect(outputs.length).toBeGreaterThan(1);
}

function bytesOf(tensor: Tensor | undefined): Buffer {
  return tensor === undefined ? Buffer.alloc(0) : Buffer.from(tensorBytes(tensor));
}

test("the image sample", async () => {
  const picture = "public/examples/image/lake.webp";
  await inBrowser("image", `image=${picture}`);
  await compare("image", [{ name: "image", tensor: { dataType: "TYPE_STRING", shape: [1, 1], data: [new Uint8Array(await readFile(join(ROOT, picture)))] } }]);
});

test("the volume sample", async () => {
  const volume = "public/examples/spleen_ct/phantom_a.nii.gz";
  await inBrowser("spleen_ct", `IMAGE=${volume}`);
  const file = { name: "phantom_a.nii.gz", bytes: new Uint8Array(await readFile(join(ROOT, volume))) };
  const { tensor, affine } = niftiInput.decode([file], { name: "IMAGE", dataType: "TYPE_FP32", dims: [-1, -1, -1], batch: false }, {});
  await compare("spleen_ct", [
    { name: "IMAGE", tensor: { ...tensor, shape: [1, ...tensor.shape] } },
    { name: "IMAGE_AFFINE", tensor: { dataType: "TYPE_FP64", shape: [1, 4, 4], data: affine ?? new Float64Array(16) } },
  ]);
});
