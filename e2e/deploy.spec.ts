import { readFile } from "node:fs/promises";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "./fixtures/app.ts";

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

test("the repository becomes a recipe for docker compose or KServe, to copy and to download", async ({ app }) => {
  const { page } = app;
  await app.open();
  await page.getByTestId("sample-spleen_ct").getByRole("button", { name: "Open" }).click();
  await app.idle();
  await page.keyboard.press("F1");
  await expect(page.getByTestId("palette").getByRole("combobox")).toBeFocused();
  await page.keyboard.type("deploy");
  await expect(page.getByTestId("palette").getByRole("option").first()).toContainText("Deploy");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Deploy" });
  const recipe = page.getByTestId("recipe");
  await expect(recipe).toContainText("--model-repository=/models");
  await expect(recipe).toContainText("count: all");
  await expect(page.getByTestId("deploy-needs")).toContainText("monai>=1.2,<1.6");
  await dialog.getByRole("checkbox", { name: "Load and unload models on request" }).check();
  await expect(recipe).toContainText("--load-model=spleen_ct");
  await dialog.getByText("triton.Dockerfile", { exact: true }).click();
  await expect(recipe).toContainText("FROM nvcr.io/nvidia/tritonserver:26.06-py3");
  await dialog.getByRole("textbox", { name: "Release of Triton's image" }).fill("24.08");
  await expect(recipe).toContainText("FROM nvcr.io/nvidia/tritonserver:24.08-py3");
  await dialog.getByRole("button", { name: "Copy triton.Dockerfile" }).click();
  await expect(dialog).toContainText("triton.Dockerfile is on the clipboard");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("scikit-image");

  await dialog.getByText("KServe", { exact: true }).click();
  await expect(recipe).toContainText("kind: InferenceService");
  await expect(page.getByTestId("deploy-warnings")).toContainText("Build triton.Dockerfile and push it");
  const storage = dialog.getByRole("textbox", { name: "Where the repository lies" });
  await storage.fill("https://user:key@example.org/models");
  await expect(dialog).toContainText("No user, key or query here");
  await expect(recipe).toHaveCount(0);
  await storage.fill("pvc://models/spleen");
  await expect(recipe).toContainText("storageUri: pvc://models/spleen");
  const [download] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: "Download all as zip" }).click()]);
  expect(download.suggestedFilename()).toBe("spleen-ct-kserve.zip");
  expect((await readFile(await download.path())).includes("kserve.yaml")).toBe(true);

  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).include('[data-testid="deploy"]').analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
});
