import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostRepository } from "../testing/hosted-repository.ts";
import { decoded, exchangeRaw, type RawAnswer } from "../testing/raw-exchange.ts";
import { servedRecording } from "../testing/served-recording.ts";
import { headerOf, plainJson, recordedExchanges, writtenJson, type RecordedExchange } from "../testing/v2-recorded.ts";
import type { HostedServer } from "./serve-host.mjs";

// What a Triton answered, against what `conch serve` answers to the same bytes: status, JSON value, binary tensors.

type Server = "loaded" | "fresh" | "none" | "limited" | "changing";

/** Exchanges that `conch serve` cannot have, or answers in its own way. */
const SKIPPED: Readonly<Record<string, RegExp>> = {
  "models in Python, and models that answer several times": /^(?:backend_error|decoupled_.*|fwd_header|input_params_ignored|load_py_echo|meta_ens_dec|params_(?:array|custom|triton_reserved)|stats_rep)$/,
  "generate, which it does not have": /^(?:gen_|stream_(?!get_405)|restricted_generate)/,
  "shared memory, trace and log settings, which it does not have": /^(?:shm2?_(?!bin|class|unknown|output_unknown)|trace_(?!version_404)|log_)/,
  "restricted APIs, which it does not have": /^restricted_(?!meta_open|infer_ok|generate)/,
  "what it says of itself": /^(?:server_metadata|meta_gzip_ignored|none_server_meta)$/,
  "all statistics and metrics of a server at the end of the recording": /^(?:stats_all|metrics_origin)$/,
  "a plain load after an override, which by Triton's documents restores the repository's version, and in the recording did not": /^config_after_restore$/,
  "rounding of a number with more digits than a double has": /^fp64_int_big$/,
  "the order of values that are no numbers": /^class_nan$/,
  "an input that is optional by the configuration, but not for Triton's identity backend": /^optional_none_given$/,
  "a body in another coding than its header names, of which Triton reads a part": /^req_gzip_bad$/,
};
const COUNTS = [11, 26, 30, 4, 3, 2, 1, 1, 1, 1, 1];

/** What is sent before an exchange: others of the recording, and unloads. */
const BEFORE: Readonly<Record<string, readonly (string | readonly [model: string, body: string])[]>> = {
  config_after_override: ["load_override_config"],
  config_after_override_camel: ["load_override_camel"],
  stats_v: ["version_latest"],
  index_with_uploaded: ["load_ens2", "load_override_config"],
  infer_after_unload: ["load_override_config", ["never_loaded", ""]],
  ready_after_unload: ["load_override_config", ["never_loaded", ""]],
  index_after_unload: ["load_ens2", "load_override_config", ["never_loaded", ""]],
  index_after_step_unload: ["load_ens2", "load_override_config", ["never_loaded", ""], ["id_b", ""]],
  index_after_unload_dependents: ["load_ens2", "load_override_config", ["never_loaded", ""], ["ens2", '{"parameters":{"unload_dependents":true}}']],
  ens_after_step_unload_infer: ["load_ens2", ["id_b", ""]],
};

/** The first request of the sequence that seq_mid belongs to. */
const SEQUENCE_START = '{"inputs":[{"name":"INPUT0","shape":[1,1],"datatype":"FP32","data":[1]}],"parameters":{"sequence_id":42,"sequence_start":true}}';

/** The server that an exchange was recorded with, by its state. */
function serverOf({ name }: RecordedExchange): Server {
  if (name in BEFORE) return "changing";
  if (name.startsWith("none_")) return "none";
  if (name.startsWith("limit_")) return "limited";
  return FRESH.includes(name) ? "fresh" : "loaded";
}

const FRESH = ["health_ready_empty", "index_ready_before", "infer_not_loaded", "model_config_not_loaded", "model_ready_not_loaded", "stats_all_empty"];

const exchanges = await recordedExchanges();
const skipped = Object.values(SKIPPED).map((pattern) => exchanges.filter(({ name }) => pattern.test(name)));
const compared = exchanges.filter((each) => !skipped.flat().includes(each));
const files = await servedRecording();
const names = new Set(Object.keys(files).map((path) => path.split("/")[0] ?? ""));
const servers = new Map<Server, HostedServer>();

beforeAll(async () => {
  const load = [...names].filter((name) => name !== "never_loaded");
  for (const name of ["loaded", "changing"] as const) servers.set(name, await hostRepository(files, { metricsPort: 0, explicit: true, load }));
  servers.set("fresh", await hostRepository(files, { explicit: true }));
  servers.set("none", await hostRepository(files, { metricsPort: 0 }));
  servers.set("limited", await hostRepository(files, { explicit: true, load: ["id_fp32"], maxInputBytes: 2048 }));
});

afterAll(async () => {
  for (const server of servers.values()) await server.close();
});

describe.skipIf(exchanges.length === 0)("exchanges recorded with Triton", () => {
  test("are compared, but for those that are named", () => {
    expect(Object.keys(SKIPPED).map((reason, index) => `${skipped[index]?.length} ${reason}`)).toEqual(Object.keys(SKIPPED).map((reason, index) => `${COUNTS[index]} ${reason}`));
    expect(compared).toHaveLength(exchanges.length - COUNTS.reduce((sum, count) => sum + count, 0));
  });

  test.each(compared.map((each) => [each.name, each] as const))("%s", async (name, exchange) => {
    const { request, response, port } = exchange;
    const server = servers.get(serverOf(exchange)) as HostedServer;
    const base = port === "metrics" ? server.metrics : server.base;
    for (const step of BEFORE[name] ?? []) await (typeof step === "string" ? send(base, exchanges.find((each) => each.name === step)?.request) : unload(base, ...step));
    if (name === "seq_mid") await exchangeRaw(base, { method: "POST", path: "/v2/models/id_seq/infer", headers: [], body: Buffer.from(SEQUENCE_START) });
    const answer = await send(base, request);
    const recorded = decoded(Buffer.from(response.body_base64, "base64"), headerOf(response, "Content-Encoding"));
    const found = parts(answer.body, answer.headers.get("inference-header-content-length"));
    const expected = parts(recorded, headerOf(response, "Inference-Header-Content-Length"));
    const counted = name.startsWith("stats_") ? withoutNumbers : (value: unknown): unknown => value;
    expect({ status: answer.status, json: counted(found.json) }).toEqual({ status: response.status, json: counted(expected.json) });
    expect(found.tensors).toEqual(expected.tensors);
    expect(answer.headers.get("content-encoding")).toBe(headerOf(response, "Content-Encoding"));
    if (name === "none_metrics") expect(counters(answer.body)).toEqual(counters(recorded));
  });
});

function send(base: string, request: RecordedExchange["request"] | undefined): Promise<RawAnswer> {
  if (request === undefined) throw new Error("This exchange was not recorded");
  return exchangeRaw(base, { method: request.method, path: request.path, headers: request.headers, body: Buffer.from(request.body_base64, "base64") });
}

function unload(base: string, model: string, body: string): Promise<RawAnswer> {
  return exchangeRaw(base, { method: "POST", path: `/v2/repository/models/${model}/unload`, headers: [], body: Buffer.from(body) });
}

/** Counters, durations and dates differ from run to run. */
function withoutNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNumbers);
  if (typeof value !== "object" || value === null) return typeof value === "number" ? "a number" : value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutNumbers(member)]));
}

/** Families with their help, and the labels of all counters of models that are served here. Triton has families of caches and of the machine besides. */
function counters(page: Buffer): string[] {
  const lines = page.toString("utf8").split("\n").filter((line) => /nv_(?:inference_|cache_)/.test(line) && !/nv_cache|nv_inference_\w+_summary|nv_inference_first/.test(line));
  const ofOthers = (line: string): boolean => !names.has(/model="([^"]*)"/.exec(line)?.[1] ?? "ens2") || line.includes('"never_loaded"');
  return lines.filter((line) => !ofOthers(line)).map((line) => (line.startsWith("#") ? line : line.replace(/ \S+$/, ""))).sort();
}

interface Parts {
  readonly json: unknown;
  /** Output → its bytes. */
  readonly tensors: Readonly<Record<string, string>>;
}

function parts(body: Buffer, length: string | undefined): Parts {
  const text = body.subarray(0, Number(length ?? body.byteLength)).toString("utf8").replace("--http-max-input-size", "--max-input-bytes");
  const json = text === "" ? undefined : sorted(plainJson(writtenJson(text)));
  const tensors: Record<string, string> = {};
  let at = Number(length ?? body.byteLength);
  for (const { name, parameters } of unsorted(text)) {
    const size = parameters?.binary_data_size ?? 0;
    if (size > 0) tensors[name] = body.subarray(at, at + size).toString("hex");
    at += size;
  }
  return { json, tensors };
}

function unsorted(text: string): { name: string; parameters?: { binary_data_size?: number } }[] {
  const value = text.startsWith("{") ? (plainJson(writtenJson(text)) as { outputs?: [] }) : {};
  return value?.outputs ?? [];
}

/** Outputs come in no order, and parameters of a model in none either. */
function sorted(value: unknown): unknown {
  const byName = (list: { name: string }[]): unknown => list.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (Array.isArray(value)) return byName(value.filter(({ name }) => names.has(name)));
  const { outputs, ...rest } = (value ?? {}) as { outputs?: { name: string }[] };
  return outputs === undefined ? value : { ...rest, outputs: byName(outputs) };
}
