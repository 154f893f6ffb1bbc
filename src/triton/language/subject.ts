import type { ParsedConfig } from "../model-config/decode.ts";
import type { EnumSchema, FieldSchema, MessageSchema } from "../pbtxt/schema.ts";
import type { FieldNode, MessageNode, TextRange, ValueNode } from "../pbtxt/tree.ts";
import { namedNodes, roleOf, type NamedNode } from "./roles.ts";

/** What the text at an offset speaks of. */
export type Subject = TextRange &
  (
    | { readonly kind: "field"; readonly message: MessageSchema; readonly field: FieldSchema }
    | { readonly kind: "enum"; readonly type: EnumSchema; readonly value: string }
    | { readonly kind: "name"; readonly named: NamedNode }
  );

/** The field name, enum value or name at an offset; undefined on anything else. An offset at either end of a word belongs to it. */
export function subjectAt(parsed: ParsedConfig, offset: number): Subject | undefined {
  return within(parsed, parsed.tree.root, offset);
}

function within(parsed: ParsedConfig, message: MessageNode, offset: number): Subject | undefined {
  const field = message.fields.find(({ from, to }) => from <= offset && offset <= to);
  if (field === undefined) return undefined;
  if (offset <= field.nameTo) return subjectOfName(message, field);
  const value = field.values.find(({ from, to }) => from <= offset && offset <= to);
  if (value === undefined) return undefined;
  return value.kind === "message" ? within(parsed, value, offset) : subjectOfValue(parsed, message, field, value);
}

function subjectOfName({ schema }: MessageNode, { from, nameTo, schema: field }: FieldNode): Subject | undefined {
  return schema === undefined || field === undefined ? undefined : { kind: "field", from, to: nameTo, message: schema, field };
}

function subjectOfValue({ tree }: ParsedConfig, message: MessageNode, { name, schema: field }: FieldNode, { from, to }: ValueNode): Subject | undefined {
  if (field?.kind === "enum") {
    const type = tree.schema.enums.get(field.type);
    const value = tree.text.slice(from, to);
    return type?.values.has(value) === true ? { kind: "enum", from, to, type, value } : undefined;
  }
  if (roleOf(message.schema?.name, name) === undefined) return undefined;
  const named = namedNodes(tree.root).find(({ node }) => node.from === from && node.to === to);
  return named === undefined ? undefined : { kind: "name", from, to, named };
}
