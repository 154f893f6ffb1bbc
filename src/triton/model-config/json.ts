import { decodeSourceText, encodeSourceText } from "../../base/source-text.ts";
import type { FieldSchema, MessageSchema } from "../pbtxt/schema.ts";
import { exactInteger } from "./exact.ts";
import type { ModelConfig } from "./model-config.ts";
import { MODEL_CONFIG_SCHEMA } from "./schema.ts";

/**
 * 64-bit integers that stay strings, as protobuf's JSON has all of them; the server turns the others into numbers. The first is looked up
 * in the wrong place by the server, the others are not looked for.
 */
const STRINGS: ReadonlySet<string> = new Set([
  "ModelSequenceBatching.InitialState.dims",
  "ModelOptimizationPolicy.Cuda.GraphSpec.Shape.dim",
  "ModelInstanceGroup.SecondaryDevice.device_id",
]);

/**
 * The text that Triton answers to GET /v2/models/<model>/config: protobuf's JSON with the names of the .proto and all defaults, parsed
 * and written again by RapidJSON. A map's entries come in the order of the record; the server's order is that of a hash.
 * Bytes that the server hands through although they are no UTF-8 are lone surrogates (see source-text.ts).
 */
export function configJson(config: ModelConfig): string {
  return messageJson({ ...config }, MODEL_CONFIG_SCHEMA.messages.get(MODEL_CONFIG_SCHEMA.root));
}

type Message = Record<string, unknown>;

function messageJson(message: Message, type: MessageSchema | undefined): string {
  const parts: string[] = [];
  // Protobuf lays out the defaults of all other fields before it meets a scalar of a oneof.
  const late: string[] = [];
  for (const field of type?.fields.values() ?? []) {
    const value = message[field.name];
    if (value === undefined) continue;
    const part = `"${field.name}":${fieldJson(message, value, field, type?.name ?? "")}`;
    (field.oneof !== undefined && field.kind !== "message" ? late : parts).push(part);
  }
  return `{${[...parts, ...late].join(",")}}`;
}

function fieldJson(message: Message, value: unknown, field: FieldSchema, owner: string): string {
  if (field.kind === "map") return mapJson(value as Message, field);
  if (!field.repeated) return valueJson(message, value, field, owner, 0);
  return `[${(value as readonly unknown[]).map((item, index) => valueJson(message, item, field, owner, index)).join(",")}]`;
}

function mapJson(map: Message, field: FieldSchema): string {
  const value = MODEL_CONFIG_SCHEMA.messages.get(field.type)?.fields.get("value");
  if (value === undefined) return "{}";
  return `{${Object.entries(map).map(([key, item]) => `${stringJson(key)}:${valueJson(map, item, value, field.type, 0)}`).join(",")}}`;
}

function valueJson(message: Message, value: unknown, field: FieldSchema, owner: string, index: number): string {
  if (field.kind === "message") return messageJson(value as Message, MODEL_CONFIG_SCHEMA.messages.get(field.type));
  if (typeof value === "string") return stringJson(value);
  if (typeof value !== "number") return String(value);
  switch (field.type) {
    case "int64":
    case "uint64": {
      const text = String(exactInteger(message, field.name, value, index));
      return STRINGS.has(`${owner}.${field.name}`) ? `"${text}"` : text;
    }
    case "float":
      return numberJson(value, 6, 9, Math.fround);
    case "double":
      return numberJson(value, 15, 17, (number) => number);
    default:
      return String(value);
  }
}

/** A number as C's %g writes it with the fewer digits where those say it all, read back as a double and written by RapidJSON. */
function numberJson(value: number, few: number, many: number, rounded: (number: number) => number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '"NaN"' : value > 0 ? '"Infinity"' : '"-Infinity"';
  const digits = rounded(Number(value.toPrecision(few))) === rounded(value) ? few : many;
  const read = Number(value.toPrecision(digits));
  const exponent = Math.floor(Math.log10(Math.abs(read)));
  // %g writes a whole number without exponent as an integer, which stays one; else RapidJSON gives it a fraction.
  if (Number.isInteger(read) && (read === 0 || exponent < digits)) return String(BigInt(read));
  const text = String(read).replace("e+", "e");
  return Number.isInteger(read) && !text.includes("e") ? `${text}.0` : text;
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function stringJson(value: string): string {
  const text = value.isWellFormed() ? value : decodeSourceText(withoutBadBytes(encodeSourceText(value)));
  // oxlint-disable-next-line no-control-regex
  const escaped = text.replace(/["\\\u0000-\u001f]/g, (character) => {
    return ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  });
  return `"${escaped}"`;
}

/**
 * What protobuf's JSON writer leaves of bytes that are no UTF-8. It reads a sequence as its first byte announces it, and drops what it
 * read up to the byte that does not fit, that byte included; surrogates and code points beyond Unicode go whole. It does not mind a
 * sequence longer than need be, which so stays, but writes what JSON must escape in its short form.
 */
function withoutBadBytes(bytes: Uint8Array): Uint8Array {
  const kept: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at] ?? 0;
    const length = lead < 0x80 ? 1 : lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 0;
    if (length === 0) {
      at++;
      continue;
    }
    let point = length === 1 ? lead : lead & (0x7f >> length);
    let end = at + 1;
    let fits = true;
    while (fits && end < at + length && end < bytes.length) {
      const next = bytes[end++] ?? 0;
      point = (point << 6) | (next & 0x3f);
      fits = (next & 0xc0) === 0x80;
    }
    if (fits && end === at + length && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff)) {
      const escaped = point < 0x20 || (point >= 0x7f && point < 0xa0) || [0x22, 0x3c, 0x3e, 0x5c].includes(point);
      if (escaped) kept.push(...encodeSourceText(String.fromCodePoint(point)));
      else kept.push(...bytes.subarray(at, end));
    }
    at = end;
  }
  return Uint8Array.from(kept);
}
