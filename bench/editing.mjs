// Typing a configuration in the built application, as a user does: how soon the key shows, how soon the findings do, and what holds the page up meanwhile.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildIfStale, DIST, ROOT } from "../src/server/build.mjs";
import { listen } from "../src/server/listen.mjs";
import { largeEnsemble, manyModels } from "./large-repositories.mjs";

const PATIENCE = 120_000;
const KEYS = 20;
/** Between the keys of someone who types quickly. Milliseconds. */
const RHYTHM = 80;
const OPENINGS = 2;
const VIEWS = ["text", "split", "graph"];

/** What is opened: a folder, the ensemble that opens by itself, and a step of it (its model) whose name is typed on. */
const REPOSITORIES = [
  { name: "spleen_ct, 4 models", model: "spleen_ct", step: "postprocess", write: undefined },
  { name: "300 models, 30 ensembles of 9 steps", model: "a_0", step: "m_4", write: manyModels },
  { name: "ensemble of 770 steps, 10,000 lines", model: "a_0", step: "m_385", write: (folder) => largeEnsemble(folder, 770) },
  { name: "ensemble of 2,000 steps, 26,000 lines", model: "a_0", step: "m_1000", write: (folder) => largeEnsemble(folder, 2000) },
];

/** Opening and typing in three repositories. `application` is a built application; by default this checkout's, built where it is stale. */
export async function editing(browser, say, application) {
  if (application === undefined) await buildIfStale(say);
  const opened = [];
  const typed = [];
  for (const { name, model, step, write } of REPOSITORIES) {
    say(`  ${name}…`);
    const folder = write === undefined ? join(ROOT, "public/repositories/spleen_ct") : await mkdtemp(join(tmpdir(), "conch-bench-"));
    if (write !== undefined) await write(folder);
    const server = await listen({ application: application ?? DIST, folder, port: 0, exact: true });
    try {
      opened.push([name, ...(await opening(browser, server.url, model))]);
      for (const row of await typing(browser, server.url, model, step)) typed.push([name, ...row]);
    } catch (error) {
      say(`  ${name}: not measured to its end (${error.message.split("\n")[0]})`);
    } finally {
      await server.close();
      if (write !== undefined) await rm(folder, { recursive: true, force: true });
    }
  }
  return [
    {
      title: "Opening a repository, from its address to the first screen",
      columns: ["repository", "graph ms", "findings ms", "longest task ms", "tasks over 50 ms, together"],
      rows: opened,
      notes: [`The slower of ${OPENINGS} visits with a warm cache. The longest task counts React's first rendering and the layout of the graph.`],
    },
    {
      title: `Typing ${KEYS} keys into the name of a step's model`,
      columns: ["repository", "view", "key → picture ms", "slowest", "key → findings ms", "slowest", "burst: key → picture ms", "slowest", "longest task ms", "tasks over 50 ms"],
      rows: typed,
      notes: [
        "Every key changes what the findings say. Key → picture is until the next frame after the key was handled (Event Timing, in steps of 8 ms; 16 is the least).",
        `First one key at a time, each waiting for its finding, then a burst, one every ${RHYTHM} ms; tasks are those of the burst and of the second after it.`,
        "In the graph's view there is no text to type into: there the keys are undo and redo, and findings are those of the problems' list.",
      ],
    },
  ];
}

async function opening(browser, url, model) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const visits = [];
    for (let visit = 0; visit <= OPENINGS; visit++) {
      const page = await watched(await context.newPage());
      await page.goto(`${url}?repository=/local`, { waitUntil: "commit" });
      await page.locator('[data-testid="graph-editor"][data-settled="true"]').waitFor({ timeout: PATIENCE });
      await page.waitForTimeout(1500);
      const seen = await page.evaluate(() => ({ ...globalThis.conchSeen }));
      if (seen.model !== model) throw new Error(`${seen.model} opened instead of ${model}`);
      // The first visit fills the cache.
      if (visit > 0) visits.push(seen);
      await page.close();
    }
    const pick = (of) => longest(visits.map(of));
    return [
      pick(({ graph }) => graph),
      pick(({ findings }) => findings),
      pick(({ tasks }) => longest(tasks)),
      pick(({ tasks }) => tasks.reduce((sum, one) => sum + one, 0)),
    ];
  } finally {
    await context.close();
  }
}

/** A row for each view, one after another in one page. */
async function typing(browser, url, model, step) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const page = await watched(await context.newPage());
    await page.goto(`${url}?repository=/local`);
    await page.getByTestId(`model-${model}`).click({ timeout: PATIENCE });
    await page.getByTestId("tab-problems").click();
    await page.getByTestId("centre-text").click();
    await page.getByTestId("config-text").locator(".cm-line").first().waitFor({ timeout: PATIENCE });
    await cursorBehind(page, `model_name: "${step}`);
    // Headers are read and the preview's plan is made in the meantime.
    await page.waitForTimeout(3000);
    const rows = [];
    let name = step;
    for (const view of VIEWS) {
      const before = name;
      const typed = () => ({ key: "x", expected: (name = `${name}x`) });
      if (view === "graph") {
        const { key, expected } = typed();
        await keyToFinding(page, key, expected);
      }
      await page.getByTestId(`centre-${view}`).click();
      if (view !== "text") await page.locator('[data-testid="graph-editor"][data-settled="true"]').waitFor({ timeout: PATIENCE });
      if (view !== "graph") await page.locator(".cm-content").first().focus();
      await page.waitForTimeout(1500);
      const after = name;
      const undone = (key) => (key % 2 === 0 ? { key: "Control+z", expected: before } : { key: "Control+Shift+Z", expected: after });
      rows.push([view, ...(await keys(page, view === "graph" ? undone : typed))]);
      await page.waitForTimeout(1500);
    }
    return rows;
  } finally {
    await context.close();
  }
}

/** Presses keys one by one, each waited for, then as a burst; `next` says by number which key, and which missing model the findings then speak of. */
async function keys(page, next) {
  const take = () => page.evaluate(() => ({ events: globalThis.conchSeen.events.splice(0), tasks: globalThis.conchSeen.tasks.splice(0) }));
  await take();
  const findings = [];
  for (let key = 0; key < KEYS; key++) {
    const { key: pressed, expected } = next(key);
    findings.push(await keyToFinding(page, pressed, expected));
    await page.waitForTimeout(400);
  }
  const alone = await take();
  for (let key = 0; key < KEYS; key++) {
    await page.keyboard.press(next(key).key);
    await page.waitForTimeout(RHYTHM);
  }
  await page.waitForTimeout(1000);
  const burst = await take();
  return [median(alone.events), longest(alone.events), median(findings), longest(findings), median(burst.events), longest(burst.events), longest(burst.tasks), burst.tasks.length];
}

/** Puts the cursor behind a text of the editor. */
async function cursorBehind(page, text) {
  await page.locator(".cm-content").first().click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Control+f");
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowRight");
}

/** Milliseconds from a key to the frame in which the list of problems speaks of a missing model. */
async function keyToFinding(page, key, name) {
  await page.evaluate((expected) => globalThis.conchExpect(expected), name);
  await page.keyboard.press(key);
  return page.evaluate(() => globalThis.conchExpected);
}

/** The page, with what is noted down in it: long tasks, how long keys take to show, when graph and findings came. */
async function watched(page) {
  await page.addInitScript(() => {
    const seen = { tasks: [], events: [], graph: undefined, findings: undefined, model: undefined };
    globalThis.conchSeen = seen;
    new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask", buffered: true });
    new PerformanceObserver((list) => seen.events.push(...list.getEntries().flatMap(({ name, duration }) => (name === "keydown" ? [duration] : [])))).observe({
      type: "event",
      durationThreshold: 16,
    });
    const look = () => {
      if (document.querySelector('[data-testid="graph-editor"][data-settled="true"] .react-flow__node') !== null) seen.graph ??= performance.now();
      if (document.querySelector('[role="tree"] [data-testid^="model-"]') !== null) seen.findings ??= performance.now();
      seen.model = document.querySelector('[data-testid="open-model"]')?.textContent;
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);

    globalThis.conchExpect = (expected) => {
      globalThis.conchExpected = new Promise((resolve, reject) => {
        const began = performance.now();
        let pressed;
        // Not the modifiers of a chord.
        const note = (event) => (pressed ??= event.key.length === 1 ? event.timeStamp : undefined);
        addEventListener("keydown", note, { capture: true });
        const wait = () => {
          const missing = [...document.querySelectorAll('[data-code="ENSEMBLE_MISSING_MODEL"]')];
          const there = missing.some(({ dataset }) => dataset.testid.endsWith(`: ${expected}`));
          if (performance.now() - began > 20_000) return reject(new Error(`no finding speaks of ${expected}`));
          if (pressed === undefined || !there) return requestAnimationFrame(wait);
          removeEventListener("keydown", note, { capture: true });
          resolve(performance.now() - pressed);
        };
        requestAnimationFrame(wait);
      });
    };
  });
  return page;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function longest(values) {
  return Math.max(0, ...values);
}
