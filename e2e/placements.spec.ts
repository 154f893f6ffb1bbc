import { readFile } from "node:fs/promises";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures/app.ts";

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

async function downloaded(page: Page, button: string): Promise<Buffer> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: button }).click()]);
  return readFile(await download.path());
}

test("placements of an ensemble are compared in a table and charts, whose exports name the software adapter", async ({ app }) => {
  // Two of three placements take the software adapter, whose runs take their time.
  test.setTimeout(400_000);
  const { page } = app;
  await app.open();
  await page.getByTestId("sample-spleen_ct").getByRole("button", { name: "Open" }).click();
  await app.idle();
  await page.keyboard.press("F1");
  await expect(page.getByTestId("palette").getByRole("combobox")).toBeFocused();
  await page.keyboard.type("compare placements");
  await expect(page.getByTestId("palette").getByRole("option").first()).toContainText("Compare placements");
  await page.keyboard.press("Enter");
  const panel = page.getByTestId("placements");
  await expect(panel).toContainText("Inputs are missing: IMAGE, IMAGE_AFFINE.");
  await expect(page.getByTestId("compare")).toBeDisabled();
  await panel.getByRole("button", { name: "Give inputs" }).click();
  await page.getByTestId("input-IMAGE").getByRole("button", { name: "Examples" }).click();
  await page.getByRole("menuitem", { name: "phantom_a.nii.gz" }).click();
  await expect(page.getByTestId("input-IMAGE_AFFINE")).toContainText("From the file of IMAGE");
  await page.getByTestId("tab-placements").click();
  await expect(panel).toContainText("Up to 1: max_batch_size of spleen_ct");
  await panel.getByRole("textbox", { name: "Runs", exact: true }).fill("1");
  await panel.getByRole("textbox", { name: "Warm-up runs" }).fill("0");
  await page.getByTestId("compare").click();
  await expect(page.getByTestId("comparison-progress")).toContainText("batch 1: run 1 of 1");
  await page.getByTestId("tab-run").click();
  await expect(page.getByTestId("run")).toBeDisabled();
  await page.getByTestId("tab-placements").click();
  await expect(page.getByTestId("comparison-status")).toHaveAttribute("data-status", "done", { timeout: 360_000 });

  const rows = page.getByTestId("comparison-table").locator("tbody tr");
  await expect(rows).toHaveCount(3);
  await expect(rows.nth(0)).toContainText("reference");
  await expect(rows.nth(1)).toContainText("mixed");
  await expect(rows.nth(2)).toContainText("gpu");
  const steps = page.getByTestId("comparison-steps").locator("tbody tr");
  await expect(steps.filter({ hasText: "postprocess" })).toContainText(/CPU.*CPU.*WebGPU/);
  await expect(page.getByTestId("comparison-differences").locator("tbody tr")).toHaveCount(6);
  await expect(page.getByTestId("comparison-differences")).toContainText("of 110592");
  await expect(panel.getByRole("img", { name: "Latency at batch 1, ms. The table Measurements has the numbers." }).locator("canvas")).toBeVisible();
  await expect(page.getByTestId("comparison-caption")).toContainText("software adapter");

  const csv = (await downloaded(page, "Save CSV")).toString();
  expect(csv.trim().split("\r\n")).toHaveLength(4);
  for (const line of csv.trim().split("\r\n").slice(1)) expect(line).toContain(",software,");
  const png = await downloaded(page, "Save charts (PNG)");
  expect([...png.subarray(1, 4)]).toEqual([..."PNG"].map((letter) => letter.charCodeAt(0)));
  await page.getByRole("button", { name: "Copy report" }).click();
  await expect(panel).toContainText("The report is on the clipboard");
  const report = await page.evaluate(() => navigator.clipboard.readText());
  expect(report).toContain("software adapter");
  expect(report).toMatch(/\| 1 \| mixed \|/);

  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).include('[data-testid="placements"]').analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
  }
});
