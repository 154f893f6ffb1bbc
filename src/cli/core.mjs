import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { CommandError } from "./command-error.mjs";

const ROOT = resolve(import.meta.dirname, "../..");
const CACHE = join(ROOT, "node_modules/.cache/conch-cli");
const BUILT = "core.cjs";
const ENTRY = join(ROOT, "src/cli/lint/entry.ts");
/** What the built file is made of. */
const SOURCES = ["src/base", "src/tensor", "src/onnx", "src/triton", "src/cli/lint", "src/cli/core.mjs", "package-lock.json"];
/** Built files of other states of the sources are kept this long: another process may just be reading one. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/** The pure code that lint and config are made of: its TypeScript, built to one file in `cache` whenever it has changed. Throws CommandError. */
export async function loadCore(cache = CACHE) {
  const file = join(cache, `${stamp()}.cjs`);
  if (existsSync(file)) return load(file);
  if (process.stderr.isTTY) process.stderr.write("Building the command line…\n");
  const folder = await newFolder(cache);
  // Where the checkout cannot be written to, the file is built for this one process.
  if (folder === undefined) return loadAside();
  try {
    await build(folder);
    // Whoever else built the same at the same time has put the same file there.
    await rename(join(folder, BUILT), file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await forgetOthers(cache, file);
  return load(file);
}

/** A folder of its own in `cache`; undefined where none can be made. */
async function newFolder(cache) {
  try {
    await mkdir(cache, { recursive: true });
    return await mkdtemp(join(cache, "building-"));
  } catch (error) {
    if (["EACCES", "EPERM", "EROFS", "ENOSPC"].includes(error.code)) return undefined;
    throw error;
  }
}

async function loadAside() {
  const folder = await mkdtemp(join(tmpdir(), "conch-cli-"));
  try {
    await build(folder);
    return load(join(folder, BUILT));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function load(file) {
  return createRequire(import.meta.url)(file);
}

async function build(folder) {
  let vite;
  try {
    vite = await import("vite");
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new CommandError("NOT_INSTALLED", `Conch's own packages are missing: run npm ci in ${ROOT} first`);
  }
  await vite.build({
    root: ROOT,
    configFile: false,
    logLevel: "error",
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: ENTRY,
      target: "node20",
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: { output: { format: "cjs", entryFileNames: BUILT, codeSplitting: false } },
    },
  });
}

/** Names the state of the sources by path, size and time of change of each: another state, another name. */
function stamp() {
  const hash = createHash("sha256").update(process.version);
  const add = (path) => {
    const full = join(ROOT, path);
    const found = statSync(full, { bigint: true });
    if (!found.isDirectory()) return hash.update(`${path}\0${found.size}\0${found.mtimeNs}\n`);
    for (const name of readdirSync(full).sort()) if (!/\.test\.ts$|^\./.test(name)) add(`${path}/${name}`);
  };
  for (const source of SOURCES) add(source);
  return hash.digest("hex").slice(0, 24);
}

/** Removes what older states of the sources and broken builds left behind. */
async function forgetOthers(cache, file) {
  const now = new Date();
  await utimes(file, now, now);
  for (const name of await readdir(cache)) {
    const other = join(cache, name);
    const found = await stat(other).catch(() => undefined);
    if (found !== undefined && now.getTime() - found.mtimeMs > KEPT_MS) await rm(other, { recursive: true, force: true });
  }
}
