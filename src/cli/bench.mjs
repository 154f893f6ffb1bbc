import { writeFile } from "node:fs/promises";
import process from "node:process";
import { userPath } from "../server/user-path.mjs";
import { CommandError } from "./command-error.mjs";
import { createExchange } from "./exchange.mjs";
import { withPage } from "./page.mjs";
import { inputFiles, oneOf, REQUEST_OPTIONS, target, wholeNumber } from "./request.mjs";
import { parse, UsageError } from "./usage.mjs";

export const SUMMARY = "compare placements of a model or an ensemble: latency, throughput, bytes";

export const HELP = `Usage: conch bench DIR MODEL --input NAME=FILE… [options]

Runs MODEL with its models placed in several ways, in turn and on the same
inputs, in a Chromium without a window, and prints what each takes. No file of
the repository is changed.

  --input NAME=FILE  as for conch run. An input that is left out is generated
                     where its dims are fixed: uniform random numbers
  --placements LIST  cpu    every model on the processor
                     mixed  networks on WebGPU, all others on the processor
                     gpu    every model on WebGPU
                     NAME:MODEL=cpu,MODEL=gpu  a set of your own; a model that
                     it leaves out runs where its instance_group says
                     By commas, or again for each; cpu,mixed,gpu when left out
  --batches 1,8,64   items per request; powers of two up to 512 when left out,
                     as far as every max_batch_size allows
  --runs N           runs that count, of each set at each batch (20)
  --warmup N         runs before those (3); the first is reported by itself
  --budget SECONDS   for one set at one batch, after which it runs no more and
                     no larger batch (60); 0 sets no end
  --outputs A,B      only these outputs; what they do not need is not run
  --frame N          frame of a 4-D NIfTI file, from 0
  --adapter software|hardware
                     WebGPU on the processor (anywhere, slow) or on this
                     machine's GPU; software when left out
  --output FILE.csv  write the table there as well
  --json             print everything that was measured as one JSON object

A set that cannot run, or stops at a batch, is a row with the reason. The exit
code is 1 where no set could be measured.
`;

export async function main(args) {
  const { request, folder, output, inputs, adapter, json } = await read(args);
  const exchange = createExchange("");
  const offered = Object.fromEntries(Object.entries(inputs).map(([name, files]) => [name, files.map((file) => exchange.offer(file))]));
  const answer = await withPage({ folder, adapter, routes: [exchange.route] }, async (page) => {
    if (process.stderr.isTTY) await page.exposeFunction("conchProgress", (line) => process.stderr.write(`\r${line.padEnd(72)}`));
    return page.evaluate((whole) => window.conchBench(whole), { ...request, inputs: offered });
  });
  if (process.stderr.isTTY) process.stderr.write(`\r${" ".repeat(72)}\r`);
  if (answer.error !== undefined) throw new CommandError(answer.error.code, answer.error.message, answer.error.data);
  const { comparison, warnings, text, csv } = answer.report;
  for (const warning of warnings) process.stderr.write(`conch: ${warning}\n`);
  if (output !== undefined) {
    await writeFile(output, csv).catch((error) => {
      throw new CommandError("OUTPUT_UNWRITABLE", `${output} cannot be written (${error.code})`);
    });
  }
  process.stdout.write(json ? `${JSON.stringify({ ...comparison, warnings }, undefined, 2)}\n` : text);
  if (comparison.sets.every(({ measurements }) => measurements.length === 0)) process.exitCode = 1;
}

async function read(args) {
  const { values, positionals } = parse(args, {
    ...REQUEST_OPTIONS,
    placements: { type: "string", multiple: true, default: [] },
    batches: { type: "string" },
    runs: { type: "string", default: "20" },
    warmup: { type: "string", default: "3" },
    budget: { type: "string", default: "60" },
    output: { type: "string" },
  });
  const { model, open } = target(positionals);
  oneOf(values, "adapter", ["software", "hardware"]);
  const frame = wholeNumber(values, "frame", 0);
  const budget = wholeNumber(values, "budget", 0);
  const sets = values.placements.flatMap(readPlacements);
  const request = {
    repository: "/local",
    model,
    ...(sets.length > 0 && { sets }),
    ...(values.batches !== undefined && { batches: readBatches(values.batches) }),
    runs: wholeNumber(values, "runs", 1),
    warmup: wholeNumber(values, "warmup", 0),
    budget: budget === 0 ? null : budget * 1000,
    ...(frame !== undefined && { frame }),
    ...(values.outputs !== undefined && { outputs: values.outputs.split(",").map((name) => name.trim()) }),
  };
  return {
    request,
    folder: await open(),
    output: values.output === undefined ? undefined : userPath(values.output),
    inputs: await inputFiles(values.input),
    adapter: values.adapter,
    json: values.json,
  };
}

/** "cpu,mine:pre=cpu,net=gpu": names, and sets of one's own to which what has a "=" belongs. Throws UsageError. */
function readPlacements(list) {
  const sets = [];
  for (const part of list.split(",").map((each) => each.trim())) {
    const [, name, choice] = /^(?:([^:=]+):)?([^:]*)$/.exec(part) ?? [];
    const [, model, kind] = /^(.+)=(cpu|gpu)$/.exec(choice ?? "") ?? [];
    const own = name === undefined ? sets.at(-1)?.placements : {};
    if (name === undefined && choice !== undefined && /^[^=]+$/.test(choice)) sets.push({ name: choice });
    else if (model === undefined || own === undefined) throw new UsageError(`--placements takes cpu, mixed, gpu or NAME:MODEL=cpu,MODEL=gpu, found "${part}"`);
    else {
      if (name !== undefined) sets.push({ name, placements: own });
      own[model] = kind;
    }
  }
  return sets;
}

function readBatches(list) {
  const sizes = list.split(",").map((each) => each.trim());
  const wrong = sizes.find((size) => !/^[1-9]\d{0,5}$/.test(size));
  if (wrong !== undefined) throw new UsageError(`--batches takes whole numbers from 1 by commas, found "${wrong}"`);
  return [...new Set(sizes.map(Number))].sort((a, b) => a - b);
}
