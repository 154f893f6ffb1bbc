import { isJsonObject, type JsonObject, type JsonValue } from "../../base/exact-json.ts";
import type { FieldSchema, MessageSchema } from "../pbtxt/schema.ts";
import { emptyMessage } from "./decode.ts";
import { keepExact } from "./exact.ts";
import type { ModelConfig } from "./model-config.ts";
import { MODEL_CONFIG_SCHEMA } from "./schema.ts";

/** A configuration that came as JSON, and what of it could not be read. */
export interface ServedConfig {
  readonly config: ModelConfig;
  /** Paths of members that are no field, or hold no value of their field: `input[0].color`. They are left out. */
  readonly unread: readonly string[];
}

/**
 * The ModelConfig that a server answers to GET /v2/models/<model>/config. Takes protobuf's JSON with the names of the .proto: enums by name or
 * number, 64-bit integers as numbers or text, NaN and the infinities as text. What is absent is at its default. Never throws.
 */
export function readServedConfig(json: JsonObject): ServedConfig {
  const unread: string[] = [];
  const config = messageFrom(json, MODEL_CONFIG_SCHEMA.root, "", unread) as unknown as ModelConfig;
  return { config, unread };
}

type Message = Record<string, unknown>;

function messageFrom(json: JsonObject, type: string, path: string, unread: string[]): Message {
  const message = emptyMessage(type);
  const schema: MessageSchema | undefined = MODEL_CONFIG_SCHEMA.messages.get(type);
  for (const [name, value] of Object.entries(json)) {
    const field = schema?.fields.get(name);
    const place = path === "" ? name : `${path}.${name}`;
    if (value === null) continue;
    if (field === undefined) unread.push(place);
    else setField(message, field, value, place, unread);
  }
  return message;
}

function setField(message: Message, field: FieldSchema, value: JsonValue, path: string, unread: string[]): void {
  if (field.kind === "map") {
    const read = mapFrom(field, value, path, unread);
    if (read !== undefined) message[field.name] = read;
    return;
  }
  if (field.repeated !== Array.isArray(value)) {
    unread.push(path);
    return;
  }
  const values = (field.repeated ? value : [value]) as readonly JsonValue[];
  const read = values.map((each, index) => valueFrom(field, each, field.repeated ? `${path}[${index}]` : path, unread));
  const kept = read.filter((each) => each !== undefined);
  if (field.repeated) message[field.name] = kept;
  else if (kept.length > 0) message[field.name] = kept[0];
  if (field.type === "int64" || field.type === "uint64") keepExact(message, field.name, values.flatMap(wholeNumber));
}

function mapFrom(field: FieldSchema, value: JsonValue, path: string, unread: string[]): Message | undefined {
  const of = MODEL_CONFIG_SCHEMA.messages.get(field.type)?.fields.get("value");
  if (of === undefined || !isJsonObject(value)) {
    unread.push(path);
    return undefined;
  }
  const entries = Object.entries(value).map(([key, each]) => [key, valueFrom(of, each, `${path}["${key}"]`, unread)] as const);
  return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
}

function valueFrom(field: FieldSchema, value: JsonValue, path: string, unread: string[]): unknown {
  const read = field.kind === "message" ? (isJsonObject(value) ? messageFrom(value, field.type, path, unread) : undefined) : scalarFrom(field, value);
  if (read === undefined) unread.push(path);
  return read;
}

function scalarFrom(field: FieldSchema, value: JsonValue): unknown {
  if (field.kind === "enum") return enumFrom(field.type, value);
  if (field.type === "string") return typeof value === "string" ? value : undefined;
  if (field.type === "bool") return typeof value === "boolean" ? value : undefined;
  if (field.type === "double") return realNumber(value);
  if (field.type === "float") return rounded(realNumber(value));
  const [whole] = wholeNumber(value);
  return whole === undefined ? undefined : Number(whole);
}

/** A number that has a name goes by it. */
function enumFrom(type: string, value: JsonValue): string | number | undefined {
  const values = MODEL_CONFIG_SCHEMA.enums.get(type)?.values;
  if (typeof value === "string") return values?.has(value) === true ? value : undefined;
  if (typeof value !== "number") return undefined;
  for (const [name, number] of values ?? []) if (number === value) return name;
  return value;
}

function realNumber(value: JsonValue): number | undefined {
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  return typeof value === "string" && /^(NaN|-?Infinity|[-+]?[\d.]+([eE][-+]?\d+)?)$/.test(value) ? Number(value) : undefined;
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.fround(value);
}

function wholeNumber(value: JsonValue): bigint[] {
  if (typeof value === "bigint") return [value];
  if (typeof value === "number") return Number.isInteger(value) ? [BigInt(value)] : [];
  return typeof value === "string" && /^-?\d+$/.test(value) ? [BigInt(value)] : [];
}
