import { readFile } from "node:fs/promises";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { zipSync } from "fflate";
import { expect, test } from "./fixtures/app.ts";
import { compareStates, editSomehow, killPage, logStates, openNew, openWitness, presentState, seededRandom, showBoth, type LoggedState, type Outcome, type Witness } from "./fixtures/crash-trial.ts";

/** Tabs that are killed in all, and how many live at the same time. */
const TRIALS = Number(process.env.CONCH_CRASH_TRIALS ?? 10);
const LANES = Number(process.env.CONCH_CRASH_LANES ?? 2);
const SEED = Number(process.env.CONCH_CRASH_SEED ?? Date.now() % 1_000_000);

/** Chance that a trial begins with an empty browser: its edits race with the making of the workspace. */
const AFRESH = 0.3;

const SAMPLE = new URL("../public/repositories/spleen_ct/", import.meta.url);

type Start = "sample" | "zip" | "new";

/** A tab, and the states of its document. */
interface Tab {
  readonly page: Page;
  readonly states: readonly LoggedState[];
}

interface Lane {
  context: BrowserContext | undefined;
  witness: Witness | undefined;
  /** What came back from the last trial; the next one goes on in it. */
  tab: Tab | undefined;
  readonly random: () => number;
}

async function idle(page: Page): Promise<void> {
  await expect(page.locator("html")).toHaveAttribute("data-conch", "idle", { timeout: 60_000 });
}

/** The sample's texts, as a repository of the user's own. */
async function sampleTexts(): Promise<Record<string, string>> {
  const paths = ["spleen_ct/config.pbtxt", "preprocess/config.pbtxt", "preprocess/1/transforms.json", "postprocess/config.pbtxt", "postprocess/1/transforms.json", "segmentation_3d/config.pbtxt"];
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await readFile(new URL(path, SAMPLE), "utf8")] as const)));
}

async function openAfresh(page: Page, start: Start): Promise<void> {
  if (start === "sample") {
    await page.goto("./?sample=spleen_ct");
    return;
  }
  await page.goto("./");
  await idle(page);
  const texts = await sampleTexts();
  if (start === "new") {
    await openNew(page, "fresh", texts);
    return;
  }
  const bytes = zipSync(Object.fromEntries(Object.entries({ ...texts, "preprocess/1/weights.bin": "x".repeat(20_000_000) }).map(([path, text]) => [path, [new TextEncoder().encode(text), { level: 0 }]])));
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Open zip or files" }).click();
  await (await chooser).setFiles({ name: "own.zip", mimeType: "application/zip", buffer: Buffer.from(bytes) });
}

async function newTab(context: BrowserContext, witness: Witness): Promise<Tab> {
  const page = await context.newPage();
  return { page, states: await logStates(page, witness) };
}

/** Longest that a trial waits for its changes: then those that were made have to do. Milliseconds. */
const PATIENCE = 20_000;

/** Edits until a few changes were made, and kills the tab a moment later, in the middle of the next one. Returns when. */
async function editAndKill({ page, states }: Tab, random: () => number): Promise<number> {
  await showBoth(page);
  const life = new AbortController();
  const editing = (async () => {
    while (!life.signal.aborted) await editSomehow(page, random).catch(() => undefined);
  })();
  const enough = states.length + 1 + Math.floor(random() * 8);
  for (const end = Date.now() + PATIENCE; states.length < enough && Date.now() < end; ) await page.waitForTimeout(20);
  await page.waitForTimeout(random() * 1500);
  const killed = await killPage(page);
  life.abort();
  await editing;
  await page.close();
  return killed;
}

/** One tab: opened or restored, edited, killed in the middle of it, and opened again. */
async function trial(lane: Lane, browser: Browser, options: Parameters<Browser["newContext"]>[0]): Promise<Outcome> {
  const { random } = lane;
  let start: Start | undefined;
  if (lane.context === undefined || lane.witness === undefined || lane.tab === undefined || random() < AFRESH) {
    await lane.context?.close();
    lane.context = await browser.newContext(options);
    lane.witness = await openWitness(lane.context);
    lane.tab = await newTab(lane.context, lane.witness);
    start = (["sample", "zip", "new"] as const)[Math.floor(random() * 3)] as Start;
    await openAfresh(lane.tab.page, start);
    const { states } = lane.tab;
    await expect.poll(() => states.length, { timeout: 60_000, intervals: [20] }).toBeGreaterThan(0);
  }
  const { states } = lane.tab;
  const killed = await editAndKill(lane.tab, random);
  await lane.witness.settle();
  const after = await newTab(lane.context, lane.witness);
  await after.page.goto("./");
  await idle(after.page);
  const outcome = compareStates(await presentState(after.page), states, killed);
  lane.tab = after;
  return outcome.wrong === undefined ? outcome : { ...outcome, wrong: `opened ${start ?? "again"}: ${outcome.wrong}` };
}

test("what was edited a second before a tab is killed is there again, byte for byte", async ({ browser, baseURL }) => {
  test.setTimeout(60_000 + TRIALS * 60_000);
  const options = { baseURL: baseURL as string, viewport: { width: 1440, height: 900 }, locale: "en-US", reducedMotion: "reduce" } as const;
  const outcomes: Outcome[] = [];
  const wrong: string[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(LANES, TRIALS) }, async (_, at) => {
      const lane: Lane = { context: undefined, witness: undefined, tab: undefined, random: seededRandom(SEED + at) };
      while (next < TRIALS) {
        const count = ++next;
        const outcome = await trial(lane, browser, options);
        outcomes.push(outcome);
        if (outcome.wrong !== undefined) wrong.push(`trial ${count} (CONCH_CRASH_SEED=${SEED}, lane ${at}), ${outcome.wrong}`);
      }
      await lane.context?.close();
    }),
  );
  const edits = outcomes.reduce((sum, { states }) => sum + states, 0);
  const missing = outcomes.filter(({ lost }) => lost > 0);
  const most = Math.max(0, ...missing.map(({ lost }) => lost));
  const summary = `${outcomes.length} tabs killed after ${edits} changes, seed ${SEED}: ${missing.length} came back without the last ones, at most those of ${most} ms`;
  test.info().annotations.push({ type: "crash trials", description: summary });
  if (process.env.CONCH_CRASH_TRIALS !== undefined) process.stdout.write(`${summary}\n`);
  expect(wrong, summary).toEqual([]);
  expect(edits, "too few changes to say anything").toBeGreaterThan(2 * outcomes.length);
});
