import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

/** The checkout. */
export const ROOT = resolve(import.meta.dirname, "../..");

/** The built application. */
export const DIST = join(ROOT, "dist");

const SOURCES = ["index.html", "package.json", "package-lock.json", "vite.config.ts", "src", "public"];
/** Not part of the build: changing them asks for no new one. */
const NOT_BUILT = /\.(test|gpu\.test)\.tsx?$|\.md$|^(server|testing)$/;

/** Builds the application when `dist` is missing or older than any source. Two processes that ask at once build once. Says what it does by `say`. */
export async function buildIfStale(say = () => {}) {
  if (!(await isStale())) return;
  const release = await lock(say);
  try {
    if (!(await isStale())) return;
    say("Building Conch…");
    const { build } = await import("vite");
    await build({ root: ROOT, logLevel: "warn" });
  } finally {
    await release();
  }
}

async function isStale() {
  const built = await stat(join(DIST, "index.html")).catch(() => undefined);
  if (built === undefined) return true;
  for (const source of SOURCES) if (await newerThan(join(ROOT, source), built.mtimeMs)) return true;
  return false;
}

/** A folder counts by its own time too: it changes when a file goes. */
async function newerThan(path, time) {
  const found = await stat(path);
  if (!found.isDirectory()) return found.mtimeMs > time;
  const entries = (await readdir(path, { withFileTypes: true })).filter(({ name }) => !NOT_BUILT.test(name) && !name.startsWith("."));
  if (found.mtimeMs > time) return true;
  for (const { name } of entries) if (await newerThan(join(path, name), time)) return true;
  return false;
}

async function lock(say) {
  const folder = join(ROOT, "node_modules/.cache");
  const file = join(folder, "conch-build.lock");
  await mkdir(folder, { recursive: true });
  for (let waited = false; ; waited = true) {
    try {
      await writeFile(file, String(process.pid), { flag: "wx" });
      return () => rm(file, { force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (await isAbandoned(file)) await rm(file, { force: true });
    else {
      if (!waited) say("Another process is building Conch; waiting for it…");
      await sleep(200);
    }
  }
}

/** Whether the process that took the lock is gone. A lock that is still empty is being written. */
async function isAbandoned(file) {
  try {
    const text = await readFile(file, "utf8");
    if (text === "") return Date.now() - (await stat(file)).mtimeMs > 5000;
    return !isRunning(Number(text));
  } catch {
    return false;
  }
}

function isRunning(id) {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
