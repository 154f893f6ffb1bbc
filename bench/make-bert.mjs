// node bench/make-bert.mjs FOLDER [--layers 24 …]: the sample "readability" with a BERT of any size and random weights in place of its small one.
import { createWriteStream } from "node:fs";
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { join, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { runnerImport } from "vite";
import { ROOT } from "../src/server/build.mjs";

const HELP = `Usage: node bench/make-bert.mjs FOLDER [options]

Writes a model repository into FOLDER: the sample "readability", its BERT
replaced by one of another size with random weights. For speed only: what it
says of a text means nothing.

Options (BERT-large when left out, 1.3 GB):
  --layers 24  --hidden 1024  --heads 16  --inner 4096
  --vocabulary 30522  250002, as XLM-R large has, makes 2.2 GB
  --positions 512  --classes 1
  --precision fp32|fp16
  --weights one     in 1/model.onnx.data (when left out)
            each    a file for each tensor
            inside  in 1/model.onnx itself
`;

/** BERT-large. */
const LARGE = { layers: 24, hidden: 1024, heads: 16, inner: 4096, vocabulary: 30_522, positions: 512, classes: 1, precision: "fp32" };

/**
 * Writes the repository. `size` overrides parts of BERT-large; `weights` says where they lie: "one" file, "each" tensor its own, "inside" the model.
 * Gives the whole size and the bytes of the weights back.
 */
export async function makeBertRepository(folder, { size = {}, weights: kept = "one" } = {}) {
  const { module } = await runnerImport(join(ROOT, "src/testing/bert-model.ts"));
  const whole = { ...LARGE, ...size };
  await cp(join(ROOT, "public/repositories/readability"), folder, { recursive: true });
  const model = join(folder, "bert-large");
  await rm(model, { recursive: true, force: true });
  await rename(join(folder, "bert-small"), model);
  for (const [path, from] of [["bert-large/config.pbtxt", 'name: "bert-small"'], ["readability/config.pbtxt", 'model_name: "bert-small"']]) {
    await replaceIn(join(folder, path), from, from.replace("small", "large"));
  }
  await replaceIn(join(model, "config.pbtxt"), "dims: [ 1 ]", `dims: [ ${whole.classes} ]`);
  const version = join(model, "1");
  await rm(version, { recursive: true });
  await mkdir(version);
  return { size: whole, bytes: await writeModel(module, version, whole, kept) };
}

async function writeModel({ bertModel, bertWeights, insideParts, RandomWeights }, folder, size, kept) {
  const weights = bertWeights(size);
  const random = new RandomWeights(size.precision);
  const offsets = weights.map((sum => ({ bytes }) => (sum += bytes) - bytes)(0));
  const elements = async (write, index) => {
    const one = weights[index];
    for (let at = 0; at < one.bytes; ) {
      const part = random.part(one, index, at, one.bytes);
      await write(part);
      at += part.byteLength;
    }
  };
  if (kept === "inside") {
    await writeFileOf(join(folder, "model.onnx"), async (write) => {
      for (const part of insideParts(size)) await (typeof part === "number" ? elements(write, part) : write(part));
    });
  } else {
    const place = kept === "each" ? ({ name }) => ({ location: name, offset: 0 }) : (_, index) => ({ location: "model.onnx.data", offset: offsets[index] });
    await writeFile(join(folder, "model.onnx"), bertModel(size, place));
    if (kept === "each") for (const [index, { name }] of weights.entries()) await writeFileOf(join(folder, name), (write) => elements(write, index));
    else {
      await writeFileOf(join(folder, "model.onnx.data"), async (write) => {
        for (const index of weights.keys()) await elements(write, index);
      });
    }
  }
  return offsets.at(-1) + weights.at(-1).bytes;
}

/** A file written piece by piece, no faster than the disk takes it. */
async function writeFileOf(path, fill) {
  const stream = createWriteStream(path);
  await fill(async (bytes) => {
    if (!stream.write(bytes)) await once(stream, "drain");
  });
  stream.end();
  await once(stream, "close");
}

async function replaceIn(path, from, to) {
  const text = await readFile(path, "utf8");
  if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
  await writeFile(path, text.replace(from, to));
}

/** "layers=2,hidden=64": a size, as `base` where it says nothing. Throws a RangeError that says what is wrong. */
export function readSize(text, base) {
  return checkSize(Object.fromEntries(text.split(",").map((part) => part.split("=").map((each) => each.trim()))), base);
}

function checkSize(given, base = LARGE) {
  const size = { ...base };
  for (const [name, value] of Object.entries(given)) {
    if (!(name in LARGE)) throw new RangeError(`there is no ${name}; a BERT has ${Object.keys(LARGE).join(", ")}`);
    const fits = name === "precision" ? ["fp32", "fp16"].includes(value) : /^[1-9]\d*$/.test(value ?? "");
    if (!fits) throw new RangeError(`${name} takes ${name === "precision" ? "fp32 or fp16" : "a whole number from 1"}, found "${value}"`);
    size[name] = name === "precision" ? value : Number(value);
  }
  const { hidden, heads } = size;
  if (hidden % heads !== 0) throw new RangeError(`hidden ${hidden} is no multiple of heads ${heads}`);
  return size;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...Object.fromEntries(Object.keys(LARGE).map((name) => [name, { type: "string" }])),
      weights: { type: "string", default: "one" },
      help: { type: "boolean", default: false },
    },
  });
  const { help, weights, ...given } = values;
  if (help || positionals.length !== 1) {
    process.stdout.write(HELP);
    process.exit(help ? 0 : 2);
  }
  if (!["one", "each", "inside"].includes(weights)) refuse("--weights takes one, each or inside");
  let size;
  try {
    size = checkSize(given);
  } catch (error) {
    refuse(error.message);
  }
  const { bytes } = await makeBertRepository(resolve(positionals[0]), { size, weights });
  process.stdout.write(`${positionals[0]}: ${(bytes / 1e9).toFixed(2)} GB of weights\n`);
}

function refuse(text) {
  process.stderr.write(`make-bert: ${text}\n`);
  process.exit(2);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
