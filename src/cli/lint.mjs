import process from "node:process";
import { folderProblem } from "../server/model-folder.mjs";
import { userPath } from "../server/user-path.mjs";
import { CommandError, withPage } from "./page.mjs";
import { parse, UsageError } from "./usage.mjs";

export const SUMMARY = "list what Triton would refuse in a model repository";

export const HELP = `Usage: conch lint DIR [--json]

Lists the findings of the model repository in DIR as file:line:column. The exit
code is 1 when there is an error among them.

  --json  print the findings as one JSON array
`;

export async function main(args) {
  const { values, positionals } = parse(args, { json: { type: "boolean", default: false } });
  if (positionals.length !== 1) throw new UsageError(`expected one DIR, found ${positionals.length}`);
  const folder = userPath(positionals[0]);
  const problem = await folderProblem(folder);
  if (problem !== undefined) throw new CommandError("REPOSITORY_UNREADABLE", problem);
  const answer = await withPage({ folder, adapter: "software" }, (page) => page.evaluate((base) => window.conchLint(base), "/local"));
  if (answer.error !== undefined) throw new CommandError(answer.error.code, answer.error.message, answer.error.data);
  const { findings, models } = answer;
  const errors = findings.filter(({ severity }) => severity === "error").length;
  if (values.json) process.stdout.write(`${JSON.stringify(findings, undefined, 2)}\n`);
  else {
    for (const { file, line, column, severity, message, code } of findings) process.stdout.write(`${file}:${line}:${column}: ${severity}: ${message} [${code}]\n`);
    process.stdout.write(`${models} models, ${findings.length} findings, ${errors} of them errors\n`);
  }
  if (errors > 0) process.exitCode = 1;
}
