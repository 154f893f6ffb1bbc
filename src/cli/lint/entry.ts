// What the command line takes from the pure code, built to one file for Node by ../core.mjs.
import { githubReport } from "./github-report.ts";
import { jsonReport } from "./json-report.ts";
import type { Report } from "./report.ts";
import { sarifReport } from "./sarif-report.ts";
import { textReport } from "./text-report.ts";

export { encodeSourceText } from "../../base/source-text.ts";
export { configJson } from "../../triton/model-config/json.ts";
export { folderProblem } from "./folder-problem.ts";
export { lint } from "./lint.ts";
export { summary } from "./text-report.ts";

/** The formats of `conch lint`, by name. */
export const REPORTS: Readonly<Record<string, Report>> = { text: textReport, json: jsonReport, sarif: sarifReport, github: githubReport };
