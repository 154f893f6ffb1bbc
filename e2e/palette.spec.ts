import { AxeBuilder } from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { expect, test, type AppPage } from "./fixtures/app.ts";
import { ensemble, identity, openZip, step } from "./fixtures/zip.ts";

/** outer › inner › net, and a page beside them. */
const NESTED = {
  ...ensemble("outer", "X", "Y", [step("net", ["INPUT0", "X"], ["OUTPUT0", "middle"]), step("inner", ["A", "middle"], ["B", "Y"])]),
  ...ensemble("inner", "A", "B", [step("net", ["INPUT0", "A"], ["OUTPUT0", "B"])]),
  ...identity("net", "INPUT0", "OUTPUT0"),
  "outer/notes.txt": "what it is for",
};

async function openNested(app: AppPage): Promise<void> {
  await app.open();
  await openZip(app, "nested", NESTED);
  await expect(app.page.getByTestId("open-model")).toHaveText("outer");
  await expect(app.page.getByTestId("graph-editor")).toHaveAttribute("data-settled", "true");
}

/** Opens the palette by its keys and types. */
async function search(page: Page, words: string): Promise<void> {
  await page.keyboard.press("Control+Shift+P");
  await expect(page.getByTestId("palette").getByRole("combobox")).toBeFocused();
  await page.keyboard.type(words);
}

const active = (page: Page): Locator => page.getByTestId("palette").locator('[role="option"][aria-selected="true"]');

/** Does what the palette has first for some words. */
async function choose(page: Page, words: string, title: string): Promise<void> {
  await search(page, words);
  await expect(active(page)).toContainText(title);
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("palette")).toHaveCount(0);
}

const trail = (page: Page): Promise<string[]> => page.getByTestId("trail").getByRole("button").allInnerTexts();

/** Waits until what moves has come to rest. */
async function still(page: Page, element: Locator): Promise<void> {
  let last: string | null = "";
  await expect
    .poll(async () => {
      const [before, now] = [last, await element.getAttribute("style")];
      last = now;
      await page.evaluate(() => new Promise(requestAnimationFrame));
      return now === before;
    })
    .toBe(true);
}

test("everything can be gone to by typing", async ({ app }) => {
  const { page } = app;
  await openNested(app);
  await choose(page, "go step inner", "Go to step inner");
  await expect(page.getByTestId("node-step:inner")).toHaveAttribute("data-selected", "true");
  await expect(page.locator('.react-flow__node[data-id="step:inner"]')).toBeFocused();
  await choose(page, "tensor mid", "Go to tensor middle");
  await expect(page.getByTestId("inspector").getByRole("heading", { level: 2 })).toHaveText("middle");
  await choose(page, "input X", "Go to input X");
  await expect(page.getByTestId("node-input:X")).toHaveAttribute("data-selected", "true");
  await choose(page, "notes", "Open file outer/notes.txt");
  await expect(page.locator(".cm-content")).toContainText("what it is for");
  await choose(page, "open model net", "Open model net");
  await expect(page.getByTestId("open-model")).toHaveText("net");
  await choose(page, "outline", "Show the outline");
  await expect(page.getByTestId("outline")).toBeVisible();
});

test("the graph offers what its buttons do, as long as it is there", async ({ app }) => {
  const { page } = app;
  await openNested(app);
  const labels = page.getByRole("button", { name: "Labels on wires" });
  const before = await labels.getAttribute("aria-pressed");
  await choose(page, "labels wires", "Labels on wires");
  await expect(labels).not.toHaveAttribute("aria-pressed", before ?? "");
  await page.getByTestId("centre-outline").click();
  await expect(page.getByTestId("outline")).toBeVisible();
  await search(page, "labels on wires");
  await expect(page.getByTestId("palette").locator('[data-entry="wire-labels"]')).toHaveCount(0);
});

test("a finding is gone to by its message", async ({ app }) => {
  const { page } = app;
  await app.open();
  await openZip(app, "flawed", { ...NESTED, ...ensemble("outer", "X", "Y", [step("net", ["INPUT0", "X"], ["OUTPUT0", "Z"])]) });
  await choose(page, "output 'Y' not used", "Go to: ");
  await expect(page.locator(".cm-content")).toBeVisible();
  await expect(page.getByTestId("open-model")).toHaveText("outer");
});

test("keys move, Escape leaves everything as it is, and the focus comes back", async ({ app }) => {
  const { page } = app;
  await openNested(app);
  await page.getByTestId("model-net").focus();
  await page.keyboard.press("F1");
  const options = page.getByTestId("palette").getByRole("option");
  await expect(options.first()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowDown");
  await expect(options.nth(1)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await expect(options.last()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowDown");
  await expect(options.first()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("palette")).toHaveCount(0);
  await expect(page.getByTestId("model-net")).toBeFocused();
  await expect(page.getByTestId("open-model")).toHaveText("outer");
  await page.getByTestId("open-palette").click();
  await expect(page.getByTestId("palette")).toBeVisible();
  await page.keyboard.press("Control+Shift+P");
  await expect(page.getByTestId("palette")).toHaveCount(0);
});

test("what is not possible says why and stays undone", async ({ app }) => {
  const { page } = app;
  await app.open();
  await search(page, "undo");
  await expect(active(page)).toHaveAttribute("aria-disabled", "true");
  await expect(active(page)).toContainText("no repository is open");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("palette").getByRole("status")).toHaveText("Not possible: no repository is open.");
  await expect(page.getByTestId("palette")).toBeVisible();
});

test("English words find in Chinese, and what was used of late comes first", async ({ app }) => {
  const { page } = app;
  await openNested(app);
  await choose(page, "change language", "Change the language");
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-Hans");
  await choose(page, "show the plan", "显示计划");
  await expect(page.getByTestId("tab-plan")).toHaveAttribute("aria-selected", "true");
  await search(page, "");
  await expect(page.getByTestId("palette").getByRole("option").first()).toContainText("显示计划");
  await expect(page.getByTestId("palette").getByRole("option").nth(1)).toContainText("更改语言");
});

test("the sheet shows the keys of the commands that there are", async ({ app }) => {
  const { page } = app;
  await openNested(app);
  await page.getByTestId("model-outer").focus();
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(sheet.getByRole("row", { name: /All commands, models, files and findings/ })).toContainText("F1");
  await expect(sheet.getByRole("row", { name: /Back to the ensemble around this model/ })).toContainText("↑");
});

test("going into steps leaves a trail that leads back to each ensemble as it was", async ({ app }) => {
  const { page } = app;
  await openNested(app);
  const viewport = page.locator(".react-flow__viewport");
  await page.getByRole("button", { name: "Zoom in" }).click();
  await page.getByRole("button", { name: "Zoom in" }).click();
  await choose(page, "go step inner", "Go to step inner");
  await still(page, viewport);
  const left = await viewport.getAttribute("style");
  await page.getByTestId("node-step:inner").dblclick();
  await expect(page.getByTestId("open-model")).toHaveText("inner");
  expect(await trail(page)).toEqual(["outer"]);
  await expect(page.getByTestId("graph-editor")).toHaveAttribute("data-settled", "true");
  await page.locator('.react-flow__node[data-id="step:net"]').focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("open-model")).toHaveText("net");
  expect(await trail(page)).toEqual(["outer", "inner"]);

  await page.getByTestId("model-net").focus();
  await page.keyboard.press("Alt+ArrowUp");
  await expect(page.getByTestId("open-model")).toHaveText("inner");
  await expect(page.getByTestId("node-step:net")).toHaveAttribute("data-selected", "true");
  await page.getByTestId("trail").getByRole("button", { name: "Back to outer" }).click();
  await expect(page.getByTestId("open-model")).toHaveText("outer");
  await expect(page.getByTestId("trail")).toHaveCount(0);
  await expect(page.getByTestId("node-step:inner")).toHaveAttribute("data-selected", "true");
  await expect(page.getByTestId("graph-editor")).toHaveAttribute("data-settled", "true");
  expect(await viewport.getAttribute("style")).toBe(left);

  await choose(page, "open model inner", "Open model inner");
  expect(await trail(page)).toEqual(["outer"]);
  await page.getByTestId("model-net").click();
  await expect(page.getByTestId("open-model")).toHaveText("net");
  await expect(page.getByTestId("trail")).toHaveCount(0);
});

test("the outline goes into steps as the graph does", async ({ app }) => {
  const { page } = app;
  await openNested(app);
  await page.getByTestId("centre-outline").click();
  await page.getByTestId("outline-step:inner").click();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("open-model")).toHaveText("inner");
  expect(await trail(page)).toEqual(["outer"]);
  await page.keyboard.press("Alt+ArrowUp");
  await expect(page.getByTestId("open-model")).toHaveText("outer");
  await expect(page.getByTestId("outline-step:inner")).toHaveAttribute("data-linked", "true");
});

for (const [scheme, width] of [["light", 390], ["dark", 1440]] as const) {
  test(`no serious accessibility findings in a window ${width} wide in the ${scheme} scheme`, async ({ app }) => {
    const { page } = app;
    await page.emulateMedia({ colorScheme: scheme });
    await openNested(app);
    await page.setViewportSize({ width, height: 844 });
    await choose(page, "open model inner", "Open model inner");
    const audit = async (): Promise<string[]> => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      return violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
    };
    expect(await audit()).toEqual([]);
    await search(page, "");
    await expect(active(page)).toBeVisible();
    expect(await audit()).toEqual([]);
    await page.keyboard.type("undo");
    await page.keyboard.press("Enter");
    expect(await audit()).toEqual([]);
  });
}
