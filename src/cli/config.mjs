import process from "node:process";
import { CommandError } from "./command-error.mjs";
import { openFolders, showsColours, write } from "./lint.mjs";
import { SERVER_HELP, SERVER_OPTIONS, serverOf } from "./server-options.mjs";
import { parse, UsageError } from "./usage.mjs";

export const SUMMARY = "print a model's configuration as Triton completes it";

export const HELP = `Usage: conch config DIR MODEL [options]

Prints the JSON that a Triton server gives for GET /v2/models/MODEL/config,
without starting one. Where the model would not load, prints what stands
against it as conch lint does, to the standard error; the exit code is 1 then,
and 2 when the folder cannot be read or has no such model.

${SERVER_HELP}`;

export { FAILURE } from "./lint.mjs";

export async function main(args) {
  const { values, positionals } = parse(args, SERVER_OPTIONS);
  const server = serverOf(values);
  const [dir, model, ...rest] = positionals;
  if (dir === undefined || model === undefined) throw new UsageError(`expected DIR and MODEL, found ${positionals.length === 0 ? "neither" : `only "${dir}"`}`);
  if (rest.length > 0) throw new UsageError(`expected DIR and MODEL, found also "${rest.join(" ")}"`);
  const { core, folders } = await openFolders([dir]);
  const { findings, verdicts } = await core.lint(folders, server);
  const verdict = verdicts.get(model);
  if (verdict === undefined) throw new CommandError("REQUEST_INVALID", `'${model}' is not found; ${dir} has ${[...verdicts.keys()].join(", ")}`);
  if (verdict.loads) return write(core.encodeSourceText(`${core.configJson(verdict.config)}\n`));
  const against = findings.filter(({ finding, model: of }) => of === model && finding.severity === "error");
  process.stderr.write(core.REPORTS.text({ findings: against, colour: showsColours(process.stderr) }));
  process.exitCode = 1;
}
