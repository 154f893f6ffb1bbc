import { resolve } from "node:path";
import process from "node:process";

/** A path as the user means it: npm runs scripts in the checkout, while the user may have been elsewhere. */
export function userPath(path) {
  const { INIT_CWD, npm_lifecycle_event } = process.env;
  const byNpm = npm_lifecycle_event === "start" || npm_lifecycle_event === "conch" || npm_lifecycle_event === "npx";
  return resolve(byNpm && INIT_CWD ? INIT_CWD : process.cwd(), path);
}
