// A node dragged across the canvas of a large ensemble, in the built application: what a frame costs the page's thread.
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { buildIfStale, DIST } from "../src/server/build.mjs";
import { listen } from "../src/server/listen.mjs";
import { wideEnsemble } from "./large-repositories.mjs";

const PATIENCE = 240_000;
const MOVES = 80;
/** Before what is measured: the first moves compile what the others run. */
const WARM_UP = 15;

/** Chains of steps side by side, so that all of them fit into the pane. */
const ENSEMBLES = [
  { name: "300 steps", chains: 20, length: 15 },
  { name: "1,000 steps", chains: 40, length: 25 },
];

/** Dragging with the whole graph in view, and close up. `application` is a built application; by default this checkout's, built where it is stale. */
export async function dragging(browser, say, application) {
  if (application === undefined) await buildIfStale(say);
  const rows = [];
  for (const { name, chains, length } of ENSEMBLES) {
    say(`  ${name}…`);
    const folder = await mkdtemp(join(tmpdir(), "conch-bench-"));
    await wideEnsemble(folder, chains, length);
    const server = await listen({ application: application ?? DIST, folder, port: 0, exact: true });
    try {
      for (const [view, ...figures] of await drags(browser, server.url)) rows.push([name, view, ...figures]);
    } catch (error) {
      say(`  ${name}: not measured to its end (${error.message.split("\n")[0]})`);
    } finally {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    }
  }
  return [
    {
      title: `A node dragged by the mouse, ${MOVES} moves, a frame each`,
      columns: ["ensemble", "view", "nodes drawn", "median ms", "p95 ms", "worst ms", "all of the thread, p95 ms"],
      rows,
      notes: [
        `On ${cpus()[0]?.model ?? "an unknown processor"}. Per frame the processor time of the page's thread for script, style and layout, as the browser counts it (ScriptDuration, RecalcStyleDuration, LayoutDuration of the DevTools protocol, in thread ticks).`,
        "All of the thread counts painting and the commit to the compositor too (TaskDuration); rasterising is done by other threads and in neither.",
        "Whole graph: every node in view, drawn as an outline. Close up: zoomed in as far as the canvas goes, the nodes in view drawn in full.",
      ],
    },
  ];
}

async function drags(browser, url) {
  const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
  try {
    const page = await context.newPage();
    const protocol = await context.newCDPSession(page);
    await protocol.send("Performance.enable", { timeDomain: "threadTicks" });
    await page.goto(`${url}?repository=/local`);
    await page.getByTestId("centre-graph").click({ timeout: PATIENCE });
    await page.locator('[data-testid="graph-editor"][data-settled="true"]').waitFor({ timeout: PATIENCE });
    await page.getByRole("button", { name: /^Hide dock/i }).click();
    await page.waitForTimeout(2000);
    const rows = [];
    await page.getByRole("button", { name: "Fit the graph into view" }).click();
    rows.push(["whole graph", ...(await drag(page, protocol))]);
    for (let zoom = 0; zoom < 12; zoom++) await page.getByRole("button", { name: "Zoom in" }).click();
    rows.push(["close up", ...(await drag(page, protocol))]);
    return rows;
  } finally {
    await context.close();
  }
}

/** Drags the step next to the middle of the pane about it. */
async function drag(page, protocol) {
  await page.waitForTimeout(1500);
  const { x, y, nodes } = await page.evaluate(() => {
    const pane = document.querySelector('[data-testid="graph-editor"]').getBoundingClientRect();
    const [middleX, middleY] = [pane.x + pane.width / 2, pane.y + pane.height / 2];
    const all = [...document.querySelectorAll(".react-flow__node")];
    const centres = all.map((node) => {
      const box = node.getBoundingClientRect();
      // By its upper edge: no port is there.
      return { x: box.x + box.width / 2, y: box.y + Math.min(6, box.height / 4), distance: Math.hypot(box.x + box.width / 2 - middleX, box.y - middleY) };
    });
    const [nearest] = centres.sort((a, b) => a.distance - b.distance);
    return { ...nearest, nodes: all.length };
  });
  await page.mouse.move(x, y);
  await page.mouse.down();
  const frames = [];
  let before = await spent(protocol);
  for (let move = 1; move <= MOVES + WARM_UP; move++) {
    const turn = (move / 40) * Math.PI;
    await page.mouse.move(x + 200 * Math.sin(turn), y + 120 * Math.sin(2 * turn));
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const now = await spent(protocol);
    if (move > WARM_UP) frames.push({ work: now.work - before.work, all: now.all - before.all });
    before = now;
  }
  await page.mouse.up();
  const work = frames.map((frame) => frame.work).sort((a, b) => a - b);
  const all = frames.map((frame) => frame.all).sort((a, b) => a - b);
  const p95 = (sorted) => sorted[Math.ceil(sorted.length * 0.95) - 1];
  return [nodes, work[Math.floor(work.length / 2)], p95(work), work.at(-1), p95(all)];
}

/** Milliseconds of processor time that the page's thread has spent so far: what else the machine does is not in them. */
async function spent(protocol) {
  const { metrics } = await protocol.send("Performance.getMetrics");
  const seconds = (name) => metrics.find((metric) => metric.name === name)?.value ?? 0;
  return { work: 1000 * (seconds("ScriptDuration") + seconds("RecalcStyleDuration") + seconds("LayoutDuration")), all: 1000 * seconds("TaskDuration") };
}
