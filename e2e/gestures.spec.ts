import { expect, test, type AppPage } from "./fixtures/app.ts";
import { openCanvas } from "./fixtures/canvas.ts";

// CodeMirror draws the lines in view only; in a high window that is all of them.
test.use({ viewport: { width: 2600, height: 1800 } });

/** A free place of the canvas. */
async function ground(app: AppPage): Promise<{ x: number; y: number }> {
  const box = (await app.page.getByTestId("graph-editor").boundingBox())!;
  return { x: box.width / 2, y: box.height - 40 };
}

test("a model of the tree becomes a step where it is dropped, and is refused where it does not fit into a wire", async ({ app }) => {
  const { page } = app;
  const { text, node, said, undo } = await openCanvas(app);
  const before = await text();
  const place = await ground(app);
  await page.getByTestId("model-segmentation_3d").dragTo(page.getByTestId("graph-editor"), { targetPosition: place });
  await expect(said).toHaveText("Added step segmentation_3d.");
  await expect(node("step:segmentation_3d#2")).toBeVisible();
  const pane = (await page.getByTestId("graph-editor").boundingBox())!;
  const at = (await node("step:segmentation_3d#2").boundingBox())!;
  expect([Math.abs(at.x - pane.x - place.x) < 2, Math.abs(at.y - pane.y - place.y) < 2]).toEqual([true, true]);
  expect(((await text()).match(/model_name: "segmentation_3d"/g) ?? []).length).toBe(2);
  await undo();
  await expect.poll(text).toBe(before);

  await page.getByTestId("model-preprocess").dragTo(page.getByTestId("wire-logits"));
  await expect(said).toContainText("'preprocess' cannot stand in the wire 'logits'");
  expect(await text()).toBe(before);
});

test("a wire that is dropped on the ground asks which step takes it", async ({ app }) => {
  const { page } = app;
  const { text, node, undo } = await openCanvas(app);
  const before = await text();
  const pane = (await page.getByTestId("graph-editor").boundingBox())!;
  const place = await ground(app);
  await page.getByTestId("port-step:segmentation_3d-out-output").locator(".react-flow__handle").hover();
  await page.mouse.down();
  await page.mouse.move(pane.x + place.x, pane.y + place.y, { steps: 8 });
  await page.mouse.up();
  const chooser = page.getByTestId("step-chooser");
  await expect(chooser.getByRole("option", { name: /^preprocess/ })).toHaveAttribute("data-combobox-disabled", "true");
  await expect(chooser.getByRole("option", { name: "New output of the ensemble for output" })).toBeVisible();
  await chooser.getByRole("option", { name: "postprocess · LOGITS" }).click();
  await expect(node("step:postprocess#2")).toBeVisible();
  expect((await text()).match(/key: "LOGITS"\s+value: "logits"/g)?.length).toBe(2);
  await undo();
  await expect.poll(text).toBe(before);
});

test("steps are doubled, copied, cut and pasted by keys", async ({ app }) => {
  const { page } = app;
  const { text, node, said, undo } = await openCanvas(app);
  const before = await text();
  await node("step:segmentation_3d").click();
  await page.keyboard.press("ControlOrMeta+d");
  await expect(node("step:segmentation_3d#2")).toBeVisible();
  await undo();
  await expect.poll(text).toBe(before);
  await node("step:segmentation_3d").click();
  await page.keyboard.press("ControlOrMeta+x");
  await expect(said).toHaveText("Removed step segmentation_3d.");
  await expect(node("step:segmentation_3d")).toHaveCount(0);
  await page.keyboard.press("ControlOrMeta+v");
  await expect(said).toHaveText("Pasted steps.");
  await expect(node("step:segmentation_3d")).toBeVisible();
  await undo();
  await undo();
  await expect.poll(text).toBe(before);
});

test("a model file that is dropped on the canvas is a model of the repository and a step, as one step of undo", async ({ app }) => {
  const { page } = app;
  const { text, node, said, undo } = await openCanvas(app);
  const before = await text();
  const pane = (await page.getByTestId("graph-editor").boundingBox())!;
  const at = { clientX: pane.x + pane.width / 2, clientY: pane.y + pane.height - 60 };
  const dataTransfer = await page.evaluateHandle(async () => {
    const data = new DataTransfer();
    data.items.add(new File([await (await fetch("repositories/spleen_ct/segmentation_3d/1/model.onnx")).blob()], "my net.onnx"));
    return data;
  });
  for (const type of ["dragenter", "dragover", "drop"]) await page.getByTestId("graph-editor").dispatchEvent(type, { dataTransfer, ...at });
  await expect(said).toHaveText("Added step my_net.");
  await expect(node("step:my_net")).toBeVisible();
  await expect(page.getByTestId("port-step:my_net-in-input")).toBeVisible();
  await expect(page.getByTestId("model-my_net")).toBeVisible();
  await expect(page.getByTestId("repository-name")).toHaveText("spleen_ct");
  expect(Math.abs((await node("step:my_net").boundingBox())!.y - at.clientY)).toBeLessThan(3);
  await undo();
  await expect(page.getByTestId("model-my_net")).toHaveCount(0);
  await expect(node("step:my_net")).toHaveCount(0);
  await expect.poll(text).toBe(before);
});
