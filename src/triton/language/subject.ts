import type { ParsedConfig } from "../model-config/decode.ts";
import type { FieldSchema, MessageSchema } from "../pbtxt/schema.ts";
import type { MessageNode, ScalarNode, TextRange } from "../pbtxt/tree.ts";
import { namedNodes, roleOf, type NamedNode } from "./roles.ts";

/** What the text at an offset speaks of: a field by its name, or one of its scalars. */
export interface Subject extends TextRange {
  readonly message: MessageSchema;
  readonly field: FieldSchema;
  /** Absent on the field's name. */
  readonly value?: ScalarNode;
  /** Where the value names something. */
  readonly named?: NamedNode;
}

/** The field name or scalar at an offset; undefined on anything else. An offset at either end of a word belongs to it. */
export function subjectAt({ tree }: ParsedConfig, offset: number): Subject | undefined {
  return within(tree.root, tree.root, offset);
}

function within(root: MessageNode, node: MessageNode, offset: number): Subject | undefined {
  const found = node.fields.find(({ from, to }) => from <= offset && offset <= to);
  const { schema: message } = node;
  const field = found?.schema;
  if (found === undefined || message === undefined || field === undefined) return undefined;
  if (offset <= found.nameTo) return { from: found.from, to: found.nameTo, message, field };
  const value = found.values.find(({ from, to }) => from <= offset && offset <= to);
  if (value === undefined) return undefined;
  if (value.kind === "message") return within(root, value, offset);
  const subject = { from: value.from, to: value.to, message, field, value };
  if (roleOf(message.name, field.name) === undefined) return subject;
  const named = namedNodes(root).find((each) => each.node === value);
  return named === undefined ? subject : { ...subject, named };
}
