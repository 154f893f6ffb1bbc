import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { writtenContent } from "../../testing/written-content.ts";
import { parseConfig } from "../model-config/decode.ts";
import type { RepositoryContent } from "./content.ts";
import { createLoader } from "./load.ts";
import { DEFAULT_SERVER, type TritonServer } from "./server.ts";
import type { ModelVerdict } from "./verdict.ts";

const TENSORS = 'max_batch_size: 8 input { name: "INPUT0" data_type: TYPE_FP32 dims: 4 } output { name: "OUTPUT0" data_type: TYPE_FP32 dims: 4 }';
const IDENTITY = `backend: "identity" ${TENSORS}`;
const step = (model: string, input: string, output: string): string =>
  `step { model_name: "${model}" model_version: -1 input_map { key: "INPUT0" value: "${input}" } output_map { key: "OUTPUT0" value: "${output}" } }`;
const ensemble = (...models: string[]): string =>
  `platform: "ensemble" ${TENSORS} ensemble_scheduling { ${models.map((model, index) => step(model, index === 0 ? "INPUT0" : `t${index}`, index === models.length - 1 ? "OUTPUT0" : `t${index + 1}`)).join(" ")} }`;

/** Texts of models that have a version folder each. */
const repository = (texts: Readonly<Record<string, string>>): RepositoryContent =>
  writtenContent(Object.fromEntries(Object.entries(texts).flatMap(([name, text]) => [[`${name}/config.pbtxt`, text], [`${name}/1/`, ""]])));

const verdictOf = (files: Readonly<Record<string, string>>, server: Partial<TritonServer> = {}): ModelVerdict => {
  const verdict = createLoader().load(writtenContent(files), { ...DEFAULT_SERVER, ...server }).get("m");
  if (verdict === undefined) throw new Error("m is no model");
  return verdict;
};
const errors = ({ findings }: ModelVerdict): { code: string; message: string }[] => findings.filter(({ severity }) => severity === "error");

describe("what a file has hundreds of", () => {
  const repeated = (count: number): string => `${IDENTITY} ${'parameters { key: "k" value { string_value: "v" } }\n'.repeat(count + 1)}`;

  it.each([
    [200, 0],
    [201, 1],
    [450, 250],
  ])("is told 200 times, and then counted: %i", (count, surplus) => {
    const { findings } = verdictOf({ "m/config.pbtxt": repeated(count), "m/1/": "" });
    const told = findings.filter(({ code }) => code === "CONFIG_DUPLICATE_KEY");
    expect(told).toHaveLength(200);
    expect(told.every(({ fix }) => fix !== undefined)).toBe(true);
    const rest = findings.filter(({ code }) => code === "CONFIG_MORE_FINDINGS");
    expect(rest.map(({ severity, message, fix }) => [severity, message.split(" ")[0], fix])).toEqual(surplus === 0 ? [] : [["warning", String(surplus), undefined]]);
    expect(findings.indexOf(rest[0] ?? told[199]!)).toBe(surplus === 0 ? 199 : 200);
  });

  it("keeps the error that the server reports in front", () => {
    const inputs = Array.from({ length: 300 }, (_, index) => `input { name: "I${index}" dims: 0 data_type: TYPE_FP32 }`).join("\n");
    const { loads, findings } = verdictOf({ "m/config.pbtxt": `backend: "python"\n${inputs}`, "m/1/model.py": "" });
    expect(loads).toBe(false);
    expect(findings[0]).toMatchObject({ first: true, severity: "error" });
    expect(findings.find(({ code }) => code === "CONFIG_MORE_FINDINGS")).toMatchObject({ severity: "error", message: `100 more findings of this kind in the file: ${findings[0]?.code}` });
  });
});

describe("a model", () => {
  it("that loads has its completed configuration and the versions that are served", () => {
    const verdict = verdictOf({ "m/config.pbtxt": IDENTITY, "m/1/": "", "m/3/": "" });
    expect(verdict).toMatchObject({ model: "m", loads: true, versions: [3], config: { name: "m", version_policy: { latest: { num_versions: 1 } } } });
    expect(errors(verdict)).toEqual([]);
    expect(verdict.completed.map(({ path }) => path.join("."))).toContain("name");
  });

  it.each<[string, string, string[], string, string]>([
    ["another name", `name: "b" ${IDENTITY}`, ["m/1/"], "REPOSITORY_NAME", "unexpected directory name 'm' for model 'b', directory name must equal model name"],
    ["no version folder", IDENTITY, [], "REPOSITORY_NO_VERSION", "at least one version must be available under the version policy of model 'm'"],
    ["no version by its policy", `${IDENTITY} version_policy { latest { } }`, ["m/1/"], "REPOSITORY_NO_VERSION", "at least one version must be available under the version policy of model 'm'"],
    ["a platform for a backend", 'platform: "python"', ["m/1/"], "CONFIG_PLATFORM", "unexpected platform type 'python' for m"],
    ["labels that are not there", IDENTITY.replace("dims: 4 }", "dims: 4 }").replace(/}$/, 'label_filename: "l.txt" }'), ["m/1/"], "LABEL_MISSING", "Internal: failed to open text file for read m/l.txt: No such file or directory"],
    ["labels of another model", IDENTITY.replace(/}$/, 'label_filename: "../a/l.txt" }'), ["m/1/", "a/l.txt"], "LABEL_OUTSIDE", "Unsupported: label file path 'm/../a/l.txt' for output 'OUTPUT0' in model 'm' is outside model directory"],
    ["a model.py that is not there", `backend: "python" ${TENSORS}`, ["m/1/"], "PYTHON_MODEL_MISSING", "Internal: Stub process '' is not healthy."],
    ["a model file that is not there", `backend: "onnxruntime" ${TENSORS}`, ["m/1/"], "ONNX_FILE_MISSING", "Internal: failed to stat file m/1/model.onnx"],
    ["a sample that lacks an input", `${IDENTITY} model_warmup { name: "w" batch_size: 1 }`, ["m/1/"], "WARMUP_INPUTS", "Invalid argument: [request id: <id_unknown>] expected 1 inputs but got 0 inputs for model 'm'. Got input(s) [], but missing required input(s) ['INPUT0']. Please provide all required input(s)."],
    ["a sample of another shape", `${IDENTITY} model_warmup { name: "w" batch_size: 1 inputs { key: "INPUT0" value { data_type: TYPE_FP32 dims: 5 zero_data: true } } }`, ["m/1/"], "WARMUP_SHAPE", "Invalid argument: [request id: <id_unknown>] unexpected shape for input 'INPUT0' for model 'm'. Expected [-1,4], got [1,5]. NOTE: Setting a non-zero max_batch_size in the model config requires a batch dimension to be prepended to each input shape. If you want to specify the full shape including the batch dim in your input dims config, try setting max_batch_size to zero. See the model configuration docs for more info on max_batch_size."],
  ])("with %s is refused", (_, text, paths, code, message) => {
    const verdict = verdictOf({ "m/config.pbtxt": text, ...Object.fromEntries(paths.map((path) => [path, ""])) });
    expect(verdict.loads).toBe(false);
    expect(verdict.findings[0]).toMatchObject({ code, message, first: true, model: "m" });
  });

  it("says further errors behind the first, each once and at its place", () => {
    const text = 'backend: "identity" max_batch_size: 2 dynamic_batching { preferred_batch_size: 4 } input { name: "INPUT0" dims: 4 } output { name: "OUTPUT0" data_type: TYPE_FP32 dims: 4 }';
    const { findings } = verdictOf({ "m/config.pbtxt": text, "m/1/": "" });
    expect(findings.map(({ code, stage, first, from, to }) => [code, stage, first, text.slice(from, to)])).toEqual([
      ["BATCHING_PREFERRED_SIZE", "poll", true, "4"],
      ["IDENTITY_DATA_TYPE", "load", undefined, "TYPE_FP32"],
      ["IO_DATA_TYPE", "load", undefined, '{ name: "INPUT0" dims: 4 }'],
    ]);
  });

  it("has its inputs checked while the directory is read where nothing is completed", () => {
    const files = { "m/config.pbtxt": 'backend: "custom" input { name: "X" data_type: TYPE_FP32 }', "m/1/": "" };
    expect(verdictOf(files, { autoComplete: false }).findings[0]).toMatchObject({ stage: "poll", message: "model input 'X' must specify 'dims' for m" });
    expect(verdictOf(files).findings[0]).toMatchObject({ stage: "load", message: "Invalid argument: model input 'X' must specify 'dims' for m" });
  });

  it.each<[string, Partial<TritonServer>, boolean]>([
    ["that is not known", {}, true],
    ["without GPUs", { gpus: [] }, false],
    ["with GPUs", { gpus: [0] }, true],
    ["without its backend", { backends: new Set() }, false],
  ])("that asks for a GPU, on a server %s", (_, server, loads) => {
    expect(verdictOf({ "m/config.pbtxt": `${IDENTITY} instance_group { kind: KIND_GPU }`, "m/1/": "" }, server).loads).toBe(loads);
  });

  it("whose text does not parse says only that", () => {
    const { findings, loads } = verdictOf({ "m/config.pbtxt": "backend identity" });
    expect(loads).toBe(false);
    expect(findings.every(({ code }) => code.startsWith("PBTXT_"))).toBe(true);
  });

  it("that lies beside its version folder is found", () => {
    expect(verdictOf({ "m/model.onnx": "" }).findings[0]?.message).toContain("Could not determine backend for model 'm'");
  });
});

describe("ensembles and their models", () => {
  it("fail from the bottom up, in the server's words", () => {
    const verdicts = createLoader().load(repository({ a: 'backend: "nosuch"', mid: ensemble("a"), top: ensemble("mid") }), { ...DEFAULT_SERVER, backends: new Set() });
    const reason = "unable to find backend library for backend 'nosuch', try specifying runtime on the model configuration.";
    const mid = `ensemble 'mid' depends on 'a' which has no loaded version. Model 'a' loading failed with error: version 1 is at UNAVAILABLE state: Invalid argument: ${reason};`;
    expect(verdicts.get("mid")?.findings[0]?.message).toBe(mid);
    expect(verdicts.get("top")?.findings[0]?.message).toBe(`ensemble 'top' depends on 'mid' which is not valid. Model 'mid' failed with error: ${mid}`);
  });

  it("of a decoupled model are decoupled, whatever their file says", () => {
    const verdicts = createLoader().load(repository({ a: `${IDENTITY} model_transaction_policy { decoupled: true }`, e: `${ensemble("a")} response_cache { enable: true }` }), DEFAULT_SERVER);
    expect(verdicts.get("e")?.config.model_transaction_policy).toEqual({ decoupled: true });
    expect(verdicts.get("e")?.findings[0]?.message).toBe("Invalid argument: Response Cache does not currently support model e with 'decoupled' transaction policy. Please disable the response cache.");
  });

  it.each([
    ["both refused", { a: "", b: "" }],
    ["one refused", { a: ensemble("b"), b: "" }],
    ["one refused behind another", { a: ensemble("c"), b: "", c: ensemble("b") }],
  ])("end where circles go through refused ensembles: %s", (_, texts) => {
    const refused = (other: string): string => `platform: "ensemble" ensemble_scheduling { step { model_name: "${other}" } }`;
    const files = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text === "" ? refused(name === "a" ? "b" : "a") : text]));
    const verdicts = createLoader().load(repository(files), DEFAULT_SERVER);
    expect([...verdicts.values()].map((verdict) => errors(verdict).length > 0)).toEqual(Object.keys(files).map(() => true));
  });

  it("go round in a circle without end for no one", () => {
    const verdicts = createLoader().load(repository({ a: ensemble("b"), b: ensemble("c"), c: ensemble("a"), d: ensemble("c") }), DEFAULT_SERVER);
    expect([...verdicts.values()].map(({ loads }) => loads)).toEqual([false, false, false, false]);
    expect(verdicts.get("a")?.findings[0]).toMatchObject({ code: "ENSEMBLE_CYCLE", message: "circular dependency between ensembles: a -> ... -> c -> a" });
  });
});

describe("loading again", () => {
  const texts: Record<string, string> = {};
  for (let index = 0; index < 200; index++) texts[`m${index}`] = IDENTITY;
  for (let index = 0; index < 99; index++) texts[`e${index}`] = ensemble(`m${2 * index}`, `m${2 * index + 1}`);
  texts["top"] = ensemble("e0", "e1");

  /** The same repository with one text exchanged: every other configuration and directory is the same object. */
  function exchange(content: RepositoryContent, model: string, text: string): RepositoryContent {
    const parsed = parseConfig(text, `${model}/config.pbtxt`);
    return { ...content, config: (name) => (name === model ? parsed : content.config(name)) };
  }

  it("makes new verdicts only for what changed and the ensembles above it", () => {
    const content = repository(texts);
    const loader = createLoader();
    const before = loader.load(content, DEFAULT_SERVER);
    const after = loader.load(exchange(content, "m0", IDENTITY.replace("dims: 4", "dims: 5").replace(/dims: 4/, "dims: 5")), DEFAULT_SERVER);
    expect([...after].filter(([name, verdict]) => verdict !== before.get(name)).map(([name]) => name)).toEqual(["e0", "m0", "top"]);
    expect(after.get("top")?.loads).toBe(false);
    expect([...loader.load(content, DEFAULT_SERVER)].map(([name, { loads }]) => [name, loads])).toEqual([...before].map(([name, { loads }]) => [name, loads]));
  });

  it("gives what loading afresh gives, whatever was changed before", () => {
    const choices = [IDENTITY, ensemble("a", "b"), ensemble("b"), ensemble("c", "d"), IDENTITY.replaceAll("dims: 4", "dims: 5"), "backend identity", `${IDENTITY} model_transaction_policy { decoupled: true }`];
    const names = ["a", "b", "c", "d"];
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...choices)), { maxLength: 12 }), (changes) => {
        const loader = createLoader();
        let content = repository(Object.fromEntries(names.map((name) => [name, IDENTITY])));
        for (const [name, text] of changes) {
          content = exchange(content, name, text);
          expect(loader.load(content, DEFAULT_SERVER)).toEqual(createLoader().load(content, DEFAULT_SERVER));
        }
      }),
      { numRuns: 50 },
    );
  });

  it("notices a file that another model reads", () => {
    const labelled = { "m/config.pbtxt": IDENTITY.replace(/}$/, 'label_filename: "l.txt" }'), "m/1/": "" };
    const loader = createLoader();
    const content = writtenContent(labelled);
    expect(loader.load(content, DEFAULT_SERVER).get("m")?.loads).toBe(false);
    expect(loader.load({ ...content, size: (path) => (path === "m/l.txt" ? 3 : content.size(path)) }, DEFAULT_SERVER).get("m")?.loads).toBe(true);
  });
});
