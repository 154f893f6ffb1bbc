import { buildEnsembleGraph } from "../src/triton/ensemble/graph.ts";
import { graphModel, type GraphModel } from "../src/triton/ensemble/graph-model.ts";
import { completionsAt } from "../src/triton/language/completion.ts";
import { hoverAt } from "../src/triton/language/hover.ts";
import type { RepositoryContent } from "../src/triton/loading/content.ts";
import { createLoader } from "../src/triton/loading/load.ts";
import { DEFAULT_SERVER } from "../src/triton/loading/server.ts";
import { parseConfig, type ParsedConfig } from "../src/triton/model-config/decode.ts";
import { formatPbtxt } from "../src/triton/pbtxt/format.ts";
import { readRepository } from "../src/triton/repository/repository.ts";
import { measure, type Protocol } from "./measure.ts";
import { ratio, type Table } from "./table.ts";

/** Nothing here takes seconds; many runs make up for a busy machine. */
const OFTEN: Protocol = { warmups: 3, runs: 40, budget: 10_000 };
const FEW: Protocol = { warmups: 2, runs: 10, budget: 20_000 };

/** Reading configurations, without a page or a GPU: growth with the length of the text, one keystroke, completion and hover, a whole repository. */
export async function language(): Promise<Table[]> {
  return [await growth(), await keystroke(), await asking(), await opening()];
}

/** What a run took by itself, in milliseconds: the quickest of many is least disturbed by whatever else the machine does. */
function timed(work: () => unknown): () => Promise<number> {
  return () => {
    const began = performance.now();
    work();
    return Promise.resolve(performance.now() - began);
  };
}

/** Texts of about so many characters; all but the first are no configurations at all. */
const TEXTS: Readonly<Record<string, (length: number) => string>> = {
  "an ensemble": (length) => ensemble("e", Math.ceil(length / 245)),
  "inputs on one line": (length) => 'input { name: "a" dims: [ 1, 2 ] } '.repeat(length / 35),
  "[ [ [": (length) => "[".repeat(length),
  '" " "': (length) => '"'.repeat(length),
  "{ { {": (length) => "{".repeat(length),
  "nested fields": (length) => "a{".repeat(length / 2),
  "one field again and again": (length) => "max_batch_size: 0 ".repeat(length / 18),
  "unknown fields": (length) => "foo: 1\n".repeat(length / 7),
  "invalid escapes": (length) => `name: "${"\\q".repeat(length / 2)}"`,
};

async function growth(): Promise<Table> {
  const rows: (string | number)[][] = [];
  for (const [name, text] of Object.entries(TEXTS)) {
    const cases = [10_000, 100_000].map((length) => ({ name: String(length), text: text(length) }));
    const [small, large] = await measure(cases.map((one) => ({ name: one.name, run: timed(() => parseConfig(one.text, "m/config.pbtxt")) })), OFTEN);
    if (small === undefined || large === undefined) continue;
    const [quick, slow] = [Math.min(...small.results), Math.min(...large.results)];
    rows.push([name, quick, slow, ratio(slow, quick), large.time.median]);
  }
  return { title: "Reading text", columns: ["text", "10 kB, quickest ms", "100 kB, quickest ms", "100 kB / 10 kB", "100 kB, median ms"], rows, notes: ["Parsing and decoding, with findings. Ten times the text in about ten times the time."] };
}

/** Steps of the large ensemble, and as many models. */
const STEPS = 770;

/** An ensemble "e" and a model "p" of about 10,000 lines each, and the models of the ensemble. */
function largeTexts(): Map<string, string> {
  return new Map([
    ["e", ensemble("e", STEPS)],
    ["p", manyInputs("p", 2000)],
    ...Array.from({ length: STEPS }, (_, index): [string, string] => [`m${index}`, python(`m${index}`)]),
  ]);
}

async function keystroke(): Promise<Table> {
  const texts = largeTexts();
  const repository = openRepository(texts);
  repository.load();
  let typed = 0;
  const rows: (string | number)[][] = [];
  for (const model of ["e", "p"]) {
    const text = texts.get(model) ?? "";
    const fresh = (): string => text.replace("# here", `# ${typed++}`);
    const measured = await measure(
      [
        { name: "parsing and decoding", run: timed(() => parseConfig(fresh(), `${model}/config.pbtxt`)) },
        {
          name: "with the verdict on every model",
          run: timed(() => {
            repository.set(model, fresh());
            repository.load();
          }),
        },
        { name: "formatting", run: timed(() => formatPbtxt(text)) },
      ],
      OFTEN,
    );
    const lines = text.split("\n").length;
    for (const { name, time, results } of measured) {
      rows.push([nameOf(model), lines, name, Math.min(...results), time.median, time.p95]);
    }
  }
  return { title: "One keystroke in a large configuration", columns: ["configuration", "lines", "what", "quickest ms", "median ms", "p95 ms"], rows, notes: [`In a repository of ${texts.size} models; a frame of 60 Hz has 16.7 ms.`] };
}

function nameOf(model: string): string {
  return model === "e" ? `ensemble of ${STEPS} steps` : "model of 2000 inputs";
}

/** What is asked of the text, near its end: model, the words of a table, the text before the caret, and what is asked there. */
const QUESTIONS: readonly (readonly [model: string, what: string, before: string, kind: "completion" | "hover"])[] = [
  ["e", "completing a tensor", `step ${STEPS - 1}\n      input_map {\n        key: "INPUT"\n        value: "`, "completion"],
  ["e", "completing a field", `step ${STEPS - 1}\n      `, "completion"],
  ["e", "what a tensor is", `step ${STEPS - 1}\n      input_map {\n        key: "INPUT"\n        value: "`, "hover"],
  ["e", "what a model is", `model_name: "m${STEPS - 1}`, "hover"],
  ["p", "completing a data type", 'name: "I1999"\n  data_type: ', "completion"],
  ["p", "what a field is", 'name: "I1999"\n  data_ty', "hover"],
];

async function asking(): Promise<Table> {
  const texts = largeTexts();
  const models = openRepository(texts).graphModels();
  const measured = await measure(
    QUESTIONS.map(([model, what, before, kind]) => {
      const text = texts.get(model) ?? "";
      const offset = text.indexOf(before) + before.length;
      const context = { model, models };
      return {
        name: what,
        run: timed(() => {
          if ((kind === "completion" ? completionsAt(text, offset, context) : hoverAt(offset, context)) === undefined) throw new Error(`${what}: no answer`);
        }),
      };
    }),
    OFTEN,
  );
  const rows = measured.map(({ name, time, results }, index) => [nameOf(QUESTIONS[index]?.[0] ?? ""), name, Math.min(...results), time.median, time.p95]);
  return { title: "Completion and hover in a large configuration", columns: ["configuration", "what", "quickest ms", "median ms", "p95 ms"], rows, notes: ["At the end of the text, whose models have been read before."] };
}

async function opening(): Promise<Table> {
  const count = 300;
  const texts = new Map(
    Array.from({ length: count }, (_, index): [string, string] => {
      const name = `m${index}`;
      return [name, index % 10 === 0 ? ensemble(name, 9, index + 1) : python(name)];
    }),
  );
  const [measured] = await measure(
    [
      {
        name: "opening",
        run: () => {
          const repository = openRepository(texts);
          const verdicts = repository.load();
          const models = repository.graphModels();
          for (const [name, verdict] of verdicts) if (verdict.config.ensemble_scheduling !== undefined) buildEnsembleGraph(name, models);
          return Promise.resolve(verdicts.size);
        },
      },
    ],
    FEW,
  );
  const rows = measured === undefined ? [] : [[count, measured.first, measured.time.median, measured.time.p95]];
  return { title: "Opening a repository", columns: ["models", "first ms", "median ms", "p95 ms"], rows, notes: ["Paths, configurations, verdicts and the graphs of 30 ensembles of 9 steps; nothing remembered from before."] };
}

/** Configurations by model; texts that stay are parsed once. */
function openRepository(texts: ReadonlyMap<string, string>) {
  const isEnsemble = (text: string): boolean => text.includes("ensemble_scheduling");
  const paths = [...texts].flatMap(([name, text]) => [`${name}/config.pbtxt`, isEnsemble(text) ? `${name}/1/` : `${name}/1/model.py`]);
  const { models } = readRepository(paths);
  const configs = new Map<string, ParsedConfig>([...texts].map(([name, text]) => [name, parseConfig(text, `${name}/config.pbtxt`)]));
  const content: RepositoryContent = {
    directories: models,
    config: (name) => configs.get(name),
    onnx: () => undefined,
    text: () => "",
    size: () => 0,
  };
  const loader = createLoader();
  return {
    set: (name: string, text: string) => void configs.set(name, parseConfig(text, `${name}/config.pbtxt`)),
    load: () => loader.load(content, DEFAULT_SERVER),
    graphModels(): ReadonlyMap<string, GraphModel> {
      return new Map([...models].flatMap(([name, directory]) => {
        const config = configs.get(name);
        return config === undefined ? [] : [[name, graphModel(directory, config)] as const];
      }));
    },
  };
}

function python(name: string): string {
  return `name: "${name}"\nbackend: "python"\nmax_batch_size: 8\ninput [ { name: "INPUT" data_type: TYPE_FP32 dims: [ 4 ] } ]\noutput [ { name: "OUTPUT" data_type: TYPE_FP32 dims: [ 4 ] } ]\n`;
}

function manyInputs(name: string, count: number): string {
  const inputs = Array.from({ length: count }, (_, index) => `input {\n  name: "I${index}"\n  data_type: TYPE_FP32\n  dims: [ 1 ]\n}\n`);
  return `# here\nname: "${name}"\nbackend: "python"\nmax_batch_size: 8\n${inputs.join("")}output [ { name: "O" data_type: TYPE_FP32 dims: [ 1 ] } ]\n`;
}

/** A chain of steps, 13 lines each, over the models m`first`, m`first + 1` … */
function ensemble(name: string, steps: number, first = 0): string {
  const tensor = (index: number): string => (index === 0 ? "IN" : index === steps ? "OUT" : `tensor_${index}`);
  const written = Array.from(
    { length: steps },
    (_, index) => `    {
      model_name: "m${first + index}"
      model_version: -1
      # step ${index}
      input_map {
        key: "INPUT"
        value: "${tensor(index)}"
      }
      output_map {
        key: "OUTPUT"
        value: "${tensor(index + 1)}"
      }
    }`,
  );
  return `# here\nname: "${name}"\nplatform: "ensemble"\nmax_batch_size: 8\ninput [ { name: "IN" data_type: TYPE_FP32 dims: [ 4 ] } ]\noutput [ { name: "OUT" data_type: TYPE_FP32 dims: [ 4 ] } ]\nensemble_scheduling {\n  step [\n${written.join(",\n")}\n  ]\n}\n`;
}
