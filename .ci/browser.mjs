import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import process from "node:process";
import { chromium } from "playwright";
import { findChromium } from "../src/cli/chromium.mjs";

/** Makes sure that there is a Chromium to test with, installing one where there is none. Gives back where it is, or undefined. */
export function ensureChromium(say) {
  const found = present();
  if (found !== undefined) return found;
  say("No Chromium found; installing one");
  if (process.platform === "linux" && process.getuid?.() === 0 && existsSync("/etc/debian_version")) {
    run("apt-get", ["update"]);
    run("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], { DEBIAN_FRONTEND: "noninteractive" });
  }
  if (present() === undefined) run("npx", ["playwright", "install", "chromium"]);
  return present();
}

function present() {
  const system = findChromium();
  if (system !== undefined) return existsSync(system) ? system : undefined;
  const own = chromium.executablePath();
  return existsSync(own) ? own : undefined;
}

function run(command, args, env = {}) {
  spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, ...env } });
}
