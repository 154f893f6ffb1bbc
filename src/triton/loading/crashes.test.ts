import { describe, expect, it } from "vitest";
import { recordedCases, recordedContent } from "../../testing/recorded-verdicts.ts";
import { graphModel, type GraphModel } from "../ensemble/graph-model.ts";
import type { Finding } from "../findings.ts";
import { parseConfig } from "../model-config/decode.ts";
import { readRepository } from "../repository/repository.ts";
import type { RepositoryContent } from "./content.ts";
import { type CrashMoment, crashFindings } from "./crashes.ts";

const MOMENTS: readonly CrashMoment[] = ["read", "graph", "versions", "backend", "scheduler"];

function repository(files: Readonly<Record<string, string>>): RepositoryContent {
  const directories = readRepository(Object.keys(files)).models;
  return {
    directories,
    config: (model) => {
      const path = `${model}/config.pbtxt`;
      return files[path] === undefined ? undefined : parseConfig(files[path], path);
    },
    onnx: () => undefined,
    text: (path) => files[path],
    size: (path) => files[path]?.length,
  };
}

function crashes(content: RepositoryContent, name: string): Finding[] {
  const models = new Map<string, GraphModel>();
  for (const [model, directory] of content.directories) models.set(model, graphModel(directory, content.config(model) ?? parseConfig("", `${model}/config.pbtxt`)));
  const model = models.get(name);
  const directory = content.directories.get(name);
  return model === undefined || directory === undefined ? [] : MOMENTS.flatMap((moment) => crashFindings(moment, model, directory, models));
}

const IDENTITY = 'backend: "identity" input { name: "INPUT0" data_type: TYPE_FP32 dims: 1 } output { name: "OUTPUT0" data_type: TYPE_FP32 dims: 1 }';
const model = (more: string) => ({ "m/config.pbtxt": `${IDENTITY} ${more}`, "m/1/": "" });
const onnx = (more: string) => ({ "m/config.pbtxt": `backend: "onnxruntime" ${more}`, "m/1/": "" });
const parameter = (key: string, value: string) => `parameters { key: "${key}" value { string_value: "${value}" } }`;
const ensemble = (...steps: string[]) => `platform: "ensemble" ensemble_scheduling { ${steps.map((step) => `step { model_name: "${step}" }`).join(" ")} }`;

describe("what a server dies of", () => {
  it.each<[string, Record<string, string>, string, string, string]>([
    ["no agents", model("model_repository_agents { }"), "CRASH_EMPTY_AGENTS", "poll", "{ }"],
    ["a batch output for nothing", model('batch_output [ { target_name: "OUTPUT0" }, { source_input: "INPUT0" } ]'), "CRASH_BATCH_OUTPUT", "load", '{ source_input: "INPUT0" }'],
    ["a delay in words", model(parameter("execute_delay_ms", "soon")), "CRASH_IDENTITY_PARAMETER", "load", '"soon"'],
    ["a delay beyond 32 bits", model(parameter("execute_delay_ms", "3000000000")), "CRASH_IDENTITY_PARAMETER", "load", ""],
    ["a multiplier in words", model(`${parameter("execute_delay_ms", "1")} ${parameter("instance_wise_delay_multiplier", "")}`), "CRASH_IDENTITY_PARAMETER", "load", ""],
    ["threads beyond 32 bits", onnx(parameter("intra_op_thread_count", "3000000000")), "CRASH_ONNX_PARAMETER", "load", '"3000000000"'],
    ["an execution mode beyond 32 bits", onnx(parameter("execution_mode", "99999999999")), "CRASH_ONNX_PARAMETER", "load", '"99999999999"'],
    ["an optional input without number", { "m/config.pbtxt": IDENTITY.replace('INPUT0" data', 'INPUTx" optional: true data'), "m/1/": "" }, "CRASH_IDENTITY_OPTIONAL", "load", '"INPUTx"'],
    ["too many sequences", model("sequence_batching { oldest { max_candidate_sequences: 2147483647 } }"), "CRASH_CANDIDATE_SEQUENCES", "load", "2147483647"],
    ["an enormous version", { "m/config.pbtxt": IDENTITY, "m/9223372036854775808/": "" }, "CRASH_VERSION_FOLDER", "load", ""],
    ["a circle behind a step", { "m/config.pbtxt": ensemble("b"), "b/config.pbtxt": ensemble("c"), "c/config.pbtxt": ensemble("d"), "d/config.pbtxt": ensemble("c") }, "CRASH_BELOW_CYCLE", "load", '"b"'],
    ["a step that is its own step", { "m/config.pbtxt": ensemble("b"), "b/config.pbtxt": ensemble("b") }, "CRASH_BELOW_CYCLE", "load", '"b"'],
  ])("is found: %s", (_, files, code, stage, at) => {
    const content = repository(files);
    const found = crashes(content, "m");
    expect(found).toMatchObject([{ code, stage, severity: "error" }]);
    const text = content.config("m")?.text ?? "";
    expect(text.slice(found[0]?.from, found[0]?.to)).toContain(at);
  });

  it.each<[string, Record<string, string>]>([
    ["a number with more behind it", model(parameter("execute_delay_ms", " +12ms"))],
    ["a multiplier without delay", model(parameter("instance_wise_delay_multiplier", "x"))],
    ["the largest version", { "m/config.pbtxt": IDENTITY, "m/9223372036854775807/": "" }],
    ["a folder that is no version", { "m/config.pbtxt": IDENTITY, "m/1/": "", "m/099999999999999999999/a": "" }],
    ["a part of the circle itself", { "m/config.pbtxt": ensemble("b"), "b/config.pbtxt": ensemble("m") }],
    ["the largest number of threads", onnx(parameter("intra_op_thread_count", "2147483647"))],
    ["a number of threads in words, which is refused", onnx(parameter("inter_op_thread_count", "many"))],
    ["threads behind an execution mode that is refused", onnx(`${parameter("execution_mode", "2")} ${parameter("intra_op_thread_count", "3000000000")}`)],
    ["no candidates", model("sequence_batching { oldest { max_candidate_sequences: -1 } }")],
  ])("is not: %s", (_, files) => {
    expect(crashes(repository(files), "m")).toEqual([]);
  });

  it.for(["verdicts", "verdicts_corpus"])("is every recorded crash of %s, and nothing that loads", async (name, { skip }) => {
    const cases = await recordedCases(name);
    if (cases === undefined) return skip(`triton/${name}.jsonl.gz is not there`);
    const wrong: string[] = [];
    for (const one of cases) {
      const content = await recordedContent(one);
      for (const [name, { ok, stage }] of Object.entries(one.verdict)) {
        const found = crashes(content, name);
        if (stage === "crash" ? found.length === 0 : ok && found.length > 0) wrong.push(`${one.id} ${name}: ${found.map(({ message }) => message).join(" | ")}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
