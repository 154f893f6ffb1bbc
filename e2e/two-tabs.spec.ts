import { AppPage, expect, test } from "./fixtures/app.ts";

async function showText({ page }: AppPage): Promise<void> {
  await page.getByTestId("centre-text").click();
  await expect(page.locator(".cm-content")).toBeVisible();
}

/** Puts a line at the top of the text on screen, and waits until it is kept. */
async function write(app: AppPage, line: string): Promise<void> {
  const { page } = app;
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.insertText(`${line}\n`);
  await expect(page.locator(".cm-line").first()).toHaveText(line);
  await page.waitForTimeout(1000);
}

async function secondTab(first: AppPage, address: string): Promise<AppPage> {
  const app = new AppPage(await first.page.context().newPage());
  await app.open(address);
  return app;
}

const firstLine = (app: AppPage) => app.page.locator(".cm-line").first();
const mark = (app: AppPage) => app.page.getByTestId("also-open");

test("two tabs with one repository keep their edits apart, tell it, and both find their own again", async ({ app }) => {
  await app.open("?repository=/local");
  await showText(app);
  await expect(mark(app)).toHaveCount(0);
  await write(app, "# from the first tab");

  const other = new AppPage(await app.page.context().newPage());
  // The notice goes by itself soon after it came, so that it is waited for before it can come.
  const told = [app, other].map(({ page }) => expect(page.getByText("is also open in another tab")).toBeVisible({ timeout: 60_000 }));
  await Promise.all([other.open("?repository=/local"), ...told]);
  await expect(mark(other)).toBeVisible();
  await expect(mark(app)).toBeVisible();
  await showText(other);
  await expect(firstLine(other)).not.toHaveText("# from the first tab");
  await write(other, "# from the second tab");
  await write(app, "# from the first tab again");

  // Each tab finds its own workspace after a reload, although the other one goes on.
  await Promise.all([app.page.reload(), other.page.reload()]);
  await Promise.all([app.idle(), other.idle()]);
  await expect(firstLine(app)).toHaveText("# from the first tab again");
  await expect(firstLine(other)).toHaveText("# from the second tab");
  await expect(mark(app)).toBeVisible();
  await expect(mark(other)).toBeVisible();

  const { page } = app;
  const third = new AppPage(await page.context().newPage());
  await Promise.all([app.page.close(), other.page.close()]);
  // A tab that is closed holds its workspace until its process has ended. A picture has no application that would hold one.
  const picture = await third.page.context().newPage();
  await picture.goto("./favicon.svg");
  await expect.poll(() => picture.evaluate(async () => (await navigator.locks.query()).held?.length)).toBe(0);
  await picture.close();
  await third.open();
  const fourth = await secondTab(third, "");
  const restored = await firstLine(third).textContent();
  expect(["# from the first tab again", "# from the second tab"]).toContain(restored);
  await expect(third.page.getByText("Your unsaved edits are back")).toBeVisible();
  await expect(fourth.page.getByTestId("gallery")).toBeVisible();
  const recents = fourth.page.getByTestId(/^recent-/);
  await expect(recents).toHaveCount(2);
  await expect(recents.filter({ hasText: "1 unsaved" })).toHaveCount(2);
  await expect(recents.filter({ hasText: "open in another tab" })).toHaveCount(1);
  await recents.filter({ hasNotText: "open in another tab" }).click();
  await fourth.idle();
  await expect(fourth.page.getByText("Your unsaved edits are back")).toBeVisible();
  await expect(mark(third)).toBeVisible();
  await expect(mark(fourth)).toBeVisible();
  await expect(firstLine(fourth)).toHaveText(restored === "# from the second tab" ? "# from the first tab again" : "# from the second tab");

  // The mark goes with the other tab.
  await third.page.close();
  await expect(mark(fourth)).toHaveCount(0);
  expect([...other.errors, ...third.errors, ...fourth.errors]).toEqual([]);
});

test("a duplicated tab gets a workspace of its own", async ({ app }) => {
  await app.open("?sample=spleen_ct");
  await showText(app);
  await write(app, "# original");
  const copied = await app.page.evaluate(() => ({ ...sessionStorage }));
  const page = await app.page.context().newPage();
  await page.addInitScript((entries) => {
    for (const [key, value] of Object.entries(entries)) if (sessionStorage.getItem(key) === null) sessionStorage.setItem(key, value as string);
  }, copied);
  const other = new AppPage(page);
  await other.open();
  await expect(mark(other)).toBeVisible();
  await showText(other);
  await write(other, "# duplicate");
  await Promise.all([app.page.reload(), other.page.reload()]);
  await Promise.all([app.idle(), other.idle()]);
  await expect(firstLine(app)).toHaveText("# original");
  await expect(firstLine(other)).toHaveText("# duplicate");
  expect(other.errors).toEqual([]);
});

test("a workspace that another tab has open is not forgotten", async ({ app }) => {
  await app.open("?sample=spleen_ct");
  const other = await secondTab(app, "");
  await expect(other.page.getByTestId("gallery")).toBeVisible();
  await other.page.getByRole("button", { name: /^Forget/ }).click();
  await expect(other.page.getByText("WORKSPACE_IN_USE")).toBeVisible();
  await expect(other.page.getByTestId(/^recent-/)).toHaveCount(1);
});
