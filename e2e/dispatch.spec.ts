import { AxeBuilder } from "@axe-core/playwright";
import { strToU8, unzipSync, zipSync } from "fflate";
import { readFile } from "node:fs/promises";
import type { AppPage } from "./fixtures/app.ts";
import { expect, test } from "./fixtures/app.ts";
import { mapped, StandIn } from "./fixtures/v2-stand-in.ts";
import { ensemble, identity, openZip, step } from "./fixtures/zip.ts";

const SECRET = "Bearer not-for-others";

/** X → before → T → engine (TensorRT) → U → after → Y. */
const FILES = {
  ...ensemble("line", "X", "Y", [step("before", ["A", "X"], ["B", "T"]), step("engine", ["IN", "T"], ["OUT", "U"]), step("after", ["A", "U"], ["B", "Y"])]),
  ...identity("before", "A", "B"),
  ...identity("after", "A", "B"),
  "engine/config.pbtxt": 'name: "engine"\nplatform: "tensorrt_plan"\ninput [ { name: "IN" data_type: TYPE_FP32 dims: [ 8 ] } ]\noutput [ { name: "OUT" data_type: TYPE_FP32 dims: [ 8 ] } ]\n',
  "engine/1/model.plan": "not for a browser",
};

let server: StandIn;

test.beforeEach(async () => {
  server = new StandIn({
    line: ([input]) => [mapped(input!, "Y", (value) => value * 3)],
    engine: ([input]) => [mapped(input!, "OUT", (value) => value * 2)],
  });
  await server.start();
});

test.afterEach(() => server.stop());

async function openLine(app: AppPage, connected = true): Promise<void> {
  await app.open();
  await openZip(app, "line", FILES);
  const { page } = app;
  await page.getByTestId("tab-run").click();
  await page.getByTestId("input-X").getByRole("button", { name: "Generate" }).click();
  await page.getByRole("menuitem", { name: "Ones" }).click();
  await app.idle();
  if (connected) await server.connect(app, "Lab", { Authorization: SECRET });
}

async function run({ page }: AppPage, status = "done"): Promise<void> {
  await page.getByTestId("tab-run").click();
  await page.getByTestId("run").click();
  if (status !== "") await ended(page, status);
}

async function ended(page: AppPage["page"], status: string): Promise<void> {
  await expect(page.locator("html")).toHaveAttribute("data-conch", "idle");
  await page.getByTestId("tab-run").click();
  await expect(page.getByTestId("run-status")).toHaveAttribute("data-status", status);
}

interface Conch {
  readonly session: {
    getState(): { readonly run: { readonly plan: unknown; readonly result: { readonly outputs: Readonly<Record<string, unknown>>; readonly steps: unknown } | null } };
    read(handle: unknown): Promise<Float32Array>;
  };
}

function output({ page }: AppPage, name: string): Promise<number[]> {
  return page.evaluate(async (wanted) => {
    const { session } = (window as unknown as { conch: Conch }).conch;
    return [...(await session.read(session.getState().run.result!.outputs[wanted]))];
  }, name);
}

test("a model that no browser runs is offered to a server on its node, in the inspector and beside Run, and a mixed run takes it there", async ({ app }) => {
  const { page } = app;
  await openLine(app, false);
  await expect(page.getByTestId("stranded")).toContainText("Cannot run here: engine.");
  await run(app, "failed");
  await expect(page.getByTestId("run-error")).toContainText("MODEL_NOT_RUNNABLE");
  await server.connect(app, "Lab", { Authorization: SECRET });

  const node = page.getByTestId("node-step:engine");
  await node.getByRole("button", { name: /Not here/ }).click();
  await expect(page.getByRole("menuitem", { name: "Run on Lab" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByTestId("stranded").getByRole("button", { name: "Run on Lab" }).click();
  await expect(node).toContainText("On Lab");
  await expect(page.getByTestId("stranded")).toHaveCount(0);
  await expect(page.getByTestId("run-panel").getByTestId("where-line")).toHaveValue("steps");
  await expect(page.getByTestId("traffic")).toContainText("32 B go to servers, 32 B come back");
  await node.click();
  await expect(page.getByLabel("Run engine on")).toHaveValue(`server ${server.id}`);

  await page.getByTestId("tab-plan").click();
  await expect(page.getByTestId("plan")).toContainText("to server Lab, for engine");
  await expect(page.getByTestId("plan")).toContainText("from server Lab, by engine");
  await run(app);
  expect(await output(app, "Y")).toEqual(Array(8).fill(2));
  await expect(node).toContainText("done");
  await page.getByTestId("tab-timeline").click();
  await expect(page.getByTestId("timeline-engine")).toContainText("On Lab");
  expect(server.inferences("engine").map(({ authorization }) => authorization)).toEqual([SECRET]);
  expect(server.inferences("line")).toEqual([]);
});

test("an ensemble runs as a whole on a server, and here again", async ({ app }) => {
  const { page } = app;
  await openLine(app);
  await page.getByTestId("run-panel").getByTestId("where-line").selectOption("Server Lab, as a whole");
  await expect(page.getByTestId("node-step:before")).toContainText("On Lab");
  await run(app);
  expect(await output(app, "Y")).toEqual(Array(8).fill(3));
  expect(server.inferences("line")).toHaveLength(1);
  // A server's model may have become another: it is asked again, unless the user says otherwise.
  await run(app);
  await expect.poll(() => server.inferences("line").length).toBe(2);
  await page.getByRole("checkbox", { name: /results again/ }).check();
  await run(app);
  await run(app);
  expect(server.inferences("line")).toHaveLength(3);
  await page.getByTestId("run-panel").getByTestId("where-line").selectOption("This browser");
  await expect(page.getByTestId("node-step:before")).not.toContainText("On Lab");
  await run(app, "failed");
  await expect(page.getByTestId("run-error")).toContainText("MODEL_NOT_RUNNABLE");
});

test("a server that dies during a step fails it with the reason, the page lives, and the next run works once it is back", async ({ app }) => {
  const { page } = app;
  await openLine(app);
  await page.getByTestId("stranded").getByRole("button", { name: "Run on Lab" }).click();
  server.hold();
  await run(app, "");
  await expect(page.getByTestId("run-status")).toContainText("Waiting for server Lab");
  await expect(page.getByTestId("node-step:engine")).toContainText("waiting for server Lab");
  await expect.poll(() => server.inferences("engine").length).toBe(1);
  await server.stop();
  await ended(page, "failed");
  await expect(page.getByTestId("run-error")).toContainText("V2_REFUSED");
  await expect(page.getByTestId("run-error")).toContainText("model 'engine' on server 'Lab'");
  await expect(page.getByTestId("node-step:engine")).toContainText("failed");
  // Not even begun: the server is asked for its model first.
  await run(app, "failed");
  await expect(page.getByTestId("run-error")).toContainText("takes no connections");
  await server.start();
  await run(app);
  expect(await output(app, "Y")).toEqual(Array(8).fill(2));
  app.errors.splice(0);
});

test("cancelling a run ends its request at the server", async ({ app }) => {
  const { page } = app;
  await openLine(app);
  await page.getByTestId("stranded").getByRole("button", { name: "Run on Lab" }).click();
  server.hold();
  await run(app, "");
  await expect.poll(() => server.inferences("engine").length).toBe(1);
  await page.getByTestId("run-panel").getByRole("button", { name: "Cancel" }).click();
  await expect.poll(() => server.inferences("engine")[0]?.gone).toBe(true);
  await ended(page, "cancelled");
  server.release();
  await run(app);
  expect(await output(app, "Y")).toEqual(Array(8).fill(2));
});

test("a model that the server does not have is named before anything runs", async ({ app }) => {
  const { page } = app;
  await openLine(app);
  await page.getByTestId("node-step:before").click();
  await page.getByLabel("Run before on").selectOption("Server Lab");
  await page.getByTestId("stranded").getByRole("button", { name: "Run on Lab" }).click();
  await run(app, "failed");
  await expect(page.getByTestId("run-error")).toContainText("SERVER_WITHOUT_MODEL");
  await expect(page.getByTestId("run-error")).toContainText("model 'before' on server 'Lab': Request for unknown model: 'before' is not found");
  expect(server.inferences("engine")).toEqual([]);
  app.errors.splice(0);
});

test("the headers of a server appear in no plan, report, error, export or store of the browser", async ({ app }) => {
  const { page } = app;
  await openLine(app);
  await page.getByTestId("stranded").getByRole("button", { name: "Run on Lab" }).click();
  await run(app);
  await server.stop();
  const done = await page.evaluate(() => {
    const { run: last } = (window as unknown as { conch: Conch }).conch.session.getState();
    return JSON.stringify([last.plan, last.result]);
  });
  await run(app, "failed");
  const failed = await page.evaluate(() => JSON.stringify((window as unknown as { conch: Conch }).conch.session.getState().run));
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  await page.getByTestId("node-step:before").click();
  await page.keyboard.press("F1");
  await expect(page.getByTestId("palette").getByRole("combobox")).toBeFocused();
  await page.keyboard.type("zip");
  const download = page.waitForEvent("download");
  await page.keyboard.press("Enter");
  const zip = unzipSync(await readFile(await (await download).path()));
  const exported = Object.values(zip).map((bytes) => Buffer.from(bytes).toString()).join("\n");
  expect(exported).toContain("tensorrt_plan");
  for (const text of [done, failed, stored, exported, await page.content(), ...app.errors]) expect(text).not.toContain("not-for-others");
  for (const text of [done, failed, exported]) expect(text).not.toContain("v2-proxy");
  app.errors.splice(0);
});

test("the choice is accessible in both schemes, and fits a narrow screen", async ({ app }) => {
  const { page } = app;
  await openLine(app);
  await page.getByTestId("node-step:engine").click();
  const check = async (): Promise<void> => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const { violations } = await new AxeBuilder({ page }).include('[data-testid="run-panel"]').include('[data-testid="run-on"]').include('[data-testid="node-step:engine"]').analyze();
      expect(violations.map(({ id }) => id)).toEqual([]);
    }
  };
  await check();
  await page.getByTestId("stranded").getByRole("button", { name: "Run on Lab" }).click();
  await check();
  await page.setViewportSize({ width: 390, height: 800 });
  await expect(page.getByTestId("run-panel").getByTestId("where-line")).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

test("the choice is worded in Chinese", async ({ app }) => {
  const { page } = app;
  await page.addInitScript(() => localStorage.setItem("conch-settings", JSON.stringify({ state: { language: "zh" }, version: 0 })));
  await app.open();
  await server.connect(app, "Lab");
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: /zip/ }).first().click();
  const buffer = Buffer.from(zipSync(Object.fromEntries(Object.entries(FILES).map(([path, text]) => [path, strToU8(text)]))));
  await (await chooser).setFiles({ name: "line.zip", mimeType: "application/zip", buffer });
  await app.idle();
  await page.getByTestId("tab-run").click();
  await expect(page.getByTestId("stranded")).toContainText("无法在此运行：engine。");
  await page.getByTestId("stranded").getByRole("button", { name: "在 Lab 上运行" }).click();
  await expect(page.getByTestId("node-step:engine")).toContainText("在 Lab 上");
  await page.getByTestId("run-panel").getByTestId("where-line").selectOption("服务器 Lab（整体）");
  await expect(page.getByTestId("node-step:before")).toContainText("在 Lab 上");
});
