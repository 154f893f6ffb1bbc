import { readFile } from "node:fs/promises";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test, type AppPage } from "./fixtures/app.ts";
import { loadServer, type LoadServer } from "./fixtures/load-server.ts";

const CONFIG = `name: "echo"
backend: "identity"
max_batch_size: 8
input [{ name: "INPUT0" data_type: TYPE_FP32 dims: [ 4 ] }]
output [{ name: "OUTPUT0" data_type: TYPE_FP32 dims: [ 4 ] }]
instance_group [{ kind: KIND_CPU }]
`;

interface ConchWindow {
  readonly conch: {
    readonly workspace: { openNew(name: string, texts: ReadonlyMap<string, string>): Promise<boolean> };
    readonly selection: { getState(): { openModel(model: string): void } };
    readonly servers: { add(server: object): void };
    readonly session: { setInput(model: string, input: string, source: object): Promise<void> };
    readonly panes: { getState(): { showTab(tab: string): void } };
  };
}

let server: LoadServer;
test.beforeEach(async () => {
  server = await loadServer();
});
test.afterEach(() => server.close());

/** The model "echo" with an input, the server connected, and the tab open. */
async function begin(app: AppPage): Promise<Page> {
  const { page } = app;
  await app.open();
  await page.evaluate(
    async ([config, port]) => {
      const { conch } = window as unknown as ConchWindow;
      await conch.workspace.openNew("loads", new Map([["echo/config.pbtxt", config], ["echo/1/.gitkeep", ""]]));
      conch.selection.getState().openModel("echo");
      conch.servers.add({ id: "lab", name: "lab", base: `/v2-proxy/localhost:${port}`, headers: {} });
      await conch.session.setInput("echo", "INPUT0", { kind: "generated", fill: "uniform", shape: [1, 4] });
      conch.panes.getState().showTab("load-sweep");
    },
    [CONFIG, server.port] as const,
  );
  await app.idle();
  return page;
}

async function fill(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.getByTestId("load-sweep").getByRole("textbox", { name, exact: true }).fill(value);
}

test("a model is put under load here and on a server, level by level, and the table can be taken along", async ({ app }) => {
  const page = await begin(app);
  const panel = page.getByTestId("load-sweep");
  await expect(panel).toContainText("Up to 8 here: max_batch_size of echo");
  await fill(page, { "Clients at once": "1, 4", "Batch sizes": "1, 2, 8", "Requests": "12", "Warm-up requests": "1" });
  await page.getByTestId("sweep").click();
  await expect(page.getByTestId("sweep-status")).toHaveAttribute("data-status", "done", { timeout: 120_000 });

  // Twice twelve and the warm-up of five clients, at each of the two batches that the server takes.
  expect(server.batches.filter((batch) => batch === 1)).toHaveLength(12 + 1 + 12 + 4);
  expect(server.batches.filter((batch) => batch === 2)).toHaveLength(12 + 1 + 12 + 4);
  expect(server.batches).toHaveLength(58);
  expect(server.most()).toBeGreaterThan(1);
  expect(server.most()).toBeLessThanOrEqual(4);
  const rows = page.getByTestId("sweep-table").locator("tbody tr");
  await expect(rows).toHaveCount(10);
  for (const row of await rows.all()) await expect(row.locator("td").nth(4)).toHaveText("12");
  await expect(page.getByTestId("sweep-stops").getByRole("listitem")).toHaveText(["lab: not at batch 8. max_batch_size of 'echo' is 4"]);
  await expect(page.getByTestId("sweep-caption")).toContainText("lab: triton 2.70.0");
  await expect(panel.getByRole("img", { name: "Latency by clients at batch 1, ms. The table Levels has the numbers." }).locator("canvas")).toBeVisible();
  await expect(panel.getByRole("img", { name: "Most inferences per second by batch size" }).locator("canvas")).toBeVisible();

  const [download] = await Promise.all([page.waitForEvent("download"), panel.getByRole("button", { name: "Save CSV" }).click()]);
  const lines = (await readFile(await download.path(), "utf8")).trim().split("\r\n").map((line) => line.split(","));
  expect(lines).toHaveLength(12);
  const [head, ...levels] = lines;
  for (const level of levels) {
    const value = (name: string): number => Number(level[head!.indexOf(name)]);
    if (level[head!.indexOf("stop")] !== "") continue;
    expect(value("p50_ms")).toBeLessThanOrEqual(value("p95_ms"));
    expect(value("p95_ms")).toBeLessThanOrEqual(value("p99_ms"));
    expect(value("p99_ms")).toBeLessThanOrEqual(value("measured_ms"));
    expect(value("items_per_s")).toBeCloseTo((1000 * value("batch") * value("requests")) / value("measured_ms"), 3);
  }
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).include('[data-testid="load-sweep"]').analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
  }
});

test("a sweep is cancelled in the middle of a request, which the server sees end", async ({ app }) => {
  const page = await begin(app);
  server.holdBatch(2);
  await page.getByTestId("load-sweep").getByRole("checkbox", { name: "This browser" }).uncheck();
  await fill(page, { "Clients at once": "2", "Batch sizes": "1, 2", "Requests": "4", "Warm-up requests": "0" });
  await page.getByTestId("sweep").click();
  await expect.poll(() => server.batches.filter((batch) => batch === 2).length).toBe(2);
  await page.getByTestId("tab-run").click();
  await expect(page.getByTestId("run")).toBeDisabled();
  await page.getByTestId("tab-load-sweep").click();
  await page.getByTestId("cancel-sweep").click();
  await expect(page.getByTestId("sweep-status")).toHaveAttribute("data-status", "cancelled");
  await expect.poll(() => server.left()).toBe(2);
  await expect(page.getByTestId("sweep-table").locator("tbody tr")).toHaveCount(1);
  await expect(page.getByTestId("sweep-stops")).toHaveText("lab: cancelled at batch 2 with 2 at once");
});

test("requests that are refused are counted by kind, and a side that only refuses is left alone", async ({ app }) => {
  const page = await begin(app);
  server.refuseBatch(2);
  await fill(page, { "Clients at once": "1, 2", "Batch sizes": "1, 2", "Requests": "20", "Warm-up requests": "0" });
  await page.getByTestId("sweep").click();
  await expect(page.getByTestId("sweep-status")).toHaveAttribute("data-status", "done", { timeout: 60_000 });
  expect(server.batches.filter((batch) => batch === 2)).toHaveLength(10);
  await expect(page.getByTestId("sweep-table")).toContainText("10 × V2_REFUSED 503");
  await expect(page.getByTestId("sweep-stops")).toContainText("lab: no further than batch 2 with 1 at once, where requests fail.");
  await expect(page.getByTestId("sweep-stops")).toContainText("too many requests in the queue");
  app.errors.length = 0;
});
