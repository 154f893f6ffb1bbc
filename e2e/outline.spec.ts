import { AxeBuilder } from "@axe-core/playwright";
import type { Locator } from "@playwright/test";
import { expect, test, type AppPage } from "./fixtures/app.ts";
import { act, walkTo } from "./fixtures/outline.ts";

// CodeMirror draws the lines in view only; in a high window that is all of them.
test.use({ viewport: { width: 2400, height: 1800 } });

async function openOutline(app: AppPage): Promise<Locator> {
  const { page } = app;
  await app.open();
  await page.getByTestId("sample-spleen_ct").getByRole("button", { name: "Open" }).click();
  await app.idle();
  await page.getByTestId("centre-outline").click();
  const tree = page.getByRole("treegrid");
  await expect(tree).toBeVisible();
  return tree;
}

/** The text of the open configuration, as the editor holds it. */
async function text({ page }: AppPage): Promise<string> {
  return page.locator(".cm-line").evaluateAll((lines) => lines.map((line) => line.textContent).join("\n"));
}

const said = (app: AppPage): Locator => app.page.getByTestId("outline-said");

test("an ensemble is edited by keyboard alone, and undo takes all of it back", async ({ app }) => {
  const { page } = app;
  const tree = await openOutline(app);
  await page.getByTestId("centre-split").click();
  await page.keyboard.press("Control+j");
  await expect(page.locator(".cm-content")).toContainText('output_map { key: "CONTOUR"');
  const before = await text(app);
  await tree.locator('[role="row"][tabindex="0"]').focus();

  await walkTo(page, "step:postprocess/in:LOGITS");
  await expect(page.getByTestId("outline-step:postprocess/in:LOGITS")).toContainText("segmentation_3d · output");
  await page.keyboard.press("Delete");
  await expect(said(app)).toHaveText("Disconnected postprocess · LOGITS.");
  await expect(page.getByTestId("outline-step:postprocess/in:LOGITS")).toContainText("not connected");
  await expect(page.getByTestId("outline-step:postprocess/in:LOGITS")).toBeFocused();
  expect(await text(app)).not.toContain('value: "logits"');

  await act(page, "Connect…");
  const choices = page.getByRole("dialog", { name: "Connect postprocess · LOGITS" });
  await expect(choices.getByRole("option", { name: /IMAGE_AFFINE/ }).first()).toHaveAttribute("aria-disabled", "true");
  await page.keyboard.type("segmentation");
  await page.keyboard.press("Enter");
  await expect(said(app)).toHaveText("Connected segmentation_3d · output to postprocess · LOGITS.");
  await expect(page.getByTestId("outline-step:postprocess/in:LOGITS")).toBeFocused();
  await expect(page.getByTestId("outline-step:postprocess/in:LOGITS")).toContainText("segmentation_3d · output");

  await page.keyboard.press("F2");
  await expect(page.getByRole("dialog", { name: "Rename output" })).toBeVisible();
  await page.keyboard.type("scores");
  await page.keyboard.press("Enter");
  await expect(said(app)).toHaveText("Renamed output to scores.");
  await expect(page.getByTestId("outline-step:postprocess/in:LOGITS")).toContainText("scores");
  expect(await text(app)).toContain('value: "scores"');

  await walkTo(page, "group:steps");
  await page.keyboard.press("Insert");
  await page.keyboard.type("segm");
  await page.keyboard.press("Enter");
  await expect(said(app)).toHaveText("Added step segmentation_3d.");
  await expect(page.getByTestId("outline-step:segmentation_3d#2")).toBeFocused();
  await expect(page.getByTestId("outline-step:segmentation_3d#2")).toContainText("latest");

  for (let edits = 0; edits < 4; edits++) await page.keyboard.press("Control+z");
  await expect(page.getByTestId("outline-step:segmentation_3d#2")).toHaveCount(0);
  expect(await text(app)).toBe(before);
  await expect(tree.locator(":focus")).toHaveCount(1);
});

test("inputs, kinds, versions and steps change from the list of what can be done", async ({ app }) => {
  const { page } = app;
  await openOutline(app);
  await page.getByRole("treegrid").locator('[role="row"][tabindex="0"]').focus();

  await walkTo(page, "group:inputs");
  await act(page, "Add an ensemble input…");
  await page.keyboard.type("AGE");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("outline-input:AGE")).toBeFocused();
  await expect(page.getByTestId("outline-input:AGE")).toContainText("FP32");
  await expect(page.getByTestId("outline-input:AGE").getByRole("button", { name: /finding/ })).toBeVisible();
  await act(page, "Remove");
  await expect(page.getByTestId("outline-input:AGE")).toHaveCount(0);

  await walkTo(page, "step:postprocess");
  await act(page, "Run on KIND_CPU");
  await expect(page.getByTestId("outline-step:postprocess")).toContainText("WASM");
  await act(page, "Set the version…");
  await page.keyboard.type("v1");
  await page.keyboard.press("Enter");
  await expect(said(app)).toHaveText("postprocess is at version 1.");
  await expect(page.getByTestId("outline-step:postprocess")).not.toContainText("latest");
  await page.keyboard.press("Delete");
  await expect(said(app)).toHaveText("Removed postprocess.");
  await expect(page.getByTestId("outline-step:postprocess")).toHaveCount(0);
  await expect(page.getByRole("treegrid").locator(":focus")).toHaveCount(1);
  for (let edits = 0; edits < 5; edits++) await page.keyboard.press("Control+z");
  await expect(page.getByTestId("outline-step:postprocess")).toContainText("latest");
  await expect(page.getByTestId("outline-step:postprocess")).toContainText("WebGPU");
});

test("selection is shared, Enter opens the model, and a finding leads to its text", async ({ app }) => {
  const { page } = app;
  await openOutline(app);
  await page.getByTestId("outline-step:segmentation_3d").click();
  await expect(page.getByTestId("inspector")).toContainText("segmentation_3d");
  await page.getByTestId("outline-step:segmentation_3d/out:output").click();
  await expect(page.getByTestId("inspector").getByRole("heading", { level: 2 })).toHaveText("logits");
  await expect(page.getByTestId("outline-step:postprocess/in:LOGITS")).toHaveAttribute("data-linked", "true");

  await page.keyboard.press("Delete");
  const finding = page.locator('[role="row"][data-kind="finding"]').filter({ hasText: "LOGITS" }).first();
  await finding.click();
  await expect(page.locator(".cm-content")).toBeVisible();
  await expect(page.getByTestId("outline")).toBeVisible();

  await page.getByTestId("outline-step:segmentation_3d").click();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("open-model")).toHaveText("segmentation_3d");
  await expect(page.getByTestId("outline-group:inputs")).toBeFocused();
  await page.keyboard.press("s");
  await expect(page.getByTestId("outline-group:steps")).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByTestId("outline-group:steps")).toHaveAttribute("aria-expanded", "false");
});

for (const [scheme, size, viewport] of [
  ["light", "narrow", { width: 390, height: 844 }],
  ["dark", "wide", { width: 1440, height: 900 }],
] as const) {
  test(`no serious accessibility findings in a ${size} window in the ${scheme} scheme`, async ({ app }) => {
    const { page } = app;
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    await openOutline(app);
    await page.setViewportSize(viewport);
    if (size === "narrow") await page.getByTestId("pane-outline").click();
    const row = page.getByTestId("outline-step:postprocess/in:LOGITS");
    await row.focus();
    await page.keyboard.press("Delete");
    await expect(row).toContainText("not connected");
    const audit = async (): Promise<string[]> => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      return violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
    };
    expect(await audit()).toEqual([]);
    await page.keyboard.press("Space");
    await expect(page.getByTestId("outline-menu")).toBeVisible();
    expect(await audit()).toEqual([]);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("dialog")).toBeVisible();
    expect(await audit()).toEqual([]);
  });
}
