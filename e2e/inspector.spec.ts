import { AxeBuilder } from "@axe-core/playwright";
import { expect, test, type AppPage } from "./fixtures/app.ts";

// CodeMirror draws the lines in view only; in a high window that is all of them.
test.use({ viewport: { width: 1600, height: 1800 } });

const text = (app: AppPage): Promise<string> => app.page.getByTestId("config-text").locator(".cm-content").innerText();

async function openModel(app: AppPage, model: string): Promise<void> {
  const { page } = app;
  await app.open();
  await page.getByTestId("sample-spleen_ct").getByRole("button", { name: "Open" }).click();
  await app.idle();
  await page.getByTestId("centre-split").click();
  await page.getByTestId(`model-${model}`).click();
  await expect(page.getByTestId("config-text")).toContainText("max_batch_size");
}

test("fields are set, added, removed and found again; one history takes all of it back", async ({ app }) => {
  const { page } = app;
  await openModel(app, "segmentation_3d");
  const before = await text(app);

  const batch = page.getByTestId("field-max_batch_size").getByRole("textbox");
  await batch.fill("many");
  await batch.press("Enter");
  await expect(page.getByTestId("field-max_batch_size")).toContainText("An integer from -2147483648 to 2147483647");
  expect(await text(app)).toBe(before);
  await batch.fill("16");
  await batch.press("Enter");
  await expect.poll(() => text(app)).toContain("max_batch_size: 16");

  const groups = await page.locator('[data-testid^="field-instance_group."]').count();
  await page.getByRole("button", { name: "Add to instance_group" }).click();
  await expect.poll(() => page.locator('[data-testid^="field-instance_group."]').count()).toBeGreaterThan(groups);

  await page.getByTestId("fields-search").fill("parameters");
  await page.getByLabel("New key for parameters").last().fill("intra_op_thread_count");
  await page.getByLabel("New key for parameters").last().press("Enter");
  const value = page.getByTestId("field-parameters.intra_op_thread_count.string_value").getByRole("textbox");
  await value.fill("2");
  await value.blur();
  await expect.poll(() => text(app)).toMatch(/key: "intra_op_thread_count"[\s\S]*string_value: "2"/);

  await page.getByRole("button", { name: "Remove intra_op_thread_count" }).click();
  await expect.poll(() => text(app)).not.toContain("intra_op_thread_count");
  await page.getByTestId("fields-search").fill("");

  const undo = page.getByRole("button", { name: /^Undo/ });
  while (await undo.isEnabled()) await undo.click();
  await expect.poll(() => text(app)).toBe(before);
});

test("a step's fields, the way to the text and back, and a text that does not parse", async ({ app }) => {
  const { page } = app;
  await openModel(app, "spleen_ct");
  await page.getByTestId("node-step:segmentation_3d").click();
  const version = page.getByTestId("fields-part").getByRole("combobox", { name: "model_version" });
  await expect(version).toHaveValue("-1");
  await version.selectOption("1");
  await expect.poll(() => text(app)).toContain("model_version: 1");
  await page.getByTestId("fields-part").getByRole("button", { name: "model_version", exact: true }).click();
  await expect.poll(() => page.evaluate(() => getSelection()?.toString())).toContain("model_version: 1");

  await page.keyboard.type("model_version: oops");
  await expect(page.getByTestId("fields-broken").first()).toBeVisible();
  await expect(page.getByTestId("fields-part").getByRole("textbox").first()).toBeDisabled();
});

for (const scheme of ["light", "dark"] as const) {
  test(`the form is accessible, ${scheme}, in a narrow window too`, async ({ app }) => {
    const { page } = app;
    await page.emulateMedia({ colorScheme: scheme });
    await openModel(app, "segmentation_3d");
    await page.getByTestId("inspector").getByTestId("fold-").click();
    const check = async (): Promise<void> => {
      const { violations } = await new AxeBuilder({ page }).include('[data-testid="inspector"]').analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html).slice(0, 3)])).toEqual([]);
    };
    await check();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByTestId("pane-inspector").click();
    await expect(page.getByTestId("fields")).toBeVisible();
    const wide = await page.getByTestId("inspector").evaluate((element) => element.scrollWidth > element.clientWidth);
    expect(wide).toBe(false);
    await check();
  });
}
