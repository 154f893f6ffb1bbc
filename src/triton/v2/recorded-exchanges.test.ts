import { deflateSync, gzipSync, unzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConchError } from "../../base/errors.ts";
import { v2Name } from "../../tensor/data-type.ts";
import { callOf, headerOf, plainJson, recordedExchanges, requestBody, writtenJson, type RecordedExchange, type WrittenNumber } from "../../testing/v2-recorded.ts";
import type { Unmakeable } from "../../testing/v2-recorded-request.ts";
import { connectionTo, httpServer, streamingConnectionTo, type TestServer } from "../../testing/v2-server.ts";
import type { Compression } from "./connection.ts";
import { v2Failure } from "./failure.ts";
import type { GenerateResponse } from "./generate.ts";
import type { InferResponse } from "./infer-response.ts";
import type { MetricFamily } from "./prometheus-text.ts";

const exchanges = await recordedExchanges();
const calls = exchanges.map((exchange) => [exchange.name, exchange, callOf(exchange)] as const);
const makeable = calls.filter(([, , call]) => typeof call === "function");

/** Headers of which a client of the protocol says nothing: the transport's own, and the type, which Triton does not read. */
const TRANSPORT = new Set(["host", "content-length", "content-type", "content-encoding", "connection", "transfer-encoding", "expect", "origin", "inference-header-content-length"]);

const NOT_MAKEABLE: Readonly<Record<Unmakeable, readonly string[]>> = {
  "no operation has this method and path": [
    "cors_preflight_v2", "double_slash", "head_live", "health_unknown", "infer_get_405", "infer_query", "infer_slash", "live_post_405",
    "load_get_405", "metrics_head", "model_versions", "models_root", "models_stats_slash", "root", "stream_get_405", "trace_version_404",
    "uppercase_path", "v1", "v2_slash", "version_not_number",
  ],
  "the body is no JSON document": ["bin_header_missing", "err_trailing", "gen_bad_json", "index_bad_json", "load_bad_json", "stream_bad_json"],
  "the document is not of the operation's form": [
    "dup_keys", "err_body_array", "err_dtype_unknown", "err_inputs_type", "err_no_inputs", "err_no_name", "err_no_shape", "extra_keys", "id_null",
    "outputs_noname", "params_array", "shm2_register_nokey", "shm2_register_nosize", "shm_register_nokey",
  ],
  "the binary data are not those of the tensors": ["bin_bytes_too_few", "bin_bytes_truncated", "bin_extra_bytes", "bin_size_no_blob", "bin_too_few"],
  "the header gives a wrong length": ["bin_header_negative", "bin_header_text"],
  "whole numbers are written without a fraction": ["err_int_float", "err_shape_float"],
  "the body is not in the coding that its header names": ["req_gzip_bad"],
};

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
}

let server: TestServer;
let playing: RecordedExchange;
let received: Received[] = [];

beforeAll(async () => {
  server = await httpServer((request, body, response) => {
    received.push({ method: request.method ?? "", path: request.url ?? "", headers: request.headers, body: new Uint8Array(body) });
    const { status, reason, headers, body_base64 } = playing.response;
    response.writeHead(status, reason, headers.flat());
    response.end(Buffer.from(body_base64, "base64"));
  });
});

afterAll(() => server.close());

describe.skipIf(exchanges.length === 0)("exchanges recorded with Triton", () => {
  test("are all made, but for those that no client makes", () => {
    const found = Object.fromEntries(Object.keys(NOT_MAKEABLE).map((reason) => [reason, calls.filter(([, , call]) => call === reason).map(([name]) => name)]));
    expect(found).toEqual(NOT_MAKEABLE);
  });

  test.each(makeable)("%s", async (_, exchange, call) => {
    if (typeof call !== "function") throw new Error("No call was made");
    playing = exchange;
    received = [];
    const connection =
      headerOf(exchange.request, "Transfer-Encoding") === "chunked"
        ? streamingConnectionTo(server.base)
        : connectionTo(server.base, { metrics: server.base + exchange.request.path });
    const headers = Object.fromEntries(exchange.request.headers.filter(([name]) => !TRANSPORT.has(name.toLowerCase())));
    const outcome = await call(connection, { headers, ...compressed(exchange) }).catch((error: unknown) => error);
    expect(received).toHaveLength(1);
    checkRequest(received[0] as Received, exchange);
    checkOutcome(outcome, exchange);
  });
});

function checkRequest(request: Received, exchange: RecordedExchange): void {
  const { method, path, headers } = exchange.request;
  expect([request.method, request.path]).toEqual([method, path]);
  for (const [name, value] of headers) if (!TRANSPORT.has(name.toLowerCase())) expect(request.headers[name.toLowerCase()]).toBe(value);
  expect(request.headers["content-encoding"] ?? "identity").toBe(headerOf(exchange.request, "Content-Encoding") ?? "identity");
  const body = request.headers["content-encoding"] === undefined ? request.body : unzip(request.body);
  const sent = split(body, request.headers["inference-header-content-length"] as string | undefined);
  const recorded = split(requestBody(exchange), headerOf(exchange.request, "Inference-Header-Content-Length"));
  expect([...sent.binary]).toEqual([...recorded.binary]);
  // Of the repository no body asks the same as an empty document.
  const asked = ({ text }: { readonly text: string }): string => (path.startsWith("/v2/repository/") && text === "" ? "{}" : text);
  expect(comparable(asked(sent), path)).toEqual(comparable(asked(recorded), path));
}

function split(body: Uint8Array, length: string | undefined): { readonly text: string; readonly binary: Uint8Array } {
  const end = Number(length ?? body.byteLength);
  return { text: new TextDecoder().decode(body.subarray(0, end)), binary: body.subarray(end) };
}

/** JSON as Triton reads it: reals may be written as whole numbers where it takes any number, in tensors of reals and in what generate gets. */
function comparable(text: string, path: string): unknown {
  if (text === "") return undefined;
  const real = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(real);
    if (typeof value === "object" && value !== null && "whole" in value) return { real: Number((value as WrittenNumber).whole) };
    return value;
  };
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== "object" || value === null || !("members" in value)) return value;
    const members = value.members as Record<string, unknown>;
    const reals = /^FP|^BF/.test(String(members["datatype"]));
    return { ...value, members: Object.fromEntries(Object.entries(members).map(([name, member]) => [name, reals && name === "data" ? real(member) : walk(member)])) };
  };
  const written = writtenJson(text);
  expect(written).toBeDefined();
  return path.includes("/generate") ? plainJson(written) : walk(written);
}

function checkOutcome(outcome: unknown, exchange: RecordedExchange): void {
  const { status } = exchange.response;
  const body = unpacked(exchange);
  const { path } = exchange.request;
  const text = new TextDecoder().decode(body);
  const health = /\/(live|ready)$/.test(path) && [200, 400, 503].includes(status);
  if (status >= 400 && !health) return checkRefusal(outcome, exchange, text);
  if (outcome instanceof Error) throw outcome;
  if (health) return expect(outcome).toEqual(status === 200 ? { ok: true } : { ok: false, ...(text === "" ? {} : { reason: (JSON.parse(text) as { error: string }).error }) });
  if (exchange.port === "metrics") return checkMetrics(outcome as MetricFamily[], text);
  if (path.endsWith("/infer")) return checkInfer(outcome as InferResponse, exchange, body);
  if (path.endsWith("/generate")) return checkGenerate(outcome as GenerateResponse, text);
  if (path.endsWith("/generate_stream")) return checkStream(outcome as { responses: GenerateResponse[]; error?: unknown }, text);
  if (/\/(load|unload|register|unregister)$/.test(path)) return expect([outcome, text]).toEqual([undefined, ""]);
  const expected = JSON.parse(text) as Record<string, unknown>;
  expect(outcome).toEqual(path.endsWith("/stats") ? expected["model_stats"] : expected);
}

function checkRefusal(outcome: unknown, { request, response: { status } }: RecordedExchange, text: string): void {
  const { error } = JSON.parse(text.replace(/^data: /, "")) as { error: string };
  expect(outcome).toBeInstanceOf(ConchError);
  expect((outcome as ConchError).code).toBe("V2_REFUSED");
  const retryable = status === 503 && (request.method === "GET" || /\/(infer|generate|generate_stream)$/.test(request.path));
  expect(v2Failure(outcome)).toMatchObject({ status, message: error, retryable, jsonError: status === 500 && /JSON|parse|creating Triton parameter/.test(error) });
}

function checkMetrics(families: readonly MetricFamily[], text: string): void {
  const escaped = (value: string): string => value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  const samples = families.flatMap((family) => family.samples).map(({ name, labels, value }) => {
    const inner = Object.entries(labels).map(([label, each]) => `${label}="${escaped(each)}"`);
    return [inner.length === 0 ? name : `${name}{${inner.join(",")}}`, value];
  });
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  expect(samples).toEqual(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]));
  expect(families.map(({ name, help, type }) => [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]).flat()).toEqual(text.split("\n").filter((line) => line.startsWith("#")));
}

function checkInfer(outcome: InferResponse, exchange: RecordedExchange, body: Uint8Array): void {
  const { text, binary } = split(body, headerOf(exchange.response, "Inference-Header-Content-Length"));
  const { id, model_name, model_version, parameters } = plainJson(writtenJson(text)) as Record<string, unknown>;
  expect([outcome.id, outcome.modelName, outcome.modelVersion, outcome.parameters]).toEqual([id, model_name, model_version, parameters ?? {}]);
  const { members } = writtenJson(text) as { members: { outputs: { members: Record<string, unknown> }[] } };
  let at = 0;
  const expected = members.outputs.map(({ members: output }) => {
    const { members: given } = (output["parameters"] ?? { members: {} }) as { members: { binary_data_size?: WrittenNumber } };
    const size = Number(given.binary_data_size?.whole ?? 0);
    const bytes = given.binary_data_size === undefined ? undefined : [...binary.subarray(at, (at += size))];
    const data = output["data"] as (WrittenNumber | string | boolean)[] | undefined;
    return { name: output["name"], datatype: output["datatype"], shape: (output["shape"] as WrittenNumber[]).map(({ whole }) => Number(whole)), data: bytes ?? data?.map(plain) };
  });
  expect(at).toBe(binary.byteLength);
  const found = outcome.outputs.map(({ name, dataType, shape, tensor }, index) => {
    const asBytes = tensor !== undefined && (members.outputs[index]?.members["data"] === undefined);
    return { name, datatype: v2Name(dataType), shape, data: tensor === undefined ? undefined : asBytes ? bytesOf(tensor.data) : elementsOf(tensor.data, dataType === "TYPE_BOOL") };
  });
  expect(found).toEqual(expected);
}

function plain(element: WrittenNumber | string | boolean): unknown {
  if (typeof element !== "object") return element;
  return element.whole === undefined ? element.real : BigInt(element.whole);
}

function elementsOf(data: ArrayLike<number | bigint | Uint8Array>, asBooleans: boolean): unknown[] {
  const real = data instanceof Float32Array || data instanceof Float64Array;
  return Array.from(data, (element) => {
    if (typeof element === "object") return new TextDecoder().decode(element);
    if (asBooleans) return element !== 0;
    return real ? element : BigInt(element);
  });
}

function bytesOf(data: ArrayLike<number | bigint> | readonly Uint8Array[]): number[] {
  if (ArrayBuffer.isView(data)) return [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
  return (data as readonly Uint8Array[]).flatMap((element) => [...new Uint8Array(Uint32Array.of(element.byteLength).buffer), ...element]);
}

function checkGenerate(outcome: GenerateResponse, text: string): void {
  const { id, model_name, model_version, ...values } = plainJson(writtenJson(text)) as Record<string, unknown>;
  expect([outcome.id, outcome.modelName, outcome.modelVersion, outcome.values]).toEqual([id, model_name, model_version, values]);
}

function checkStream(outcome: { readonly responses: GenerateResponse[]; readonly error?: unknown }, text: string): void {
  const events = text.split("\n\n").filter((event) => event !== "").map((event) => event.replace("data: ", ""));
  const failed = events.filter((event) => event.startsWith('{"error"'));
  expect(outcome.responses).toHaveLength(events.length - failed.length);
  for (const [index, response] of outcome.responses.entries()) checkGenerate(response, events[index] ?? "");
  if (failed.length > 0) expect(v2Failure(outcome.error)).toMatchObject({ status: 200, message: (JSON.parse(failed[0] ?? "") as { error: string }).error });
}

function unpacked(exchange: RecordedExchange): Uint8Array {
  const body = new Uint8Array(Buffer.from(exchange.response.body_base64, "base64"));
  return headerOf(exchange.response, "Content-Encoding") === undefined ? body : unzip(body);
}

function unzip(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(unzipSync(bytes));
}

function compressed({ request }: RecordedExchange): { readonly compression?: Compression } {
  const coding = headerOf(request, "Content-Encoding");
  if (coding !== "gzip" && coding !== "deflate") return {};
  const pack = coding === "gzip" ? gzipSync : deflateSync;
  return { compression: { coding, compress: async (parts) => [new Uint8Array(pack(Buffer.concat(parts)))] } };
}
