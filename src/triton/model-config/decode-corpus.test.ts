import { type JsonValue, toJson } from "@bufbuild/protobuf";
import { fromText } from "@bufbuild/protobuf/txtpb";
import { gunzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { modelConfigDescriptor } from "../../testing/config-descriptors.ts";
import { readRecorded } from "../../testing/recorded.ts";
import { decodeSourceText } from "../../base/source-text.ts";
import type { FieldSchema, MessageSchema } from "../pbtxt/schema.ts";
import { parseConfig } from "./decode.ts";
import { exactInteger } from "./exact.ts";
import { MODEL_CONFIG_SCHEMA } from "./schema.ts";

const DESCRIPTOR = modelConfigDescriptor();
const { messages } = MODEL_CONFIG_SCHEMA;

/** A decoded message as protobuf's JSON: 64-bit integers and what is no finite number are strings, floats have the precision of theirs. */
function asJson(message: Record<string, unknown>, type: MessageSchema | undefined): JsonValue {
  const fields = [...(type?.fields.values() ?? [])].filter(({ name }) => message[name] !== undefined);
  return Object.fromEntries(fields.map((field) => [field.name, fieldJson(message, field)]));
}

function fieldJson(message: Record<string, unknown>, field: FieldSchema): JsonValue {
  const value = message[field.name];
  if (field.kind === "map") {
    const inner = messages.get(field.type)?.fields.get("value");
    const map = value as Record<string, unknown>;
    return Object.fromEntries(Object.keys(map).map((key) => [key, inner === undefined ? null : valueJson(map, map[key], { ...inner, name: key })]));
  }
  if (field.repeated) return (value as unknown[]).map((item, index) => valueJson(message, item, field, index));
  return valueJson(message, value, field);
}

function valueJson(message: object, value: unknown, field: FieldSchema, index = 0): JsonValue {
  if (field.kind === "message") return asJson(value as Record<string, unknown>, messages.get(field.type));
  if (typeof value !== "number") return value as JsonValue;
  if (field.type.endsWith("int64")) return String(exactInteger(message, field.name, value, index));
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
  return field.type === "float" ? Math.fround(value) : value;
}

/** What both readers make of a text; undefined where either refuses it. */
function bothReadings(text: string): { ours: JsonValue; theirs: JsonValue } | undefined {
  const parsed = parseConfig(text, "m/config.pbtxt");
  if (!parsed.valid) return undefined;
  try {
    const theirs = toJson(DESCRIPTOR, fromText(DESCRIPTOR, text), { alwaysEmitImplicit: true, useProtoFieldName: true });
    return { ours: asJson({ ...parsed.config }, messages.get(MODEL_CONFIG_SCHEMA.root)), theirs };
  } catch {
    return undefined;
  }
}

describe("decoding agrees with another implementation of protobuf", () => {
  it("on public configurations", async ({ skip }) => {
    const rows = await readRecorded("config-corpus/index.tsv");
    if (rows === undefined) return skip("config-corpus/index.tsv is not there");
    const refused: string[] = [];
    let same = 0;
    for (const line of new TextDecoder().decode(rows).trimEnd().split("\n").slice(1)) {
      const [file = "", , verdict] = line.split("\t");
      if (verdict !== "accept") continue;
      const readings = bothReadings(decodeSourceText((await readRecorded(`config-corpus/${file}`)) ?? new Uint8Array()));
      if (readings === undefined) refused.push(file);
      else {
        expect([file, readings.ours]).toEqual([file, readings.theirs]);
        same++;
      }
    }
    expect(refused).toEqual([]);
    expect(same).toBeGreaterThan(0);
  });

  it("on the configurations of the recorded server", async ({ skip }) => {
    const bytes = await readRecorded("triton/configs_json.jsonl.gz");
    if (bytes === undefined) return skip("triton/configs_json.jsonl.gz is not there");
    let same = 0;
    for (const line of new TextDecoder().decode(gunzipSync(bytes)).trimEnd().split("\n")) {
      const { id, files } = JSON.parse(line) as { id: string; files: Record<string, unknown> };
      for (const [path, text] of Object.entries(files)) {
        const readings = path.endsWith("config.pbtxt") && typeof text === "string" ? bothReadings(text) : undefined;
        if (readings === undefined) continue;
        expect([id, readings.ours]).toEqual([id, readings.theirs]);
        same++;
      }
    }
    expect(same).toBeGreaterThan(0);
  });
});
