import type { Locator, Page } from "@playwright/test";
import { expect, test, type AppPage } from "./fixtures/app.ts";
import { ensemble, identity, openZip, step } from "./fixtures/zip.ts";

const QUOTED = `it's "quoted" 🐚`;
/** As long as a name of a folder can be. */
const LONG_MODEL = `long-${"x".repeat(250)}`;
/** Tensors have no such bound. */
const LONG_TENSOR = `tensor ${"y".repeat(493)}`;
const LONG_FILE = `notes ${"z".repeat(240)}.txt`;

const ODD = {
  ...ensemble("outer of all", "CT scan", LONG_TENSOR, [
    step("inner", ["A", "CT scan"], ["B", "mid dle 🐚"]),
    step(QUOTED, ["INPUT0", "mid dle 🐚"], ["OUTPUT0", `'${LONG_TENSOR}'`]),
    step(LONG_MODEL, ["INPUT0", `'${LONG_TENSOR}'`], ["OUTPUT0", LONG_TENSOR]),
  ]),
  ...ensemble("inner", "A", "B", [step("my net", ["INPUT0", "A"], ["OUTPUT0", "B"])]),
  ...identity("my net", "INPUT0", "OUTPUT0"),
  ...identity(QUOTED, "INPUT0", "OUTPUT0"),
  ...identity(LONG_MODEL, "INPUT0", "OUTPUT0"),
  [`${LONG_MODEL}/${LONG_FILE}`]: "a note",
};

async function openOdd(app: AppPage): Promise<void> {
  await app.open();
  await openZip(app, "odd", ODD);
  await expect(app.page.getByTestId("open-model")).toHaveText("outer of all");
  await expect(app.page.getByTestId("graph-editor")).toHaveAttribute("data-settled", "true");
}

/** Elements that reach beyond the right edge of another one. */
async function beyond(page: Page, inside: Locator, what: string): Promise<string[]> {
  const edge = await inside.evaluate((element) => element.getBoundingClientRect().right);
  return page.locator(what).evaluateAll((elements, right) => elements.filter((element) => element.getBoundingClientRect().right > right + 1).map((element) => element.textContent), edge);
}

test("names with blanks, quotes, pictures and hundreds of letters stay in their places", async ({ app }) => {
  const { page } = app;
  await openOdd(app);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  // The graph: no node is wider than what its name may take.
  const widths = await page.locator(".react-flow__node").evaluateAll((nodes) => nodes.map((node) => (node as HTMLElement).offsetWidth));
  expect(Math.max(...widths)).toBeLessThan(640);
  await expect(page.getByTestId(`node-step:${QUOTED}`)).toContainText(QUOTED);
  await expect(page.getByTestId(`node-step:${LONG_MODEL}`).getByTitle(LONG_MODEL)).toBeAttached();
  // The explorer.
  const row = page.getByTestId(`model-${LONG_MODEL}`);
  await row.focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByTestId(`row-${LONG_MODEL}/${LONG_FILE}`).getByTitle(LONG_FILE)).toBeAttached();
  expect(await beyond(page, page.getByTestId("explorer"), '[data-testid="explorer"] [role="treeitem"] *')).toEqual([]);
  // The outline.
  await page.getByTestId("centre-outline").click();
  await expect(page.getByTestId(`outline-step:${LONG_MODEL}`)).toBeVisible();
  expect(await beyond(page, page.getByTestId("outline"), '[data-testid="outline"] [role="gridcell"]')).toEqual([]);
  // The inspector.
  await page.getByTestId(`outline-step:${LONG_MODEL}`).click();
  const heading = page.getByTestId("inspector").getByRole("heading", { level: 2 });
  await expect(heading).toHaveText(LONG_MODEL);
  expect((await heading.boundingBox())!.height).toBeLessThanOrEqual(64);
  expect(await page.getByTestId("inspector").evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  // The trail.
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("open-model")).toHaveText(LONG_MODEL);
  await expect(page.getByTestId("trail").getByRole("button", { name: "Back to outer of all" })).toBeVisible();
  await expect(page.getByTestId("centre-graph")).toBeInViewport({ ratio: 1 });
  // The problems.
  await page.getByTestId("tab-problems").click();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
});

test("the palette finds odd names and keeps them in its list", async ({ app }) => {
  const { page } = app;
  await openOdd(app);
  await page.keyboard.press("F1");
  const palette = page.getByTestId("palette");
  await expect(palette.getByRole("combobox")).toBeFocused();
  await page.keyboard.type("open model it's quoted");
  await expect(palette.getByRole("option").first()).toContainText(`Open model ${QUOTED}`);
  await page.keyboard.press("Control+a");
  await page.keyboard.type("open long-xxx");
  await expect(palette.getByRole("option").first()).toContainText(LONG_MODEL);
  expect(await palette.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  await page.keyboard.press("Control+a");
  await page.keyboard.type("tensor yyyyyy");
  expect(await palette.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  await page.keyboard.press("Control+a");
  await page.keyboard.type("mid dle 🐚");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("inspector").getByRole("heading", { level: 2 })).toHaveText("mid dle 🐚");
});

test("an ensemble of an odd name is made, opened and written as it is", async ({ app }) => {
  const { page } = app;
  await openOdd(app);
  const name = `a "new" one's 🐚 ${"n".repeat(200)}`;
  await page.getByTestId("add-to-repository").click();
  await page.getByRole("menuitem", { name: "New ensemble…" }).click();
  const dialog = page.getByRole("dialog", { name: "New ensemble" });
  await dialog.getByRole("textbox", { name: "Name" }).fill(name);
  expect(await dialog.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page.getByTestId("open-model")).toHaveText(name);
  await page.getByTestId("centre-text").click();
  await expect(page.locator(".cm-content")).toContainText(`a \\"new\\" one's 🐚`);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
});
