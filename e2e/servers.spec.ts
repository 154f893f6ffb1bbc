import { readFile } from "node:fs/promises";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test, type AppPage } from "./fixtures/app.ts";
import { connectLocal, openDialog, sampleServer } from "./fixtures/connect.ts";
import { plainHost } from "./fixtures/plain-host.ts";
import type { ControlStandIn } from "./fixtures/control-stand-in.ts";

const SECRET = "hunter2-of-the-operator";

let server: ControlStandIn;

test.beforeEach(async () => {
  server = await sampleServer();
});

test.afterEach(() => server.stop());

const panel = (page: Page) => page.getByTestId("server-panel");
const diagnosis = (page: Page) => page.getByTestId("diagnosis");
const stateOf = (page: Page) => panel(page).getByTestId("server-state");

/** The browser itself tells of answers that are errors; nothing else may have gone wrong. */
function onlyRefusals(app: AppPage): void {
  expect(app.errors.filter((text) => !/Failed to load resource|blocked by CORS policy/.test(text))).toEqual([]);
  expect(app.errors.join()).not.toContain(SECRET);
  app.errors.length = 0;
}

async function violations(page: Page, ...within: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const axe = within.reduce((builder, selector) => builder.include(selector), new AxeBuilder({ page }));
    found.push(...(await axe.analyze()).violations.map(({ id, nodes }) => `${colorScheme} ${id} ${nodes[0]?.html ?? ""}`));
  }
  return found;
}

test("a server is connected through the proxy, its models are unloaded and loaded as its index says, and its statistics move", async ({ app }) => {
  const { page } = app;
  await openDialog(app);
  await connectLocal(page, server.port);
  await expect(stateOf(page)).toContainText("ready since");
  await expect(page.getByTestId("server-metadata")).toHaveText("triton 2.70.0");
  await expect(page.getByTestId(`server-localhost:${server.port}`)).toContainText("ready");
  await expect(page.getByTestId("server-index").locator("> li")).toHaveCount(4);

  const row = page.getByTestId("index-preprocess");
  await row.getByRole("button", { name: "Unload preprocess…" }).click();
  const dialog = page.getByRole("dialog", { name: /Unload preprocess from localhost/ });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  expect(server.asked(/unload/)).toEqual([]);
  await page.getByTestId("index-spleen_ct").getByRole("button", { name: "Unload spleen_ct…" }).click();
  await expect(page.getByRole("dialog")).toContainText("By this repository: preprocess, segmentation_3d, postprocess");
  await page.getByRole("checkbox", { name: /Its steps as well/ }).check();
  await page.getByRole("button", { name: "Unload", exact: true }).click();
  await expect(page.getByTestId("index-spleen_ct")).toContainText("unloading …");
  await expect(page.getByTestId("index-spleen_ct")).toHaveAttribute("data-state", "UNLOADING");
  await expect(page.getByTestId("index-spleen_ct")).toHaveAttribute("data-state", "UNAVAILABLE");
  await expect(page.getByTestId("index-spleen_ct")).toContainText("spleen_ct is unloaded.");
  expect(server.requests.find(({ line }) => line.endsWith("/unload"))?.body).toBe('{"parameters":{"unload_dependents":true}}');

  server.loadTime = 1500;
  await page.getByTestId("index-spleen_ct").getByRole("button", { name: "Load spleen_ct", exact: true }).click();
  await expect(page.getByTestId("index-spleen_ct")).toContainText("loading …");
  await expect(page.getByTestId("index-spleen_ct")).toHaveAttribute("data-state", "READY");

  await row.getByRole("button", { name: "preprocess", exact: true }).click();
  const statistics = page.getByTestId("statistics");
  await expect(statistics).toHaveAttribute("data-samples", "3");
  await expect(page.getByTestId("just-now")).toContainText("1.00");
  await expect(page.getByTestId("just-now")).toContainText("7.00");
  await expect(page.getByTestId("batch-stats").locator("tbody tr")).toHaveCount(1);
  await expect(statistics.getByRole("img", { name: /^Requests per second/ }).locator("canvas")).toBeVisible();

  // Nobody looks at them any more: the server itself is looked at, for the list below the tree.
  const asked = (pattern: RegExp): number => server.asked(pattern).length;
  await page.getByTestId("tab-run").click();
  const [statisticsBefore, looksBefore] = [asked(/stats$/), asked(/live$/)];
  await expect.poll(() => asked(/live$/)).toBeGreaterThan(looksBefore + 1);
  expect(asked(/stats$/) - statisticsBefore).toBeLessThanOrEqual(1);
  await page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await page.waitForTimeout(500);
  const before = server.requests.length;
  await page.waitForTimeout(6000);
  expect(server.requests.length).toBe(before);
  await page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { value: "visible", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await expect.poll(() => server.requests.length).toBeGreaterThan(before);
  onlyRefusals(app);
});

test("a model is loaded with the configuration of the repository, and both configurations are compared", async ({ app }) => {
  const { page } = app;
  const preprocess = server.models.get("preprocess")!;
  server.models.set("preprocess", { ...preprocess, config: { ...preprocess.config, max_batch_size: 8 } });
  await openDialog(app);
  await connectLocal(page, server.port);
  await panel(page).getByText("Configuration", { exact: true }).click();
  const verdict = page.getByTestId("config-verdict");
  await expect(verdict).toHaveText("Equal: the server serves spleen_ct with the configuration of this repository, completed.");
  await page.getByTestId("index-preprocess").getByRole("button", { name: "preprocess", exact: true }).click();
  await panel(page).getByText("Configuration", { exact: true }).click();
  await expect(verdict).toHaveText("The configurations of preprocess differ.");
  const served = page.getByRole("textbox", { name: "As served" });
  await expect(served).toContainText("max_batch_size: 8");
  await expect(page.getByRole("textbox", { name: "This repository, completed" })).toContainText("max_batch_size: 1");

  await panel(page).getByRole("button", { name: "Load with this repository's configuration" }).click();
  await expect(page.getByTestId("index-preprocess")).toContainText("loaded with the configuration of this repository, until");
  const sent = JSON.parse(server.requests.find(({ line }) => line.endsWith("/load"))!.body) as { parameters: { config: string } };
  expect(JSON.parse(sent.parameters.config)).toMatchObject({ name: "preprocess", backend: "python", max_batch_size: 1 });

  await panel(page).getByRole("button", { name: "Load as the server's repository has it" }).click();
  await expect(page.getByTestId("index-preprocess")).toContainText("preprocess is loaded.");
  await expect(verdict).toHaveAttribute("data-equal", "true");
  expect(server.requests.findLast(({ line }) => line.endsWith("/load"))?.body).toBe("");
});

test("a server that goes is said to be gone at the next look, and looked at until it is back", async ({ app }) => {
  const { page } = app;
  await openDialog(app);
  await connectLocal(page, server.port);
  await expect(page.getByTestId("statistics")).toHaveAttribute("data-samples", "2");
  await server.stop();
  await expect(stateOf(page)).toContainText("unreachable since", { timeout: 10_000 });
  await expect(panel(page).getByTestId("diagnosis").first()).toHaveAttribute("data-code", "CONNECTION_REFUSED");
  await expect(page.getByTestId(`server-localhost:${server.port}`)).toContainText("unreachable since");
  await expect(panel(page)).toContainText("As it was when the server last answered.");
  const before = Number(await page.getByTestId("statistics").getAttribute("data-samples"));
  await server.start();
  await expect(stateOf(page)).toContainText("ready since", { timeout: 60_000 });
  await expect.poll(async () => Number(await page.getByTestId("statistics").getAttribute("data-samples"))).toBeGreaterThan(before + 1);
  await expect(diagnosis(page)).toHaveCount(0);
  onlyRefusals(app);
});

test("a restricted server says which header it expects, and the header is kept where the user says and nowhere else", async ({ app }) => {
  const { page } = app;
  server.restricted = { header: "admin-key", value: SECRET };
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  await openDialog(app);
  await connectLocal(page, server.port);
  await expect(diagnosis(page)).toHaveAttribute("data-code", "RESTRICTED");
  await expect(diagnosis(page)).toContainText("The server expects the header admin-key.");
  await page.getByRole("button", { name: "Add it anyway" }).click();
  await expect(panel(page).getByTestId("diagnosis").first()).toHaveAttribute("data-code", "RESTRICTED");

  await panel(page).getByRole("button", { name: "Change…" }).click();
  await page.getByRole("button", { name: "Add header" }).click();
  await page.getByRole("textbox", { name: "Name of header 1" }).fill("Cookie");
  const value = page.getByLabel("Value of header 1");
  await expect(value).toHaveAttribute("type", "password");
  await value.fill(SECRET);
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(page.getByRole("dialog")).toContainText("Browsers do not let a page send this header");
  await page.getByRole("textbox", { name: "Name of header 1" }).fill("admin-key");
  await expect(page.getByRole("checkbox", { name: /Remember the headers/ })).not.toBeChecked();
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(page.getByTestId("server-index").locator("> li")).toHaveCount(4);
  await expect(diagnosis(page)).toHaveCount(0);
  await expect(panel(page)).toContainText("Headers: admin-key");

  const kept = () => page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  expect(await kept()).toContain(`/v2-proxy/localhost:${server.port}`);
  expect(await kept()).not.toContain(SECRET);
  await page.getByTestId("tab-plan").click();
  expect(await page.content()).not.toContain(SECRET);
  expect(await stored(page)).not.toContain(SECRET);
  await page.keyboard.press("F1");
  await page.keyboard.type("download as zip");
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  expect((await readFile(await download.path())).includes(SECRET)).toBe(false);

  await page.reload();
  await app.idle();
  await page.getByTestId("tab-server").click();
  await expect(diagnosis(page).first()).toHaveAttribute("data-code", "RESTRICTED");
  await panel(page).getByRole("button", { name: "Change…" }).click();
  await page.getByRole("button", { name: "Add header" }).click();
  await page.getByRole("textbox", { name: "Name of header 1" }).fill("admin-key");
  await page.getByLabel("Value of header 1").fill(SECRET);
  await page.getByRole("checkbox", { name: /Remember the headers/ }).check();
  await expect(page.getByRole("dialog")).toContainText("(localStorage), as plain text: whoever uses this browser profile can read them");
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(page.getByTestId("server-index")).toBeVisible();
  expect(await kept()).toContain(SECRET);
  await page.reload();
  await app.idle();
  await page.getByTestId("tab-server").click();
  await expect(page.getByTestId("server-index")).toBeVisible();
  await panel(page).getByRole("button", { name: "Disconnect" }).click();
  await expect(page.getByTestId("servers")).toContainText("No server is connected.");
  expect(await kept()).not.toContain(SECRET);
  expect(said.join("\n")).not.toContain(SECRET);
  onlyRefusals(app);
});

/** All that the page's databases hold, as text. */
function stored(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const texts: string[] = [];
    for (const { name = "" } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error as Error);
      });
      for (const store of database.objectStoreNames) {
        const all = await new Promise<unknown[]>((resolve, reject) => {
          const asked = database.transaction(store).objectStore(store).getAll();
          asked.onsuccess = () => resolve(asked.result as unknown[]);
          asked.onerror = () => reject(asked.error as Error);
        });
        texts.push(JSON.stringify(all));
      }
      database.close();
    }
    return texts.join("\n");
  });
}

test("what is no server, and what no page may ask, is told apart in the dialog", async ({ app }) => {
  const { page } = app;
  const dialog = page.getByRole("dialog", { name: "Connect a server" });
  const connect = dialog.getByRole("button", { name: "Connect", exact: true });
  await openDialog(app);
  await connect.click();
  await expect(dialog).toContainText("Choose a server");
  server.instead = { status: 200, type: "text/html", body: "<!doctype html><p>A page" };
  await connectLocal(page, server.port);
  await expect(diagnosis(page)).toHaveAttribute("data-code", "NOT_V2");
  server.instead = { status: 302, type: "text/plain", body: "", headers: { Location: "http://127.0.0.1:1/" } };
  await connectLocal(page, server.port);
  await expect(diagnosis(page)).toHaveAttribute("data-code", "REDIRECTED");
  server.instead = undefined;
  await connectLocal(page, 1);
  await expect(diagnosis(page)).toHaveAttribute("data-code", "CONNECTION_REFUSED");

  await dialog.getByText("Directly (CORS)").click();
  const address = dialog.getByRole("textbox", { name: "Address" });
  for (const [text, said] of [["triton:8000/", "Expected http or https"], ["http://a:b@host", "No password in the address"], ["nothing", "This is no URL"]] as const) {
    await address.fill(text);
    await connect.click();
    await expect(dialog).toContainText(said);
  }
  await address.fill(`http://127.0.0.1:${server.port}`);
  await connect.click();
  await expect(diagnosis(page)).toHaveAttribute("data-code", "CORS_OR_NO_ANSWER");
  server.extra = { "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*" };
  await connect.click();
  await expect(page.getByTestId("server-index").locator("> li")).toHaveCount(4);
  onlyRefusals(app);
});

test("a host without proxy is told from servers that are not there and from those that refuse the page", async ({ app, browser }) => {
  const host = await plainHost();
  const page = await browser.newPage();
  try {
    await page.goto(host.url);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await page.getByTestId("sample-spleen_ct").getByRole("button", { name: "Open" }).click();
    await page.getByTestId("add-server").click();
    await expect(diagnosis(page)).toHaveAttribute("data-code", "NO_PROXY");
    await expect(diagnosis(page)).toContainText("Hosting a build");
    await page.getByText("Directly (CORS)").click();
    const address = page.getByRole("textbox", { name: "Address" });
    await address.fill(`http://127.0.0.1:${server.port}`);
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await expect(diagnosis(page)).toHaveAttribute("data-code", "CORS_REFUSED");
    await server.stop();
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await expect(diagnosis(page)).toHaveAttribute("data-code", "NO_ANSWER");
    await page.getByRole("button", { name: "Add it anyway" }).click();
    await expect(stateOf(page)).toContainText("unreachable since");
  } finally {
    await page.close();
    host.close();
  }
  await app.open();
});

test("the panel reads well in both schemes, in Chinese and in a narrow window", async ({ app }) => {
  // Every look of axe takes its time.
  test.setTimeout(400_000);
  const { page } = app;
  server.models.set("postprocess", { ...server.models.get("postprocess")!, state: "UNAVAILABLE", reason: "Internal: unable to allocate memory" });
  await openDialog(app);
  expect(await violations(page, '[role="dialog"]')).toEqual([]);
  await connectLocal(page, server.port, () => page.getByRole("textbox", { name: "Metrics" }).fill(`localhost:${server.port}`));
  await expect(diagnosis(page)).toHaveAttribute("data-code", "NOT_READY");
  await expect(diagnosis(page)).toContainText("Not ready: postprocess.");
  await expect(page.getByTestId("index-postprocess")).toContainText("unable to allocate memory");
  await expect(page.getByTestId("just-now")).toBeVisible();
  const parts = ['[data-testid="servers"]', '[data-testid="server-panel"]'];
  expect(await violations(page, ...parts)).toEqual([]);
  await panel(page).getByText("Metrics", { exact: true }).click();
  await page.getByRole("textbox", { name: "Filter metrics" }).fill("count preprocess");
  await expect(page.getByTestId("metrics-table").locator("tbody tr")).toHaveCount(1);
  await expect(page.getByRole("progressbar", { name: "Utilization of GPU GPU-1" })).toHaveAttribute("aria-valuenow", "25");
  expect(await violations(page, ...parts)).toEqual([]);
  await panel(page).getByText("Settings", { exact: true }).click();
  await expect(page.getByTestId("settings-trace")).toContainText("TIMESTAMPS");
  await expect(page.getByTestId("settings-logging")).toContainText("log_format");
  expect(await violations(page, ...parts)).toEqual([]);

  await page.setViewportSize({ width: 390, height: 844 });
  await panel(page).getByText("Models", { exact: true }).click();
  await page.getByTestId("index-postprocess").scrollIntoViewIfNeeded();
  expect(await panel(page).evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await page.getByRole("button", { name: "Language" }).click();
  await expect(stateOf(page)).toContainText("未就绪");
  await expect(diagnosis(page)).toContainText("服务器存活，但未就绪");
  expect(await violations(page, '[data-testid="server-panel"]')).toEqual([]);
  onlyRefusals(app);
});
