import { expect, test, type AppPage } from "./fixtures/app.ts";

async function startSample(app: AppPage): Promise<void> {
  await app.open();
  await app.page.getByTestId("sample-spleen_ct").getByRole("button", { name: "Run" }).click();
  await expect(app.page.locator('[data-testid="node-step:segmentation_3d"]')).toHaveAttribute("data-phase", /loading|compiling|running/, { timeout: 60_000 });
}

async function runAgain(app: AppPage): Promise<void> {
  const { page } = app;
  await page.getByTestId("tab-run").click();
  await page.getByTestId("run").click();
  // The results come forward when a run is done.
  await app.idle();
  await page.getByTestId("tab-run").click();
  await expect(page.getByTestId("run-status")).toHaveAttribute("data-status", "done");
}

test("a GPU device that is lost in mid-run is said, and the next run works", async ({ app }) => {
  await startSample(app);
  const [worker] = app.page.workers();
  await worker.evaluate(() => (globalThis as unknown as { conch: { gpu: { device: GPUDevice } } }).conch.gpu.device.destroy());
  await app.page.getByTestId("tab-run").click();
  await expect(app.page.getByTestId("run-error")).toContainText("DEVICE_LOST", { timeout: 120_000 });
  await expect(app.page.getByTestId("machine")).toContainText("lost");
  await runAgain(app);
  app.errors.length = 0;
});

test("a tensor that was on the lost device offers another run, not another attempt", async ({ app }) => {
  const { page } = app;
  await startSample(app);
  await app.idle();
  const [worker] = page.workers();
  await worker.evaluate(() => (globalThis as unknown as { conch: { gpu: { device: GPUDevice } } }).conch.gpu.device.destroy());
  await page.getByTestId("tab-run").click();
  await expect(page.getByTestId("machine")).toContainText("lost");
  await page.getByTestId("wire-logits").click();
  const results = page.getByTestId("results");
  await expect(results).toContainText("logits cannot be read");
  await expect(results.getByRole("button", { name: "Try again" })).toHaveCount(0);
  await results.getByRole("button", { name: "Run again" }).click();
  await app.idle();
  await page.getByTestId("wire-logits").click();
  await expect(page.getByTestId("raw-viewer")).toContainText("float32");
  app.errors.length = 0;
});

test("a run that is cancelled twice ends at once, and the next run works", async ({ app }) => {
  await startSample(app);
  await app.page.getByTestId("tab-run").click();
  await app.page.getByRole("button", { name: "Cancel" }).click();
  await app.page.getByRole("button", { name: "Stop now" }).click();
  await expect(app.page.getByTestId("run-status")).toHaveAttribute("data-status", "cancelled");
  await runAgain(app);
});

test("a worker that ends in mid-run is said, and the next run works", async ({ app }) => {
  await startSample(app);
  const [worker] = app.page.workers();
  await worker.evaluate(() => setTimeout(() => {
    throw new Error("the worker fell over");
  }));
  await app.page.getByTestId("tab-run").click();
  await expect(app.page.getByTestId("run-error")).toContainText("WORKER_DIED", { timeout: 60_000 });
  app.errors.length = 0;
  await runAgain(app);
});

test("a reload in mid-run keeps the repository, its edits and its layout, and the next run works", async ({ app }) => {
  await startSample(app);
  await app.page.locator('[data-testid="node-step:postprocess"]').click();
  await app.page.getByTestId("kind-postprocess").getByText("KIND_CPU").click();
  await expect(app.page.locator('[data-testid="node-step:postprocess"]')).toContainText("WASM");
  await app.page.waitForTimeout(1500);
  await app.page.reload();
  await app.idle();
  await expect(app.page.locator('[data-testid="node-step:postprocess"]')).toContainText("WASM");
  await app.page.getByTestId("tab-run").click();
  const input = app.page.getByTestId("input-IMAGE");
  if (!(await input.textContent())?.includes("nii")) {
    await input.getByRole("button", { name: "Examples" }).click();
    await app.page.getByRole("menuitem").first().click();
    await app.idle();
  }
  await runAgain(app);
});

test("without WebGPU every step runs on WASM, and the page says so", async ({ app }) => {
  await app.open("?gpu=off");
  await app.page.getByTestId("sample-spleen_ct").getByRole("button", { name: "Run" }).click();
  await expect(app.page.locator('[data-testid="node-step:postprocess"]')).toHaveAttribute("data-phase", "done", { timeout: 60_000 });
  await app.idle();
  await app.page.getByTestId("tab-run").click();
  await expect(app.page.getByTestId("run-status")).toHaveAttribute("data-status", "done");
  await expect(app.page.getByTestId("machine")).toContainText("No WebGPU here");
  await expect(app.page.locator('[data-testid="node-step:preprocess"]')).toContainText("WASM");
});
