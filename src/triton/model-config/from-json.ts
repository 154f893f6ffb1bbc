import { isJsonObject, readExactJson, type JsonValue } from "../../base/exact-json.ts";
import { printScalar } from "../pbtxt/print.ts";
import type { FieldSchema, MessageSchema } from "../pbtxt/schema.ts";
import { MODEL_CONFIG_SCHEMA } from "./schema.ts";

/**
 * The text of a config.pbtxt that says what the JSON of a ModelConfig says, by protobuf's rules for JSON: names of the .proto or in camel case,
 * enums by name or number, integers also as strings, null for nothing. Throws an Error that says what is no configuration.
 */
export function configTextOfJson(json: string): string {
  const found = readExactJson(json);
  if ("problem" in found) throw new Error(`the configuration is no JSON: ${found.problem.message} at ${found.problem.from}`);
  return fieldsText(found.value, MODEL_CONFIG_SCHEMA.messages.get(MODEL_CONFIG_SCHEMA.root), "the configuration").join("\n");
}

function fieldsText(value: JsonValue, type: MessageSchema | undefined, place: string): string[] {
  if (!isJsonObject(value)) throw new Error(`expected ${place} to be an object`);
  return Object.entries(value).flatMap(([name, item]) => {
    const field = type?.fields.get(name) ?? [...(type?.fields.values() ?? [])].find((each) => camelCase(each.name) === name);
    if (field === undefined) throw new Error(`${place} has no field "${name}"`);
    return item === null ? [] : fieldText(field, item, `${place}, ${field.name}`);
  });
}

function fieldText(field: FieldSchema, value: JsonValue, place: string): string[] {
  if (field.kind === "map") {
    if (!isJsonObject(value)) throw new Error(`expected ${place} to be an object`);
    const entry = MODEL_CONFIG_SCHEMA.messages.get(field.type);
    return Object.entries(value).map(([key, item]) => `${field.name} { ${fieldsText({ key, value: item }, entry, place).join(" ")} }`);
  }
  if (!field.repeated) return [single(field, value, place)];
  if (!Array.isArray(value)) throw new Error(`expected ${place} to be a list`);
  return (value as readonly JsonValue[]).map((item) => single(field, item, place));
}

function single(field: FieldSchema, value: JsonValue, place: string): string {
  if (field.kind === "message") return `${field.name} { ${fieldsText(value, MODEL_CONFIG_SCHEMA.messages.get(field.type), place).join(" ")} }`;
  if (value === null || typeof value === "object") throw new Error(`expected ${place} to be a single value`);
  return `${field.name}: ${scalarText(field, value)}`;
}

function scalarText(field: FieldSchema, value: boolean | number | bigint | string): string {
  if (field.kind === "enum") return typeof value === "string" ? value.toUpperCase() : String(value);
  return field.type === "string" ? printScalar(String(value), field, '"') : String(value);
}

function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
