import { readFile } from "node:fs/promises";

/**
 * What `npm test` runs. `stage`: those of a stage run side by side, two at a time, before the next stage begins; what drives a browser runs alone.
 * `count` reads { passed, failed, skipped } from the step's report file, its output and its exit code; without it a step counts as one.
 * `modules`: of the Python that runs it; the step is skipped where no Python has them.
 */
export const STEPS = [
  { name: "node", stage: 1, command: ["vitest", "run", "--project", "node", "--reporter=default", "--reporter=json"], report: vitestReport, count: countVitest },
  { name: "lint", stage: 1, command: ["oxlint"] },
  { name: "types", stage: 1, command: ["tsc", "-b"] },
  { name: "unused", stage: 1, command: ["knip"] },
  { name: "build", stage: 1, command: ["vite", "build", "--logLevel", "warn"] },
  { name: "training", stage: 1, command: ["python3", "-m", "unittest", "discover", "-s", "training"], modules: ["numpy", "scipy", "torch"], count: countUnittest },
  { name: "gpu", stage: 2, command: ["vitest", "run", "--project", "gpu", "--reporter=default", "--reporter=json"], report: vitestReport, count: countVitest },
  {
    name: "e2e",
    stage: 3,
    command: ["playwright", "test", "--config", "e2e/playwright.config.ts"],
    report: (file) => ({ env: { CONCH_E2E_REPORT: file } }),
    count: countPlaywright,
  },
];

function vitestReport(file) {
  return { args: [`--outputFile.json=${file}`] };
}

/** A test file that cannot be loaded has no tests, yet fails. */
async function countVitest({ file, code }) {
  const report = JSON.parse(await readFile(file, "utf8"));
  const failed = report.numFailedTests + report.testResults.filter((suite) => suite.status === "failed" && suite.assertionResults.every(({ status }) => status !== "failed")).length;
  return {
    passed: report.numPassedTests,
    failed: code === 0 ? failed : Math.max(failed, 1),
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

async function countPlaywright({ file, code }) {
  const { stats, errors } = JSON.parse(await readFile(file, "utf8"));
  const failed = stats.unexpected + errors.length;
  return { passed: stats.expected + stats.flaky, failed: code === 0 ? failed : Math.max(failed, 1), skipped: stats.skipped };
}

/** The summary of Python's unittest: "Ran 9 tests in 1.2s", "FAILED (failures=1, errors=1, skipped=2)". */
async function countUnittest({ output, code }) {
  const ran = Number(/^Ran (\d+) tests?/m.exec(output)?.[1] ?? 0);
  const number = (name) => Number(new RegExp(`^(?:OK|FAILED) \\(.*\\b${name}=(\\d+)`, "m").exec(output)?.[1] ?? 0);
  const skipped = number("skipped");
  const bad = number("failures") + number("errors") + number("unexpected successes");
  const failed = code === 0 ? bad : Math.max(bad, 1);
  return { passed: Math.max(ran - skipped - failed, 0), failed, skipped };
}
