// The built application from an empty browser profile to the sample's mask, as `npm start` serves it.
import { gzipSync } from "node:zlib";
import { buildIfStale, DIST } from "../src/server/build.mjs";
import { listen } from "../src/server/listen.mjs";

const TITLE = "Start of the application, empty cache, spleen_ct";
const RUNS = 3;
const PATIENCE = 300_000;

/** Page → gallery, gallery → open repository, gallery → mask; each visit in a browser context of its own. */
export async function startup(browser, say) {
  try {
    await buildIfStale(say);
  } catch (error) {
    return [{ title: TITLE, columns: [], rows: [], notes: [`Skipped: the application could not be built (${error.message.split("\n")[0]}).`] }];
  }
  const server = await listen({ application: DIST, port: 0, exact: true });
  try {
    const visits = [];
    // The first visit warms the machine's file cache and the server.
    await visit(browser, server.url);
    for (let run = 0; run < RUNS; run++) visits.push(await visit(browser, server.url));
    const row = (name, pick) => {
      const times = visits.map(pick).sort((a, b) => a - b);
      return [name, times[Math.floor(times.length / 2)], times.at(-1), times.length];
    };
    return [
      {
        title: TITLE,
        columns: ["from … to", "median ms", "slowest ms", "runs"],
        rows: [
          row("address entered → gallery, idle", ({ gallery }) => gallery),
          row("Open clicked → repository open, idle", ({ opened }) => opened),
          row("Run clicked in the gallery → mask shown", ({ mask }) => mask),
          row("Run clicked again → mask shown", ({ again }) => again),
        ],
        notes: [
          "Idle is the application's own signal. Run opens the repository, starts the worker, loads ONNX Runtime and the model, compiles kernels, decodes the volume and runs.",
          "Run clicked again finds every step in the cache: the time is that of the interface, the worker boundary and the viewer.",
        ],
      },
      {
        title: "Scripts of the first screen",
        columns: ["what", "files", "kB", "kB gzipped"],
        rows: [["scripts asked for from the address to the idle gallery", ...(await firstScripts(browser, server.url))]],
        notes: ["As the network saw them; each is packed by itself, at gzip's usual level, as a server would do. kB of 1,000 bytes; at most 250 are allowed."],
      },
    ];
  } finally {
    await server.close();
  }
}

/** How many scripts the first screen asks for, and their sizes. */
async function firstScripts(browser, url) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const scripts = [];
    page.on("response", (response) => /javascript/.test(response.headers()["content-type"] ?? "") && scripts.push(response));
    await page.goto(url, { waitUntil: "commit" });
    await idle(page);
    await page.getByTestId("sample-spleen_ct").waitFor({ timeout: PATIENCE });
    await page.waitForLoadState("networkidle");
    const bodies = await Promise.all(scripts.map((script) => script.body()));
    const sum = (sizes) => sizes.reduce((all, size) => all + size, 0) / 1000;
    return [bodies.length, sum(bodies.map((body) => body.length)), sum(bodies.map((body) => gzipSync(body).length))];
  } finally {
    await context.close();
  }
}

async function visit(browser, url) {
  const opening = await browser.newContext();
  const running = await browser.newContext();
  try {
    const first = await opening.newPage();
    const gallery = await timed(async () => {
      await first.goto(url, { waitUntil: "commit" });
      await idle(first);
      await first.getByTestId("sample-spleen_ct").waitFor({ timeout: PATIENCE });
    });
    const opened = await timed(async () => {
      await first.getByTestId("sample-spleen_ct").getByRole("button").last().click();
      await first.getByTestId("gallery").waitFor({ state: "detached", timeout: PATIENCE });
      await idle(first);
    });
    const second = await running.newPage();
    await second.goto(url);
    await idle(second);
    const mask = await timed(async () => {
      await second.getByTestId("sample-spleen_ct").getByRole("button").first().click();
      await maskShown(second);
    });
    await second.getByTestId("tab-run").click();
    const again = await timed(async () => {
      await second.getByTestId("run").click();
      await maskShown(second);
    });
    return { gallery, opened, mask, again };
  } finally {
    await opening.close();
    await running.close();
  }
}

/** Waits until the results show the mask and its picture; a run that failed is told. */
async function maskShown(page) {
  const failed = page.locator('[data-testid="run-status"][data-status="failed"]');
  await page.getByTestId("volume-picture").or(failed).first().waitFor({ timeout: PATIENCE });
  if ((await failed.count()) > 0) throw new Error(`the run failed: ${await failed.innerText()}`);
  await idle(page);
}

function idle(page) {
  return page.waitForFunction(() => document.documentElement.dataset.conch === "idle", undefined, { timeout: PATIENCE });
}

async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
