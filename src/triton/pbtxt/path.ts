import type { FieldNode, MessageNode, PbtxtTree, TextRange, ValueNode } from "./tree.ts";

/**
 * The way from a message to a value: field names, an index after a repeated field, the key after a map
 * (a number or boolean key as a string): ["ensemble_scheduling", "step", 0, "input_map", "IMAGE"].
 */
export type Path = readonly (string | number)[];

/** One element of a repeated field, in text order over all its occurrences. */
export interface Element {
  field: FieldNode;
  value: ValueNode;
}

/** What a path leads to. */
export interface Found {
  /** The message that holds the last field of the path. */
  message: MessageNode;
  /** Occurrences of that field that count; for an element, only the one that holds it. */
  fields: FieldNode[];
  /** The value; absent where the path ends on a repeated field, or on a field without a value. Of a map key: the entry's value. */
  value?: ValueNode;
  /** Of a map key, the whole entry. */
  entry?: Element;
}

/** The field's occurrences that decoding uses. */
export function occurrences(message: MessageNode, name: string): FieldNode[] {
  return message.fields.filter((field) => field.name === name && !field.refused);
}

/** The elements of a repeated field, over all its occurrences. */
export function elements(message: MessageNode, name: string): Element[] {
  return occurrences(message, name).flatMap((field) => field.values.map((value) => ({ field, value })));
}

/** The key of a map entry as a record has it: a missing key is the key type's default. */
export function entryKey(entry: ValueNode): string {
  const key = entry.kind === "message" ? scalarOf(entry, "key") : undefined;
  if (key !== undefined) return String(key);
  const type = entry.kind === "message" ? entry.schema?.fields.get("key")?.type : undefined;
  return type === "string" || type === undefined ? "" : type === "bool" ? "false" : "0";
}

/** The value of a singular scalar field, or undefined where it is absent or not valid. */
export function scalarOf(message: MessageNode, name: string): string | number | bigint | boolean | undefined {
  const value = occurrences(message, name).at(-1)?.values.at(-1);
  return value?.kind === "scalar" ? value.value : undefined;
}

/** What the path leads to, or undefined where the text has no such thing. An empty path leads nowhere. */
export function findPath(root: MessageNode, path: Path): Found | undefined {
  const [name, ...rest] = path;
  if (typeof name !== "string") return undefined;
  const fields = occurrences(root, name);
  const [first] = fields;
  if (first === undefined) return undefined;
  if (!(first.schema?.repeated ?? first.list !== undefined)) {
    const value = first.values.at(-1);
    if (rest.length > 0) return value?.kind === "message" ? findPath(value, rest) : undefined;
    return value === undefined ? { message: root, fields } : { message: root, fields, value };
  }
  const [selector, ...inner] = rest;
  if (selector === undefined) return { message: root, fields };
  const all = elements(root, name);
  if (first.schema?.kind !== "map") {
    const element = all[Number(selector)];
    if (element === undefined) return undefined;
    if (inner.length > 0) return element.value.kind === "message" ? findPath(element.value, inner) : undefined;
    return { message: root, fields: [element.field], value: element.value };
  }
  // Of two entries with one key the last counts.
  const entry = all.findLast((element) => entryKey(element.value) === String(selector));
  if (entry?.value.kind !== "message") return undefined;
  const value = occurrences(entry.value, "value").at(-1)?.values.at(-1);
  if (inner.length > 0) return value?.kind === "message" ? findPath(value, inner) : undefined;
  const found = { message: root, fields: [entry.field], entry };
  return value === undefined ? found : { ...found, value };
}

/** The range of a path's value; of a repeated field, from its first to its last occurrence; of a field without value, its name. */
export function rangeOfPath(tree: PbtxtTree, path: Path): TextRange | undefined {
  if (path.length === 0) return { from: 0, to: tree.text.length };
  const found = findPath(tree.root, path);
  if (found === undefined) return undefined;
  if (found.value !== undefined) return { from: found.value.from, to: found.value.to };
  if (found.entry !== undefined) return { from: found.entry.value.from, to: found.entry.value.to };
  const from = found.fields[0]?.from ?? 0;
  return { from, to: found.fields.at(-1)?.to ?? from };
}

/** The innermost path whose field or value contains the offset; [] where none does. */
export function pathAt(tree: PbtxtTree, offset: number): Path {
  return descend(tree.root, offset);
}

function descend(message: MessageNode, offset: number): (string | number)[] {
  const field = message.fields.find((field) => field.from <= offset && offset <= field.to);
  if (field === undefined) return [];
  const value = field.values.find((value) => value.from <= offset && offset <= value.to);
  if (!(field.schema?.repeated ?? false)) {
    return [field.name, ...(value?.kind === "message" ? descend(value, offset) : [])];
  }
  if (value === undefined) return [field.name];
  if (field.schema?.kind !== "map") {
    const index = elements(message, field.name).findIndex((element) => element.value === value);
    return [field.name, index, ...(value.kind === "message" ? descend(value, offset) : [])];
  }
  const path = [field.name, entryKey(value)];
  const [inner, ...rest] = value.kind === "message" ? descend(value, offset) : [];
  return inner === "value" ? [...path, ...rest] : path;
}
