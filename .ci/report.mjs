// npm run report [-- --project node]: how Conch agrees with what Triton, MONAI and ONNX Runtime recorded. Runs the test files that read the recorded
// reference data and prints one line per group of cases, then every case that failed, was skipped or was left out, by name. Exit code 1 on failure.
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, relative, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { ensureChromium } from "./browser.mjs";

const ROOT = resolve(import.meta.dirname, "..");
const PROJECTS = ["node", "gpu"];
/** How a test file says that it reads recorded data. */
const READS_RECORDED = /from\s+"[^"]*\/testing\/recorded\.ts"/;

const { values } = parseArgs({ options: { project: { type: "string" }, json: { type: "boolean", default: false }, help: { type: "boolean" } } });
if (values.help) {
  process.stdout.write("Usage: npm run report -- [--project node|gpu] [--json]\n");
  process.exit(0);
}
if (values.project !== undefined && !PROJECTS.includes(values.project)) {
  process.stderr.write(`npm run report: no project ${values.project}; there are ${PROJECTS.join(", ")}\n`);
  process.exit(2);
}

const say = (text) => process.stderr.write(`${text}\n`);
const files = await recordedTests(join(ROOT, "src"));
const scratch = await mkdtemp(join(tmpdir(), "conch-report-"));
const suites = [];
try {
  for (const project of PROJECTS.filter((name) => values.project === undefined || name === values.project)) {
    const own = files.filter((file) => file.endsWith(".gpu.test.ts") === (project === "gpu"));
    if (own.length === 0) continue;
    if (project === "gpu") ensureChromium(say);
    say(`Running ${own.length} test files of the project ${project}…`);
    suites.push(...(await runSuites(project, own, join(scratch, `${project}.json`))));
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}

if (values.json) process.stdout.write(`${JSON.stringify(suites, undefined, 2)}\n`);
else print(suites);
process.exitCode = suites.length === 0 || suites.some(({ groups, problem }) => problem !== undefined || groups.some(({ failed }) => failed.length > 0)) ? 1 : 0;

/** Test files below a folder that import the reader of recorded data, sorted. */
async function recordedTests(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const tests = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts")).map((entry) => join(entry.parentPath, entry.name));
  const reading = await Promise.all(tests.map(async (file) => READS_RECORDED.test(await readFile(file, "utf8"))));
  return tests.filter((_, index) => reading[index]).map((file) => relative(ROOT, file)).sort();
}

/** Runs the files in one Vitest and gives, per file, its groups and the words of what it passed over. */
async function runSuites(project, own, reportFile) {
  const { code, output } = await vitest(["run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`, ...own]);
  const report = await readFile(reportFile, "utf8").then(JSON.parse, () => undefined);
  if (report === undefined) return [{ file: `project ${project}`, groups: [], omitted: [], problem: output.trim().split("\n").slice(-20).join("\n") }];
  const omitted = omissions(output);
  const done = report.testResults.map((suite) => {
    const file = relative(ROOT, suite.name);
    const groups = groupsOf(suite.assertionResults);
    const broken = suite.status === "failed" && groups.every(({ failed }) => failed.length === 0);
    return { file, groups, omitted: omitted.get(file) ?? [], ...(broken && { problem: suite.message || "the file could not be run" }) };
  });
  const missing = own.filter((file) => !done.some((suite) => suite.file === file)).map((file) => ({ file, groups: [], omitted: [], problem: "no result was reported" }));
  const failed = done.some(({ groups, problem }) => problem !== undefined || groups.some((group) => group.failed.length > 0));
  // Vitest also fails for errors outside of any test.
  const stray = code !== 0 && !failed && missing.length === 0 ? [{ file: `project ${project}`, groups: [], omitted: [], problem: output.trim().split("\n").slice(-20).join("\n") }] : [];
  return [...done, ...missing, ...stray].sort((a, b) => (a.file < b.file ? -1 : 1));
}

function vitest(args) {
  const path = [join(ROOT, "node_modules/.bin"), process.env.PATH].join(delimiter);
  const child = spawn("vitest", args, { cwd: ROOT, env: { ...process.env, PATH: path, NO_COLOR: "1" }, shell: process.platform === "win32" });
  const stop = () => child.kill("SIGTERM");
  process.once("SIGINT", stop).once("SIGTERM", stop);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => {
      process.off("SIGINT", stop).off("SIGTERM", stop);
      done({ code, output });
    });
  });
}

/** Outermost suite → its cases, in the file's order. */
function groupsOf(cases) {
  const groups = new Map();
  for (const { ancestorTitles, title, status, failureMessages } of cases) {
    const name = ancestorTitles[0] ?? "(no group)";
    const group = groups.get(name) ?? { name, passed: 0, failed: [], skipped: [] };
    groups.set(name, group);
    const label = [...ancestorTitles.slice(1), title].join(" › ");
    if (status === "passed") group.passed++;
    else if (status === "failed") group.failed.push({ name: label, message: (failureMessages[0] ?? "").split("\n")[0] });
    else group.skipped.push(label);
  }
  return [...groups.values()];
}

/** File → what its cases said that they passed over ("skipped: …" on the console), without repetition. */
function omissions(output) {
  const found = new Map();
  let file;
  for (const line of output.split("\n")) {
    const header = /^std(?:out|err) \| (\S+?\.test\.ts)/.exec(line);
    if (header !== null) file = header[1];
    const words = /^skipped: (.+)$/.exec(line);
    if (words === null || file === undefined) continue;
    const known = found.get(file) ?? [];
    if (!known.includes(words[1])) found.set(file, [...known, words[1]]);
  }
  return found;
}

function print(all) {
  const rows = all.flatMap(({ file, groups, omitted, problem }) => [
    ...groups.map(({ name, passed, failed, skipped }) => [file, name, passed, failed.length, skipped.length]),
    ...(problem === undefined ? [] : [[file, "(could not be run)", 0, 1, 0]]),
    ...(omitted.length === 0 ? [] : [[file, "(said to be left out)", "", "", omitted.length]]),
  ]);
  const headings = ["test file", "group", "passed", "failed", "skipped"];
  const width = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => String(row[column]).length)));
  const line = (row) => row.map((cell, column) => (column < 2 ? String(cell).padEnd(width[column]) : String(cell).padStart(width[column]))).join("  ").trimEnd();
  let before;
  const out = [line(headings), line(width.map((length) => "-".repeat(length)))];
  for (const row of rows) {
    out.push(line(row[0] === before ? ["", ...row.slice(1)] : row));
    before = row[0];
  }
  const groups = all.flatMap((suite) => suite.groups);
  const sum = (count) => groups.reduce((total, group) => total + count(group), 0);
  const broken = all.filter(({ problem }) => problem !== undefined).length;
  out.push("", `${sum((group) => group.passed)} passed, ${sum((group) => group.failed.length) + broken} failed, ${sum((group) => group.skipped.length)} skipped`);
  section(out, "Failed", all.flatMap(({ file, groups, problem }) => [...groups.flatMap(({ name, failed }) => failed.map((one) => `${file} › ${name} › ${one.name}: ${one.message}`)), ...(problem === undefined ? [] : [`${file}: ${problem}`])]));
  section(out, "Skipped", all.flatMap(({ file, groups }) => groups.flatMap(({ name, skipped }) => skipped.map((one) => `${file} › ${name} › ${one}`))));
  section(out, "Left out by a case that passed", all.flatMap(({ file, omitted }) => omitted.map((words) => `${file}: ${words}`)));
  process.stdout.write(`${out.join("\n")}\n`);
}

function section(out, title, lines) {
  if (lines.length > 0) out.push("", `${title}:`, ...lines.map((text) => `  ${text}`));
}
