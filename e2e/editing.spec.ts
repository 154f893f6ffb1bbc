import type { Locator } from "@playwright/test";
import { expect, test, type AppPage } from "./fixtures/app.ts";

// CodeMirror draws the lines in view only; in a high window that is all of them.
test.use({ viewport: { width: 2600, height: 1800 } });

async function openSample(app: AppPage): Promise<void> {
  await app.open();
  await app.page.getByTestId("sample-spleen_ct").getByRole("button", { name: "Open" }).click();
  await app.idle();
  await app.page.getByTestId("centre-split").click();
  await expect(app.page.getByTestId("config-text")).toContainText("ensemble_scheduling");
}

/** Without the marks beside it: those for folding come when the text has been read. */
const text = (app: AppPage): Promise<string> => app.page.getByTestId("config-text").locator(".cm-content").innerText();

test("a wire is taken away and drawn again by keyboard; one history undoes both", async ({ app }) => {
  const { page } = app;
  await openSample(app);
  const before = await text(app);
  const wire = page.getByTestId("wire-logits");
  await wire.click();
  await page.keyboard.press("Delete");
  await expect(wire).toHaveCount(0);
  expect(await text(app)).not.toContain('value: "logits"');
  await expect(page.getByTestId("graph-editor")).toHaveAttribute("data-settled", "true");
  await page.getByTestId("port-step:segmentation_3d-out-output").getByRole("button").focus();
  await page.keyboard.press("c");
  await page.getByTestId("connect-menu").getByRole("menuitem", { name: /LOGITS/ }).click();
  await expect.poll(() => text(app)).toMatch(/key: "LOGITS"/);
  await page.getByRole("button", { name: /^Undo/ }).click();
  await page.getByRole("button", { name: /^Undo/ }).click();
  await expect.poll(() => text(app)).toBe(before);
});

test("typing changes the graph, a mistake keeps the last good one marked stale, and the problems list names it", async ({ app }) => {
  const { page } = app;
  await openSample(app);
  const editor = page.locator(".cm-content");
  await editor.click();
  await page.keyboard.press("Control+Home");
  // At once: keys that a busy machine takes a second over are steps of undo of their own.
  await page.keyboard.insertText("max_batch_size: oops ");
  await expect(page.getByTestId("graph-stale")).toBeVisible();
  await expect(page.locator('[data-testid="node-step:preprocess"]')).toBeVisible();
  await page.getByTestId("tab-problems").click();
  await expect(page.getByTestId("problems")).toContainText("Expected integer, got: oops");
  await editor.click();
  await page.keyboard.press("Control+z");
  await expect(page.getByTestId("graph-stale")).toHaveCount(0);
});

test("a step that maps a tensor its model does not have is found, with the near miss", async ({ app }) => {
  const { page } = app;
  await openSample(app);
  const before = await text(app);
  const editor = page.locator(".cm-content");
  await editor.click();
  await page.keyboard.press("Control+f");
  await page.keyboard.type('"LOGITS"');
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await page.keyboard.type('"LOGITZ"');
  await page.getByTestId("tab-problems").click();
  await expect(page.getByTestId("problems")).toContainText("LOGITZ");
  expect(await text(app)).not.toBe(before);
});

test("language and colour scheme change everywhere and are remembered", async ({ app }) => {
  const { page } = app;
  await app.open();
  await page.getByTestId("language").click();
  await expect(page.locator("html")).toHaveAttribute("lang", /zh/);
  await page.reload();
  await app.idle();
  await expect(page.locator("html")).toHaveAttribute("lang", /zh/);
});

test.describe("on an ordinary window", () => {
  test.use({ viewport: { width: 1440, height: 900 } });

  test("a wire is drawn with the mouse from port to port, and undo takes it back", async ({ app }) => {
    const { page } = app;
    await app.open();
    await page.getByTestId("sample-spleen_ct").getByRole("button", { name: "Open" }).click();
    await app.idle();
    await expect(page.getByTestId("graph-editor")).toHaveAttribute("data-settled", "true");
    await page.getByTestId("wire-logits").click();
    await page.keyboard.press("Delete");
    await expect(page.getByTestId("wire-logits")).toHaveCount(0);
    await page.getByTestId("port-step:segmentation_3d-out-output").locator(".react-flow__handle").hover();
    await page.mouse.down();
    const { x, y, width, height } = (await page.getByTestId("port-step:postprocess-in-LOGITS").locator(".react-flow__handle").boundingBox())!;
    await page.mouse.move(x - 30, y + height / 2, { steps: 8 });
    await page.mouse.move(x + width / 2, y + height / 2, { steps: 8 });
    await page.mouse.up();
    await expect(page.getByTestId("graph-said")).toContainText("Connected output to LOGITS");
    await expect(page.getByTestId("wire-output")).toHaveCount(1);
    await page.getByRole("button", { name: /^Undo/ }).click();
    await page.getByRole("button", { name: /^Undo/ }).click();
    await expect(page.getByTestId("wire-logits")).toHaveCount(1);
  });

  /** Takes the wire of the logits away, moves the port that it led to out of the pane, and begins to draw it anew. */
  async function beginWire(app: AppPage): Promise<{ right: number; target: Locator }> {
    const { page } = app;
    await page.getByTestId("sample-spleen_ct").getByRole("button", { name: "Open" }).click();
    await app.idle();
    const editor = page.getByTestId("graph-editor");
    await expect(editor).toHaveAttribute("data-settled", "true");
    await page.getByTestId("wire-logits").click();
    await page.keyboard.press("Delete");
    await expect(page.getByTestId("wire-logits")).toHaveCount(0);
    const target = page.getByTestId("port-step:postprocess-in-LOGITS").locator(".react-flow__handle");
    const pane = (await editor.boundingBox())!;
    const right = pane.x + pane.width;
    const zoomIn = page.getByRole("button", { name: "Zoom in" });
    for (let i = 0; i < 4; i++) await zoomIn.click();
    const ground = { x: pane.x + 200, y: pane.y + pane.height - 24 };
    await page.mouse.move(ground.x, ground.y);
    await page.mouse.down();
    await page.mouse.move(ground.x + right + 40 - (await target.boundingBox())!.x, ground.y, { steps: 4 });
    await page.mouse.up();
    expect((await target.boundingBox())!.x).toBeGreaterThan(right);
    await page.getByTestId("port-step:segmentation_3d-out-output").locator(".react-flow__handle").hover();
    await page.mouse.down();
    return { right, target };
  }

  async function expectWire({ page }: AppPage): Promise<void> {
    await expect(page.getByTestId("graph-said")).toContainText("Connected output to LOGITS");
    await expect(page.getByTestId("wire-output")).toHaveCount(1);
  }

  test("a wire waits at the pane's edge until its port comes into view, and is led there", async ({ app }) => {
    const { page } = app;
    await app.open();
    const { right, target } = await beginWire(app);
    const y = (await target.boundingBox())!.y + 4;
    await page.mouse.move(right - 8, y, { steps: 8 });
    await expect.poll(async () => (await target.boundingBox())!.x, { intervals: [30] }).toBeLessThan(right - 120);
    await page.mouse.move(right - 60, y, { steps: 4 });
    const { x, width, y: top, height } = (await target.boundingBox())!;
    await page.mouse.move(x + width / 2, top + height / 2, { steps: 8 });
    await page.mouse.up();
    await expectWire(app);
  });

  test("a wire takes a port that the pan brings under a resting pointer", async ({ app }) => {
    const { page } = app;
    await app.open();
    const { right, target } = await beginWire(app);
    const { y, height } = (await target.boundingBox())!;
    // Near enough to the edge to pan, far enough to pan slowly.
    await page.mouse.move(right - 34, y + height / 2, { steps: 8 });
    await expect(target).toHaveClass(/connectingto/);
    await page.mouse.up();
    await expectWire(app);
  });

  test("beside the text the whole graph is in view and readable, and a view that was chosen stays", async ({ app }) => {
    const { page } = app;
    await app.open();
    await page.getByTestId("sample-spleen_ct").getByRole("button", { name: "Open" }).click();
    await app.idle();
    await page.getByTestId("centre-split").click();
    const editor = page.getByTestId("graph-editor");
    const zoom = (): Promise<number> => page.locator(".react-flow__viewport").evaluate((element) => new DOMMatrix(getComputedStyle(element).transform).a);
    await expect(async () => {
      const pane = (await editor.boundingBox())!;
      for (const node of await page.locator(".react-flow__node").all()) {
        const { x, y, width, height } = (await node.boundingBox())!;
        expect(x).toBeGreaterThanOrEqual(pane.x);
        expect(y).toBeGreaterThanOrEqual(pane.y);
        expect(x + width).toBeLessThanOrEqual(pane.x + pane.width);
        expect(y + height).toBeLessThanOrEqual(pane.y + pane.height);
      }
    }).toPass();
    expect(await zoom()).toBeGreaterThanOrEqual(0.5);
    await page.getByRole("button", { name: "Zoom in" }).click();
    const chosen = await zoom();
    await page.getByTestId("centre-graph").click();
    await page.setViewportSize({ width: 1300, height: 900 });
    await page.waitForTimeout(300);
    expect(await zoom()).toBeCloseTo(chosen, 5);
  });
});
