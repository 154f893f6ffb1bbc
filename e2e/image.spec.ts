import { existsSync, readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { expect, test, type AppPage } from "./fixtures/app.ts";
import { png } from "./fixtures/png.ts";
import { openZip } from "./fixtures/zip.ts";

const EXAMPLES = new URL("../public/examples/image/", import.meta.url);
const RECORDED = new URL("../../shared/data/models/small/", import.meta.url);
const PICTURES = new URL("../src/transforms/image-open/pictures.json", import.meta.url);

const MODELS = ["image_preprocess_model", "classification_model", "segmentation_model"];

interface Chosen {
  readonly name: string;
  readonly bytes: Uint8Array;
}

async function give(app: AppPage, input: string, ...files: readonly Chosen[]): Promise<void> {
  await app.page.getByTestId("tab-run").click();
  const chooser = app.page.waitForEvent("filechooser");
  await app.page.getByRole("button", { name: `Choose file for ${input}`, exact: true }).click();
  await (await chooser).setFiles(files.map(({ name, bytes }) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) })));
  await app.idle();
}

async function run(app: AppPage): Promise<void> {
  await app.page.getByTestId("tab-run").click();
  await app.page.getByTestId("run").click();
  await app.idle();
}

async function openSample(app: AppPage): Promise<void> {
  await app.open();
  await app.page.getByTestId("sample-image").getByRole("button", { name: "Open" }).click();
  await app.idle();
}

async function allOnCpu(app: AppPage): Promise<void> {
  for (const model of MODELS) {
    await app.page.locator(`[data-testid="node-step:${model}"]`).click();
    await app.page.getByTestId(`kind-${model}`).getByText("KIND_CPU").click();
    await expect(app.page.locator(`[data-testid="node-step:${model}"]`)).toContainText("WASM");
  }
}

async function expectBestKind(app: AppPage, kind: string): Promise<void> {
  await app.page.getByTestId("tab-results").click();
  await app.page.getByTestId("result-output:classification").click();
  await expect(app.page.getByTestId("scores-viewer").getByRole("listitem").first()).toContainText(kind);
}

const example = (name: string): Chosen => ({ name, bytes: readFileSync(new URL(name, EXAMPLES)) });

test("one click runs the image sample on WebGPU, one line a model moves it to WASM, with the same kind and parts", async ({ app }) => {
  const { page } = app;
  await app.open();
  await page.getByTestId("sample-image").getByRole("button", { name: "Run" }).click();
  for (const model of MODELS) await expect(page.locator(`[data-testid="node-step:${model}"]`)).toHaveAttribute("data-phase", "done", { timeout: 120_000 });
  await app.idle();
  await expectBestKind(app, "forest");
  await page.getByTestId("result-output:segmentation").click();
  const legend = page.getByTestId("picture-viewer");
  await expect(legend.getByTestId("mask-label-3")).toContainText("tree");
  const shares = await legend.locator("[data-testid^=mask-label-]").allTextContents();
  await page.getByTestId("tab-plan").click();
  await expect(page.getByTestId("plan")).toContainText("what the step opened");

  await allOnCpu(app);
  await run(app);
  await page.getByTestId("tab-timeline").click();
  for (const model of MODELS) await expect(page.getByTestId(`timeline-${model}`)).toContainText("WASM");
  await expectBestKind(app, "forest");
  await page.getByTestId("result-output:segmentation").click();
  await expect.poll(() => legend.locator("[data-testid^=mask-label-]").allTextContents()).toEqual(shares);
});

test("a batch of pictures of all formats and sizes runs at once", async ({ app }) => {
  const { page } = app;
  await openSample(app);
  await allOnCpu(app);
  await give(app, "image", ...["forest.jpg", "harbour.jpg", "lake.webp", "street.jpg", "village.png"].map(example));
  await expect(page.getByTestId("input-image")).toContainText("5 of 64 in the batch");
  await run(app);
  await page.getByTestId("tab-results").click();
  await expect(page.getByTestId("result-output:segmentation")).toContainText("[5, 128, 128]");
});

/** A picture that announces another size than it has. */
function announcing(width: number, height: number): Uint8Array {
  const bytes = png(8, 8, () => [0, 0, 0]).slice();
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return bytes;
}

/** The start of a CMYK JPEG: a frame of four components. */
const CMYK = Uint8Array.from([0xff, 0xd8, 0xff, 0xc0, 0, 20, 8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0, 0xff, 0xd9]);

test("a picture that cannot be opened is refused by name, the page lives, and the next one runs", async ({ app }) => {
  const { page } = app;
  await openSample(app);
  await allOnCpu(app);
  const jpeg = example("forest.jpg").bytes;
  const text = (content: string) => new TextEncoder().encode(content);
  const bad: readonly (readonly [name: string, bytes: Uint8Array, code: string, words: string])[] = [
    ["empty.jpg", new Uint8Array(0), "PICTURE_INVALID", "The file is empty"],
    ["cut.jpg", jpeg.subarray(0, 9000), "PICTURE_INVALID", "The JPEG is truncated"],
    ["cut.png", example("village.png").bytes.subarray(0, 9000), "PICTURE_INVALID", "The PNG cannot be decoded"],
    ["cut.webp", example("lake.webp").bytes.subarray(0, 900), "PICTURE_INVALID", "The WebP cannot be decoded"],
    ["huge.png", announcing(20_000, 20_000), "INPUT_TOO_LARGE", "20000 × 20000 pixels"],
    ["drawing.svg", text('<svg xmlns="http://www.w3.org/2000/svg"/>'), "PICTURE_UNSUPPORTED", "The file is SVG"],
    ["phone.heic", text("\0\0\0\u0018ftypheic\0\0\0\0"), "PICTURE_UNSUPPORTED", "The file is HEIC"],
    ["print.jpg", CMYK, "PICTURE_UNSUPPORTED", "4 components (CMYK or YCCK)"],
    ["packed.bin", deflateSync("no picture"), "PICTURE_UNSUPPORTED", "look like no picture"],
  ];
  for (const [name, bytes, code, words] of bad) {
    await test.step(name, async () => {
      await give(app, "image", { name, bytes });
      await run(app);
      await page.getByTestId("tab-run").click();
      await expect(page.getByTestId("run-error")).toContainText(code);
      await expect(page.getByTestId("run-error")).toContainText(words);
    });
  }
  await test.step("a batch over max_batch_size", async () => {
    await give(app, "image", ...Array.from({ length: 65 }, (_, index) => ({ name: `${index}.jpg`, bytes: jpeg })));
    await expect(page.getByTestId("input-image")).toContainText("BATCH_TOO_LARGE");
    await expect(page.getByTestId("input-image")).toContainText("at most 64 items at once (max_batch_size), found 65");
  });
  const { cases } = JSON.parse(readFileSync(PICTURES, "utf8")) as { cases: { name: string; file: string }[] };
  for (const name of ["gif_animated.gif", "png_rgb_16_bits.png", "png_palette_transparent.png"]) {
    await test.step(name, async () => {
      await give(app, "image", { name, bytes: Buffer.from(cases.find((each) => each.name === name)!.file, "base64") });
      if (name.includes("16_bits")) await expect(page.getByTestId("input-image")).toContainText("keeps the upper 8");
      await run(app);
      await page.getByTestId("tab-run").click();
      await expect(page.getByTestId("run-status")).toHaveAttribute("data-status", "done");
    });
  }
  await give(app, "image", example("street.jpg"));
  await run(app);
  await expectBestKind(app, "street");
});

test.describe("a user's own picture and model (skipped where the recorded reference data are absent)", () => {
  test.skip(!existsSync(RECORDED), "no recorded reference data beside this checkout");

  test("a photograph runs through the sample", async ({ app }) => {
    await openSample(app);
    await give(app, "image", { name: "photo_kodim23.jpg", bytes: readFileSync(new URL("photo_kodim23.jpg", RECORDED)) });
    await expect(app.page.getByTestId("input-image")).toContainText("768 × 512");
    await run(app);
    await app.page.getByTestId("tab-results").click();
    await app.page.getByTestId("result-output:classification").click();
    await expect(app.page.getByTestId("scores-viewer").getByRole("listitem")).toHaveCount(5);
  });

  test("a face detector takes a photograph by transforms of its own", async ({ app }) => {
    const { page } = app;
    const resized = { keys: "image", size: [240, 320], interpolation: "bilinear" };
    const transforms = [
      { _target_: "PIL.Image.open", keys: "image" },
      { _target_: "torchvision.transforms.v2.Resize", ...resized },
      { _target_: "torchvision.transforms.v2.ToImage", keys: "image" },
      { _target_: "torchvision.transforms.v2.ToDtype", keys: "image", dtype: "float32" },
      { _target_: "torchvision.transforms.v2.Normalize", keys: "image", mean: [127, 127, 127], std: [128, 128, 128] },
      { _target_: "monai.transforms.EnsureChannelFirstd", keys: "image", channel_dim: "no_channel" },
    ];
    const tensor = (side: string, name: string, type: string, dims: string) => `${side} { name: "${name}" data_type: ${type} dims: [ ${dims} ] }\n`;
    await app.open();
    await openZip(app, "faces", {
      "faces/config.pbtxt": `platform: "ensemble"\n${tensor("input", "image", "TYPE_STRING", "1")}${tensor("output", "scores", "TYPE_FP32", "1, 4420, 2")}${tensor("output", "boxes", "TYPE_FP32", "1, 4420, 4")}ensemble_scheduling {
  step { model_name: "prepare" model_version: -1 input_map { key: "FILE" value: "image" } output_map { key: "PICTURE" value: "picture" } }
  step { model_name: "ultraface" model_version: -1 input_map { key: "input" value: "picture" } output_map { key: "scores" value: "scores" } output_map { key: "boxes" value: "boxes" } }
}\n`,
      "faces/1/.gitkeep": "",
      "prepare/config.pbtxt": `backend: "python"\n${tensor("input", "FILE", "TYPE_STRING", "1")}${tensor("output", "PICTURE", "TYPE_FP32", "1, 3, 240, 320")}`,
      "prepare/1/transforms.json": JSON.stringify({ inputs: { image: "FILE" }, transforms, outputs: { PICTURE: "image" } }),
      "prepare/1/model.py": "class TritonPythonModel:\n    pass\n",
      "ultraface/1/model.onnx": readFileSync(new URL("ultraface_rfb320.onnx", RECORDED)),
    });
    await page.getByTestId("explorer").getByText("faces", { exact: true }).click();
    await give(app, "image", { name: "photo_kodim23.jpg", bytes: readFileSync(new URL("photo_kodim23.jpg", RECORDED)) });
    await run(app);
    await page.getByTestId("tab-run").click();
    await expect(page.getByTestId("run-error")).toHaveCount(0);
    await expect(page.getByTestId("run-status")).toHaveAttribute("data-status", "done");
    await page.getByTestId("tab-results").click();
    await expect(page.getByTestId("result-output:scores")).toContainText("[1, 4420, 2]");
  });
});
