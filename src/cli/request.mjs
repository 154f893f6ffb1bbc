// What the commands that run a model have in common.
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { folderProblem } from "../server/model-folder.mjs";
import { userPath } from "../server/user-path.mjs";
import { CommandError } from "./command-error.mjs";
import { UsageError } from "./usage.mjs";

/** Options that say what is run on what. */
export const REQUEST_OPTIONS = {
  input: { type: "string", multiple: true, default: [] },
  outputs: { type: "string" },
  frame: { type: "string" },
  adapter: { type: "string", default: "software" },
  json: { type: "boolean", default: false },
};

/** DIR and MODEL; `open` checks the folder and gives its path. Both throw: UsageError, REPOSITORY_UNREADABLE. */
export function target(positionals) {
  const [dir, model, ...rest] = positionals;
  if (dir === undefined || model === undefined) throw new UsageError(`expected DIR and MODEL, found ${positionals.length === 0 ? "neither" : `only "${dir}"`}`);
  if (rest.length > 0) throw new UsageError(`expected DIR and MODEL, found also "${rest.join(" ")}"`);
  const open = async () => {
    const folder = userPath(dir);
    const problem = await folderProblem(folder);
    if (problem !== undefined) throw new CommandError("REPOSITORY_UNREADABLE", problem);
    return folder;
  };
  return { model, open };
}

/** An option's whole number, or undefined where it is left out. Throws UsageError. */
export function wholeNumber(values, name, least) {
  const text = values[name];
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  throw new UsageError(`--${name} takes a whole number from ${least}, found "${text}"`);
}

/** Throws UsageError where an option has another value than one of these. */
export function oneOf(values, name, allowed) {
  if (values[name] !== undefined && !allowed.includes(values[name])) throw new UsageError(`--${name} takes ${allowed.join(" or ")}, found "${values[name]}"`);
}

/** What `--input NAME=FILE` gives: input name → absolute paths. Throws UsageError; INPUT_INVALID for a file that is none. */
export async function inputFiles(given) {
  const inputs = {};
  for (const each of given) {
    const at = each.indexOf("=");
    if (at < 1 || at === each.length - 1) throw new UsageError(`--input takes NAME=FILE, found "${each}"`);
    const name = each.slice(0, at);
    const file = userPath(each.slice(at + 1));
    const found = await stat(file).catch(() => undefined);
    if (found === undefined) throw new CommandError("INPUT_INVALID", `input ${name}: ${file} does not exist`);
    if (!found.isFile()) throw new CommandError("INPUT_INVALID", `input ${name}: ${file} is no file`);
    inputs[name] = [...(inputs[name] ?? []), resolve(file)];
  }
  return inputs;
}
