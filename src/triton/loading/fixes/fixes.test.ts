import { describe, expect, it } from "vitest";
import { applyEdits } from "../../../base/text-edit.ts";
import type { Diagnostic, Fix } from "../../../base/diagnostic.ts";
import { type RecordedCase, recordedCases, recordedContent, recordedServer } from "../../../testing/recorded-verdicts.ts";
import { parseConfig } from "../../model-config/decode.ts";
import type { RepositoryContent } from "../content.ts";
import { createLoader } from "../load.ts";
import { DEFAULT_SERVER } from "../server.ts";
import type { ModelVerdict } from "../verdict.ts";

type Files = Readonly<Record<string, string>>;

/** The files that a repair changes, as it leaves them. */
function repaired(fix: Fix, content: RepositoryContent): Record<string, string> {
  return Object.fromEntries(fix.edits.map(({ path, edits, create }) => [path, create ?? applyEdits(content.text(path) ?? "", edits ?? [])]));
}

const port = (name: string, type = "FP32", dims = "4", more = "") => `{ name: "${name}" data_type: TYPE_${type} dims: [ ${dims} ]${more} }`;
const model = (name: string, inputs = port("I"), outputs = port("O"), more = "max_batch_size: 8"): Files => ({
  [`${name}/config.pbtxt`]: `backend: "python" ${more}  # ${name}\ninput [ ${inputs} ]\noutput [ ${outputs} ]\n`,
  [`${name}/1/model.py`]: "",
});
const ENSEMBLE = `# a, then b
platform: "ensemble"
max_batch_size: 8
input [ ${port("X")} ]
output [ ${port("Y")} ]
ensemble_scheduling {
  step [
    {
      model_name: "a"   # first
      model_version: -1
      input_map { key: "I" value: "X" }
      output_map { key: "O" value: "t" }
    },
    {
      model_name: "b"
      model_version: -1
      input_map { key: "I" value: "t" }
      output_map { key: "O" value: "Y" }
    }
  ]
}
`;
/** The ensemble with parts of its text replaced, and its models. */
function ensemble(changes: Readonly<Record<string, string>> = {}, models: Files = {}): Files {
  const text = Object.entries(changes).reduce((all, [from, to]) => all.replace(from, () => to), ENSEMBLE);
  return { "m/config.pbtxt": text, "m/1/.gitkeep": "", ...model("a"), ...model("b"), ...models };
}
const one = (text: string): Files => ({ "m/config.pbtxt": text, "m/1/model.py": "" });
const PYTHON = `backend: "python"\ninput [ ${port("I")} ]\noutput [ ${port("O")} ]\n`;

/** What the case is; its files; the code of the finding; what of m/config.pbtxt the repair replaces, and by what. */
type Row = [name: string, files: Files, code: string, from: string, to: string];

const ROWS: Row[] = [
  ["a wrong name", one(`name: "n" # name\n${PYTHON}`), "REPOSITORY_NAME", '"n"', '"m"'],
  ["a policy that serves nothing", one(`version_policy { latest { } }\n${PYTHON}`), "REPOSITORY_NO_VERSION", "{ }", "{ num_versions: 1 }"],
  ["a policy for other versions", one(`version_policy { specific { versions: [ 7, 8 ] } }\n${PYTHON}`), "REPOSITORY_NO_VERSION", "[ 7, 8 ]", "[ 1 ]"],
  ["a version among others that is not there", one(`version_policy { specific { versions: [ 1, 8 ] } }\n${PYTHON}`), "REPOSITORY_VERSION_ABSENT", "[ 1, 8 ]", "[ 1 ]"],
  ["a backend as a platform", one(PYTHON.replace("backend", "platform")), "CONFIG_PLATFORM", "platform", "backend"],
  ["a platform by a slip", one(PYTHON.replace("backend", "platform").replace("python", "onnxruntime_onx")), "CONFIG_PLATFORM", "onnxruntime_onx", "onnxruntime_onnx"],
  ["a platform of another backend", one(PYTHON.replace("python", "onnxruntime").replace("input", 'platform: "tensorrt_plan"\ninput')), "CONFIG_PLATFORM_BACKEND", 'platform: "tensorrt_plan"\n', ""],
  ["a negative batch size", one(`max_batch_size: -1\n${PYTHON}`), "CONFIG_BATCH_SIZE", "-1", "0"],
  ["a preferred size that is too large", one(`max_batch_size: 4\ndynamic_batching { preferred_batch_size: [ 2, 8 ] }\n${PYTHON}`), "BATCHING_PREFERRED_SIZE", "[ 2, 8 ]", "[ 2 ]"],
  ["preferred sizes without batches", one(`dynamic_batching { preferred_batch_size: [ 2 ] }\n${PYTHON}`), "BATCHING_PREFERRED_SIZE", "{ preferred_batch_size: [ 2 ] }", "{ }"],
  ["a dimension of 0", one(PYTHON.replace("[ 4 ]", "[ 0, 4 ]")), "IO_DIMENSION", "[ 0, 4 ]", "[ -1, 4 ]"],
  ["a reshape of another size", one(PYTHON.replace("[ 4 ]", "[ 4 ] reshape { shape: 5 }")), "IO_RESHAPE_SIZE", " reshape { shape: 5 }", ""],
  ["a format that needs three dims", one(PYTHON.replace("[ 4 ]", "[ 4 ] format: FORMAT_NHWC")), "IO_FORMAT", " format: FORMAT_NHWC", ""],
  ["a cache of sequences", one(`response_cache { enable: true }\nsequence_batching { }\n${PYTHON}`), "SEQUENCE_CACHE", "response_cache { enable: true }\n", ""],
  ["an entry that another one hides", one(`parameters { key: "k" value { string_value: "1" } }  # lost\nparameters { key: "k" value { string_value: "2" } }\n${PYTHON}`), "CONFIG_DUPLICATE_KEY", 'parameters { key: "k" value { string_value: "1" } }  #', "#"],
  ["threads beyond 32 bits", one('backend: "onnxruntime"\nparameters { key: "intra_op_thread_count" value { string_value: "3000000000" } }\n'), "CRASH_ONNX_PARAMETER", 'parameters { key: "intra_op_thread_count" value { string_value: "3000000000" } }\n', ""],
  ["agents without one", one(`model_repository_agents { }\n${PYTHON}`), "CRASH_EMPTY_AGENTS", "model_repository_agents { }\n", ""],
  ["two inputs of one name", one(PYTHON.replace(port("I"), `${port("I")}, ${port("I", "INT8")}`)), "ADVICE_REPEATED_NAME", `, ${port("I", "INT8")}`, ""],
  ["a batcher without batches", one(`dynamic_batching { }\n${PYTHON}`), "ADVICE_IGNORED_FIELD", "dynamic_batching { }\n", ""],

  ["an ensemble without platform", ensemble({ 'platform: "ensemble"\n': "" }), "LOADING_NO_BACKEND", "\n    }\n  ]\n}\n", '\n    }\n  ]\n}\nplatform: "ensemble"\n'],
  ["an ensemble by a slip", ensemble({ '"ensemble"': '"ensamble"' }), "CONFIG_PLATFORM", '"ensamble"', '"ensemble"'],
  ["an ensemble with a backend", ensemble({ "max_batch": 'backend: "python"\nmax_batch' }), "ENSEMBLE_BACKEND", 'backend: "python"\n', ""],
  ["an ensemble with instances", ensemble({ "max_batch": "instance_group [ { count: 2 } ]\nmax_batch" }), "ENSEMBLE_INSTANCE_GROUP", "instance_group [ { count: 2 } ]\n", ""],
  ["an ensemble with optimization", ensemble({ "max_batch": "optimization { }\nmax_batch" }), "ENSEMBLE_OPTIMIZATION", "optimization { }\n", ""],
  ["a version by omission", ensemble({ "      model_version: -1\n": "" }), "ENSEMBLE_STEP_VERSION", 'model_name: "a"   # first\n', 'model_name: "a"   # first\n      model_version: -1\n'],
  ["a version that is not there", ensemble({ "model_version: -1": "model_version: 3" }), "ENSEMBLE_STEP_VERSION", "model_version: 3", "model_version: -1"],
  ["a batch size that a step does not take", ensemble({}, model("b", port("I"), port("O"), "max_batch_size: 4")), "ENSEMBLE_BATCH_SIZE", "max_batch_size: 8", "max_batch_size: 4"],
  ["a step without batches", ensemble({}, model("b", port("I"), port("O"), "")), "ADVICE_UNBATCHED_STEP", "max_batch_size: 8", "max_batch_size: 1"],
  ["an unknown input of the model", ensemble({ 'key: "I" value: "t"': 'key: "IN_" value: "t"' }), "ENSEMBLE_UNKNOWN_INPUT", '"IN_"', '"I"'],
  ["an unknown output of the model", ensemble({ 'key: "O" value: "t"': 'key: "result" value: "t"' }), "ENSEMBLE_UNKNOWN_OUTPUT", '"result"', '"O"'],
  [
    "an input without wire that a tensor fits by name",
    ensemble({ [port("X")]: `${port("X")}, ${port("MASK", "INT8")}` }, model("b", `${port("I")}, ${port("MASK", "INT8")}`)),
    "ENSEMBLE_UNMAPPED_INPUT",
    '      input_map { key: "I" value: "t" }\n',
    '      input_map { key: "I" value: "t" }\n      input_map { key: "MASK" value: "MASK" }\n',
  ],
  ["a tensor that nothing reads", ensemble({ 'key: "O" value: "t" }': 'key: "O" value: "t" }\n      output_map { key: "P" value: "spare" }' }, model("a", port("I"), `${port("O")}, ${port("P")}`)), "ENSEMBLE_TENSOR_UNUSED", '      output_map { key: "P" value: "spare" }\n', ""],
  ["an input that nothing reads", ensemble({ [port("X")]: `${port("X")}, ${port("Z")}` }), "ENSEMBLE_INPUT_UNUSED", `, ${port("Z")}`, ""],
  ["an input by a slip", ensemble({ 'key: "I" value: "X"': 'key: "I" value: "XX"' }), "ENSEMBLE_INPUT_UNUSED", '{ name: "X"', '{ name: "XX"'],
  ["an output that nothing writes", ensemble({ [port("Y")]: `${port("Y")}, ${port("score")}` }), "ENSEMBLE_OUTPUT_UNUSED", `, ${port("score")}`, ""],
  ["a tensor by a slip", ensemble({ 'key: "I" value: "t"': 'key: "I" value: "tt"' }), "ENSEMBLE_OUTPUT_NOT_WRITTEN", 'value: "tt"', 'value: "t"'],
  ["two producers", ensemble({ 'output_map { key: "O" value: "t" }': 'output_map { key: "O" value: "Y" }' }), "ENSEMBLE_TWO_PRODUCERS", 'input_map { key: "I" value: "t" }\n      output_map { key: "O" value: "Y" }', 'input_map { key: "I" value: "t" }\n      output_map { key: "O" value: "t" }'],
  ["a type of the ensemble that is not the model's", ensemble({ [port("X")]: port("X", "INT8") }), "ENSEMBLE_DATA_TYPE", "TYPE_INT8", "TYPE_FP32"],
  ["a shape of the ensemble that is not the model's", ensemble({ [port("Y")]: port("Y", "FP32", "2, 2") }), "ENSEMBLE_SHAPE", "[ 2, 2 ]", "[ 4 ]"],
  ["the batch dimension in the ensemble's dims", ensemble({ [port("X")]: port("X", "FP32", "-1, 4") }), "ENSEMBLE_SHAPE", "[ -1, 4 ]", "[ 4 ]"],
  ["a step without maps", ensemble({ '      input_map { key: "I" value: "t" }\n': "" }), "ENSEMBLE_STEP_FIELD", '      output_map { key: "O" value: "Y" }\n', '      input_map { key: "I" value: "t" }\n      output_map { key: "O" value: "Y" }\n'],
  ["an optional input that is needed", ensemble({ [port("X")]: port("X", "FP32", "4", " optional: true") }), "ADVICE_OPTIONAL_INPUT", " optional: true", ""],

  ["a missing comma", one(PYTHON.replace(port("I"), `${port("I")} ${port("J")}`)), "PBTXT_SYNTAX", `${port("I")} {`, `${port("I")}, {`],
  ["a comma too many", one(PYTHON.replace(port("I"), `${port("I")},`)), "PBTXT_SYNTAX", `${port("I")},`, port("I")],
  ["a missing colon", one(PYTHON.replace("data_type:", "data_type")), "PBTXT_SYNTAX", "data_type TYPE", "data_type: TYPE"],
  ["an equals sign", one(PYTHON.replace("backend:", "backend =")), "PBTXT_SYNTAX", "=", ":"],
  ["a missing brace", one(PYTHON.replace(" ]\noutput", " ]\nparameters { key: \"k\"\noutput").replace(/output[^]*/, "")), "PBTXT_SYNTAX", '"k"\n', '"k"\n}\n'],
  ["a brace too many", one(`${PYTHON}}\n`), "PBTXT_SYNTAX", "]\n}", "]\n"],
  ["a comment of another language", one(`// the model\n${PYTHON}`), "PBTXT_SYNTAX", "//", "#"],
  ["a string without quotes", one(PYTHON.replace('"python"', "python")), "PBTXT_TYPE", "backend: python", 'backend: "python"'],
  ["a string that does not end", one(PYTHON.replace('"python"', '"python')), "PBTXT_TOKEN", '"python', '"python"'],
  ["a number between quotes", one(`max_batch_size: "8"\n${PYTHON}`), "PBTXT_TYPE", '"8"', "8"],
  ["a type between quotes", one(PYTHON.replace("TYPE_FP32", "'TYPE_FP32'")), "PBTXT_TYPE", "'TYPE_FP32'", "TYPE_FP32"],
  ["a template with a default", one(`max_batch_size: ${"${SIZE:-8}"}\n${PYTHON}`), "CONFIG_TEMPLATE", "${SIZE:-8}", "8"],
  ["typographic quotes", one(PYTHON.replace('"python"', "“python”")), "PBTXT_TOKEN", "“python”", '"python"'],
  ["a kind by its end", one(`instance_group { kind: GPU }\n${PYTHON}`), "PBTXT_UNKNOWN_ENUM", "GPU", "KIND_GPU"],
  ["a field of other formats", one(PYTHON.replace("dims: [ 4 ]", "shape: [ 4 ]")), "PBTXT_UNKNOWN_FIELD", "shape", "dims"],
  ["the beginning of a field", one(`dynamic_batching {\n  max_queue_delay: 5\n}\nmax_batch_size: 2\n${PYTHON}`), "PBTXT_UNKNOWN_FIELD", "max_queue_delay", "max_queue_delay_microseconds"],
  ["a field that does not belong there", one(PYTHON.replace("[ 4 ] } ]\noutput", "[ 4 ]\n  weight: 3\n} ]\noutput")), "PBTXT_UNKNOWN_FIELD", "\n  weight: 3", ""],
  ["an open size by another word", one(PYTHON.replace("[ 4 ]", "[ None ]")), "PBTXT_TYPE", "None", "-1"],
  ["a leading zero", one(`max_batch_size: 08\n${PYTHON}`), "PBTXT_TOKEN", "08", "8"],
  ["a path with backslashes", one(PYTHON.replace('"python"', '"python" runtime: "C:\\dir"')), "PBTXT_TOKEN", "C:\\d", "C:\\\\d"],
  ["a comment between stars", one(`/* the model */\n${PYTHON}`), "PBTXT_SYNTAX", "/* the model */", "# the model"],
  ["a text that breaks off", one(PYTHON.slice(0, -5)), "PBTXT_SYNTAX", '"O" data_type: TYPE_FP32 dims: [ 4 ]', '"O" data_type: TYPE_FP32 dims: [ 4 ]\n}\n]'],
  ["a field twice", one(`${PYTHON}max_batch_size: 4\nmax_batch_size: 8\n`), "PBTXT_REPEATED_SINGULAR", "\nmax_batch_size: 8\n", "\n"],
  ["two schedulers", one(`${PYTHON}dynamic_batching { }\nsequence_batching { }\n`), "PBTXT_ONEOF", "\nsequence_batching { }\n", "\n"],
];

async function verdictOf(files: Files, name: string): Promise<{ verdict: ModelVerdict | undefined; content: RepositoryContent }> {
  const content = await recordedContent({ files });
  return { verdict: createLoader().load(content, DEFAULT_SERVER).get(name), content };
}

describe("the repair", () => {
  it.each(ROWS)("of %s changes nothing else", async (_, files, code, from, to) => {
    const { verdict, content } = await verdictOf(files, "m");
    const finding = verdict?.findings.find((each) => each.code === code);
    expect(verdict?.findings.map((each) => each.code)).toContain(code);
    expect(finding?.fix).toBeDefined();
    const text = files["m/config.pbtxt"] ?? "";
    expect(text).toContain(from);
    expect(finding?.fix && repaired(finding.fix, content)).toEqual({ "m/config.pbtxt": text.replace(from, () => to) });
  });

  it.each<[string, Files, string, Files]>([
    ["no version folder", { "m/config.pbtxt": ENSEMBLE, ...model("a"), ...model("b") }, "REPOSITORY_NO_VERSION", { "m/1/.gitkeep": "" }],
    ["no folder for the version that is named", { "m/config.pbtxt": `version_policy { specific { versions: 3 } }\n${PYTHON}` }, "REPOSITORY_NO_VERSION", { "m/3/.gitkeep": "" }],
    ["a version folder that Git drops", { "m/config.pbtxt": ENSEMBLE, "m/1/": "", ...model("a"), ...model("b") }, "ADVICE_EMPTY_VERSION_FOLDER", { "m/1/.gitkeep": "" }],
    ["a configuration in the version folder", { "m/1/config.pbtxt": PYTHON, "m/1/model.py": "" }, "ADVICE_CONFIG_PLACE", { "m/config.pbtxt": PYTHON }],
  ])("of %s makes a file", async (_, files, code, made) => {
    const { verdict, content } = await verdictOf(files, "m");
    const fix = verdict?.findings.find((each) => each.code === code)?.fix;
    expect(fix === undefined ? {} : repaired(fix, content)).toEqual(made);
  });

  it("of an input that another step has too reads what that one reads", async () => {
    const second = `    },
    {
      model_name: "b"
      model_version: -1
      output_map { key: "O" value: "Z" }
    }
  ]`;
    const { verdict } = await verdictOf(ensemble({ [port("Y")]: `${port("Y")}, ${port("Z")}`, "    }\n  ]": second, 'key: "I" value: "X"': 'key: "J" value: "X"' }, model("a", port("J"))), "m");
    expect(verdict?.findings.find(({ code }) => code === "ENSEMBLE_UNMAPPED_INPUT")?.fix?.title).toBe("Map I to t");
  });

  it("of an input that nothing fits is an input of the ensemble", async () => {
    const files = ensemble({}, model("b", `${port("I")}, ${port("P", "INT32", "2, -1")}`));
    const { verdict, content } = await verdictOf(files, "m");
    const [finding] = verdict?.findings ?? [];
    expect(finding).toMatchObject({ code: "ENSEMBLE_UNMAPPED_INPUT", fix: { title: "Map P to a new ensemble input P" } });
    const after = repaired(finding?.fix ?? { title: "", edits: [] }, content);
    expect(after["m/config.pbtxt"]).toContain(`input [ ${port("X")}, ${port("P", "INT32", "2, -1")} ]`);
    expect((await verdictOf({ ...files, ...after }, "m")).verdict?.findings).toEqual([]);
  });

  it("of a Python step that takes its inputs on the processor goes into the model's own text", async () => {
    const gpu = "instance_group [ { kind: KIND_GPU } ]";
    const files = ensemble({}, { ...model("a", port("I"), port("O"), `max_batch_size: 8 ${gpu}`), ...model("b", port("I"), port("O"), `max_batch_size: 8 ${gpu}`) });
    const { verdict, content } = await verdictOf(files, "m");
    const fix = verdict?.findings.find(({ code }) => code === "ADVICE_HOST_COPIES")?.fix;
    expect(Object.keys(repaired(fix ?? { title: "", edits: [] }, content))).toEqual(["b/config.pbtxt"]);
  });

  it("is not offered where nothing safe is known", async () => {
    const unknown: [Files, string][] = [
      [{ "m/config.pbtxt": "max_batch_size: 1\n", "m/1/weights.bin": "" }, "LOADING_NO_BACKEND"],
      [one(`max_batch_size: \${SIZE}\n${PYTHON}`), "CONFIG_TEMPLATE"],
      [ensemble({ 'model_name: "b"': 'model_name: "something_else"' }), "ENSEMBLE_MISSING_MODEL"],
      [ensemble({ 'model_name: "b"': 'model_name: "m"' }), "ENSEMBLE_CYCLE"],
    ];
    for (const [files, code] of unknown) {
      const { verdict } = await verdictOf(files, "m");
      expect(verdict?.findings).toContainEqual(expect.objectContaining({ code }));
      expect(verdict?.findings.find((each) => each.code === code)?.fix).toBeUndefined();
    }
  });
});

/** What became of the repairs of the first errors and the warnings of a set of recorded cases. */
async function sweep(cases: readonly RecordedCase[]): Promise<{ errors: number; repaired: number; loads: number; stays: string[]; breaks: string[] }> {
  const result = { errors: 0, repaired: 0, loads: 0, stays: [] as string[], breaks: [] as string[] };
  for (const each of cases) {
    const content = await recordedContent(each);
    const server = recordedServer(each);
    const findings = [...createLoader().load(content, server).values()].flatMap((verdict) => verdict.findings);
    for (const finding of findings) {
      if (finding.severity === "error" && finding.first === true) result.errors++;
      if (finding.fix === undefined || finding.severity === "info" || (finding.severity === "error" && finding.first !== true)) continue;
      const changed = repaired(finding.fix, content);
      const parses = (text: string | undefined, path: string): boolean => text !== undefined && parseConfig(text, path).valid;
      const broken = Object.entries(changed).some(([path, text]) => path.endsWith("/config.pbtxt") && parses(content.text(path), path) && !parses(text, path));
      if (broken) result.breaks.push(`${each.id} ${finding.fix.title}`);
      const after = createLoader()
        .load(await recordedContent(each, changed), server)
        .get(finding.model ?? "");
      if (after?.findings.some(({ code, message }) => code === finding.code && message === finding.message) === true) result.stays.push(`${each.id} ${finding.fix.title}: ${describeFinding(finding)}`);
      if (finding.severity !== "error") continue;
      result.repaired++;
      if (after?.loads === true) result.loads++;
    }
  }
  return result;
}

function describeFinding({ code, message }: Diagnostic): string {
  return `${code} ${message}`;
}

describe("every repair of the recorded cases", () => {
  // What the corpus lacks is mostly files: no model lies beside its configurations.
  it.for([
    ["verdicts", 0.65, 0.6],
    ["verdicts_corpus", 0.1, 0],
  ] as const)("in %s leaves a text that parses and takes its finding away", { timeout: 120_000 }, async ([name, rate, loading], { skip }) => {
    const cases = await recordedCases(name);
    if (cases === undefined) return skip(`triton/${name}.jsonl.gz is not there`);
    const result = await sweep(cases);
    expect(result.breaks).toEqual([]);
    expect(result.stays).toEqual([]);
    expect(result.repaired / result.errors).toBeGreaterThan(rate);
    expect(result.loads / result.repaired).toBeGreaterThan(loading);
  });
});
