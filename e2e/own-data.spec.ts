import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
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
