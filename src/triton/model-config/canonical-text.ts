import { printScalar, type EditValue } from "../pbtxt/print.ts";
import type { FieldSchema } from "../pbtxt/schema.ts";
import { emptyMessage } from "./decode.ts";
import { exactInteger } from "./exact.ts";
import type { ModelConfig } from "./model-config.ts";
import { MODEL_CONFIG_SCHEMA } from "./schema.ts";

/**
 * A configuration as text for comparing: two that mean the same to a server give the same text. Fields come in the order of the schema and
 * only where they differ from their defaults, entries of maps by key, inputs and outputs by name. It is shown and never saved: comments and
 * style of a file are not in it.
 */
export function canonicalText(config: ModelConfig): string {
  return lines({ ...config, input: byName(config.input), output: byName(config.output) }, MODEL_CONFIG_SCHEMA.root, "").join("");
}

type Message = Record<string, unknown>;

function lines(message: Message, type: string, indent: string): string[] {
  const defaults = emptyMessage(type);
  return [...(MODEL_CONFIG_SCHEMA.messages.get(type)?.fields.values() ?? [])].flatMap((field) => {
    const value = message[field.name];
    if (value === undefined) return [];
    if (field.kind === "map") return mapLines(value as Message, field, indent);
    if (field.kind === "message") return (field.repeated ? (value as readonly Message[]) : [value as Message]).flatMap((each) => block(field.name, lines(each, field.type, `${indent}  `), indent));
    if (field.repeated) {
      const items = (value as readonly EditValue[]).map((each, index) => scalar(message, field, each, index));
      return items.length === 0 ? [] : [`${indent}${field.name}: [ ${items.join(", ")} ]\n`];
    }
    return Object.is(value, defaults[field.name]) ? [] : [`${indent}${field.name}: ${scalar(message, field, value as EditValue, 0)}\n`];
  });
}

function mapLines(map: Message, field: FieldSchema, indent: string): string[] {
  const fields = MODEL_CONFIG_SCHEMA.messages.get(field.type)?.fields;
  const [key, value] = [fields?.get("key"), fields?.get("value")];
  if (key === undefined || value === undefined) return [];
  const inner = `${indent}  `;
  return Object.entries(map)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([name, each]) => {
      const held = value.kind === "message" ? block("value", lines(each as Message, value.type, `${inner}  `), inner) : [`${inner}value: ${scalar(map, value, each as EditValue, 0)}\n`];
      return block(field.name, [`${inner}key: ${printScalar(name, key, '"')}\n`, ...held], indent);
    });
}

function block(name: string, inner: readonly string[], indent: string): string[] {
  return inner.length === 0 ? [`${indent}${name} { }\n`] : [`${indent}${name} {\n`, ...inner, `${indent}}\n`];
}

function scalar(message: Message, field: FieldSchema, value: EditValue, index: number): string {
  if (typeof value !== "number") return printScalar(value, field, '"');
  if (field.type === "int64" || field.type === "uint64") return printScalar(exactInteger(message, field.name, value, index), field, '"');
  return printScalar(field.type === "float" ? fewDigits(value) : value, field, '"');
}

/** The shortest number that is the same float. */
function fewDigits(value: number): number {
  const short = [6, 7, 8].map((digits) => Number(value.toPrecision(digits))).find((each) => Math.fround(each) === Math.fround(value));
  return short ?? value;
}

function byName<T extends { readonly name: string }>(list: readonly T[]): readonly T[] {
  return list.toSorted((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
}
