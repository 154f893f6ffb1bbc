import { readFileSync } from "node:fs";
import process from "node:process";
import { CommandError } from "./command-error.mjs";
import { loadServer } from "./core.mjs";
import { readFolder } from "./read-folder.mjs";
import { hostServer } from "./serve-host.mjs";
import { parse, UsageError } from "./usage.mjs";

export const SUMMARY = "serve a model repository over v2, for development and tests";

export const HELP = `Usage: conch serve DIR [options]

Serves the models of the repository in DIR over the v2 inference protocol, as
far as they run without a GPU: ensembles, transforms, ONNX on WebAssembly,
forests, identity. It is there to develop and test against without a Triton:
one model runs at a time, on one thread. Serve with Triton or KServe.

  --port N            8000 when left out; 0 takes any
  --host NAME         address to listen on, 127.0.0.1 when left out
  --metrics-port N    the metrics page on a port of its own, as Triton has it;
                      /metrics of the same port answers it in any case
  --model-control none|explicit
                      none: all models are loaded at the start; explicit: those
                      of --load, and requests load and unload
  --load MODEL        a model to load at the start of an explicit server; may be
                      given again, * stands for all
  --max-input-bytes N the most bytes of a JSON document, or of the JSON part of a
                      request; ${1 << 26} when left out
  --no-auto-complete  as a Triton with --disable-auto-complete-config
`;

const OPTIONS = {
  "port": { type: "string", default: "8000" },
  "host": { type: "string", default: "127.0.0.1" },
  "metrics-port": { type: "string" },
  "model-control": { type: "string", default: "none" },
  "load": { type: "string", multiple: true, default: [] },
  "max-input-bytes": { type: "string", default: String(1 << 26) },
  "no-auto-complete": { type: "boolean", default: false },
};

export async function main(args) {
  const { values, positionals } = parse(args, OPTIONS);
  const [dir, ...rest] = positionals;
  if (dir === undefined || rest.length > 0) throw new UsageError(`expected DIR, found ${dir === undefined ? "none" : `also "${rest.join(" ")}"`}`);
  const control = values["model-control"];
  if (control !== "none" && control !== "explicit") throw new UsageError(`--model-control takes none or explicit, found "${control}"`);
  if (control === "none" && values.load.length > 0) throw new UsageError("--load needs --model-control explicit");
  const options = {
    dir,
    host: values.host,
    port: number(values, "port", 65535),
    metricsPort: values["metrics-port"] === undefined ? undefined : number(values, "metrics-port", 65535),
    explicit: control === "explicit",
    load: values.load,
    maxInputBytes: number(values, "max-input-bytes", 2 ** 31 - 1),
    autoComplete: !values["no-auto-complete"],
    version: JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version,
    log: (line) => process.stdout.write(`${line}\n`),
  };
  const folder = readFolder(dir);
  const core = await loadServer();
  const problem = core.folderProblem(folder);
  if (problem !== undefined) throw new CommandError("REPOSITORY_UNREADABLE", problem);
  const server = await hostServer(core, options).catch((error) => {
    throw listenError(error, options);
  });
  process.stdout.write(`Serving ${dir} at ${server.base}, metrics at ${server.metrics}\nThis server is for development and tests: for production use Triton or KServe.\n`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void server.close().then(() => process.exit(0)));
}

function number(values, name, most) {
  const text = values[name];
  if (/^\d{1,10}$/.test(text) && Number(text) <= most) return Number(text);
  throw new UsageError(`--${name} takes a whole number up to ${most}, found "${text}"`);
}

function listenError(error, { host, port }) {
  if (error.code === "EADDRINUSE") return new CommandError("PORT_TAKEN", `port ${port} of ${host} is taken; give another with --port`);
  if (error.code === "EACCES") return new CommandError("PORT_REFUSED", `the system does not let this user listen on port ${port} of ${host}`);
  if (error.code === "ENOTFOUND" || error.code === "EADDRNOTAVAIL") return new CommandError("HOST_UNKNOWN", `${host} is no address of this machine`);
  return error;
}
