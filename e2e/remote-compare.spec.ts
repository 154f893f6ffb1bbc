import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { zipSync } from "fflate";
import { expect, test as base, type AppPage } from "./fixtures/app.ts";
import { ECHO_REPOSITORY, EchoServer } from "./fixtures/echo-server.ts";

const SECRET = "Bearer 3f9a-not-for-others";

interface Conch {
  readonly servers: { add(server: unknown): void };
  readonly session: {
    setInput(model: string, input: string, source: unknown): Promise<void>;
    getState(): { readonly run: { readonly status: string; readonly result: unknown }; readonly placements: unknown };
  };
  readonly document: { getState(): { readonly undoStack: readonly unknown[]; readonly files: ReadonlyMap<string, { readonly text?: string }> } };
}

const test = base.extend<{ server: EchoServer }>({
  // oxlint-disable-next-line no-empty-pattern
  server: async ({}, use) => {
    const server = await EchoServer.start();
    await use(server);
    server.stop();
  },
});

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

/** Opens the repository of two models, connects the server by way of the proxy, fills the inputs, and shows the panel. */
async function ready(app: AppPage, server: EchoServer): Promise<void> {
  const { page } = app;
  await app.open();
  const files = Object.fromEntries(Object.entries(ECHO_REPOSITORY).map(([path, text]) => [path, new TextEncoder().encode(text)]));
  await page.locator('input[type="file"]').first().setInputFiles({ name: "echo.zip", mimeType: "application/zip", buffer: Buffer.from(zipSync(files)) });
  await expect(page.getByTestId("tab-remote-compare")).toBeVisible();
  await app.idle();
  await page.evaluate(
    async ({ port, secret }) => {
      const { conch } = window as unknown as { conch: Conch };
      conch.servers.add({ id: "echo", name: "Echo", base: `/v2-proxy/localhost:${port}`, headers: { Authorization: secret } });
      for (const [seed, [input, fill]] of [["picture", "uniform"], ["ids", "ones"], ["scores", "uniform"]].entries()) await conch.session.setInput("line", input!, { kind: "generated", fill, seed });
    },
    { port: server.port, secret: SECRET },
  );
  await page.getByTestId("tab-remote-compare").click();
  await expect(page.getByTestId("compare-remote")).toBeEnabled();
}

async function compare(page: Page): Promise<void> {
  await page.getByTestId("compare-remote").click();
  await expect(page.getByTestId("remote-status")).toHaveAttribute("data-status", "done");
}

const row = (page: Page, output: string) => page.getByTestId("remote-outputs").locator(`tr[data-row="${output}"]`);
const copied = async (page: Page, button: string): Promise<string> => {
  await page.getByRole("button", { name: button }).click();
  await expect(page.getByTestId("remote-compare")).toContainText("It is on the clipboard");
  return page.evaluate(() => navigator.clipboard.readText());
};

test("a server that does the same is found equal, with the times of both sides and nothing changed in the window", async ({ app, server }) => {
  const { page } = app;
  await ready(app, server);
  const window = () =>
    page.evaluate(() => {
      const { conch } = globalThis as unknown as { conch: Conch };
      const { run, placements } = conch.session.getState();
      const { undoStack, files } = conch.document.getState();
      return JSON.stringify([run.status, run.result, placements, undoStack.length, [...files].map(([path, { text }]) => [path, text])]);
    });
  const before = await window();
  await compare(page);
  await expect(page.getByTestId("remote-verdict")).toHaveText("Equal: every element of every output is the same");
  for (const output of ["PICTURE", "IDS", "SCORES"]) await expect(row(page, output)).toHaveAttribute("data-state", "equal");
  await expect(row(page, "SCORES")).toContainText("1 of 1 (100 %)");
  expect(await window()).toBe(before);

  await expect(page.getByTestId("timeline-here").locator("tr[data-row]").first()).toContainText("echo");
  const there = page.getByTestId("timeline-there");
  await expect(there.locator("tr[data-row]")).toHaveCount(3);
  await expect(there.locator('tr[data-row="model line"]')).toContainText("Queue 0.01 ms, Input 0.02 ms, Compute 0.04 ms, Output 0.01 ms");
  await expect(there.locator('tr[data-row="model echo"]')).toContainText("0.10 ms");
  await expect(there.locator('tr[data-row="network"]')).toContainText("Network");
  await expect(page.getByTestId("remote-bytes")).toHaveText("12.1 KiB up, 12.1 KiB down");
  await expect(page.getByTestId("remote-notes")).toHaveCount(0);
  expect(server.inferences).toBe(1);

  await page.getByRole("button", { name: "Look at PICTURE" }).click();
  const shown = page.getByTestId("remote-output");
  await expect(shown.getByRole("heading", { name: "|here − there| of PICTURE" })).toBeVisible();
  await expect(shown).toContainText("float32");
});

test("an element that the server alters is found, located and shown, and the report holds it without secrets", async ({ app, server }) => {
  const { page } = app;
  const at = (1 * 32 + 5) * 32 + 7;
  server.alter = (output) => {
    if (output.name === "PICTURE") output.bytes.writeFloatLE(output.bytes.readFloatLE(4 * at) + 0.5, 4 * at);
    if (output.name === "IDS") output.bytes.writeBigInt64LE(2n ** 60n, 8 * 3);
    if (output.name === "SCORES") {
      const scores = [0, 1, 2, 3, 4].map((place) => output.bytes.readFloatLE(4 * place));
      output.bytes.writeFloatLE(9, 4 * ((scores.indexOf(Math.max(...scores)) + 1) % 5));
    }
    return output;
  };
  await ready(app, server);
  await compare(page);
  await expect(page.getByTestId("remote-verdict")).toHaveText("Different: 3 of 3 outputs");
  await expect(row(page, "PICTURE")).toContainText("1 of 3072 (0.033 %)");
  await expect(row(page, "PICTURE")).toContainText("0.5 at [1, 5, 7]");
  await expect(row(page, "IDS")).toContainText("1152921504606846975 at [3]");
  await expect(row(page, "SCORES")).toContainText("0 of 1 (0 %)");

  await page.getByRole("button", { name: "Look at PICTURE" }).click();
  const shown = page.getByTestId("remote-output");
  await expect(shown.locator("canvas").first()).toBeVisible();
  await expect(page.getByTestId("remote-largest").locator("tbody tr")).toHaveCount(1);
  await expect(page.getByTestId("remote-largest")).toContainText("[1, 5, 7]");
  await shown.getByText("There", { exact: true }).first().click();
  await expect(shown.getByRole("heading", { name: "PICTURE", exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Look at IDS" }).click();
  await expect(shown.getByRole("heading", { name: "where IDS differs" })).toBeVisible();
  await page.getByRole("button", { name: "Look at SCORES" }).click();
  await expect(shown).toContainText(/Another class: \d here, \d there/);

  const report = await copied(page, "Copy report");
  expect(report).toContain("0.5 at \\[1, 5, 7\\]");
  expect(report).toContain("software adapter");
  const json = await copied(page, "Copy JSON");
  expect(JSON.parse(json)).toMatchObject({ verdict: "different", server: { name: "Echo", product: "echo 1.2" }, there: { status: "done", served: { bytesUp: 12_372 } } });
  expect(JSON.parse(json).outputs[0].comparison.maxAbsolute).toMatchObject({ index: [1, 5, 7], absolute: expect.closeTo(0.5, 6) });
  expect(server.headers.some(({ authorization }) => authorization === SECRET)).toBe(true);
  for (const text of [report, json]) expect(text).not.toMatch(/3f9a|Authorization|v2-proxy/i);

  // A tolerance that is wide enough takes the picture for equal, and nothing else.
  await page.getByRole("textbox", { name: "Absolute tolerance" }).fill("0.6");
  await compare(page);
  await expect(row(page, "PICTURE")).toHaveAttribute("data-state", "close");
  await expect(row(page, "IDS")).toHaveAttribute("data-state", "different");
  await expect(page.getByTestId("remote-verdict")).toHaveText("Different: 2 of 3 outputs");

  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).include('[data-testid="remote-compare"]').analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
  }
});

test("another type, another shape and a missing output are findings", async ({ app, server }) => {
  const { page } = app;
  server.alter = (output) => {
    if (output.name === "PICTURE") return { ...output, shape: [1, 3, 32, 32] };
    if (output.name === "IDS") return { ...output, datatype: "UINT64" };
    return null;
  };
  await ready(app, server);
  await compare(page);
  await expect(row(page, "PICTURE")).toContainText("Another shape there: float32 [1, 3, 32, 32]");
  await expect(row(page, "IDS")).toContainText("Another data type there: uint64 [8]");
  await expect(row(page, "SCORES")).toContainText("Echo gave no such output");
});

test("the traffic of others, and statistics that are not there, are said", async ({ app, server }) => {
  const { page } = app;
  await ready(app, server);
  server.others = 4;
  await compare(page);
  await expect(page.getByTestId("remote-notes")).toContainText("line: others asked it too (5 requests, 1 expected); the times are means");
  server.counts = false;
  await compare(page);
  await expect(page.getByTestId("remote-notes")).toContainText("The server's statistics could not be read");
  await expect(page.getByTestId("remote-notes")).toContainText("statistics are not compiled in");
  await expect(page.getByTestId("timeline-there")).toContainText("Not told by the server's statistics");
  // The browser's own messages of those answers.
  app.errors.splice(0);
});

test("cancelling ends the request at the server, keeps what ran here, and the next comparison works", async ({ app, server }) => {
  const { page } = app;
  server.holds = true;
  await ready(app, server);
  await page.getByTestId("compare-remote").click();
  await expect(page.getByTestId("remote-progress")).toContainText("Waiting for Echo");
  await expect.poll(() => server.inferences).toBe(1);
  await page.getByTestId("tab-run").click();
  await expect(page.getByTestId("run")).toBeDisabled();
  await page.getByTestId("tab-remote-compare").click();
  await page.getByTestId("cancel-remote").click();
  await expect(page.getByTestId("remote-status")).toHaveAttribute("data-status", "cancelled");
  await expect.poll(() => server.abandoned).toBe(1);
  await expect(page.getByTestId("timeline-here")).toHaveAttribute("data-status", "done");
  await expect(page.getByTestId("timeline-there")).toContainText("was cancelled");
  await page.getByTestId("tab-run").click();
  await expect(page.getByTestId("run")).toBeEnabled();
  await page.getByTestId("tab-remote-compare").click();
  server.holds = false;
  await compare(page);
  await expect(page.getByTestId("remote-verdict")).toHaveAttribute("data-verdict", "equal");
});

test("a server that dies fails its side with the reason, and the page lives", async ({ app, server }) => {
  const { page } = app;
  server.holds = true;
  await ready(app, server);
  await page.getByTestId("compare-remote").click();
  await expect.poll(() => server.inferences).toBe(1);
  server.stop();
  await expect(page.getByTestId("remote-status")).toHaveAttribute("data-status", "done");
  await expect(page.getByTestId("timeline-there")).toHaveAttribute("data-status", "failed");
  await expect(page.getByTestId("timeline-there").getByRole("alert")).toContainText("line");
  await expect(page.getByTestId("remote-verdict")).toHaveText("Not compared: one side has no result");
  await page.getByRole("button", { name: "Look at PICTURE" }).click();
  await expect(page.getByTestId("remote-output").getByRole("heading", { name: "PICTURE" })).toBeVisible();
  // The page's own messages of requests that found no server.
  app.errors.splice(0);
});
