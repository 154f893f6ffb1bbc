import type { Locator } from "@playwright/test";
import { expect, test } from "./fixtures/app.ts";
import { openCanvas } from "./fixtures/canvas.ts";

// CodeMirror draws the lines in view only; in a high window without the dock that is all of them.
test.use({ viewport: { width: 2600, height: 1800 } });

async function placesOf(nodes: readonly Locator[]): Promise<{ x: number; y: number }[]> {
  return Promise.all(nodes.map(async (node) => {
    const { x, y } = (await node.boundingBox())!;
    return { x: Math.round(x), y: Math.round(y) };
  }));
}

test("nodes are chosen together, moved as one step of undo, doubled and removed", async ({ app }) => {
  const { page } = app;
  const { text, node, said, undo, menu } = await openCanvas(app);
  const before = await text();
  const steps = [node("step:segmentation_3d"), node("step:postprocess")];
  await steps[0]!.locator("header").click();
  await steps[1]!.locator("header").click({ modifiers: ["Shift"] });
  await expect(page.getByTestId("inspector")).toContainText("2 nodes");
  const stood = await placesOf(steps);
  const grip = (await steps[0]!.locator("header").boundingBox())!;
  await page.mouse.move(grip.x + 20, grip.y + 10);
  await page.mouse.down();
  await page.mouse.move(grip.x + 60, grip.y + 150, { steps: 8 });
  await page.mouse.up();
  const moved = await placesOf(steps);
  expect(moved.map(({ y }, index) => y - stood[index]!.y > 100)).toEqual([true, true]);
  expect(await text()).toBe(before);
  await undo();
  await expect.poll(() => placesOf(steps)).toEqual(stood);

  await steps[0]!.locator("header").click({ button: "right" });
  await menu("Duplicate");
  await expect(said).toHaveText("Duplicated 2 steps.");
  await expect(node("step:postprocess#2")).toBeFocused();
  await page.keyboard.press("Delete");
  await expect(said).toHaveText("Removed 2 nodes.");
  await undo();
  await undo();
  await expect.poll(text).toBe(before);

  // A box that is drawn with Shift chooses what it touches.
  const [input] = await placesOf([node("input:IMAGE_AFFINE")]);
  await page.keyboard.down("Shift");
  await page.mouse.move(input!.x - 16, input!.y - 120);
  await page.mouse.down();
  await page.mouse.move(input!.x + 30, input!.y + 30, { steps: 8 });
  await page.mouse.up();
  await page.keyboard.up("Shift");
  await expect(page.getByTestId("inspector")).toContainText("2 nodes");
  await page.keyboard.press("Delete");
  await expect.poll(text).not.toContain('name: "IMAGE_AFFINE"');
  await undo();
  await expect.poll(text).toBe(before);
});

test("a wire drawn into the open makes an output where it was dropped, and a double click renames a tensor on its wire", async ({ app }) => {
  const { page } = app;
  const { text, node, said, undo } = await openCanvas(app);
  const before = await text();
  const pane = (await page.getByTestId("graph-editor").boundingBox())!;
  await page.getByTestId("port-step:segmentation_3d-out-output").locator(".react-flow__handle").hover();
  await page.mouse.down();
  await page.mouse.move(pane.x + pane.width / 2, pane.y + pane.height - 80, { steps: 8 });
  await page.mouse.up();
  await page.getByTestId("step-chooser").getByRole("option", { name: "New output of the ensemble for output" }).click();
  await expect(said).toHaveText("Made output an output of the ensemble.");
  await expect(node("output:logits")).toBeVisible();
  const [place] = await placesOf([node("output:logits")]);
  expect(Math.abs(place!.y - (pane.y + pane.height - 80))).toBeLessThan(3);
  expect((await text()).match(/name: "logits"\s+data_type: TYPE_FP32\s+dims: \[ ?2, -1, -1, -1 ?\]/)?.length).toBe(1);
  await undo();
  await expect.poll(text).toBe(before);

  await page.getByTestId("wire-logits").dblclick();
  await page.getByTestId("rename-box").getByRole("textbox").fill("IMAGE");
  await expect(page.getByTestId("rename-box")).toContainText("spleen_ct has a tensor of this name");
  await page.getByTestId("rename-box").getByRole("textbox").fill("scores");
  await page.keyboard.press("Enter");
  await expect(said).toHaveText("Renamed logits to scores.");
  expect(await text()).toBe(before.replaceAll('"logits"', '"scores"'));
  await undo();
  await expect.poll(text).toBe(before);
});

test("the canvas is walked, edited and arranged by keyboard alone", async ({ app }) => {
  const { page } = app;
  const { text, node, said, menu } = await openCanvas(app);
  const before = await text();
  const press = (...keys: string[]) => keys.reduce((done, key) => done.then(() => page.keyboard.press(key)), Promise.resolve());
  await node("input:IMAGE").focus();
  await press("ArrowRight");
  await expect(node("step:preprocess")).toBeFocused();
  await press("ArrowRight", "ArrowRight");
  await expect(node("step:postprocess")).toBeFocused();
  await expect(page.getByTestId("inspector")).toContainText("postprocess");
  const [stood] = await placesOf([node("step:postprocess")]);
  await press("Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowRight");
  const [moved] = await placesOf([node("step:postprocess")]);
  expect([moved!.x > stood!.x, moved!.y > stood!.y]).toEqual([true, true]);
  // One step of undo, or several where the keys came slowly.
  await expect(async () => {
    const [place] = await placesOf([node("step:postprocess")]);
    if (place!.y !== stood!.y || place!.x !== stood!.x) await press("Control+z");
    expect(await placesOf([node("step:postprocess")])).toEqual([stood]);
  }).toPass();

  // To a port of the node, whose list of ports connects it.
  await node("step:segmentation_3d").focus();
  await press("Tab", "Delete");
  await expect(said).toHaveText("Disconnected input.");
  await press("c", "ArrowDown", "Enter");
  await expect(said).toHaveText("Connected PREPROCESSED to input.");
  await press("Escape");
  await expect(node("step:segmentation_3d")).toBeFocused();
  await press("Control+z", "Control+z");
  await expect.poll(text).toBe(before);

  await press("Insert");
  await expect(page.getByTestId("step-chooser").getByRole("textbox")).toBeFocused();
  await page.keyboard.type("post");
  await press("Enter");
  await expect(said).toHaveText("Added step postprocess.");
  await node("step:postprocess#2").focus();
  await press("Shift+F10");
  await menu("Run on the CPU (KIND_CPU)");
  await expect(said).toHaveText("Set KIND_CPU.");
  await press("Control+z", "Control+z");
  await expect.poll(text).toBe(before);

  await node("step:postprocess").focus();
  await press("Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowDown");
  const transform = () => node("step:postprocess").evaluate((element) => element.style.transform);
  const byHand = await transform();
  await page.getByRole("button", { name: "Arrange the nodes, but not those placed by hand" }).click();
  await expect(said).toContainText("those placed by hand stayed");
  expect(await transform()).toBe(byHand);
  await press("Control+a");
  await expect(page.getByTestId("inspector")).toContainText("8 nodes");
});
