// npm run bench [-- --only residency,transforms] [--json] [--large]: measures, and prints ratios within this run; never passes or fails.
import { existsSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import process from "node:process";
import { parseArgs } from "node:util";
import { chromium } from "playwright";
import { CHROMIUM_WEBGPU_ARGUMENTS, findChromium } from "../src/cli/chromium.mjs";
import { bert, readBertOptions } from "./bert.mjs";
import { dragging } from "./dragging.mjs";
import { editing } from "./editing.mjs";
import { heading, tableText } from "./print.mjs";
import { servePage } from "./serve.mjs";
import { startup } from "./startup.mjs";

const HELP = `Usage: npm run bench -- [options]

Options:
  --only NAME,NAME  of residency, transforms, forests, pictures, texts, network, pipeline, language, startup, editing, dragging, bert; all when left out
  --large           larger volumes too; meant for a real GPU
  --sizes N,N       instead of each benchmark's own sizes per axis; --only forests takes rows
  --bert SIZE       of --only bert: large, or layers=2,hidden=64,heads=4,inner=128,vocabulary=4000,positions=128,precision=fp16
  --texts N,N       of --only bert: texts per request; 1,8, or with --large 1,8,64,512
  --budget SECONDS  of --only bert: for one placement at one number of texts
  --json            one JSON object instead of tables
  --help            this text

CONCH_GPU=hardware measures this machine's GPU instead of the software adapter.
CONCH_CHROMIUM names the browser.
`;

/** Benchmark → sizes per axis (of forests: rows), and those of --large. */
const SIZES = {
  residency: { usual: [48], large: [48, 96, 224] },
  transforms: { usual: [48, 64], large: [48, 64, 224] },
  forests: { usual: [1, 16, 512, 4096, 100_000], large: [1, 16, 512, 4096, 100_000] },
  network: { usual: [48], large: [48, 96] },
  pipeline: { usual: [96, 224], large: [96, 224] },
};
const NAMES = [...Object.keys(SIZES), "pictures", "texts", "language", "startup", "editing", "dragging", "bert"];

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    large: { type: "boolean", default: false },
    sizes: { type: "string" },
    bert: { type: "string" },
    texts: { type: "string" },
    budget: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const wanted = values.only?.split(",").map((name) => name.trim()) ?? NAMES;
const unknown = wanted.filter((name) => !NAMES.includes(name));
const sizes = values.sizes?.split(",").map(Number);
if (unknown.length > 0) refuse(`unknown ${unknown.join(", ")}; there are ${NAMES.join(", ")}`);
const ofRows = wanted.every((name) => name === "forests");
if (sizes?.some((size) => !Number.isInteger(size) || size < 1 || (!ofRows && (size < 8 || size % 8 !== 0)))) refuse("--sizes takes multiples of 8");

const texts = values.texts?.split(",").map(Number);
if (texts?.some((count) => !Number.isInteger(count) || count < 1 || count > 512)) refuse("--texts takes whole numbers from 1 to 512");
const budget = values.budget === undefined ? undefined : Number(values.budget);
if (budget !== undefined && !(budget > 0)) refuse("--budget takes seconds");
const bertOptions = readBert();

const executablePath = findChromium();
if (!existsSync(executablePath ?? chromium.executablePath())) refuse("no Chromium found; install one, or name one by CONCH_CHROMIUM");

const say = (text) => process.stderr.write(`${text}\n`);
const browser = await chromium.launch({ args: [...CHROMIUM_WEBGPU_ARGUMENTS], ...(executablePath === undefined ? {} : { executablePath }) });
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void browser.close().finally(() => process.exit(130)));
const tables = [];
let environment;
let server;
try {
  say("Building the page of the benchmarks…");
  server = await servePage();
  const page = await openPage();
  environment = await measure(page, "environment");
  await page.close();
  environment = {
    date: new Date().toISOString().slice(0, 10),
    browser: `Chromium ${browser.version()}`,
    node: process.version,
    processor: cpus()[0]?.model ?? "",
    usableCores: availableParallelism(),
    ...environment,
  };
  if (!values.json) process.stdout.write(heading(environment));
  await add("anchors", () => inPage("anchors", { large: values.large }));
  for (const name of wanted) {
    if (name === "startup") await add(name, () => startup(browser, say));
    else if (name === "editing") await add(name, () => editing(browser, say));
    else if (name === "bert") await add(name, () => bert(bertOptions, say));
    else if (name === "dragging") await add(name, () => dragging(browser, say));
    else await add(name, () => inPage(name, { sizes: sizes ?? SIZES[name]?.[values.large ? "large" : "usual"] }));
  }
} finally {
  await browser.close();
  await server?.close();
}
if (values.json) process.stdout.write(`${JSON.stringify({ environment, tables }, undefined, 2)}\n`);

/** Takes a benchmark's tables; one that cannot be measured says why in its place. */
async function add(name, work) {
  say(`${name}…`);
  const made = await work().catch((error) => [{ title: name, columns: [], rows: [], notes: [`Not measured: ${error.message.split("\n")[0]}`] }]);
  for (const table of made) {
    tables.push({ benchmark: name, ...table });
    if (!values.json) process.stdout.write(tableText(table));
  }
}

/** A benchmark in a page of its own: what one leaves behind does not weigh on the next. */
async function inPage(name, options) {
  const page = await openPage();
  try {
    return await measure(page, name, options);
  } finally {
    await page.close();
  }
}

async function openPage() {
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  page.on("pageerror", (error) => say(`page: ${error.message}`));
  page.on("console", (message) => message.type() === "error" && say(`page: ${message.text()}`));
  await page.goto(server.url);
  await page.waitForFunction(() => "conchBench" in globalThis, undefined, { timeout: 60_000 });
  return page;
}

function measure(page, name, options) {
  return page.evaluate(([which, given]) => globalThis.conchBench[which](given), [name, options]);
}

function readBert() {
  try {
    return readBertOptions({ bert: values.bert, texts, large: values.large, budget });
  } catch (error) {
    return refuse(`--bert: ${error.message}`);
  }
}

function refuse(text) {
  process.stderr.write(`npm run bench: ${text}\n`);
  process.exit(2);
}
