import { readdirSync, readFileSync, statSync } from "node:fs";
import { gunzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { readRecorded } from "../../../testing/recorded.ts";
import { recordedCases, recordedContent, recordedServer } from "../../../testing/recorded-verdicts.ts";
import { graphModel, type GraphModel } from "../../ensemble/graph-model.ts";
import type { Finding } from "../../findings.ts";
import { parseConfig } from "../../model-config/decode.ts";
import type { RepositoryContent } from "../content.ts";
import { createLoader } from "../load.ts";
import { DEFAULT_SERVER, type TritonServer } from "../server.ts";
import { adviceFindings } from "./advice.ts";

/** The models as their texts have them, for rules that need no completion. */
function asWritten(content: RepositoryContent): Map<string, GraphModel> {
  return new Map([...content.directories].map(([name, directory]) => [name, graphModel(directory, content.config(name) ?? parseConfig("", `${name}/config.pbtxt`))]));
}

/** The models as the loader completes them. */
function completed(content: RepositoryContent, server: TritonServer): Map<string, GraphModel> {
  return new Map(
    [...createLoader().load(content, server)].map(([name, { config, versions }]) => [
      name,
      { name, config, versions, parsed: content.config(name) ?? parseConfig("", `${name}/config.pbtxt`) },
    ]),
  );
}

function adviceOn(content: RepositoryContent, models: ReadonlyMap<string, GraphModel>, server = DEFAULT_SERVER): Finding[] {
  return [...content.directories].flatMap(([name, directory]) => {
    const model = models.get(name);
    return model === undefined ? [] : adviceFindings({ directory, model, models, content, server });
  });
}

async function advice(files: Readonly<Record<string, string>>): Promise<{ findings: Finding[]; marked: string[] }> {
  const content = await recordedContent({ files });
  const findings = adviceOn(content, asWritten(content));
  return { findings, marked: findings.map(({ file, from, to }) => files[file]?.slice(from, to) ?? "") };
}

const port = (name: string, dims = "4", more = "") => `{ name: "${name}" data_type: TYPE_FP32 dims: [ ${dims} ] ${more} }`;
const model = (name: string, inputs: string, outputs: string, more = "max_batch_size: 8") => ({
  [`${name}/config.pbtxt`]: `backend: "identity" ${more}\ninput [ ${inputs} ]\noutput [ ${outputs} ]\n`,
  [`${name}/1/x`]: "",
});
const A = model("a", port("I"), port("O"));
const B = model("b", port("I"), port("O"));
const ensemble = (inputs: string, outputs: string, steps: string, more = "max_batch_size: 8") => ({
  "e/config.pbtxt": `platform: "ensemble" ${more}\ninput [ ${inputs} ]\noutput [ ${outputs} ]\nensemble_scheduling { step [ ${steps} ] }\n`,
  "e/1/.gitkeep": "",
});
const step = (name: string, input: string, output: string, version = "model_version: -1") =>
  `{ model_name: "${name}" ${version} input_map { key: "I" value: "${input}" } output_map { key: "O" value: "${output}" } }`;
const CHAIN = ensemble(port("X"), port("Y"), `${step("a", "X", "t")}, ${step("b", "t", "Y")}`);
const SINGLE = (more: string) => ({ ...model("b", port("I", "1"), port("O")), "a/config.pbtxt": `backend: "fil" max_batch_size: 8 input [ ${port("I")} ] output [ ${port("O", "1", more)} ]`, "a/1/x": "", ...CHAIN });

describe("advice", () => {
  it.each<[string, Record<string, string>, string, "warning" | "info", string]>([
    ["version 0 by omission", { ...A, "a/0/x": "", "a/config.pbtxt": `${A["a/config.pbtxt"]} version_policy { all { } }`, ...ensemble(port("X"), port("Y"), step("a", "X", "Y", "")) }, "ADVICE_MODEL_VERSION", "warning", '"a"'],
    ["a version folder that Git drops", { ...A, ...B, "e/config.pbtxt": CHAIN["e/config.pbtxt"] ?? "", "e/1/": "" }, "ADVICE_EMPTY_VERSION_FOLDER", "info", ""],
    ["an output that is read too", { ...A, ...B, ...ensemble(port("X"), `${port("t")}, ${port("Y")}`, `${step("a", "X", "t")}, ${step("b", "t", "Y")}`) }, "ADVICE_REQUESTED_OUTPUTS", "warning", '"t"'],
    ["an input that only the ensemble calls optional", { ...A, ...B, ...ensemble(port("X", "4", "optional: true"), port("Y"), `${step("a", "X", "t")}, ${step("b", "t", "Y")}`) }, "ADVICE_OPTIONAL_INPUT", "warning", "true"],
    ["two inputs of one name", model("m", `${port("I")}, ${port("I", "3")}`, port("O")), "ADVICE_REPEATED_NAME", "warning", '"I"'],
    ["an input that a step writes", { ...A, ...B, ...ensemble(`${port("X")}, ${port("t")}`, port("Y"), `${step("a", "X", "t")}, ${step("b", "t", "Y")}`) }, "ADVICE_OVERWRITTEN_INPUT", "warning", '"t"'],
    ["tensors that differ in case", { ...A, ...B, ...ensemble(`${port("X")}, ${port("T")}`, `${port("Y")}, ${port("Z")}`, `${step("a", "X", "t")}, ${step("b", "t", "Y")}, ${step("b", "T", "Z")}`) }, "ADVICE_NAME_CASE", "info", '"T"'],
    ["contradicting readers", { ...model("a", port("I", "3"), port("O")), ...model("b", port("I", "5"), port("O")), ...ensemble(port("X", "-1"), `${port("Y")}, ${port("Z")}`, `${step("a", "X", "Y")}, ${step("b", "X", "Z")}`) }, "ADVICE_HIDDEN_SHAPE", "warning", '"X"'],
    ["a step without batches", { ...model("a", port("I"), port("O"), ""), ...B, ...CHAIN }, "ADVICE_UNBATCHED_STEP", "warning", '"X"'],
    ["a step that takes a forest's single value", SINGLE(""), "ADVICE_FOREST_SHAPE", "warning", '"t"'],
    ["carriage returns in labels", { ...model("m", port("I"), port("O", "2", 'label_filename: "l.txt"')), "m/l.txt": "a\r\nb\r\n" }, "ADVICE_LABEL_RETURNS", "warning", '"l.txt"'],
    ["labels that are missing", { ...model("m", port("I"), port("O", "3", 'label_filename: "l.txt"')), "m/l.txt": "a\nb\n" }, "ADVICE_LABEL_COUNT", "info", '"l.txt"'],
    ["a metric without buckets", model("m", port("I"), port("O"), 'model_metrics { metric_control { metric_identifier { family: "f" } histogram_options { buckets: 1 } } }'), "ADVICE_METRIC_FAMILY", "warning", '"f"'],
    ["a batcher without batches", model("m", port("I"), port("O"), "dynamic_batching { }"), "ADVICE_IGNORED_FIELD", "info", "{ }"],
    ["a field of other models in an ensemble", { ...A, ...B, ...ensemble(port("X"), port("Y"), `${step("a", "X", "t")}, ${step("b", "t", "Y")}`, 'runtime: "r"') }, "ADVICE_IGNORED_FIELD", "info", '"r"'],
    ["a decoupled ensemble of none", { ...A, ...B, ...ensemble(port("X"), port("Y"), `${step("a", "X", "t")}, ${step("b", "t", "Y")}`, "model_transaction_policy { decoupled: true }") }, "ADVICE_IGNORED_FIELD", "info", "{ decoupled: true }"],
    ["a configuration in a version folder", { "m/1/config.pbtxt": "", "m/1/model.onnx": "" }, "ADVICE_CONFIG_PLACE", "warning", ""],
    ["a second configuration in a version folder", { ...A, "a/1/config.pbtxt": "" }, "ADVICE_CONFIG_PLACE", "info", ""],
    ["a configuration by another name", { "m/config.pbtxt.txt": "", "m/1/model.onnx": "" }, "ADVICE_CONFIG_PLACE", "warning", ""],
    ["a configuration by a slip", { "m/confg.pbtxt": "", "m/1/model.onnx": "" }, "ADVICE_CONFIG_PLACE", "warning", ""],
    ["a configuration that has to be chosen", { "m/configs/fast.pbtxt": "", "m/1/model.onnx": "" }, "ADVICE_CONFIG_PLACE", "info", ""],
    [
      "copies to the processor",
      {
        "a/config.pbtxt": `backend: "onnxruntime" input [ ${port("I")} ] output [ ${port("O")} ] instance_group { kind: KIND_GPU }`,
        "a/1/x": "",
        "b/config.pbtxt": `backend: "python" input [ ${port("I")} ] output [ ${port("O")} ] instance_group { kind: KIND_GPU }`,
        "b/1/x": "",
        ...ensemble(port("X"), port("Y"), `${step("a", "X", "t")}, ${step("b", "t", "Y")}`, ""),
      },
      "ADVICE_HOST_COPIES",
      "info",
      '"b"',
    ],
  ])("is given on %s", async (_, files, code, severity, at) => {
    const { findings, marked } = await advice(files);
    expect(findings.map((finding) => [finding.code, finding.severity])).toEqual([[code, severity]]);
    expect(marked).toEqual([at]);
  });

  it.each<[string, Record<string, string>]>([
    ["a plain ensemble", { ...A, ...B, ...CHAIN }],
    ["a version 0 that is written", { ...A, "a/0/x": "", "a/config.pbtxt": `${A["a/config.pbtxt"]} version_policy { all { } }`, ...ensemble(port("X"), port("Y"), step("a", "X", "Y", "model_version: 0")) }],
    ["a batch of at most 1", { ...model("a", port("I"), port("O"), ""), ...B, ...ensemble(port("X"), port("Y"), `${step("a", "X", "t")}, ${step("b", "t", "Y")}`, "max_batch_size: 1") }],
    ["a batch that the model takes as a dimension", { ...model("a", port("I", "-1, 4"), port("O", "-1, 4"), ""), ...B, ...CHAIN }],
    ["readers of one rank that agree", { ...model("a", port("I", "-1, 4"), port("O")), ...model("b", port("I", "3, -1"), port("O")), ...ensemble(port("X", "-1, -1"), `${port("Y")}, ${port("Z")}`, `${step("a", "X", "Y")}, ${step("b", "X", "Z")}`) }],
    ["a step that takes a forest's single value as it is declared", SINGLE("reshape { shape: [ 1 ] }")],
    ["a text that does not parse", { "m/config.pbtxt": "dynamic_batching {", "m/1/x": "" }],
  ])("is not given on %s", async (_, files) => {
    expect((await advice(files)).findings).toEqual([]);
  });

  it("is not given on the samples", async () => {
    const samples = new URL("../../../../public/repositories/", import.meta.url);
    for (const sample of readdirSync(samples)) {
      const root = new URL(`${sample}/`, samples);
      const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).map((path) => path.replaceAll("\\", "/"));
      const texts = paths.filter((path) => statSync(new URL(path, root)).isFile()).map((path) => [path, path.endsWith(".onnx") ? "" : readFileSync(new URL(path, root), "utf8")]);
      expect((await advice(Object.fromEntries(texts) as Record<string, string>)).findings).toEqual([]);
    }
  });

  it.for([
    ["verdicts", 0.8, 0.97],
    ["verdicts_corpus", 0.9, 0.9],
  ] as const)("is rare for what loads in %s", async ([name, silent, withoutWarning], { skip }) => {
    const cases = await recordedCases(name);
    if (cases === undefined) return skip(`triton/${name}.jsonl.gz is not there`);
    const counts = { loads: 0, silent: 0, withoutWarning: 0 };
    for (const one of cases) {
      const content = await recordedContent(one);
      const server = recordedServer(one);
      const findings = adviceOn(content, completed(content, server), server);
      for (const [model, { ok }] of Object.entries(one.verdict)) {
        if (!ok) continue;
        counts.loads++;
        const own = findings.filter((finding) => finding.model === model);
        if (own.length === 0) counts.silent++;
        if (own.every(({ severity }) => severity === "info")) counts.withoutWarning++;
      }
    }
    expect(counts.silent / counts.loads).toBeGreaterThan(silent);
    expect(counts.withoutWarning / counts.loads).toBeGreaterThan(withoutWarning);
  });

  it("foresees every recorded deadlock of a request for some outputs", async ({ skip }) => {
    const bytes = await readRecorded("triton/scheduler.jsonl.gz");
    if (bytes === undefined) return skip("triton/scheduler.jsonl.gz is not there");
    const missed: string[] = [];
    let deadlocks = 0;
    for (const line of new TextDecoder().decode(gunzipSync(bytes)).trimEnd().split("\n")) {
      const { id, files, model, request, response } = JSON.parse(line) as {
        id: string;
        files: Record<string, string>;
        model: string;
        request: { outputs?: unknown[] };
        response: { error?: string };
      };
      if (!(response.error ?? "").includes("unexpected deadlock") || (request.outputs ?? []).length === 0) continue;
      deadlocks++;
      const content = await recordedContent({ files });
      const findings = adviceOn(content, asWritten(content));
      if (!findings.some((finding) => finding.code === "ADVICE_REQUESTED_OUTPUTS" && finding.model === model)) missed.push(id);
    }
    expect(missed).toEqual([]);
    expect(deadlocks).toBeGreaterThan(0);
  });
});
