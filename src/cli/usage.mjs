import { resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";

/** The command line is wrong: exit code 2, and the way to the help. */
export class UsageError extends Error {}

/** Options and positional arguments. Throws UsageError. */
export function parse(args, options) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error.message);
  }
}

/** A path as the user means it: npm runs scripts in the checkout, the user may have been elsewhere. */
export function userPath(path) {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path);
}
