import { readFile } from "node:fs/promises";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "./fixtures/app.ts";

interface Truth {
  readonly voxel_size_mm: readonly number[];
  readonly spleen: { readonly millilitres: number; readonly centroid_ras_mm: readonly number[] };
}

async function truthOf(name: string): Promise<Truth> {
  return JSON.parse(await readFile(new URL(`../public/examples/spleen_ct/${name}.truth.json`, import.meta.url), "utf8")) as Truth;
}

test("one click on the sample runs it on WebGPU and shows mask and contour in the right place", async ({ app }) => {
  const { page } = app;
  await app.open();
  await page.getByTestId("sample-spleen_ct").getByRole("button", { name: "Run" }).click();
  await expect(page.getByTestId("graph-editor")).toBeVisible();
  for (const model of ["preprocess", "segmentation_3d", "postprocess"]) {
    await expect(page.locator(`[data-testid="node-step:${model}"]`)).toHaveAttribute("data-phase", "done", { timeout: 180_000 });
  }
  await app.idle();
  const viewer = page.getByTestId("volume-viewer");
  await expect(viewer).toHaveAttribute("data-drawn", /.*/, { timeout: 60_000 });
  const truth = await truthOf("phantom_a");
  const centroid = (await viewer.getAttribute("data-label-1-centroid"))!.split(",").map(Number);
  centroid.forEach((mm, axis) => expect(Math.abs(mm - truth.spleen.centroid_ras_mm[axis])).toBeLessThanOrEqual(Math.max(...truth.voxel_size_mm)));
  expect(Math.abs(Number(await viewer.getAttribute("data-label-1-ml")) / truth.spleen.millilitres - 1)).toBeLessThan(0.15);

  await page.getByTestId("tab-timeline").click();
  await expect(page.getByTestId("timeline-segmentation_3d")).toContainText("WebGPU");
  await page.getByTestId("tab-plan").click();
  await expect(page.getByTestId("plan")).toContainText("Download");
  await page.getByTestId("tab-results").click();
  await expect(viewer).toHaveAttribute("data-drawn", /.*/);
  if (process.env.CONCH_SCREENSHOTS !== undefined) await page.screenshot({ path: "e2e/screenshots/spleen-ct.png" });
});

test("a wire opens as numbers, and the instance group moves a step to WASM by one line of text", async ({ app }) => {
  const { page } = app;
  await app.open();
  await page.getByTestId("sample-spleen_ct").getByRole("button", { name: "Run" }).click();
  await expect(page.locator('[data-testid="node-step:postprocess"]')).toHaveAttribute("data-phase", "done", { timeout: 120_000 });
  await app.idle();
  await page.getByTestId("wire-logits").click();
  await expect(page.getByTestId("raw-viewer")).toContainText("float32");
  await expect(page.getByTestId("histogram")).toBeVisible();

  await page.locator('[data-testid="node-step:postprocess"]').click();
  await page.getByTestId("kind-postprocess").getByText("CPU", { exact: false }).first().click();
  await expect(page.locator('[data-testid="node-step:postprocess"]')).toContainText("WASM");
  await page.getByTestId("tab-run").click();
  await page.getByTestId("run").click();
  await app.idle();
  await page.getByTestId("tab-timeline").click();
  await expect(page.getByTestId("timeline-preprocess")).toContainText("cached");
  await expect(page.getByTestId("timeline-postprocess")).toContainText("WASM");
  await page.getByRole("button", { name: /^Undo/ }).click();
  await expect(page.locator('[data-testid="node-step:postprocess"]')).toContainText("WebGPU");
});

for (const scheme of ["light", "dark"] as const) {
  test(`no serious accessibility findings in the ${scheme} scheme`, async ({ app }) => {
    const { page } = app;
    await page.emulateMedia({ colorScheme: scheme });
    await app.open();
    const audit = async (): Promise<string[]> => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      return violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
    };
    expect(await audit()).toEqual([]);
    await page.getByTestId("sample-spleen_ct").getByRole("button", { name: "Open" }).click();
    await app.idle();
    await expect(page.getByTestId("graph-editor")).toBeVisible();
    expect(await audit()).toEqual([]);
  });
}
