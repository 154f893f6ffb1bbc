import { mkdir } from "node:fs/promises";
import process from "node:process";
import { userPath } from "../server/user-path.mjs";
import { CommandError } from "./command-error.mjs";
import { createExchange } from "./exchange.mjs";
import { withPage } from "./page.mjs";
import { inputFiles, oneOf, REQUEST_OPTIONS, target, wholeNumber } from "./request.mjs";
import { parse, UsageError } from "./usage.mjs";

export const SUMMARY = "run a model or an ensemble on files";

export const HELP = `Usage: conch run DIR MODEL --input NAME=FILE… --output DIR [options]

Runs MODEL of the model repository in DIR, as the browser does, in a Chromium
without a window, and writes each output as <NAME>.npy.

  --input NAME=FILE  a file for an input: .nii, .nii.gz, .npy, .npz, .json, or
                     any file for a TYPE_STRING input; again for each input,
                     for each item of a batch (.npy, or any file for a
                     TYPE_STRING input), and for each file of a pair (.hdr and
                     .img). An affine input is filled by the NIfTI file that
                     has one.
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
    ...REQUEST_OPTIONS,
    output: { type: "string" },
    kind: { type: "string" },
    "no-cache": { type: "boolean", default: false },
  });
  const { model, open } = target(positionals);
  if (values.output === undefined) throw new UsageError("--output DIR is missing");
  oneOf(values, "kind", ["gpu", "cpu"]);
  oneOf(values, "adapter", ["software", "hardware"]);
  const frame = wholeNumber(values, "frame", 0);
  return {
    folder: await open(),
    output: userPath(values.output),
    inputs: await inputFiles(values.input),
    adapter: values.adapter,
    json: values.json,
    request: {
      repository: "/local",
      model,
      cache: !values["no-cache"],
      ...(values.kind === undefined ? {} : { kind: values.kind }),
      ...(frame === undefined ? {} : { frame }),
      ...(values.outputs === undefined ? {} : { outputs: values.outputs.split(",").map((name) => name.trim()) }),
    },
  };
}

function summary({ model, adapter, software, steps, outputs, seconds }, written) {
  const width = Math.max(...steps.map((step) => step.model.length), 0);
  const lines = steps.map(({ model: name, placement, cached, start, end }) => `  ${name.padEnd(width)}  ${placement}  ${cached ? "cached" : `${(end - start).toFixed(1)} ms`}`);
  const results = Object.entries(outputs).map(([name, { dataType, shape }]) => `  ${name} ${dataType} [${shape.join(", ")}] → ${written.get(name)}`);
  const where = adapter === null ? "without WebGPU" : `${adapter}${software ? " (software)" : ""}`;
  return [`${model}: ${seconds.toFixed(3)} s, ${where}`, ...lines, ...results, ""].join("\n");
}
