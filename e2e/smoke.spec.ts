import { expect, test } from "./fixtures/app.ts";

test("the first screen shows the samples", async ({ app, page }) => {
  await app.open();
  await expect(page).toHaveTitle(/Conch/);
  await expect(page.getByText(/spleen/i).first()).toBeVisible();
});

test("the page is isolated and has WebGPU", async ({ app, page }) => {
  await app.open();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(await page.evaluate(async () => (await navigator.gpu.requestAdapter()) !== null)).toBe(true);
});

test("a folder given to the server opens with the page", async ({ app, page }) => {
  await app.open("?repository=%2Flocal");
  await expect(page.getByText("segmentation_3d").first()).toBeVisible();
});
