import { zipSync, type Zippable } from "fflate";
import { expect, test, type AppPage } from "./fixtures/app.ts";

const COUNT = 2000;

const tensor = (kind: string, name: string): string => `${kind} [{ name: "${name}" data_type: TYPE_FP32 dims: [ 4 ] }]\n`;
const count = Array.from({ length: COUNT }, (_, index) => index);

/** A chain of 2,000 steps, each of a model of its own. */
function chain(): Record<string, string> {
  const wire = (index: number): string => (index === 0 ? "IN" : index === COUNT ? "OUT" : `tensor_${index}`);
  const steps = count.map((index) => `    {\n      model_name: "m_${index}"\n      model_version: -1\n      input_map { key: "x" value: "${wire(index)}" }\n      output_map { key: "y" value: "${wire(index + 1)}" }\n    }`);
  return {
    "large/config.pbtxt": `platform: "ensemble"\n${tensor("input", "IN")}${tensor("output", "OUT")}ensemble_scheduling {\n  step [\n${steps.join(",\n")}\n  ]\n}\n`,
    "large/1/.gitkeep": "",
    ...Object.fromEntries(count.flatMap((index) => [[`m_${index}/config.pbtxt`, `backend: "python"\n${tensor("input", "x")}${tensor("output", "y")}`], [`m_${index}/1/model.py`, ""]])),
  };
}

/** One step that takes 2,000 inputs. */
function wide(): Record<string, string> {
  const inputs = count.map((index) => tensor("input", `IN_${index}`)).join("");
  const maps = count.map((index) => `      input_map { key: "IN_${index}" value: "IN_${index}" }\n`).join("");
  return {
    "wide/config.pbtxt": `platform: "ensemble"\n${inputs}${tensor("output", "OUT")}ensemble_scheduling {\n  step [\n    {\n      model_name: "all"\n      model_version: -1\n${maps}      output_map { key: "y" value: "OUT" }\n    }\n  ]\n}\n`,
    "wide/1/.gitkeep": "",
    "all/config.pbtxt": `backend: "python"\n${inputs}${tensor("output", "y")}`,
    "all/1/model.py": "",
  };
}

async function drop(app: AppPage, files: Record<string, string>): Promise<void> {
  const archive: Zippable = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)]));
  const transfer = await app.page.evaluateHandle((base64) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], "large.zip"));
    return data;
  }, Buffer.from(zipSync(archive)).toString("base64"));
  for (const type of ["dragenter", "dragover", "drop"]) await app.page.dispatchEvent("body", type, { dataTransfer: transfer });
  await expect(app.page.getByTestId("graph-editor")).toHaveAttribute("data-settled", "true", { timeout: 120_000 });
  await app.idle();
}

test("an ensemble of 2,000 steps opens, is dragged, typed into, walked through and undone", async ({ app }) => {
  const { page } = app;
  await app.open();
  await drop(app, chain());
  const nodes = page.locator(".react-flow__node");
  const first = page.locator('.react-flow__node[data-id="step:m_0"]');

  await test.step("the canvas draws what is in view", async () => {
    await expect(first).toBeVisible();
    expect(await nodes.count()).toBeLessThan(200);
    expect(await page.locator(".react-flow__edge").count()).toBeLessThan(200);
  });

  await test.step("a node goes where it is dragged, and its wires with it", async () => {
    const before = (await first.boundingBox())!;
    await page.mouse.move(before.x + before.width / 2, before.y + 8);
    await page.mouse.down();
    await page.mouse.move(before.x + before.width / 2 + 30, before.y + 68, { steps: 6 });
    await page.mouse.up();
    // A drag begins a few pixels after the press.
    await expect.poll(async () => Math.round((await first.boundingBox())!.y - before.y)).toBeGreaterThan(40);
  });

  await test.step("from afar nodes are outlines, and the page says so", async () => {
    await expect(page.getByTestId("graph-distant")).toBeEmpty();
    await page.getByRole("button", { name: "Zoom out" }).click();
    await page.getByRole("button", { name: "Zoom out" }).click();
    await expect(page.getByTestId("graph-distant")).toHaveText("Seen from afar: zoom in for ports and labels.");
    await expect(first).toHaveText("m_0");
    await expect(page.getByTestId("distant-wires").locator("path")).not.toHaveCount(0);
    await page.getByRole("button", { name: "Zoom in" }).click();
    await page.getByRole("button", { name: "Zoom in" }).click();
    await expect(page.getByTestId("graph-distant")).toBeEmpty();
  });

  await test.step("the tree of the repository holds few rows, and its keys reach all", async () => {
    const tree = page.getByRole("tree");
    expect(await tree.getByRole("treeitem").count()).toBeLessThan(120);
    await page.getByTestId("model-large").focus();
    await page.keyboard.press("End");
    await expect(page.getByTestId("model-m_999")).toBeFocused();
    await expect(page.getByTestId("model-m_999")).toHaveAttribute("aria-posinset", "2001");
    await expect(page.getByTestId("model-m_999")).toHaveAttribute("aria-setsize", "2001");
    await page.keyboard.press("ArrowUp");
    await expect(page.getByTestId("model-m_998")).toBeFocused();
    await page.keyboard.press("Home");
    await expect(page.getByTestId("model-large")).toBeFocused();
  });

  await test.step("typing is found fault with and undone", async () => {
    await page.getByTestId("centre-text").click();
    await page.getByTestId("tab-problems").click();
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("Control+f");
    await page.keyboard.type('model_name: "m_7');
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.type("x");
    const problem = page.locator('[data-code="ENSEMBLE_MISSING_MODEL"]');
    await expect(problem).toContainText("m_7x");
    expect(await page.getByTestId("problems").getByRole("listitem").count()).toBeLessThanOrEqual(200);
    await page.getByTestId("undo").click();
    await expect(problem).toHaveCount(0);
  });

  await test.step("the outline holds few rows, and its keys reach all", async () => {
    await page.getByTestId("centre-outline").click();
    const outline = page.getByTestId("outline");
    await expect(outline.getByTestId("outline-step:m_0")).toHaveAttribute("aria-setsize", "2000");
    expect(await outline.getByRole("row").count()).toBeLessThan(120);
    await outline.getByTestId("outline-group:inputs").focus();
    await page.keyboard.press("End");
    await expect(outline.getByTestId("outline-group:tensors")).toBeFocused();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    const last = outline.getByTestId("outline-step:m_1999");
    await expect(last).toBeFocused();
    await expect(last).toBeInViewport();
    await expect(last).toHaveAttribute("aria-posinset", "2000");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    await expect(outline.getByTestId("outline-step:m_1999/in:x")).toBeFocused();
    await page.keyboard.press("Delete");
    await expect(page.getByTestId("outline-said")).not.toBeEmpty();
    await expect(outline.getByTestId("outline-step:m_1999/in:x")).toContainText("not connected");
    await page.getByTestId("undo").click();
    await expect(outline.getByTestId("outline-step:m_1999/in:x")).toContainText("tensor_1999");
  });
});

test("a step that takes 2,000 inputs is drawn and listed in parts", async ({ app }) => {
  const { page } = app;
  await app.open();
  await drop(app, wide());
  await expect(page.getByTestId("node-input:IN_0")).toBeVisible();
  expect(await page.locator(".react-flow__node").count()).toBeLessThan(200);
  await expect(page.getByTestId("run-panel").getByRole("button", { name: "Show 1960 more" })).toBeVisible();

  await page.getByTestId("model-all").click();
  await expect(page.getByTestId("node-input:IN_0")).toBeVisible();
  await page.getByRole("img", { name: "Map of the graph" }).click();
  await expect(page.getByTestId("node-step:all")).toBeVisible();
  expect(await page.locator('[data-testid^="port-step:all-in-"]').count()).toBeLessThan(200);

  await page.getByTestId("model-wide").click();
  await page.getByTestId("centre-outline").click();
  const outline = page.getByTestId("outline");
  await expect(outline.getByTestId("outline-input:IN_0")).toHaveAttribute("aria-setsize", "2000");
  expect(await outline.getByRole("row").count()).toBeLessThan(120);
});
