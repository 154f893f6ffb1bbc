import { AxeBuilder } from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { CHROMIUM_WEBGPU_ARGUMENTS, findChromium } from "../src/cli/chromium.mjs";
import { writeNpy } from "../src/tensor/npy.ts";
import { expect, test, type AppPage } from "./fixtures/app.ts";
import { png } from "./fixtures/png.ts";
import { openZip } from "./fixtures/zip.ts";

// A camera that shows a moving pattern, and asks nobody.
const browser = findChromium();
test.use({
  launchOptions: {
    args: [...CHROMIUM_WEBGPU_ARGUMENTS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
    ...(browser === undefined ? {} : { executablePath: browser }),
  },
});

/** A model of the identity backend: each input comes out again under another name. */
function copying(name: string, batch: number, tensors: readonly (readonly [input: string, output: string, type: string, labels?: string])[]): string {
  const ports = (of: (tensor: (typeof tensors)[number]) => string) => tensors.map((tensor) => `  { ${of(tensor)} }`).join(",\n");
  const dims = (type: string) => (type === "TYPE_INT64" ? "-1, -1" : type === "TYPE_FP32" ? "-1" : "1");
  return `name: "${name}"
backend: "identity"
max_batch_size: ${batch}
input [
${ports(([input, , type]) => `name: "${input}" data_type: ${type} dims: [ ${dims(type)} ]`)}
]
output [
${ports(([, output, type, labels]) => `name: "${output}" data_type: ${type} dims: [ ${dims(type)} ]${labels === undefined ? "" : ` label_filename: "${labels}"`}`)}
]
`;
}

const FILES = {
  "photo/config.pbtxt": copying("photo", 4, [["image", "picture", "TYPE_STRING"], ["mask", "segmentation", "TYPE_INT64", "labels.txt"]]),
  "photo/labels.txt": "background\ncat\ndog\n",
  "photo/1/.gitkeep": "",
  "words/config.pbtxt": copying("words", 4, [["excerpt", "text", "TYPE_STRING"], ["hint", "note", "TYPE_STRING"], ["logits", "classes", "TYPE_FP32", "labels.txt"], ["ease", "score", "TYPE_FP32"]]),
  "words/labels.txt": "sand\ngravel\nclay\n",
  "words/1/.gitkeep": "",
};

const red = png(64, 48, (x, y) => [255, x * 4, y * 5]);
const green = png(64, 48, (x) => [0, 255, x * 4]);

/** Left half cat, a quarter of the right half dog. */
const MASK = writeNpy({ dataType: "TYPE_INT64", shape: [32, 32], data: BigInt64Array.from({ length: 1024 }, (_, at) => (at % 32 < 16 ? 1n : at % 32 < 24 && at < 512 ? 2n : 0n)) });

const file = (name: string, buffer: Uint8Array) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(buffer) });

async function choose(app: AppPage, input: string, ...files: readonly ReturnType<typeof file>[]): Promise<void> {
  const chooser = app.page.waitForEvent("filechooser");
  await app.page.getByRole("button", { name: `Choose file for ${input}`, exact: true }).click();
  await (await chooser).setFiles([...files]);
  await app.idle();
}

/** Files in the hands of the page, as a paste or a drop carries them. */
function carried(page: Page, files: readonly ReturnType<typeof file>[], type: string) {
  const plain = files.map(({ name, buffer }) => ({ name, base64: buffer.toString("base64") }));
  return page.evaluateHandle(([list, type]) => {
    const data = new DataTransfer();
    for (const { name, base64 } of list) data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name, { type }));
    return data;
  }, [plain, type] as const);
}

async function paste(page: Page, target: Locator, files: readonly ReturnType<typeof file>[], type = ""): Promise<void> {
  const data = await carried(page, files, type);
  await target.evaluate((element, data) => element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })), data);
}

async function open(app: AppPage, model: string): Promise<void> {
  await app.page.getByTestId("explorer").getByText(model, { exact: true }).click();
  await app.page.getByTestId("tab-run").click();
  await app.idle();
}

async function run(app: AppPage): Promise<void> {
  await app.page.getByTestId("run").click();
  await app.idle();
  await expect(app.page.getByTestId("results")).toBeVisible();
}

async function show(page: Page, tensor: string): Promise<void> {
  await page.getByTestId(`result-output:${tensor}`).click();
}

async function checkAxe(page: Page, region: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include(region).analyze();
  expect(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([]);
}

test("pictures come by choice, drop, paste, address and camera, one or several", async ({ app }) => {
  const { page } = app;
  await app.open();
  await openZip(app, "pictures", FILES);
  await open(app, "photo");
  const row = page.getByTestId("input-image");

  await test.step("several are a batch, in the order chosen", async () => {
    await choose(app, "image", file("red.png", red), file("green.png", green), file("odd.png", new Uint8Array(40)));
    await expect(row).toContainText("3 of 4 in the batch");
    await expect(row.getByRole("listitem")).toHaveText([/red\.png/, /green\.png/, /odd\.png/]);
    // What is no picture shows its kind.
    await expect(row.locator("img")).toHaveCount(2);
    await expect(row.getByRole("listitem").nth(2)).toContainText("PNG");
    await expect.poll(() => row.locator("img").first().evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(64);
  });

  await test.step("more than the model takes are refused with both numbers", async () => {
    await choose(app, "image", ...Array.from({ length: 5 }, (_, n) => file(`${n}.png`, red)));
    await expect(row).toContainText('BATCH_TOO_LARGE Input "image" takes at most 4 items at once (max_batch_size), found 5');
  });

  await test.step("a drop on the row is for that input", async () => {
    const data = await carried(page, [file("dropped.png", green)], "image/png");
    await row.dispatchEvent("dragenter", { dataTransfer: data });
    await expect(row).toContainText("Drop files for image here");
    for (const type of ["dragover", "drop"]) await row.dispatchEvent(type, { dataTransfer: data });
    await app.idle();
    await expect(row).toContainText("dropped.png");
    await expect(page.getByTestId("repository-name")).toHaveText("pictures");
  });

  await test.step("a pasted picture goes to the input that fits, but not from a text field", async () => {
    await paste(page, page.locator("body"), [file("image.png", red)], "image/png");
    await app.idle();
    await expect(row).toContainText("image.png");
    await page.getByRole("button", { name: "Fetch image from an address" }).click();
    await paste(page, page.getByRole("textbox", { name: "Address" }), [file("other.png", red)], "image/png");
    await page.keyboard.press("Escape");
    await expect(row).not.toContainText("other.png");
  });

  await test.step("an address of this site is fetched; others are refused with what to do", async () => {
    await page.getByRole("button", { name: "Fetch image from an address" }).click();
    const dialog = page.getByTestId("address-dialog");
    const address = dialog.getByRole("textbox", { name: "Address" });
    await expect(address).toBeFocused();
    await address.fill("https://example.org/cat.png");
    await page.keyboard.press("Enter");
    await expect(dialog.getByTestId("address-error")).toContainText("INPUT_UNREACHABLE https://example.org/cat.png is of another site");
    await address.fill("pictures/none.png");
    await page.keyboard.press("Enter");
    await expect(dialog.getByTestId("address-error")).toContainText("the server answered 404");
    app.errors.length = 0;
    await page.route("**/pictures/a%20cat.png", (route) => route.fulfill({ body: green, contentType: "image/png" }));
    await address.fill("pictures/a cat.png");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await app.idle();
    await expect(row).toContainText("a cat.png");
  });

  await test.step("a frame of the camera, which is off once the dialog is closed", async () => {
    const dialog = page.getByTestId("camera-dialog");
    await page.getByRole("button", { name: "Take a picture for image" }).click();
    await expect(dialog.getByRole("button", { name: "Take" })).toBeEnabled();
    const stream = await dialog.locator("video").evaluateHandle((video: HTMLVideoElement) => video.srcObject as MediaStream);
    await page.keyboard.press("Escape");
    await expect.poll(() => stream.evaluate((found) => found.getTracks().map(({ readyState }) => readyState))).toEqual(["ended"]);
    await page.getByRole("button", { name: "Take a picture for image" }).click();
    await dialog.getByRole("button", { name: "Take" }).click();
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await app.idle();
    await expect(row).toContainText("camera.png");
    await expect.poll(() => row.locator("img").evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(100);
    await checkAxe(page, "[data-testid=run-panel]");
  });

  await test.step("where several inputs fit, a choice is offered", async () => {
    await open(app, "words");
    await paste(page, page.locator("body"), [file("image.png", red)], "image/png");
    await page.getByTestId("paste-dialog").getByRole("button", { name: "hint" }).click();
    await app.idle();
    await expect(page.getByTestId("input-hint")).toContainText("image.png");
    await expect(page.getByTestId("input-excerpt")).toContainText("No tensor yet");
  });
});

test("results are seen as pictures, masks over them, bars and texts", async ({ app }) => {
  const { page } = app;
  await app.open();
  await openZip(app, "pictures", FILES);
  await open(app, "photo");
  await choose(app, "image", file("red.png", red));
  await choose(app, "mask", file("mask.npy", MASK));
  await run(app);

  await test.step("an encoded picture", async () => {
    await show(page, "picture");
    await expect(page.getByTestId("picture-note")).toContainText("PNG, 64 × 48 pixels");
    const picture = page.getByTestId("picture");
    await picture.focus();
    await page.keyboard.press("ArrowRight");
    await expect(page.getByTestId("picture-readout")).toContainText("x 1, y 0R 255 G 4 B 0");
    await page.keyboard.press("+");
    await expect(picture).toHaveAttribute("data-zoom", "2");
    await page.keyboard.press("0");
    await expect(picture).toHaveAttribute("data-zoom", "1");
  });

  await test.step("a mask over the picture that it came with", async () => {
    await show(page, "segmentation");
    const viewer = page.getByTestId("picture-viewer");
    await expect(viewer.locator("[data-label-1-share]")).toHaveAttribute("data-label-1-share", "0.5000");
    await expect(page.getByTestId("mask-label-1")).toContainText("cat50.0 %");
    await expect(page.getByTestId("mask-label-2")).toContainText("dog12.5 %");
    await expect(viewer.getByRole("combobox", { name: "Picture under the mask" })).toHaveValue("image");
    await expect(page.getByTestId("picture-note")).toContainText("The picture (64 × 48) is stretched to the mask (32 × 32)");
    await page.getByTestId("picture").focus();
    await page.keyboard.press("Shift+ArrowLeft");
    await expect(page.getByTestId("picture-readout")).toContainText("x 6, y 161 cat");
    await viewer.getByRole("checkbox", { name: "Show cat" }).uncheck();
    const opaque = () => page.getByTestId("picture-mask").evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, at) => at % 4 === 3 && value === 255).length;
    });
    await expect.poll(opaque).toBe(128);
    await checkAxe(page, "[data-testid=results]");
  });

  await test.step("scores and texts", async () => {
    await open(app, "words");
    await choose(app, "excerpt", file("a.json", Buffer.from('[["A fox ran."], ["Mud."]]')));
    await choose(app, "hint", file("a.txt", Buffer.from([0xff, 0x10])), file("b.txt", Buffer.from("plain")));
    await choose(app, "logits", file("a.npy", writeNpy({ dataType: "TYPE_FP32", shape: [2, 3], data: Float32Array.of(1, 3, 2, -1, 0, 9) })));
    await choose(app, "ease", file("b.npy", writeNpy({ dataType: "TYPE_FP32", shape: [2, 1], data: Float32Array.of(0.25, 0.75) })));
    await run(app);
    await show(page, "classes");
    const scores = page.getByTestId("scores-viewer");
    await expect(scores.getByRole("listitem")).toHaveText(["gravel3", "clay2", "sand1"]);
    await scores.getByRole("switch", { name: "As probabilities (softmax)" }).check();
    await expect(scores.getByRole("listitem").first()).toHaveText("gravel0.665241");
    await scores.getByRole("button", { name: "Next item" }).click();
    await expect(scores.getByRole("listitem").first()).toContainText("clay");
    await checkAxe(page, "[data-testid=results]");
    await show(page, "text");
    await expect(page.getByTestId("text-viewer").getByRole("listitem")).toHaveText(["A fox ran.score0.25", "Mud.score0.75"]);
    await checkAxe(page, "[data-testid=results]");
    await show(page, "note");
    await expect(page.getByTestId("text-viewer").getByRole("listitem").first()).toContainText("ff 10");
    await page.getByText("Values", { exact: true }).click();
    await expect(page.getByTestId("raw-viewer")).toBeVisible();
  });
});
