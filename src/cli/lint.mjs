import { readFileSync } from "node:fs";
import process from "node:process";
import { CommandError } from "./command-error.mjs";
import { loadCore } from "./core.mjs";
import { readFolder, realFolder } from "./read-folder.mjs";
import { SERVER_HELP, SERVER_OPTIONS, serverOf } from "./server-options.mjs";
import { parse, UsageError } from "./usage.mjs";

export const SUMMARY = "list what Triton would refuse in a model repository";

export const HELP = `Usage: conch lint DIR… [options]

Says what a Triton server would say of the model repositories in DIR…, served
together, without starting one. The exit code is 1 when there is an error among
the findings, 0 when there is none, 2 when the folders cannot be checked.

  --format text|json|sarif|github
                      for people; for programs; for code scanning; for the log
                      of a GitHub workflow, which shows it beside the change
  --severity error|warning|info
                      the least that is printed; warning when left out
${SERVER_HELP}`;

/** What the process ends with when it could not do its work. */
export const FAILURE = 2;

const FORMATS = ["text", "json", "sarif", "github"];
const LEAST = ["error", "warning", "info"];

export async function main(args) {
  const { values, positionals } = parse(args, {
    ...SERVER_OPTIONS,
    format: { type: "string", default: "text" },
    severity: { type: "string", default: "warning" },
  });
  oneOf(values, "format", FORMATS);
  oneOf(values, "severity", LEAST);
  const server = serverOf(values);
  if (positionals.length === 0) throw new UsageError("expected DIR, found none");
  const { core, folders } = await openFolders(positionals);
  const { findings, models } = await core.lint(folders, server);
  const shown = findings.filter(({ finding }) => LEAST.indexOf(finding.severity) <= LEAST.indexOf(values.severity));
  const colour = values.format === "text" && showsColours(process.stdout);
  write(core.REPORTS[values.format]({ findings: shown, several: folders.length > 1, version: version(), colour }));
  if (values.format === "text" && (shown.length > 0 || process.stderr.isTTY)) process.stderr.write(`${core.summary(shown, models)}\n`);
  if (findings.some(({ finding }) => finding.severity === "error")) process.exitCode = 1;
}

/** The built code and the folders. Throws CommandError for one that is no model repository, UsageError for one that is given twice. */
export async function openFolders(names) {
  const folders = names.map(readFolder);
  const places = names.map(realFolder);
  const twice = places.findIndex((place, index) => places.indexOf(place) < index);
  if (twice >= 0) throw new UsageError(`${names[twice]} is given twice`);
  const core = await loadCore();
  for (const folder of folders) {
    const problem = core.folderProblem(folder);
    if (problem !== undefined) throw new CommandError("REPOSITORY_UNREADABLE", problem);
  }
  return { core, folders };
}

/** Writes text or bytes to the standard output; whoever reads it may stop reading. */
export function write(output) {
  process.stdout.on("error", (error) => {
    if (error.code !== "EPIPE") throw error;
  });
  process.stdout.write(output);
}

/** See no-color.org. */
export function showsColours(stream) {
  return stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";
}

export function oneOf(values, name, allowed) {
  if (!allowed.includes(values[name])) throw new UsageError(`--${name} takes ${allowed.join(", ")}, found "${values[name]}"`);
}

function version() {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
}
