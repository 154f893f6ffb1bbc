// npm test [-- --only node,types]: runs every check and ends with the line "N passed, N failed, N skipped".
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { ensureChromium } from "./browser.mjs";
import { STEPS } from "./steps.mjs";

const ROOT = resolve(import.meta.dirname, "..");
/** A step that hangs is ended and fails. */
const LONGEST_MINUTES = 30;
/** Steps side by side. */
const LANES = 2;

const names = STEPS.map(({ name }) => name);
const { values } = parseArgs({ options: { only: { type: "string" }, help: { type: "boolean" } } });
if (values.help) {
  process.stdout.write(`Usage: npm test -- [--only NAME,NAME]\n\nNames: ${names.join(", ")}\n`);
  process.exit(0);
}
const wanted = values.only?.split(",").map((name) => name.trim()) ?? names;
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`npm test: unknown ${unknown.join(", ")}; there are ${names.join(", ")}\n`);
  process.exit(2);
}

const running = new Set();
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    for (const child of running) end(child);
    process.exit(130);
  });
}

const scratch = await mkdtemp(join(tmpdir(), "conch-test-"));
const totals = { passed: 0, failed: 0, skipped: 0 };
const results = [];
// The Vite configuration names the browser even where nothing drives it; only these steps need one.
const browser = wanted.some((name) => name === "gpu" || name === "e2e") ? ensureChromium((text) => process.stdout.write(`${text}\n`)) : undefined;
try {
  for (const stage of new Set(STEPS.map((step) => step.stage))) {
    const queue = STEPS.filter((step) => step.stage === stage && wanted.includes(step.name));
    await Promise.all(Array.from({ length: LANES }, () => lane(queue)));
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}

process.stdout.write("\n");
for (const { name, passed, failed, skipped, note } of results) {
  process.stdout.write(`${failed > 0 ? "FAILED" : "ok    "} ${name.padEnd(9)} ${passed} passed, ${failed} failed, ${skipped} skipped${note}\n`);
}
process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
process.exitCode = totals.failed > 0 || results.length === 0 ? 1 : 0;

async function lane(queue) {
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    const result = await perform(step);
    for (const key of Object.keys(totals)) totals[key] += result[key];
    results.push({ name: step.name, note: "", ...result });
  }
}

async function perform(step) {
  let [command, ...rest] = step.command;
  if (step.modules !== undefined) {
    command = pythonWith(step.modules);
    if (command === undefined) return { passed: 0, failed: 0, skipped: 1, note: ` (needs Python with ${step.modules.join(", ")})` };
  }
  const file = join(scratch, `${step.name}.json`);
  const { args = [], env = {} } = step.report?.(file) ?? {};
  print(step.name, `$ ${step.command.join(" ")}`);
  const { code, output } = await start(step.name, command, [...rest, ...args], env);
  if (step.count === undefined) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  try {
    return await step.count({ file, output, code });
  } catch (error) {
    return { passed: 0, failed: 1, skipped: 0, note: ` (exit code ${code}, no report: ${error.message})` };
  }
}

/** CONCH_PYTHON, else the first Python that has the modules: the system's often has what another one in front of it has not. */
function pythonWith(modules) {
  const known = process.env.CONCH_PYTHON ? [process.env.CONCH_PYTHON] : ["python3", "/usr/bin/python3", "python"];
  return known.find((python) => spawnSync(python, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore" }).status === 0);
}

function start(name, command, args, env) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
      shell: process.platform === "win32",
      env: {
        ...process.env,
        PATH: [join(ROOT, "node_modules/.bin"), process.env.PATH].join(delimiter),
        ...(browser === undefined ? {} : { CONCH_CHROMIUM: browser }),
        ...env,
      },
    });
    running.add(child);
    const limit = setTimeout(() => {
      print(name, `ended after ${LONGEST_MINUTES} minutes`);
      end(child);
    }, LONGEST_MINUTES * 60_000);
    let output = "";
    let line = "";
    const take = (text) => {
      output += text;
      const lines = (line + text).split("\n");
      line = lines.pop();
      for (const each of lines) print(name, each);
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.on("error", (error) => take(`${error.message}\n`));
    child.on("close", (code) => {
      clearTimeout(limit);
      running.delete(child);
      if (line !== "") print(name, line);
      done({ code: code ?? 1, output });
    });
  });
}

/** Ends a step and all that it started. */
function end(child) {
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}

function print(name, text) {
  process.stdout.write(`${name.padEnd(8)} │ ${text}\n`);
}
