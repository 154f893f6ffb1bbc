import { gzipSync } from "node:zlib";
import type { Response } from "@playwright/test";
import { expect, test } from "./fixtures/app.ts";

/** Scripts of the first screen, each packed as a server would, together. Bytes. */
const MOST = 250_000;

test("the first screen asks for at most 250 kB of scripts", async ({ app }) => {
  const scripts: Response[] = [];
  app.page.on("response", (response) => {
    if (/javascript/.test(response.headers()["content-type"] ?? "")) scripts.push(response);
  });
  await app.open();
  await expect(app.page.getByTestId("sample-spleen_ct")).toBeVisible();
  await app.page.waitForLoadState("networkidle");
  const sizes = await Promise.all(scripts.map(async (script) => gzipSync(await script.body()).length));
  expect(sizes.length).toBeGreaterThan(1);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MOST);
});
