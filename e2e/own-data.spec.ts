import { createWriteStream, existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createGzip, gzipSync } from "node:zlib";
import { expect, test, type AppPage } from "./fixtures/app.ts";

const VOLUMES = fileURLToPath(new URL("../../shared/data/volumes/", import.meta.url));
const MODELS = fileURLToPath(new URL("../../shared/data/models/", import.meta.url));
const there = existsSync(VOLUMES);

interface Dropped {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Drops files onto the window as a user's file manager would. */
async function drop(app: AppPage, files: readonly Dropped[]): Promise<void> {
  const plain = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString("base64") }));
  const transfer = await app.page.evaluateHandle((list) => {
    const data = new DataTransfer();
    for (const { name, base64 } of list) data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
    return data;
  }, plain);
  for (const type of ["dragenter", "dragover", "drop"]) await app.page.dispatchEvent("body", type, { dataTransfer: transfer });
  await app.idle();
}

async function dropVolumes(app: AppPage, ...names: string[]): Promise<void> {
  await drop(app, await Promise.all(names.map(async (name) => ({ name, bytes: await readFile(VOLUMES + name) }))));
}

async function openSample(app: AppPage): Promise<void> {
  await app.open();
  await app.page.getByTestId("sample-spleen_ct").getByRole("button", { name: "Open" }).click();
  await app.idle();
  await app.page.getByTestId("tab-run").click();
  await expect(app.page.getByTestId("input-IMAGE")).toBeVisible();
}

async function runToMask(app: AppPage): Promise<void> {
  const { page } = app;
  await page.getByTestId("tab-run").click();
  await page.getByTestId("run").click();
  await app.idle();
  await page.getByTestId("tab-run").click();
  await expect(page.getByTestId("run-error")).toHaveCount(0);
  await expect(page.getByTestId("run-status")).toHaveAttribute("data-status", "done");
}

/** Every step on WASM: quick on a machine without a GPU, and the same road. */
async function allOnCpu(app: AppPage): Promise<void> {
  for (const model of ["preprocess", "segmentation_3d", "postprocess"]) {
    await app.page.locator(`[data-testid="node-step:${model}"]`).click();
    await app.page.getByTestId(`kind-${model}`).getByText("KIND_CPU").click();
    await expect(app.page.locator(`[data-testid="node-step:${model}"]`)).toContainText("WASM");
  }
}

test.describe("a user's own volumes (skipped where the recorded reference data are absent)", () => {
  test.skip(!there, "no recorded reference data beside this checkout");

  test("each kind of NIfTI file runs through to a mask", async ({ app }) => {
    await openSample(app);
    await allOnCpu(app);
    const cases: readonly (readonly [string, readonly string[], string?])[] = [
      ["an abdominal CT", ["abd_ct_ts.nii.gz"]],
      ["a sheared head CT", ["head_ct_shear.nii.gz"]],
      ["a big-endian file", ["anat_bigendian_i16.nii"]],
      ["a header and image pair", ["pair_ras.hdr", "pair_ras.img"]],
      ["a tiny file", ["odd_minimal_be.nii.gz"]],
      ["NIfTI-2 with frames", ["nifti2_4d.nii.gz"], "0"],
      ["a 4-D file", ["func4d_nibabel.nii"], "1"],
    ];
    for (const [what, files, frame] of cases) {
      await test.step(what, async () => {
        await dropVolumes(app, ...files);
        const input = app.page.getByTestId("input-IMAGE");
        if (frame !== undefined) {
          await expect(input).toContainText("NIFTI_FRAME_NEEDED");
          await input.getByLabel("Frame").fill(frame);
          await input.getByLabel("Frame").blur();
          await app.idle();
        }
        await expect(input).toContainText(files[0]);
        await runToMask(app);
      });
    }
  });

  test("an abdominal CT runs wholly on WebGPU", async ({ app }) => {
    await openSample(app);
    await dropVolumes(app, "abd_ct_ts.nii.gz");
    await expect(app.page.getByTestId("input-IMAGE")).toContainText("abd_ct_ts.nii.gz");
    await runToMask(app);
    await app.page.getByTestId("tab-timeline").click();
    await expect(app.page.getByTestId("timeline-postprocess")).toContainText("WebGPU");
  });

  test("RGB and complex volumes are refused with a reason, and the next file runs", async ({ app }) => {
    await openSample(app);
    await allOnCpu(app);
    for (const [file, word] of [["odd_rgb24_ct_perfusion.nii.gz", /RGB/i], ["odd_complex64.nii.gz", /complex/i]] as const) {
      await dropVolumes(app, file);
      await expect(app.page.getByTestId("input-IMAGE")).toContainText("NIFTI_UNSUPPORTED_TYPE");
      await expect(app.page.getByTestId("input-IMAGE")).toContainText(word);
    }
    await dropVolumes(app, "ts_example_ct_sm.nii.gz");
    await expect(app.page.getByTestId("input-IMAGE")).toContainText("ts_example_ct_sm.nii.gz");
    await runToMask(app);
  });

  test("a truncated file is refused with what was found and expected", async ({ app }) => {
    await openSample(app);
    const whole = await readFile(`${VOLUMES}ts_example_ct_sm.nii.gz`);
    await drop(app, [{ name: "cut.nii.gz", bytes: whole.subarray(0, 100_000) }]);
    await expect(app.page.getByTestId("input-IMAGE")).toContainText("NIFTI_TRUNCATED");
  });

  test("a fixed 256³ network opens and says what memory it needs before running", async ({ app }) => {
    await app.open();
    await drop(app, [{ name: "niivue_meshnet.onnx", bytes: await readFile(`${MODELS}meshnet/niivue_meshnet_gwm_5ch_256.onnx`) }]);
    await app.page.getByTestId("tab-run").click();
    await expect(app.page.getByTestId("memory-estimate")).toContainText(/MiB|GiB/);
  });
});

test.describe("broken files", () => {
  for (const [name, bytes, code] of [
    ["empty.onnx", new Uint8Array(0), "ONNX_EMPTY"],
    ["page.onnx", new TextEncoder().encode("<!doctype html><html><body>404</body></html>"), "ONNX_NOT_ONNX"],
  ] as const) {
    test(`${name} gives ${code}, and the page goes on`, async ({ app }) => {
      await app.open();
      await drop(app, [{ name, bytes }]);
      await expect(app.page.getByText(code).first()).toBeVisible();
      await app.page.getByRole("button", { name: /back to the gallery/ }).click();
      await app.page.getByTestId("sample-spleen_ct").getByRole("button", { name: "Open" }).click();
      await app.idle();
      await expect(app.page.getByTestId("graph-editor")).toBeVisible();
    });
  }

  test("a gzip file that holds no NIfTI is refused", async ({ app }) => {
    await openSample(app);
    await drop(app, [{ name: "x.nii.gz", bytes: gzipSync(Buffer.alloc(2000)) }]);
    await expect(app.page.getByText(/NIFTI_INVALID|INPUT_INVALID/).first()).toBeVisible();
  });
});

/** Writes a volume of 16-bit integers with a bright box in its middle, plane by plane, as .nii.gz: no more than one plane in memory. */
async function writeVolume(path: string, [ni, nj, nk]: readonly [number, number, number]): Promise<void> {
  const header = Buffer.alloc(352);
  header.writeInt32LE(348, 0);
  [3, ni, nj, nk, 1, 1, 1, 1].forEach((size, i) => header.writeInt16LE(size, 40 + 2 * i));
  header.writeInt16LE(4, 70);
  header.writeInt16LE(16, 72);
  [1, 0.5, 0.5, 0.5].forEach((size, i) => header.writeFloatLE(size, 76 + 4 * i));
  header.writeFloatLE(352, 108);
  header.writeInt16LE(1, 254);
  [[0.5, 0, 0, 0], [0, 0.5, 0, 0], [0, 0, 0.5, 0]].flat().forEach((value, i) => header.writeFloatLE(value, 280 + 4 * i));
  header.write("n+1\0", 344, "latin1");
  const isInside = (k: number): boolean => k > nk / 4 && k < (3 * nk) / 4;
  const plane = (k: number): Buffer => {
    const values = new Int16Array(ni * nj).fill(-1000);
    if (isInside(k)) for (let j = nj >> 2; j < (3 * nj) >> 2; j++) values.fill(50, j * ni + (ni >> 2), j * ni + ((3 * ni) >> 2));
    return Buffer.from(values.buffer);
  };
  const [outside, middle] = [plane(0), plane(nk >> 1)];
  const bytes = function* (): Generator<Buffer> {
    yield header;
    for (let k = 0; k < nk; k++) yield isInside(k) ? middle : outside;
  };
  await pipeline(Readable.from(bytes()), createGzip({ level: 1 }), createWriteStream(path));
}

test.describe("what is larger than the device allows", () => {
  let folder = "";
  test.beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "conch-large-"));
  });
  test.afterAll(() => rm(folder, { recursive: true }));

  /** Bytes that the page's adapter binds at once. */
  const limitOf = (app: AppPage): Promise<number> =>
    app.page.evaluate(async () => (await navigator.gpu.requestAdapter())!.limits.maxStorageBufferBindingSize);

  async function chooseVolume(app: AppPage, path: string): Promise<void> {
    const chooser = app.page.waitForEvent("filechooser");
    await app.page.getByRole("button", { name: "Choose file for IMAGE", exact: true }).click();
    await (await chooser).setFiles(path);
    await app.idle();
  }

  test("a volume is named with its bytes before it runs, is refused by its code, goes to the CPU by a click, and harms nothing", async ({ app }) => {
    const { page } = app;
    await openSample(app);
    const limit = await limitOf(app);
    test.skip(limit > 2 ** 30, `this adapter binds ${limit} bytes: a volume beyond that is too much for this test`);
    const planes = Math.floor(limit / (4 * 1024 * 1024)) + 1;
    const path = join(folder, "large.nii.gz");
    await writeVolume(path, [1024, 1024, planes]);
    await chooseVolume(app, path);
    const warning = page.getByTestId("plan-warning");
    await expect(warning).toContainText(`'IMAGE' [1, 1024, 1024, ${planes}] takes ${1024 * 1024 * planes * 4} bytes; this device allows ${limit} in one buffer`);

    await page.getByTestId("run").click();
    await expect(page.getByTestId("run-error")).toContainText("DEVICE_LIMIT");
    await expect(page.locator('[data-testid="node-step:preprocess"]')).toContainText("WebGPU");

    await page.getByTestId("move-to-cpu").click();
    await expect(page.locator('[data-testid="node-step:preprocess"]')).toContainText("WASM");
    await expect(warning).toHaveCount(0);
    await page.getByRole("button", { name: /^Undo/ }).click();
    await expect(page.locator('[data-testid="node-step:preprocess"]')).toContainText("WebGPU");
    await expect(warning).toHaveCount(1);

    await page.getByTestId("input-IMAGE").getByRole("button", { name: "Examples" }).click();
    await page.getByRole("menuitem").first().click();
    await app.idle();
    await expect(warning).toHaveCount(0);
    await runToMask(app);
  });

  test("a grid whose logits do not fit is found through the network's graph, and its file is a click away", async ({ app }) => {
    const { page } = app;
    await openSample(app);
    const limit = await limitOf(app);
    // The least multiple of 8 whose two channels of logits are too large; one channel still fits.
    const size = 8 * (Math.floor(Math.cbrt(limit / 8) / 8) + 1);
    await page.getByTestId("input-IMAGE").getByRole("button", { name: "Examples" }).click();
    await page.getByRole("menuitem").first().click();
    await app.idle();

    const retype = async (from: string, to: string): Promise<void> => {
      await page.locator(".cm-content").click();
      await page.keyboard.press("Control+f");
      await page.keyboard.type(from);
      await page.keyboard.press("Enter");
      await page.keyboard.press("Escape");
      await page.keyboard.type(to);
    };
    await page.locator('[data-testid="node-step:preprocess"]').click();
    await page.getByRole("button", { name: "Open transforms.json" }).click();
    await retype("[48, 48, 48]", `[${size}, ${size}, ${size}]`);
    await page.getByTestId("tab-run").click();
    const warning = page.getByTestId("plan-warning").filter({ hasText: "'logits'" });
    await expect(warning).toContainText(`'logits' [1, 2, ${size}, ${size}, ${size}] takes ${2 * size ** 3 * 4} bytes; this device allows ${limit}`);
    await expect(warning).toContainText("a smaller grid in preprocess/1/transforms.json");
    await expect(page.getByTestId("memory-estimate")).toContainText(/GiB.*segmentation_3d/);

    await page.getByTestId("run").click();
    await expect(page.getByTestId("run-error")).toContainText("DEVICE_LIMIT");

    await warning.getByRole("button", { name: "Open transforms.json" }).click();
    await retype(`[${size}, ${size}, ${size}]`, "[48, 48, 48]");
    await page.getByTestId("tab-run").click();
    await expect(page.getByTestId("plan-warning")).toHaveCount(0);
    await runToMask(app);
  });
});
