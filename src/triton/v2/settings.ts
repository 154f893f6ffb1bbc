import * as v from "valibot";
import { exchange, type CallOptions, type Connection, type Outgoing } from "./connection.ts";
import { documentBody, documentOf } from "./document.ts";
import { modelPath } from "./model-path.ts";
import type { JsonObject } from "../../base/exact-json.ts";

/** Trace settings by the server's names: trace_level a list, all others text, numbers too. Those of mode opentelemetry have more. */
export type TraceSettings = Readonly<Record<string, string | readonly string[]>>;

/** What is to change; null takes a setting back to that of the level above. */
export type TraceChange = Readonly<Record<string, string | readonly string[] | null>>;

/** Settings of the server's log, by its names: log_file, log_info, log_warning, log_error, log_verbose_level, log_format. */
export type LogSettings = Readonly<Record<string, string | boolean | number>>;

/** What is to change; null leaves a setting as it is. */
export type LogChange = Readonly<Record<string, string | boolean | number | null>>;

const TRACE = v.record(v.string(), v.union([v.string(), v.array(v.string())]));
const LOG = v.record(v.string(), v.union([v.string(), v.boolean(), v.number()]));

/** Trace settings of the server, or of a model, for which those of the server hold where it has none. */
export function traceSettings(connection: Connection, model?: string, call: CallOptions = {}): Promise<TraceSettings> {
  return exchange(connection, { method: "GET", path: tracePath(model), purpose: "reading" }, call, documentOf(TRACE));
}

/** Changes trace settings and gives those that hold now. */
export function changeTraceSettings(connection: Connection, change: TraceChange, model?: string, call: CallOptions = {}): Promise<TraceSettings> {
  return exchange(connection, changing(tracePath(model), change), call, documentOf(TRACE));
}

/** Settings of the server's log. */
export function logSettings(connection: Connection, call: CallOptions = {}): Promise<LogSettings> {
  return exchange(connection, { method: "GET", path: "/v2/logging", purpose: "reading" }, call, documentOf(LOG));
}

/** Changes settings of the server's log and gives those that hold now. */
export function changeLogSettings(connection: Connection, change: LogChange, call: CallOptions = {}): Promise<LogSettings> {
  return exchange(connection, changing("/v2/logging", change), call, documentOf(LOG));
}

function tracePath(model: string | undefined): string {
  return model === undefined ? "/v2/trace/setting" : modelPath({ model }, "/trace/setting");
}

function changing(path: string, change: JsonObject): Outgoing {
  return { method: "POST", path, purpose: "control", body: documentBody(change), headers: { "Content-Type": "application/json" } };
}
