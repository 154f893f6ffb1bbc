import { MODEL_CONFIG_SCHEMA } from "../../../triton/model-config/schema.ts";
import type { FieldSchema } from "../../../triton/pbtxt/schema.ts";

/** Finds fields of the schema by a part of their names. */
export interface FieldSearch {
  /** Whether the field's own name has it. */
  names(field: FieldSchema): boolean;
  /** Whether the field's name, or one of a field below it, has it. */
  leadsTo(field: FieldSchema): boolean;
}

/** A search for what was typed; capitals, and spaces for underscores, do not matter. Undefined where nothing was typed. */
export function createSearch(typed: string): FieldSearch | undefined {
  const part = typed.trim().toLowerCase().replaceAll(/\s+/g, "_");
  if (part === "") return undefined;
  const known = new Map<string, boolean>();
  const names = ({ name }: FieldSchema): boolean => name.includes(part);

  function holds(type: string): boolean {
    const before = known.get(type);
    if (before !== undefined) return before;
    // A message within itself adds nothing.
    known.set(type, false);
    const fields = [...(MODEL_CONFIG_SCHEMA.messages.get(type)?.fields.values() ?? [])];
    const found = fields.some(leadsTo);
    known.set(type, found);
    return found;
  }

  function leadsTo(field: FieldSchema): boolean {
    if (names(field)) return true;
    if (field.kind === "message") return holds(field.type);
    const value = field.kind === "map" ? MODEL_CONFIG_SCHEMA.messages.get(field.type)?.fields.get("value") : undefined;
    return value?.kind === "message" && holds(value.type);
  }

  return { names, leadsTo };
}
