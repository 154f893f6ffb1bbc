import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { CommandError } from "./command-error.mjs";
import { nodeAssets } from "./node-assets.mjs";

const ROOT = resolve(import.meta.dirname, "../..");
const CACHE = join(ROOT, "node_modules/.cache/conch-cli");

/** The files that are built: what of, and under which name. */
const CORE = {
  entry: "src/cli/lint/entry.ts",
  sources: ["src/base", "src/tensor", "src/onnx", "src/triton", "src/cli/lint", "src/cli/core.mjs", "package-lock.json"],
  ending: ".cjs",
};
const SERVER = {
  entry: "src/cli/serve/entry.ts",
  sources: [...CORE.sources, "src/forest", "src/plan", "src/transforms", "src/runtime", "src/cli/serve", "src/cli/node-assets.mjs"],
  ending: ".serve.cjs",
};

/** Built files of other states of the sources are kept this long: another process may just be reading one. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/** The pure code that lint and config are made of: its TypeScript, built to one file in `cache` whenever it has changed. Throws CommandError. */
export function loadCore(cache = CACHE) {
  return loadBuilt(CORE, cache);
}

/** The code that serve is made of, models and all, built in the same way. Throws CommandError. */
export function loadServer(cache = CACHE) {
  return loadBuilt(SERVER, cache);
}

async function loadBuilt(target, cache) {
  const file = join(cache, stamp(target.sources) + target.ending);
  if (existsSync(file)) return load(file);
  if (process.stderr.isTTY) process.stderr.write("Building the command line…\n");
  const folder = await newFolder(cache);
  // Where the checkout cannot be written to, the file is built for this one process.
  if (folder === undefined) return loadAside(target);
  try {
    // Whoever else built the same at the same time has put the same file there.
    await rename(await build(target, folder), file);
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

async function loadAside(target) {
  const folder = await mkdtemp(join(tmpdir(), "conch-cli-"));
  try {
    return await load(await build(target, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function load(file) {
  return createRequire(import.meta.url)(file);
}

/** Builds into a folder; the file that was made. */
async function build({ entry, ending }, folder) {
  const built = `built${ending}`;
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
    plugins: [nodeAssets()],
    // As in the application: ONNX Runtime without a second copy of its glue.
    ssr: { noExternal: true, resolve: { conditions: ["onnxruntime-web-use-extern-wasm", "module", "node", "import"] } },
    build: {
      ssr: join(ROOT, entry),
      target: "node20",
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: { output: { format: "cjs", entryFileNames: built, codeSplitting: false } },
    },
  });
  return join(folder, built);
}

/** Names the state of the sources by place, path, size and time of change of each: another state, another name. */
function stamp(sources) {
  const hash = createHash("sha256").update(`${process.version}\0${ROOT}\0`);
  const add = (path) => {
    const full = join(ROOT, path);
    const found = statSync(full, { bigint: true });
    if (!found.isDirectory()) return hash.update(`${path}\0${found.size}\0${found.mtimeNs}\n`);
    for (const name of readdirSync(full).sort()) if (!/\.test\.ts$|^\./.test(name)) add(`${path}/${name}`);
  };
  for (const source of sources) add(source);
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
