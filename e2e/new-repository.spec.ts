import { AxeBuilder } from "@axe-core/playwright";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { FileChooser, Page } from "@playwright/test";
import { expect, test, type AppPage } from "./fixtures/app.ts";

const NETWORK = fileURLToPath(new URL("../public/repositories/spleen_ct/segmentation_3d/1/model.onnx", import.meta.url));

const EMPTY = 'name: "my pipeline"\nplatform: "ensemble"\nmax_batch_size: 4\n';

interface Dropped {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Drops files onto an element as a user's file manager would. */
async function drop(app: AppPage, testId: string, files: readonly Dropped[]): Promise<void> {
  const plain = files.map(({ path, bytes }) => ({ path, base64: Buffer.from(bytes).toString("base64") }));
  const transfer = await app.page.evaluateHandle((list) => {
    const data = new DataTransfer();
    for (const { path, base64 } of list) data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], path));
    return data;
  }, plain);
  await app.page.dispatchEvent("body", "dragenter", { dataTransfer: transfer });
  const target = app.page.getByTestId(testId);
  await target.dispatchEvent("dragenter", { dataTransfer: transfer });
  await expect(target).toContainText("Drop models here");
  for (const type of ["dragover", "drop"]) await target.dispatchEvent(type, { dataTransfer: transfer });
  await app.idle();
}

const models = (page: Page): Promise<string[]> => page.getByRole("treeitem", { level: 1 }).evaluateAll((rows) => rows.map((row) => row.getAttribute("data-row") ?? ""));

async function text(page: Page): Promise<string> {
  return page.locator(".cm-line").evaluateAll((lines) => lines.map((line) => line.textContent).join("\n"));
}

/** From the gallery to an empty repository, with the dialog for its first ensemble. */
async function begin(app: AppPage): Promise<void> {
  await app.open();
  await app.page.getByTestId("new-repository").click();
  await expect(app.page.getByRole("dialog", { name: "New ensemble" }).getByRole("textbox", { name: "Name" })).toBeFocused();
}

test("an ensemble is begun by keyboard alone; undo empties the repository, redo fills it", async ({ app }) => {
  const { page } = app;
  await app.open();
  await page.keyboard.press("F1");
  await expect(page.getByTestId("palette").getByRole("combobox")).toBeFocused();
  await page.keyboard.type("new repository");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "New ensemble" });
  await expect(dialog.getByRole("textbox", { name: "Name" })).toBeFocused();
  await expect(page.getByTestId("repository-name")).toHaveText("model_repository");
  await page.keyboard.type("my pipeline");
  await expect(page.getByTestId("name-caveats")).toContainText("my%20pipeline");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("4");
  await page.keyboard.press("Enter");
  await expect(dialog).toHaveCount(0);
  await expect(page.getByTestId("open-model")).toHaveText("my pipeline");
  await expect(page.getByTestId("empty-canvas")).toContainText("This ensemble is empty.");
  await expect(page.getByTestId("empty-canvas").getByRole("button", { name: "Add a step" })).toBeFocused();
  await page.keyboard.press("Control+Shift+P");
  await expect(page.getByTestId("palette").getByRole("combobox")).toBeFocused();
  await page.keyboard.type("show text");
  await page.keyboard.press("Enter");
  await expect.poll(() => text(page)).toBe(EMPTY);
  await page.getByTestId("model-my pipeline").focus();
  await page.keyboard.press("Control+z");
  await expect(page.getByRole("treeitem")).toHaveCount(0);
  await expect(page.getByTestId("explorer")).toContainText("holds no models yet");
  await page.getByTestId("open-palette").focus();
  await page.keyboard.press("Control+Shift+Z");
  await expect.poll(() => models(page)).toEqual(["my pipeline"]);
  await expect.poll(() => text(page)).toBe(EMPTY);
});

test("a name is judged while it is typed", async ({ app }) => {
  const { page } = app;
  await begin(app);
  const dialog = page.getByRole("dialog", { name: "New ensemble" });
  const name = dialog.getByRole("textbox", { name: "Name" });
  const create = dialog.getByRole("button", { name: "Create" });
  await expect(create).toBeDisabled();
  for (const [typed, words] of [
    ["a/b", "A folder's name has no /"],
    ["..", "stands for a folder itself"],
    [".hidden", "Conch would not find it again"],
    ["é".repeat(128), "The name has 256 bytes"],
  ] as const) {
    await name.fill(typed);
    await expect(dialog).toContainText(words);
    await expect(name).toHaveAttribute("aria-invalid", "true");
    await expect(create).toBeDisabled();
  }
  for (const [typed, words] of [
    ['it\'s "it" 🐚', "Windows has no such folder"],
    [" edge", "A space at the beginning or end"],
    ["脾脏", "%E8%84%BE%E8%84%8F"],
  ] as const) {
    await name.fill(typed);
    await expect(page.getByTestId("name-caveats")).toContainText(words);
    await expect(create).toBeEnabled();
  }
  await name.fill("first");
  await expect(page.getByTestId("name-caveats")).toBeEmpty();
  await create.click();
  await page.getByTestId("add-to-repository").click();
  await page.getByRole("menuitem", { name: "New ensemble…" }).click();
  await name.fill("first");
  await expect(dialog).toContainText("The repository has first already.");
  await name.fill("First");
  await expect(page.getByTestId("name-caveats")).toContainText("upper and lower case only");
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
});

test("models that are dropped onto the explorer join the open repository, as one step of undo", async ({ app }) => {
  const { page } = app;
  await begin(app);
  await page.keyboard.type("first");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("open-model")).toHaveText("first");
  await drop(app, "explorer-drop", [{ path: "my net.onnx", bytes: await readFile(NETWORK) }]);
  await expect.poll(() => models(page)).toEqual(["first", "my_net"]);
  await expect(page.getByText("Added to the repository: my_net")).toBeVisible();
  await expect(page.getByTestId("repository-name")).toHaveText("model_repository");
  await page.getByTestId("empty-canvas").getByRole("button", { name: "Add a step" }).focus();
  await page.keyboard.press("Insert");
  await page.keyboard.type("my_net");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("node-step:my_net")).toBeVisible();
  await expect(page.getByTestId("empty-canvas")).toHaveCount(0);
  await page.getByTestId("undo").click();
  await expect(page.getByTestId("empty-canvas")).toBeVisible();
  await page.getByTestId("model-my_net").click();
  await page.getByTestId("centre-text").click();
  await expect(page.locator(".cm-content")).toContainText('backend: "onnxruntime"');
  await drop(app, "explorer-drop", [{ path: "my net.onnx", bytes: await readFile(NETWORK) }]);
  await expect.poll(() => models(page)).toEqual(["first", "my_net", "my_net_2"]);
  await page.getByTestId("model-first").focus();
  await page.keyboard.press("Control+z");
  await expect.poll(() => models(page)).toEqual(["first", "my_net"]);
  await page.keyboard.press("Control+z");
  await expect.poll(() => models(page)).toEqual(["first"]);
  await page.keyboard.press("Control+Shift+Z");
  await expect.poll(() => models(page)).toEqual(["first", "my_net"]);
});

test("models are added from a file choice, and what holds none is refused", async ({ app }) => {
  const { page } = app;
  await begin(app);
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("explorer")).toContainText("holds no models yet");
  const choose = async (file: Parameters<FileChooser["setFiles"]>[0]): Promise<void> => {
    const chooser = page.waitForEvent("filechooser");
    await page.keyboard.press("F1");
    await expect(page.getByTestId("palette").getByRole("combobox")).toBeFocused();
    await page.keyboard.type("add models files");
    await page.keyboard.press("Enter");
    await (await chooser).setFiles(file);
  };
  await choose(NETWORK);
  await expect.poll(() => models(page)).toEqual(["model"]);
  await choose({ name: "notes.md", mimeType: "text/markdown", buffer: Buffer.from("# Notes") });
  await expect(page.getByRole("alert")).toContainText("There is no model in notes.md");
  await expect(page.getByRole("alert")).toContainText("NO_MODEL_FOUND");
  expect(await models(page)).toEqual(["model"]);
});

for (const [scheme, width] of [["light", 1440], ["dark", 390]] as const) {
  test(`no serious accessibility findings in a window ${width} wide in the ${scheme} scheme`, async ({ app }) => {
    const { page } = app;
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height: 844 });
    await begin(app);
    const audit = async (): Promise<string[]> => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      return violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
    };
    await page.keyboard.type("a/b");
    expect(await audit()).toEqual([]);
    await page.getByRole("textbox", { name: "Name" }).fill("a b ");
    expect(await audit()).toEqual([]);
    await page.keyboard.press("Escape");
    if (width < 768) await page.getByTestId("pane-explorer").click();
    await page.getByTestId("add-to-repository").click();
    await expect(page.getByRole("menuitem", { name: "New ensemble…" })).toBeVisible();
    expect(await audit()).toEqual([]);
  });
}
