import { expect, test, type AppPage } from "./fixtures/app.ts";

// CodeMirror draws the lines in view only; in a high window that is all of them.
test.use({ viewport: { width: 1800, height: 2000 } });

async function openSample(app: AppPage): Promise<void> {
  await app.open();
  await app.page.getByTestId("sample-spleen_ct").getByRole("button", { name: "Open" }).click();
  await app.idle();
  await app.page.getByTestId("centre-text").click();
  await expect(app.page.getByTestId("config-text")).toContainText("ensemble_scheduling");
}

/** The text of the open file, as the editor holds it. */
async function text(app: AppPage): Promise<string> {
  return app.page.getByTestId("config-text").locator(".cm-line").evaluateAll((lines) => lines.map((line) => line.textContent).join("\n"));
}

/** Selects what the editor's search finds first. */
async function find(app: AppPage, search: string): Promise<void> {
  const { keyboard } = app.page;
  await app.page.getByTestId("config-text").locator(".cm-content").click();
  await keyboard.press("Control+Home");
  await keyboard.press("Control+f");
  await expect(app.page.locator(".cm-search")).toBeVisible();
  await keyboard.type(search);
  await keyboard.press("Enter");
  await keyboard.press("Escape");
}

const ENTRY = 'input_map { key: "IMAGE_AFFINE" value: "IMAGE_AFFINE" }';

test("a map's key is one that the step's model has left, its value first what fits", async ({ app }) => {
  const { page } = app;
  await openSample(app);
  const before = await text(app);
  await find(app, ENTRY);
  await page.keyboard.type("input_map { key: ");
  await page.keyboard.type('"');
  const options = page.getByRole("listbox").getByRole("option");
  await expect(options).toHaveText([/^IMAGE_AFFINE/]);
  await options.first().click();
  await page.keyboard.type(" value: ");
  await page.keyboard.type('"');
  await expect(options).toHaveText([/^IMAGE_AFFINE/, /^IMAGE≠/]);
  await options.first().click();
  await page.keyboard.type(" ");
  expect(await text(app)).toBe(before);
});

test("a hover and the keys say what a model, a field and a tensor are", async ({ app }) => {
  const { page } = app;
  await openSample(app);
  const box = page.locator(".cm-conch-hover");
  await page.locator(".cm-line", { hasText: 'model_name: "segmentation_3d"' }).getByText('"segmentation_3d"').hover();
  await expect(box).toContainText("input TYPE_FP32 [-1, 1, -1, -1, -1]");
  await page.mouse.move(5, 5);
  await expect(box).toHaveCount(0);
  await find(app, '"logits"');
  await page.keyboard.press("Control+k");
  await page.keyboard.press("Control+i");
  await expect(box).toContainText("step 2, postprocess");
  await page.keyboard.press("Escape");
  await expect(box).toHaveCount(0);
  await find(app, "max_batch_size");
  await page.keyboard.press("Control+k");
  await page.keyboard.press("Control+i");
  await expect(box).toContainText("max_batch_size int32");
});

test("a name leads to its definition and back, and its uses are listed", async ({ app }) => {
  const { page } = app;
  await openSample(app);
  await find(app, 'key: "LOGITS"');
  await page.keyboard.press("F12");
  await expect(page.getByTestId("config-text")).toHaveAttribute("data-file", "postprocess/config.pbtxt");
  await expect(page.locator(".cm-activeLine")).toContainText('name: "LOGITS"');
  await page.keyboard.press("Alt+ArrowLeft");
  await expect(page.getByTestId("config-text")).toHaveAttribute("data-file", "spleen_ct/config.pbtxt");
  await expect(page.locator(".cm-activeLine")).toContainText('key: "LOGITS"');
  await find(app, 'value: "logits"');
  await page.keyboard.press("Shift+F12");
  const uses = page.getByRole("menu", { name: "2 references" });
  await expect(uses.getByRole("menuitem")).toHaveText([/output_map/, /input_map/]);
  await page.keyboard.press("Escape");
  await expect(uses).toHaveCount(0);
});

test("a tensor is renamed in every file at once, and one undo takes it back", async ({ app }) => {
  const { page } = app;
  await openSample(app);
  const before = await text(app);
  await find(app, 'key: "LOGITS"');
  await page.keyboard.press("F2");
  const name = page.getByLabel("New name of LOGITS");
  await name.fill("MASK");
  await expect(page.getByRole("button", { name: "Rename", exact: true }).first()).toBeVisible();
  await name.fill("");
  await expect(page.getByText("A tensor needs a name.")).toBeVisible();
  await name.fill("SCORES");
  await expect(page.getByText("The files of postprocess must use it too.")).toBeVisible();
  await name.press("Enter");
  await expect.poll(() => text(app)).toBe(before.replace('"LOGITS"', '"SCORES"'));
  await page.keyboard.press("F12");
  await expect(page.getByTestId("config-text")).toHaveAttribute("data-file", "postprocess/config.pbtxt");
  await expect(page.locator(".cm-activeLine")).toContainText('name: "SCORES"');
  await page.keyboard.press("Control+z");
  await expect(page.locator(".cm-activeLine")).toContainText('name: "LOGITS"');
  await page.keyboard.press("Alt+ArrowLeft");
  await expect.poll(() => text(app)).toBe(before);
});

test("formatting mends the layout; the server's configuration stands below, with its reasons", async ({ app }) => {
  const { page } = app;
  await openSample(app);
  await page.getByTestId("format").click();
  const formatted = await text(app);
  await find(app, ENTRY);
  await page.keyboard.insertText('input_map:{key:"IMAGE_AFFINE"value:"IMAGE_AFFINE"}');
  await page.keyboard.press("Shift+Alt+F");
  await expect.poll(() => text(app)).toBe(formatted);
  await page.getByTestId("served").click();
  const served = page.getByTestId("served-config");
  await expect(served).toContainText('"num_versions": 1');
  await expect(served.getByTestId("completed-field").first()).toContainText("version_policy");
});

test("keys lead to a finding and apply its fix", async ({ app }) => {
  const { page } = app;
  await openSample(app);
  const before = await text(app);
  await find(app, 'key: "LOGITS"');
  await page.keyboard.insertText('key: "LOGITZ"');
  await page.keyboard.press("Control+Home");
  await expect(async () => {
    await page.keyboard.press("F8");
    await expect(page.locator(".cm-activeLine")).toContainText("LOGITZ", { timeout: 500 });
  }).toPass();
  await page.keyboard.press("Control+.");
  await page.getByRole("menu", { name: "Fixes" }).getByRole("menuitem", { name: /^Change to LOGITS/ }).press("Enter");
  await expect.poll(() => text(app)).toBe(before);
});
