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
