import { mkdtemp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { AxeBuilder } from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { unzipSync } from "fflate";
import { parseConfig } from "../src/triton/model-config/decode.ts";
import { expect, test, type AppPage } from "./fixtures/app.ts";
import { act, walkTo } from "./fixtures/outline.ts";
import { MODEL_FILES, MODELS, modelsZip, TYPED } from "./fixtures/pipeline.ts";

// One ensemble (an image in; a class and a mask out, side by side) built in three ways from three models: with the mouse on the canvas, with the
// keyboard in the outline, and by typing. CodeMirror draws the lines in view only; in a high window without the dock that is all of them.
test.use({ viewport: { width: 2400, height: 1800 } });

const ENSEMBLE = "image_pipeline";
const CONFIG = parseConfig(TYPED, `${ENSEMBLE}/config.pbtxt`).config;

/** The three models, open; `tab` of the dock in front. */
async function openModels(app: AppPage): Promise<void> {
  const { page } = app;
  await app.open();
  await page.locator('input[type="file"]').first().setInputFiles({ name: "models.zip", mimeType: "application/zip", buffer: modelsZip() });
  await app.idle();
  await expect(page.getByTestId(`model-${MODELS[2]!}`)).toBeVisible();
}

/** A new, empty ensemble by way of the explorer's button. */
async function beginEnsemble(app: AppPage): Promise<void> {
  const { page } = app;
  await page.getByTestId("add-to-repository").click();
  await page.getByRole("menuitem", { name: "New ensemble…" }).click();
  const dialog = page.getByRole("dialog", { name: "New ensemble" });
  await dialog.getByRole("textbox", { name: "Name" }).fill(ENSEMBLE);
  await dialog.getByRole("textbox", { name: "Maximum batch size" }).fill("8");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("open-model")).toHaveText(ENSEMBLE);
}

async function text(page: Page): Promise<string> {
  return page.locator(".cm-line").evaluateAll((lines) => lines.map((line) => line.textContent).join("\n"));
}

/** What was built is what was meant, passes every rule of the server, and comes out of the page as it stands there. */
async function expectBuilt(app: AppPage): Promise<void> {
  const { page } = app;
  expect(parseConfig(await text(page), `${ENSEMBLE}/config.pbtxt`).config).toEqual(CONFIG);
  const downloading = page.waitForEvent("download");
  await page.getByTestId("save").click();
  await page.getByRole("menuitem", { name: "Download as zip" }).click();
  const files = unzipSync(await readFile(await (await downloading).path()));
  const folder = await mkdtemp(join(tmpdir(), "conch-built-"));
  try {
    for (const [path, bytes] of Object.entries(files)) {
      if (path.endsWith("/")) await mkdir(join(folder, path), { recursive: true });
      else {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), bytes);
      }
    }
    const { stdout } = await promisify(execFile)("node", [resolve(import.meta.dirname, "../src/cli/conch.mjs"), "lint", folder]);
    expect(stdout).toBe("");
    for (const [path, content] of Object.entries(MODEL_FILES)) expect(new TextDecoder().decode(files[path])).toBe(content);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Takes back everything: the ensemble is gone; and makes it all again. */
async function expectUndone(app: AppPage): Promise<void> {
  const { page } = app;
  const built = await text(page);
  const undo = page.getByTestId("undo");
  for (let presses = 0; presses < 60 && (await undo.isEnabled()); presses++) await undo.click();
  await expect(page.getByTestId(`model-${ENSEMBLE}`)).toHaveCount(0);
  await expect(page.getByTestId("unsaved")).toHaveCount(0);
  const redo = page.getByTestId("redo");
  for (let presses = 0; presses < 60 && (await redo.isEnabled()); presses++) await redo.click();
  await expect(page.getByTestId(`model-${ENSEMBLE}`)).toBeVisible();
  await page.getByTestId(`model-${ENSEMBLE}`).click();
  await expect.poll(() => text(page)).toBe(built);
}

async function audit(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

const node = (page: Page, id: string): Locator => page.locator(`.react-flow__node[data-id="${id}"]`);

function handle(page: Page, step: string, side: "in" | "out", port: string): Locator {
  return page.getByTestId(`port-step:${step}-${side}-${port}`).locator(".react-flow__handle");
}

async function drag(page: Page, from: Locator, to: { x: number; y: number }): Promise<void> {
  const { x, y, width, height } = (await from.boundingBox())!;
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 8 });
  await page.mouse.up();
}

async function middleOf(locator: Locator): Promise<{ x: number; y: number }> {
  const { x, y, width, height } = (await locator.boundingBox())!;
  return { x: x + width / 2, y: y + height / 2 };
}

/** Draws a wire out of the graph to a place of the canvas, makes it an input or output there, and names it on its wire. */
async function expose(page: Page, step: string, side: "in" | "out", port: string, at: { x: number; y: number }, name: string): Promise<void> {
  await drag(page, handle(page, step, side, port), at);
  await page.getByTestId("step-chooser").getByRole("option", { name: /^New (input|output) of the ensemble/ }).click();
  await expect(page.getByTestId("graph-said")).toContainText("of the ensemble.");
  await page.getByTestId(`wire-${port}`).dblclick();
  await page.getByTestId("rename-box").getByRole("textbox").fill(name);
  await page.keyboard.press("Enter");
  await expect(page.getByTestId(`wire-${name}`)).toBeVisible();
}

async function buildOnCanvas(app: AppPage): Promise<void> {
  const { page } = app;
  await openModels(app);
  await beginEnsemble(app);
  await page.getByTestId("centre-split").click();
  await page.keyboard.press("ControlOrMeta+j");
  await expect(page.getByTestId("empty-canvas")).toBeVisible();
  const pane = (await page.getByTestId("graph-editor").boundingBox())!;
  const place = (x: number, y: number) => ({ x: pane.x + pane.width * x, y: pane.y + pane.height * y });
  const spots = [[0.2, 0.4], [0.55, 0.25], [0.55, 0.55]] as const;
  for (const [index, model] of MODELS.entries()) {
    await page.getByTestId(`model-${model}`).dragTo(page.getByTestId("graph-editor"), { targetPosition: { x: pane.width * spots[index]![0], y: pane.height * spots[index]![1] } });
    await expect(node(page, `step:${model}`)).toBeVisible();
  }
  await drag(page, handle(page, MODELS[0]!, "out", "preprocessed_output"), await middleOf(handle(page, MODELS[1]!, "in", "formatted_image")));
  await expect(page.getByTestId("graph-said")).toHaveText("Connected preprocessed_output to formatted_image.");
  await drag(page, handle(page, MODELS[0]!, "out", "preprocessed_output"), await middleOf(handle(page, MODELS[2]!, "in", "formatted_image")));
  await expose(page, MODELS[0]!, "in", "raw_image", place(0.04, 0.42), "image");
  await expose(page, MODELS[1]!, "out", "classification_output", place(0.9, 0.3), "classification");
  await expose(page, MODELS[2]!, "out", "segmentation_output", place(0.9, 0.6), "segmentation");
}

test("with the mouse on the canvas; undo to nothing, redo, and nothing to complain of", async ({ app }) => {
  const { page } = app;
  await buildOnCanvas(app);
  await expectBuilt(app);
  expect(await audit(page)).toEqual([]);
  await expectUndone(app);
});

/** Takes the choice of a dialog that a search finds. */
async function choose(page: Page, search: string): Promise<void> {
  await expect(page.getByRole("dialog").locator("input")).toBeFocused();
  await page.keyboard.type(search);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toHaveCount(0);
}

async function command(page: Page, words: string): Promise<void> {
  await page.keyboard.press("F1");
  await expect(page.getByTestId("palette").getByRole("combobox")).toBeFocused();
  await page.keyboard.type(words);
  await page.keyboard.press("Enter");
}

test("with the keyboard alone in the outline", async ({ app }) => {
  const { page } = app;
  const said = page.getByTestId("outline-said");
  await openModels(app);
  await command(page, "new ensemble");
  await expect(page.getByRole("dialog", { name: "New ensemble" }).getByRole("textbox", { name: "Name" })).toBeFocused();
  await page.keyboard.type(ENSEMBLE);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("8");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("open-model")).toHaveText(ENSEMBLE);
  await command(page, "show outline");
  await command(page, "show text");
  await command(page, "hide dock");
  await command(page, "show outline");
  await page.getByRole("treegrid").locator('[role="row"][tabindex="0"]').focus();
  for (const model of MODELS) {
    await walkTo(page, "group:steps");
    await page.keyboard.press("Insert");
    await choose(page, model);
    await expect(said).toHaveText(`Added step ${model}.`);
  }
  await walkTo(page, `step:${MODELS[0]}/in:raw_image`);
  await act(page, "Make it an ensemble input");
  await expect(said).toHaveText("Added ensemble input raw_image.");
  await walkTo(page, "input:raw_image");
  await page.keyboard.press("F2");
  await choose(page, "image");
  for (const model of MODELS.slice(1)) {
    await walkTo(page, `step:${model}/in:formatted_image`);
    await page.keyboard.press("Insert");
    await choose(page, "preprocessed_output");
  }
  for (const [model, port, name] of [[MODELS[1], "classification_output", "classification"], [MODELS[2], "segmentation_output", "segmentation"]] as const) {
    await walkTo(page, `step:${model}/out:${port}`);
    await act(page, "Make it an ensemble output");
    await walkTo(page, `output:${port}`);
    await page.keyboard.press("F2");
    await choose(page, name);
  }
  await command(page, "beside the text");
  await expect(page.getByTestId("config-text")).toContainText("ensemble_scheduling");
  await expectBuilt(app);
  expect(await audit(page)).toEqual([]);
  await expectUndone(app);
});

test("by typing", async ({ app }) => {
  const { page } = app;
  await typeEnsemble(app);
  await page.getByTestId("tab-problems").click();
  await expect(page.getByTestId("problems").locator('[data-code]:not([data-code="ADVICE_HOST_COPIES"])').filter({ hasText: ENSEMBLE })).toHaveCount(0);
  await expectBuilt(app);
  await expectUndone(app);
});

/** The ensemble as somebody types it, beside its graph. */
async function typeEnsemble(app: AppPage): Promise<void> {
  const { page } = app;
  await openModels(app);
  await beginEnsemble(app);
  await page.getByTestId("centre-split").click();
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(TYPED);
  await expect(node(page, "output:segmentation")).toBeVisible();
}

interface Mistake {
  readonly name: string;
  make(page: Page): Promise<void>;
  readonly code: string;
  /** The node, and where there is one the port, that shows it. */
  readonly node: string;
  readonly port?: string;
  readonly fix: RegExp;
  /** The text after the fix, where that is not the one before the mistake. */
  readonly fixed?: (before: string) => string;
}

/** Finds text in the editor and types over it. */
async function typeOver(page: Page, search: string, replacement: string): Promise<void> {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Control+f");
  await page.keyboard.type(search);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await page.keyboard.insertText(replacement);
}

const PIPELINE_PORT = `step:${MODELS[2]}-in-formatted_image`;

const MISTAKES: readonly Mistake[] = [
  {
    name: "a wire taken away on the canvas",
    make: async (page) => {
      await page.getByTestId(`port-${PIPELINE_PORT}`).locator("[data-port]").focus();
      await page.keyboard.press("Delete");
    },
    code: "ENSEMBLE_STEP_FIELD",
    node: `step:${MODELS[2]}`,
    fix: /^Fix: Map formatted_image to preprocessed_output/,
  },
  {
    name: "another data type in the inspector",
    make: async (page) => {
      await node(page, "output:segmentation").locator("header").click();
      await page.getByTestId("inspector").getByRole("combobox", { name: "data_type" }).selectOption("TYPE_INT32");
    },
    code: "ENSEMBLE_DATA_TYPE",
    node: `step:${MODELS[2]}`,
    port: `step:${MODELS[2]}-out-segmentation_output`,
    fix: /^Fix: Change segmentation to TYPE_FP32/,
  },
  {
    name: "a misspelt model",
    make: (page) => typeOver(page, '"classification_model"', '"clasification_model"'),
    code: "ENSEMBLE_MISSING_MODEL",
    node: "step:clasification_model",
    fix: /^Fix: .*classification_model/,
  },
  {
    name: "a misspelt tensor of a model",
    make: (page) => typeOver(page, '"segmentation_output"', '"segmentation_ouput"'),
    code: "ENSEMBLE_UNKNOWN_OUTPUT",
    node: `step:${MODELS[2]}`,
    port: `step:${MODELS[2]}-out-segmentation_ouput`,
    fix: /^Fix: .*segmentation_output/,
  },
  {
    name: "a version that is not there",
    make: (page) => typeOver(page, '"image_preprocess_model"\\n    model_version: -1', '"image_preprocess_model"\n    model_version: 7'),
    code: "ENSEMBLE_STEP_VERSION",
    node: `step:${MODELS[0]}`,
    fix: /^Fix: Set model_version to -1/,
  },
];

test("five mistakes are shown on node, port, text and list as one finding each, and each is mended by its fix", async ({ app }) => {
  const { page } = app;
  await typeEnsemble(app);
  await page.getByTestId("tab-problems").click();
  await expect(page.locator(".cm-lintRange-error")).toHaveCount(0);
  for (const { name, make, code, node: id, port, fix, fixed } of MISTAKES) {
    await test.step(name, async () => {
      const before = await text(page);
      await make(page);
      const problem = page.locator(`[data-code="${code}"]`).first();
      await expect(problem).toBeVisible();
      const finding = ((await problem.getAttribute("data-testid")) ?? "").replace("problem-", "");
      const same = `[data-finding=${JSON.stringify(finding)}]`;
      // On the node, and on its port.
      await expect(node(page, id).locator(same).first()).toBeVisible();
      if (port !== undefined) await expect(page.getByTestId(`port-${port}`).locator(same)).toBeVisible();
      // In the text: what the list leads to is underlined, and the cursor there leads back.
      await problem.getByRole("button").first().click();
      await expect(page.locator(".cm-lintRange-error").first()).toBeVisible();
      await page.locator(".cm-content").press("Control+Home");
      await page.locator(".cm-lintRange-error").first().click();
      await expect(problem).toHaveAttribute("data-focused", "true");
      // The badge leads to the same one.
      await page.locator(".cm-content").press("Control+Home");
      await node(page, id).locator(same).first().click();
      await expect(problem).toHaveAttribute("data-focused", "true");
      await problem.getByRole("button", { name: fix }).click();
      await expect(page.locator(`[data-code="${code}"]`)).toHaveCount(0);
      await expect.poll(() => text(page)).toBe(fixed?.(before) ?? before);
      await expect(page.locator(".cm-lintRange-error")).toHaveCount(0);
    });
  }
});
