import { mkdir, stat } from "node:fs/promises";
import { resolve } from "node:path";
import process from "node:process";
import { folderProblem } from "../server/model-folder.mjs";
import { userPath } from "../server/user-path.mjs";
import { CommandError } from "./command-error.mjs";
import { createExchange } from "./exchange.mjs";
import { withPage } from "./page.mjs";
import { parse, UsageError } from "./usage.mjs";

export const SUMMARY = "run a model or an ensemble on files";

export const HELP = `Usage: conch run DIR MODEL --input NAME=FILE… --output DIR [options]

Runs MODEL of the model repository in DIR, as the browser does, in a Chromium
without a window, and writes each output as <NAME>.npy.

  --input NAME=FILE  a file for an input: .nii, .nii.gz, .npy, .npz, .json, or
                     any file for a TYPE_STRING input; again for each input,
                     and for each file of a pair (.hdr and .img). An affine
                     input is filled by the NIfTI file that has one.
  --output DIR       folder for the outputs, made when missing
  --outputs A,B      only these outputs; what they do not need is not run
  --kind gpu|cpu     overrides every instance_group for this run
  --frame N          frame of a 4-D NIfTI file, from 0
  --adapter software|hardware
                     WebGPU on the processor (anywhere, slow) or on this
                     machine's GPU; software when left out
  --no-cache         run every step, even one with equal inputs
  --json             print what happened as one JSON object
`;

export async function main(args) {
  const { request, folder, output, inputs, adapter, json } = await read(args);
  await mkdir(output, { recursive: true }).catch((error) => {
    throw new CommandError("OUTPUT_UNWRITABLE", `${output} cannot be made (${error.code})`);
  });
  const exchange = createExchange(output);
  const offered = Object.fromEntries(Object.entries(inputs).map(([name, files]) => [name, files.map((file) => exchange.offer(file))]));
  const answer = await withPage({ folder, adapter, routes: [exchange.route] }, (page) =>
    page.evaluate((whole) => window.conchRun(whole), { ...request, inputs: offered, outputUrl: exchange.outputUrl }),
  );
  if (answer.error !== undefined) throw new CommandError(answer.error.code, answer.error.message, answer.error.data);
  for (const warning of answer.report.warnings) process.stderr.write(`conch: ${warning}\n`);
  process.stdout.write(json ? `${JSON.stringify(answer.report, undefined, 2)}\n` : summary(answer.report, exchange.written));
}

async function read(args) {
  const { values, positionals } = parse(args, {
    input: { type: "string", multiple: true, default: [] },
    output: { type: "string" },
    outputs: { type: "string" },
    kind: { type: "string" },
    frame: { type: "string" },
    adapter: { type: "string", default: "software" },
    "no-cache": { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  });
  const [dir, model, ...rest] = positionals;
  if (dir === undefined || model === undefined) throw new UsageError(`expected DIR and MODEL, found ${positionals.length === 0 ? "neither" : `only "${dir}"`}`);
  if (rest.length > 0) throw new UsageError(`expected DIR and MODEL, found also "${rest.join(" ")}"`);
  if (values.output === undefined) throw new UsageError("--output DIR is missing");
  oneOf(values, "kind", ["gpu", "cpu"]);
  oneOf(values, "adapter", ["software", "hardware"]);
  if (values.frame !== undefined && !/^\d+$/.test(values.frame)) throw new UsageError(`--frame takes a whole number from 0, found "${values.frame}"`);
  const folder = userPath(dir);
  const problem = await folderProblem(folder);
  if (problem !== undefined) throw new CommandError("REPOSITORY_UNREADABLE", problem);
  return {
    folder,
    output: userPath(values.output),
    inputs: await inputFiles(values.input),
    adapter: values.adapter,
    json: values.json,
    request: {
      repository: "/local",
      model,
      cache: !values["no-cache"],
      ...(values.kind === undefined ? {} : { kind: values.kind }),
      ...(values.frame === undefined ? {} : { frame: Number(values.frame) }),
      ...(values.outputs === undefined ? {} : { outputs: values.outputs.split(",").map((name) => name.trim()) }),
    },
  };
}

function oneOf(values, name, allowed) {
  if (values[name] !== undefined && !allowed.includes(values[name])) throw new UsageError(`--${name} takes ${allowed.join(" or ")}, found "${values[name]}"`);
}

async function inputFiles(given) {
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

function summary({ model, adapter, software, steps, outputs, seconds }, written) {
  const width = Math.max(...steps.map((step) => step.model.length), 0);
  const lines = steps.map(({ model: name, placement, cached, start, end }) => `  ${name.padEnd(width)}  ${placement}  ${cached ? "cached" : `${(end - start).toFixed(1)} ms`}`);
  const results = Object.entries(outputs).map(([name, { dataType, shape }]) => `  ${name} ${dataType} [${shape.join(", ")}] → ${written.get(name)}`);
  const where = adapter === null ? "without WebGPU" : `${adapter}${software ? " (software)" : ""}`;
  return [`${model}: ${seconds.toFixed(3)} s, ${where}`, ...lines, ...results, ""].join("\n");
}
