// The text ensemble with a BERT of any size and random weights: latency at one text, throughput at many, in three placements.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createExchange } from "../src/cli/exchange.mjs";
import { withPage } from "../src/cli/page.mjs";
import { ROOT } from "../src/server/build.mjs";
import { makeBertRepository, readSize } from "./make-bert.mjs";

/** Without --bert: as large as the sample's own. */
const SMALL = { layers: 2, hidden: 128, heads: 4, inner: 512, vocabulary: 4000, positions: 128 };
/** Requests are measured at these numbers of texts, as far as memory and patience reach. */
const TEXTS = [1, 8, 64, 512];
const PLACEMENTS = [
  { name: "all on the CPU", placements: { preprocess: "cpu", "bert-large": "cpu", cuml: "cpu", postprocess: "cpu" } },
  { name: "models on the GPU", placements: { preprocess: "cpu", "bert-large": "gpu", cuml: "gpu", postprocess: "cpu" } },
  { name: "all on the GPU", placements: { preprocess: "gpu", "bert-large": "gpu", cuml: "gpu", postprocess: "gpu" } },
];
const PROTOCOL = { runs: 20, warmup: 3 };

/** Options of `npm run bench` for this benchmark. */
export function readBertOptions({ bert, texts, large, budget }) {
  return {
    size: bert === undefined ? (large ? {} : SMALL) : bert === "large" ? {} : readSize(bert, SMALL),
    texts: texts ?? (large ? TEXTS : TEXTS.slice(0, 2)),
    budget: budget ?? (large ? 120 : 20),
  };
}

/** Latency and throughput of the ensemble per number of texts and placement. A repository is made in a temporary folder and removed again. */
export async function bert({ size, texts, budget }, say) {
  const folder = await mkdtemp(join(tmpdir(), "conch-bert-"));
  try {
    const repository = join(folder, "readability");
    const { bytes, size: whole } = await makeBertRepository(repository, { size });
    const measured = [];
    /** Placement → why it is measured at no more texts. */
    const stopped = new Map();
    for (const count of texts) {
      const sets = PLACEMENTS.filter(({ name }) => !stopped.has(name) && !wouldLast(name, count, measured, budget, stopped));
      if (sets.length === 0) continue;
      say(`${count} ${count === 1 ? "text" : "texts"}…`);
      const { comparison, failure } = await compare(repository, await writeInputs(folder, count), sets, budget);
      if (failure !== undefined) {
        for (const { name } of sets) stopped.set(name, { count, message: failure });
        continue;
      }
      for (const { set, measurements, stop } of comparison.sets) {
        const [measurement] = measurements;
        if (measurement !== undefined) measured.push({ count, name: set.name, ...measurement });
        if (stop !== null && stop.reason !== "budget") stopped.set(set.name, { count, message: stop.message });
      }
    }
    return [table(whole, bytes, texts, measured, stopped)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** True where a run would take ten budgets, by what the last number of texts took; `stopped` learns why. */
function wouldLast(name, count, measured, budget, stopped) {
  const last = measured.findLast((each) => each.name === name);
  if (last === undefined) return false;
  const seconds = ((last.median / last.count) * count) / 1000;
  if (seconds <= 10 * budget) return false;
  stopped.set(name, { count, message: `a run would take about ${Math.round(seconds)} s, by that of ${last.count}; --budget ${Math.ceil(seconds / 10)} measures it` });
  return true;
}

/** One process of the browser per number of texts: what one left behind does not weigh on the next. */
async function compare(folder, inputs, sets, budget) {
  const exchange = createExchange("");
  const offered = Object.fromEntries(Object.entries(inputs).map(([name, file]) => [name, [exchange.offer(file)]]));
  const adapter = process.env.CONCH_GPU === "hardware" ? "hardware" : "software";
  const request = { repository: "/local", model: "readability", inputs: offered, sets, batches: [1], ...PROTOCOL, budget: budget * 1000 };
  try {
    const answer = await withPage({ folder, adapter, routes: [exchange.route] }, (page) => page.evaluate((whole) => window.conchBench(whole), request));
    return answer.error === undefined ? { comparison: answer.report.comparison } : { failure: answer.error.message };
  } catch (error) {
    return { failure: error.message.split("\n")[0] };
  }
}

/** The sample's texts, over and over, in files of their own. */
async function writeInputs(folder, count) {
  const examples = JSON.parse(await readFile(join(ROOT, "public/examples/readability/four_levels.excerpt.json"), "utf8"));
  const excerpt = join(folder, "excerpt.json");
  const weight = join(folder, "weight.json");
  // The longest of them first, so that one text is as long as many are padded to.
  const longest = examples.toSorted((a, b) => b.length - a.length);
  await writeFile(excerpt, JSON.stringify(Array.from({ length: count }, (_, index) => longest[index % longest.length])));
  await writeFile(weight, "[0.5]");
  return { excerpt, BERT_WEIGHT: weight };
}

function table({ layers, hidden, heads, inner, vocabulary, precision }, bytes, texts, measured, stopped) {
  const at = (count, name) => measured.find((each) => each.count === count && each.name === name);
  const rows = texts.flatMap((count) =>
    PLACEMENTS.map(({ name }, index) => {
      const found = at(count, name);
      if (found === undefined) return [count, name, null, null, null, null, null, null, null, null];
      const perSecond = (count / found.median) * 1000;
      const times = (other) => (other === undefined || index === 0 ? null : `${(other.median / found.median).toPrecision(3)}×`);
      return [count, name, found.median, found.p95, found.runs, perSecond, times(at(count, PLACEMENTS[0].name)), times(at(count, PLACEMENTS[Math.max(0, index - 1)].name)), found.first, found.peakGpuBytes / 1e6];
    }),
  );
  return {
    title: `readability with a BERT of ${layers} layers, ${hidden} wide, ${heads} heads, ${inner} inside, ${vocabulary} word pieces, ${precision}: ${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB of random weights`,
    columns: ["texts", "placement", "median ms", "p95 ms", "runs", "texts/s", "as fast as all CPU", "as the row above", "first run ms", "peak GPU MB, own"],
    rows,
    notes: [
      ...[...stopped].map(([name, { count, message }]) => `${name}: not at ${count} ${count === 1 ? "text" : "texts"}: ${message}`),
      "From texts in the worker to scores on the host; the placements in turn. The first run loads and compiles. ONNX Runtime's own GPU memory is not in the peak.",
      "The texts are the sample's four, over and over, padded to the longest, at most 128 tokens.",
      "The article whose ensemble this is (developer.nvidia.com, Serving ML Model Pipelines with Triton ensembles) had BERT-large on an A100: 523, 192 and 31 ms, or 2.7× and 6.2×; at 512 texts 242, 7707 and 8308 texts/s, or 31.8× and 1.08×. Its figures, not measured again: only the ratios compare.",
    ],
  };
}
