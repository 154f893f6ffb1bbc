// The recorded exchanges with a real server (triton/http.jsonl.gz), each as a call of the v2 client, or the reason why no client makes it.
import { gunzipSync, unzlibSync } from "fflate";
import { readExactJson, type JsonObject, type JsonValue } from "../base/exact-json.ts";
import { JsonReader, type JsonShape } from "../base/json-reader.ts";
import type { CallOptions, Connection } from "../triton/v2/connection.ts";
import { generate, generateStream } from "../triton/v2/generate.ts";
import { modelReady, serverLive, serverReady } from "../triton/v2/health.ts";
import { infer, inferRaw } from "../triton/v2/infer.ts";
import { modelConfig, modelMetadata, serverMetadata } from "../triton/v2/metadata.ts";
import { metrics } from "../triton/v2/metrics.ts";
import { loadModel, repositoryIndex, unloadModel } from "../triton/v2/model-repository.ts";
import type { Parameter } from "../triton/v2/parameters.ts";
import { changeLogSettings, changeTraceSettings, logSettings, traceSettings, type LogChange, type TraceChange } from "../triton/v2/settings.ts";
import { registerSharedMemory, sharedMemoryRegions, unregisterSharedMemory, type SharedMemoryKind, type SharedMemoryPlace } from "../triton/v2/shared-memory.ts";
import { statistics } from "../triton/v2/statistics.ts";
import { readRecorded } from "./recorded.ts";
import { inferRequest, NotMakeable, objectOf, parametersOf, type Unmakeable } from "./v2-recorded-request.ts";

/** One exchange as it was recorded. */
export interface RecordedExchange {
  readonly name: string;
  readonly port: "http" | "metrics";
  readonly request: { readonly method: string; readonly path: string; readonly headers: readonly [string, string][]; readonly body_base64: string };
  readonly response: { readonly status: number; readonly reason: string; readonly headers: readonly [string, string][]; readonly body_base64: string };
}

/** A call of the client. */
export type RecordedCall = (connection: Connection, options: CallOptions) => Promise<unknown>;

/** A number as it was written. */
export interface WrittenNumber {
  readonly whole?: string;
  readonly real?: number;
}

/** All exchanges, in the order of the file; none where the data are not there. */
export async function recordedExchanges(): Promise<RecordedExchange[]> {
  const packed = await readRecorded("triton/http.jsonl.gz");
  if (packed === undefined) return [];
  const lines = new TextDecoder().decode(gunzipSync(packed)).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as RecordedExchange);
}

/** The value of a recorded header. */
export function headerOf({ headers }: { readonly headers: readonly [string, string][] }, name: string): string | undefined {
  return headers.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
}

/** The body of a recorded request, unpacked and without the frames of chunks. */
export function requestBody({ request }: RecordedExchange): Uint8Array<ArrayBuffer> {
  const sent = new Uint8Array(Buffer.from(request.body_base64, "base64"));
  if (headerOf(request, "Transfer-Encoding") === "chunked") return unframed(sent);
  const coding = headerOf(request, "Content-Encoding") ?? "identity";
  if (coding === "identity") return sent;
  try {
    const unpacked = coding === "gzip" ? gunzipSync(sent) : coding === "deflate" ? unzlibSync(sent) : undefined;
    if (unpacked === undefined || (unpacked.byteLength === 0 && sent.byteLength > 0)) throw new Error(coding);
    return new Uint8Array(unpacked);
  } catch {
    throw new NotMakeable("the body is not in the coding that its header names");
  }
}

/** A JSON text with its numbers as they are written, which Triton tells apart, and all members of its objects; undefined for no JSON. */
export function writtenJson(text: string): unknown {
  return new JsonReader<{} | null>(text, WRITTEN).read();
}

/** The plain value of what {@link writtenJson} gives: integers beyond 2^53 are bigints. */
export function plainJson(written: unknown): unknown {
  if (Array.isArray(written)) return written.map(plainJson);
  if (typeof written !== "object" || written === null) return written;
  const { whole, real, members } = written as WrittenNumber & { readonly members?: Record<string, unknown> };
  if (members !== undefined) return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, plainJson(value)]));
  if (whole === undefined) return real;
  return Number.isSafeInteger(Number(whole)) ? Number(whole) : BigInt(whole);
}

/** The call that makes the exchange's request, or why there is none. */
export function callOf(exchange: RecordedExchange): RecordedCall | Unmakeable {
  try {
    return madeCall(exchange);
  } catch (error) {
    if (error instanceof NotMakeable) return error.reason;
    throw error;
  }
}

const WRITTEN: JsonShape<{} | null> = {
  words: new Map<string, () => {} | null>([
    ["null", () => null],
    ["true", () => true],
    ["false", () => false],
    ["NaN", () => ({ real: NaN })],
    ["Infinity", () => ({ real: Infinity })],
    ["-Infinity", () => ({ real: -Infinity })],
  ]),
  number: (text) => (/[.eE]/.test(text) ? { real: Number(text) } : { whole: text }),
  string: (value) => value,
  array: (items) => items,
  object: (members) => ({ members: Object.fromEntries(members.map(({ name, value }) => [name, value])), count: members.length }),
};

function madeCall(exchange: RecordedExchange): RecordedCall {
  const { method, path } = exchange.request;
  // What the URL standard writes differently no client sends as it is.
  if (new URL(path, "http://localhost").pathname !== path) throw new NotMakeable("no operation has this method and path");
  if (exchange.port === "metrics" && method === "GET") return (connection, options) => metrics(connection, options);
  const [, found = ""] = /^\/v2(\/.*)?$/.exec(path) ?? [undefined, "none"];
  const model = /^\/models\/([^/?]+)(?:\/versions\/(\d+))?(\/ready|\/config|\/stats|\/infer|\/generate|\/generate_stream)?$/.exec(found);
  const target = { model: model?.[1] ?? "", ...(model?.[2] === undefined ? {} : { version: model[2] }) };
  const region = /^\/(system|cuda)sharedmemory(?:\/region\/([^/?]+))?\/(status|register|unregister)$/.exec(found);
  const trace = /^(?:\/models\/([^/?]+))?\/trace\/setting$/.exec(found);
  const control = /^\/repository\/models\/([^/?]+)\/(load|unload)$/.exec(found);
  if (method === "GET") {
    if (path === "/v2") return (connection, options) => serverMetadata(connection, options);
    if (found === "/health/live") return (connection, options) => serverLive(connection, options);
    if (found === "/health/ready") return (connection, options) => serverReady(connection, options);
    if (found === "/models/stats") return (connection, options) => statistics(connection, undefined, options);
    if (found === "/logging") return (connection, options) => logSettings(connection, options);
    if (trace) return (connection, options) => traceSettings(connection, trace[1], options);
    if (region?.[3] === "status") return (connection, options) => sharedMemoryRegions(connection, region[1] as SharedMemoryKind, region[2], options);
    if (model && model[3] === undefined) return (connection, options) => modelMetadata(connection, target, options);
    if (model?.[3] === "/ready") return (connection, options) => modelReady(connection, target, options);
    if (model?.[3] === "/config") return (connection, options) => modelConfig(connection, target, options);
    if (model?.[3] === "/stats") return (connection, options) => statistics(connection, target, options);
  }
  if (method === "POST") {
    if (model?.[3] === "/infer") return inferCall(exchange, target);
    if (model?.[3] === "/generate") {
      const body = documentOf(exchange);
      return (connection, options) => generate(connection, target, body, options);
    }
    if (model?.[3] === "/generate_stream") {
      const body = documentOf(exchange);
      return (connection, options) => listed(generateStream(connection, target, body, options));
    }
    if (found === "/repository/index") return indexCall(exchange);
    if (control) return controlCall(exchange, control[1] ?? "", control[2] === "load");
    if (found === "/logging") {
      const change = documentOf(exchange) as LogChange;
      return (connection, options) => changeLogSettings(connection, change, options);
    }
    if (trace) {
      const change = documentOf(exchange) as TraceChange;
      return (connection, options) => changeTraceSettings(connection, change, trace[1], options);
    }
    if (region?.[3] === "register") {
      const place = documentOf(exchange);
      if (place["byte_size"] === undefined || (place["key"] ?? place["raw_handle"]) === undefined) throw new NotMakeable("the document is not of the operation's form");
      return (connection, options) => registerSharedMemory(connection, region[1] as SharedMemoryKind, region[2] ?? "", place as SharedMemoryPlace, options);
    }
    if (region?.[3] === "unregister") return (connection, options) => unregisterSharedMemory(connection, region[1] as SharedMemoryKind, region[2], options);
  }
  throw new NotMakeable("no operation has this method and path");
}

/** The stream's responses, and the error that ended them, if one did. */
async function listed(stream: AsyncGenerator<unknown>): Promise<unknown> {
  const responses: unknown[] = [];
  try {
    for await (const response of stream) responses.push(response);
  } catch (error) {
    if (responses.length === 0) throw error;
    return { responses, error };
  }
  return { responses };
}

function indexCall(exchange: RecordedExchange): RecordedCall {
  const { ready, ...others } = requestBody(exchange).byteLength === 0 ? {} : documentOf(exchange);
  if ((ready !== undefined && typeof ready !== "boolean") || Object.keys(others).length > 0) throw new NotMakeable("the document is not of the operation's form");
  return (connection, options) => repositoryIndex(connection, ready === undefined ? {} : { ready }, options);
}

function controlCall(exchange: RecordedExchange, model: string, load: boolean): RecordedCall {
  const { parameters: written, ...members } = requestBody(exchange).byteLength === 0 ? {} : documentOf(exchange);
  if (Object.keys(members).length > 0) throw new NotMakeable("the document is not of the operation's form");
  const given = written === undefined ? undefined : parametersOf(written);
  if (!load) return (connection, options) => unloadModel(connection, model, given === undefined ? {} : { parameters: given }, options);
  const files: Record<string, Uint8Array> = {};
  const others: Record<string, Parameter | undefined> = {};
  const { config, ...rest } = given ?? {};
  for (const [name, value] of Object.entries(rest)) {
    const bytes = Buffer.from(String(value), "base64");
    if (name.startsWith("file:") && bytes.toString("base64") === value) files[name.slice(5)] = new Uint8Array(bytes);
    else others[name] = value;
  }
  const parameters = given === undefined ? {} : { parameters: typeof config === "string" ? others : { ...others, config } };
  return (connection, options) => loadModel(connection, model, { ...(typeof config === "string" ? { config } : {}), files, ...parameters }, options);
}

function inferCall(exchange: RecordedExchange, target: { readonly model: string }): RecordedCall {
  const body = requestBody(exchange);
  const length = headerOf(exchange.request, "Inference-Header-Content-Length");
  if (length === "0") return (connection, options) => inferRaw(connection, target, body, options);
  if (length !== undefined && !(Number(length) >= 0 && Number(length) <= body.byteLength)) throw new NotMakeable("the header gives a wrong length");
  const json = body.subarray(0, Number(length ?? body.byteLength));
  const text = new TextDecoder().decode(json);
  const request = inferRequest(parsed(text), body.subarray(json.byteLength), length !== undefined);
  if (hasWholeReals(writtenJson(text))) throw new NotMakeable("whole numbers are written without a fraction");
  return (connection, options) => infer(connection, target, request, options);
}

function documentOf(exchange: RecordedExchange): JsonObject {
  return objectOf(parsed(new TextDecoder().decode(requestBody(exchange))));
}

function parsed(text: string): JsonValue {
  const found = readExactJson(text);
  if ("problem" in found) throw new NotMakeable("the body is no JSON document");
  if (found.repeated.size > 0) throw new NotMakeable("the document is not of the operation's form");
  return found.value;
}

/** Whether a whole number is written as a real one where Triton minds: anywhere but in the data of a tensor of reals. */
function hasWholeReals(written: unknown): boolean {
  if (Array.isArray(written)) return written.some(hasWholeReals);
  if (typeof written !== "object" || written === null) return false;
  const { real, members } = written as WrittenNumber & { readonly members?: Record<string, unknown> };
  if (members === undefined) return real !== undefined && Number.isSafeInteger(real) && !Object.is(real, -0);
  const ofReals = /^FP|^BF/.test(String(members["datatype"]));
  return Object.entries(members).some(([name, value]) => !(ofReals && name === "data") && hasWholeReals(value));
}

function unframed(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const parts: number[] = [];
  for (let at = 0; at < bytes.byteLength; ) {
    const line = bytes.indexOf(13, at);
    const size = Number.parseInt(new TextDecoder().decode(bytes.subarray(at, line)), 16);
    parts.push(...bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
    if (size === 0) break;
  }
  return Uint8Array.from(parts);
}
