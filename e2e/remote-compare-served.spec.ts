import type { Page } from "@playwright/test";
import { expect, test, type AppPage } from "./fixtures/app.ts";
import { serveFolder, type ServeProcess } from "./fixtures/conch-serve.ts";

// The samples, here and on a server of our own: two ways through the same models.

async function compareSample(app: AppPage, server: ServeProcess, sample: string, input: string): Promise<void> {
  const { page } = app;
  await app.open();
  await page.getByTestId(`sample-${sample}`).getByRole("button", { name: "Open" }).click();
  await app.idle();
  await page.evaluate((id) => {
    const { conch } = globalThis as unknown as { conch: { servers: { add(server: unknown): void } } };
    conch.servers.add({ id: "dev", name: "Development", base: `/v2-proxy/${id}`, headers: {} });
  }, server.id);
  await page.getByTestId("tab-run").click();
  await page.getByTestId(`input-${input}`).getByRole("button", { name: "Examples" }).click();
  await page.getByRole("menuitem").first().click();
  await app.idle();
  await page.getByTestId("tab-remote-compare").click();
  await expect(page.getByTestId("compare-remote")).toBeEnabled();
  await page.getByTestId("compare-remote").click();
  await expect(page.getByTestId("remote-status")).toHaveAttribute("data-status", "done", { timeout: 300_000 });
}

const row = (page: Page, output: string) => page.getByTestId("remote-outputs").locator(`tr[data-row="${output}"]`);

for (const { sample, input, masks, floats, models } of [
  { sample: "image", input: "image", masks: ["segmentation"], floats: ["classification"], models: 4 },
  { sample: "spleen_ct", input: "IMAGE", masks: ["MASK", "CONTOUR"], floats: ["MASK_AFFINE"], models: 4 },
  { sample: "readability", input: "excerpt", masks: [], floats: ["SCORE"], models: 5 },
]) {
  test(`${sample} gives the same masks and close numbers here and on a server, which accounts for its time`, async ({ app }) => {
    test.setTimeout(400_000);
    const { page } = app;
    const server = await serveFolder(`public/repositories/${sample}`);
    try {
      await compareSample(app, server, sample, input);
      for (const output of masks) await expect(row(page, output)).toHaveAttribute("data-state", "equal");
      for (const output of floats) await expect(row(page, output)).toHaveAttribute("data-state", /equal|close/);
      await expect(page.getByTestId("remote-verdict")).toHaveAttribute("data-verdict", /equal|close/);
      const there = page.getByTestId("timeline-there");
      await expect(there.locator("tr[data-row]")).toHaveCount(1 + models);
      await expect(there.locator(`tr[data-row="model ${sample}"]`)).toContainText("Compute");
      await expect(page.getByTestId("remote-notes")).toHaveCount(0);
      await page.getByRole("button", { name: `Look at ${masks[0] ?? floats[0]}`, exact: true }).click();
      await expect(page.getByTestId("remote-output").locator(masks.length > 0 ? "canvas" : "table").first()).toBeVisible();
    } finally {
      server.kill();
    }
  });
}
