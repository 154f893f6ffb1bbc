import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { parsePbtxt } from "../../triton/pbtxt/parse.ts";
import type { FieldSchema, Schema } from "../../triton/pbtxt/schema.ts";
import type { FieldNode, MessageNode } from "../../triton/pbtxt/tree.ts";
import { MODEL_CONFIG_SCHEMA } from "../../triton/model-config/schema.ts";

/** Names that a string field may hold. */
export interface KnownNames {
  /** Models of the repository. */
  models(): readonly string[];
  /** Tensors of the open ensemble. */
  tensors(): readonly string[];
}

/** Completes field names, enum values, booleans and the names of models and ensemble tensors, with the schema's help. */
export function configCompletion(names: KnownNames) {
  return (context: CompletionContext): CompletionResult | null => {
    const word = context.matchBefore(/"?[\w.]*/);
    if (word === null || (word.from === word.to && !context.explicit)) return null;
    // Without the half-written word the parser sees the place it stands in.
    const text = context.state.doc.toString();
    const tree = parsePbtxt(`${text.slice(0, word.from)}${" ".repeat(word.to - word.from)}${text.slice(word.to)}`, MODEL_CONFIG_SCHEMA);
    const message = enclosing(tree.root, word.from);
    const field = message.fields.findLast((each) => each.colon !== undefined && each.colon < word.from && isOpenAt(each, word.from, text));
    const quoted = word.text.startsWith('"');
    const options = field === undefined ? (quoted ? [] : fieldOptions(message)) : valueOptions(field, message, names, quoted);
    return options.length === 0 ? null : { from: word.from, options, validFor: /^"?[\w.]*$/ };
  };
}

/** Whether the value of a field is still to come at an offset, or its list is open there. */
function isOpenAt({ colon, values, list, to }: FieldNode, offset: number, text: string): boolean {
  if (list !== undefined) return list.from < offset && offset < list.to;
  if (values.some((value) => value.to <= offset)) return false;
  return text.slice((colon ?? to) + 1, offset).trim() === "";
}

function enclosing(message: MessageNode, offset: number): MessageNode {
  for (const field of message.fields) {
    for (const value of field.values) {
      if (value.kind === "message" && value.innerFrom <= offset && offset <= value.innerTo) return enclosing(value, offset);
    }
  }
  return message;
}

function fieldOptions({ schema, fields }: MessageNode): Completion[] {
  const present = new Set(fields.map(({ name }) => name));
  return [...(schema?.fields.values() ?? [])]
    .filter(({ name, repeated }) => repeated || !present.has(name))
    .map((field) => ({ label: field.name, type: "property", detail: field.type, info: field.doc, apply: opening(field) }));
}

function opening({ name, kind, type, repeated }: FieldSchema): string {
  if (kind === "message" || kind === "map") return `${name} {`;
  if (repeated) return `${name}: [`;
  return type === "string" ? `${name}: "` : `${name}: `;
}

function valueOptions({ schema }: FieldNode, message: MessageNode, names: KnownNames, quoted: boolean): Completion[] {
  if (schema === undefined) return [];
  if (schema.kind === "enum" && !quoted) return enumOptions(schema, MODEL_CONFIG_SCHEMA);
  if (schema.type === "bool" && !quoted) return ["true", "false"].map((label) => ({ label, type: "constant" }));
  if (schema.name === "model_name") return names.models().map(quote);
  // The value of a map entry of a step is an ensemble tensor.
  return schema.name === "value" && /(?:Input|Output)MapEntry$/.test(message.schema?.name ?? "") ? names.tensors().map(quote) : [];
}

function enumOptions({ type }: FieldSchema, schema: Schema): Completion[] {
  const found = schema.enums.get(type);
  return [...(found?.values.keys() ?? [])].map((label) => ({ label, type: "enum", info: found?.docs.get(label) ?? "" }));
}

function quote(name: string): Completion {
  return { label: `"${name}"`, type: "text" };
}
