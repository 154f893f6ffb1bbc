import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { AppPage } from "./fixtures/app.ts";
import { expect, test } from "./fixtures/app.ts";
import { serveFolder, type ServeProcess } from "./fixtures/conch-serve.ts";
import { connectLocal } from "./fixtures/connect.ts";
import { openZip } from "./fixtures/zip.ts";

// One repository, open in the window and served by a server of its own, from the connection to the end of the server.

const identity = (name: string, more: string): string =>
  `name: "${name}"\nbackend: "identity"\ninput [ { name: "INPUT0" data_type: TYPE_FP32 dims: [ -1 ] } ]\noutput [ { name: "OUTPUT0" data_type: TYPE_FP32 dims: [ -1 ] } ]\n${more}`;

const FILES = {
  "slow/config.pbtxt": identity("slow", 'parameters { key: "execute_delay_ms" value { string_value: "60000" } }\n'),
  "slow/1/.gitkeep": "",
  "large/config.pbtxt": identity("large", ""),
  "large/1/.gitkeep": "",
};

let folder: string;
let server: ServeProcess;

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "conch-served-"));
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  server = await serveFolder(folder, { options: ["--model-control", "explicit", "--load", "*"] });
});

test.afterEach(async () => {
  server.kill();
  await rm(folder, { recursive: true });
});

interface Conch {
  readonly session: {
    setInput(model: string, input: string, source: object): Promise<void>;
    getState(): { readonly run: { readonly result: { readonly outputs: Readonly<Record<string, { readonly bytes: number }>> } | null } };
  };
}

/** Opens the repository and connects its server, by the dialog. */
async function open(app: AppPage): Promise<void> {
  const { page } = app;
  await app.open();
  await openZip(app, "served", FILES);
  await page.getByTestId("add-server").click();
  await connectLocal(page, server.port);
  await expect(page.getByTestId("server-panel").getByTestId("server-state")).toContainText("ready since");
}

/** Opens a model, fills its input and sends its runs to the server. */
async function dispatch({ page }: AppPage, model: string, elements: number): Promise<void> {
  await page.getByTestId("explorer").getByRole("treeitem", { name: model }).click();
  await page.evaluate(
    ([name, count]) => (window as unknown as { conch: Conch }).conch.session.setInput(name as string, "INPUT0", { kind: "generated", fill: "uniform", shape: [count] }),
    [model, elements] as const,
  );
  await page.getByTestId("tab-run").click();
  await page.getByTestId("run-panel").getByTestId(`where-${model}`).selectOption({ label: `Server localhost:${server.port}` });
}

async function run({ page }: AppPage, status: string, meanwhile?: () => Promise<void>): Promise<void> {
  await page.getByTestId("tab-run").click();
  await page.getByTestId("run").click();
  await meanwhile?.();
  await expect(page.locator("html")).toHaveAttribute("data-conch", "idle", { timeout: 120_000 });
  await page.getByTestId("tab-run").click();
  await expect(page.getByTestId("run-status")).toHaveAttribute("data-status", status);
}

test("a model is unloaded and loaded, and a run that is cancelled ends at the server", async ({ app }) => {
  const { page } = app;
  await open(app);
  const large = page.getByTestId("index-large");
  await expect(large).toHaveAttribute("data-state", "READY");
  await large.getByRole("button", { name: "Unload large…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Unload", exact: true }).click();
  await expect(large).toHaveAttribute("data-state", "UNAVAILABLE");
  await large.getByRole("button", { name: "Load large", exact: true }).click();
  await expect(large).toHaveAttribute("data-state", "READY");

  await dispatch(app, "slow", 8);
  await run(app, "cancelled", async () => {
    await expect(page.getByTestId("run-status")).toContainText(`Waiting for server localhost:${server.port}`);
    await page.getByTestId("run-panel").getByRole("button", { name: "Cancel" }).click();
  });
  await expect.poll(() => server.said()).toContain("cancelled slow");
  // It is free for the next one at once.
  await dispatch(app, "large", 8);
  await run(app, "done");
});

test("a server that is killed in mid-run fails the run with the reason, and is found again when it is back", async ({ app }) => {
  const { page } = app;
  await open(app);
  const { port } = server;
  await dispatch(app, "slow", 8);
  await run(app, "failed", async () => {
    await expect(page.getByTestId("run-status")).toContainText(`Waiting for server localhost:${port}`);
    server.kill();
  });
  await expect(page.getByTestId("run-error")).toContainText(`model 'slow' on server 'localhost:${port}'`);
  await page.getByTestId("tab-server").click();
  const state = page.getByTestId("server-panel").getByTestId("server-state");
  await expect(state).not.toContainText("ready");
  server = await serveFolder(folder, { port });
  await expect(state).toContainText("ready since", { timeout: 90_000 });
  await dispatch(app, "large", 8);
  await run(app, "done");
  app.errors.splice(0);
});

test("a tensor of 200 MB goes to the server and back, again and again, in steady memory", async ({ app }) => {
  test.slow();
  const { page } = app;
  const elements = 50_000_000;
  await open(app);
  await dispatch(app, "large", elements);
  const taken: number[] = [];
  for (let turn = 0; turn < 4; turn++) {
    await run(app, "done");
    expect(await page.evaluate(() => (window as unknown as { conch: Conch }).conch.session.getState().run.result?.outputs.OUTPUT0?.bytes)).toBe(4 * elements);
    taken.push(await page.evaluate(async () => (await (performance as unknown as { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> }).measureUserAgentSpecificMemory()).bytes));
  }
  test.info().annotations.push({ type: "bytes after each turn", description: taken.join(", ") });
  // Input, output, and the output before it where it is not yet collected. Were one tensor lost in each turn, the fourth would show six of them.
  for (const bytes of taken) expect(bytes).toBeLessThan(3.5 * 4 * elements);
});
