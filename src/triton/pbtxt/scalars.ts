import type { EnumSchema } from "./schema.ts";
import type { FieldNode } from "./tree.ts";

/** Decimal, 0x hexadecimal or 0-prefixed octal; undefined for a malformed one. */
export function integerValue(text: string): bigint | undefined {
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return BigInt(text);
  if (/^0[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`);
  return /^(?:0|[1-9][0-9]*)$/.test(text) ? BigInt(text) : undefined;
}

/** Whether protobuf counts the field as present (Reflection::HasField): an implicit scalar is, once it differs from its default. */
export function isSet(field: FieldNode, type: EnumSchema | undefined): boolean {
  const value = field.values.at(-1);
  if (field.schema?.explicit || field.schema?.kind === "message") return true;
  if (value?.kind !== "scalar" || value.value === undefined) return false;
  if (typeof value.value === "string" && type !== undefined) return (type.values.get(value.value) ?? 0) !== 0;
  return value.value !== "" && value.value !== 0n && !Object.is(value.value, 0) && value.value !== false;
}
