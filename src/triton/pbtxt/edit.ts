import { applyEdits, composeEdits, type TextEdit } from "../../base/text-edit.ts";
import { appendElements, insertField } from "./insert.ts";
import { parsePbtxt } from "./parse.ts";
import { elements, entryKey, findPath, occurrences, type Path } from "./path.ts";
import { createPrinter, type EditRecord, type EditValue, indentAt, printScalar, styleOf } from "./print.ts";
import { removeElements, removeFields, removeValue } from "./remove.ts";
import type { FieldSchema } from "./schema.ts";
import type { MessageNode, PbtxtTree, ScalarNode, TextRange } from "./tree.ts";

export { removeElementAt, removeValue } from "./remove.ts";

/**
 * Edits that give a path a value. What exists is changed in place, and only where it differs: of a message the fields, of a list the
 * elements, of a map the entries. What does not exist is added behind its neighbours, with the messages around it; another member of its
 * oneof makes way. A path may end on a repeated field or map, which then gets just the given elements; one that ends on an index equal to
 * the length appends. Throws (a bug) for a path that the schema does not have.
 */
export function setValue(tree: PbtxtTree, path: Path, value: EditValue): TextEdit[] {
  const { field, whole } = resolvePath(tree, path);
  if (whole && field.kind === "map") return setMap(tree, path, value as EditRecord);
  if (whole && field.repeated) return setList(tree, path, field, value as readonly EditValue[]);
  const found = findPath(tree.root, path);
  if (found?.value === undefined) return create(tree, tree.root, path, value);
  const target = found.value;
  const valueField = found.entry === undefined ? field : mapValueField(tree, field);
  if (valueField.kind === "message") {
    if (target.kind === "message") return setMessage(tree, path, target, value as EditRecord);
  } else if (target.kind === "scalar") {
    return says(tree, target, valueField, value) ? [] : replace(tree, target, printScalar(value, valueField, quoteOf(tree, target)));
  }
  const owner = found.fields[0];
  const place = { indent: indentAt(tree.text, target.from), inline: false };
  const style = owner === undefined ? undefined : styleOf(tree.text, owner, target);
  return replace(tree, target, createPrinter(tree, target.from).value(valueField, value, place, style));
}

/** Whether a scalar has that value already, however it is spelled. */
function says(tree: PbtxtTree, { value: present }: ScalarNode, field: FieldSchema, value: EditValue): boolean {
  if (present === undefined) return false;
  if (field.kind === "enum") {
    const values = tree.schema.enums.get(field.type)?.values;
    const number = (one: unknown): number => (typeof one === "string" ? (values?.get(one) ?? Number.NaN) : Number(one));
    return number(present) === number(value);
  }
  if (typeof present === "bigint") return (typeof value === "number" || typeof value === "bigint") && present == value;
  return Object.is(present, field.type === "float" && typeof value === "number" ? Math.fround(value) : value);
}

function quoteOf(tree: PbtxtTree, { from }: TextRange): "'" | '"' {
  return tree.text.charAt(from) === "'" ? "'" : '"';
}

/** Edits that append one element to a repeated field, in the form of its last element. */
export function addValue(tree: PbtxtTree, path: Path, value: EditValue): TextEdit[] {
  const parent = findMessage(tree, path.slice(0, -1));
  const count = parent === undefined ? 0 : elements(parent, String(path.at(-1))).length;
  return create(tree, tree.root, [...path, count], value);
}

/** Edits that give a map entry another key. Nothing happens where there is no such entry; a key left out is written. */
export function renameKey(tree: PbtxtTree, path: Path, key: string): TextEdit[] {
  const entry = findPath(tree.root, path)?.entry?.value;
  if (entry?.kind !== "message") return [];
  const field = entry.schema?.fields.get("key");
  if (field === undefined) return [];
  const target = occurrences(entry, "key").at(-1)?.values.at(-1);
  if (target === undefined) return insertField(tree, entry, field, key);
  return replace(tree, target, printScalar(key, field, quoteOf(tree, target)));
}

function replace(tree: PbtxtTree, range: TextRange, insert: string): TextEdit[] {
  return tree.text.slice(range.from, range.to) === insert ? [] : [{ from: range.from, to: range.to, insert }];
}

/** The last field that a path names, and whether the path ends on it rather than on one of its elements or entries. */
function resolvePath(tree: PbtxtTree, path: Path): { field: FieldSchema; whole: boolean } {
  let type = tree.schema.messages.get(tree.schema.root);
  for (let index = 0; index < path.length; index++) {
    const field = type?.fields.get(String(path[index]));
    if (field === undefined) throw new Error(`Conch bug: no field at ${path.slice(0, index + 1).join(".")}`);
    const whole = index === path.length - 1;
    if (field.repeated) index++;
    if (index >= path.length - 1) return { field, whole };
    type = tree.schema.messages.get(field.kind === "map" ? mapValueField(tree, field).type : field.type);
  }
  throw new Error("Conch bug: an empty path has no field");
}

function mapValueField(tree: PbtxtTree, map: FieldSchema): FieldSchema {
  const field = tree.schema.messages.get(map.type)?.fields.get("value");
  if (field === undefined) throw new Error(`Conch bug: map ${map.name} has no value`);
  return field;
}

function findMessage(tree: PbtxtTree, path: Path): MessageNode | undefined {
  if (path.length === 0) return tree.root;
  const value = findPath(tree.root, path)?.value;
  return value?.kind === "message" ? value : undefined;
}

/** Fields that stay are set one by one, so that only what differs changes. */
function setMessage(tree: PbtxtTree, path: Path, node: MessageNode, value: EditRecord): TextEdit[] {
  const gone = new Set(node.fields.filter((field) => !field.refused && field.schema !== undefined && !(field.name in value)).map(({ name }) => name));
  return editAll(tree, [
    ...[...gone].map((name) => (current: PbtxtTree) => removeValue(current, [...path, name])),
    ...Object.entries(value).map(([name, item]) => (current: PbtxtTree) => setValue(current, [...path, name], item)),
  ]);
}

/** The same for the entries of a map. */
function setMap(tree: PbtxtTree, path: Path, value: EditRecord): TextEdit[] {
  const parent = findMessage(tree, path.slice(0, -1));
  const keys = parent === undefined ? [] : elements(parent, String(path.at(-1))).map((element) => entryKey(element.value));
  if (keys.length === 0) return Object.keys(value).length === 0 ? removeValue(tree, path) : create(tree, tree.root, path, value);
  const gone = new Set(keys.filter((key) => !(key in value)));
  return editAll(tree, [
    ...Object.entries(value).map(([key, item]) => (current: PbtxtTree) => setValue(current, [...path, key], item)),
    ...[...gone].map((key) => (current: PbtxtTree) => removeValue(current, [...path, key])),
  ]);
}

/** Elements that stay are set one by one, so that only what differs changes. */
function setList(tree: PbtxtTree, path: Path, field: FieldSchema, values: readonly EditValue[]): TextEdit[] {
  const parent = findMessage(tree, path.slice(0, -1));
  const present = parent === undefined ? [] : elements(parent, field.name);
  if (present.length === 0 || parent === undefined) {
    return values.length === 0 ? removeValue(tree, path) : create(tree, tree.root, path, values);
  }
  if (values.length === 0) return removeValue(tree, path);
  const kept = values.slice(0, present.length).flatMap((value, index) => setValue(tree, [...path, index], value));
  const surplus = present.slice(values.length);
  const removed = surplus.length === 0 ? [] : removeElements(tree, parent, field.name, surplus);
  const added = values.length > present.length ? appendElements(tree, parent, field, values.slice(present.length)) : [];
  return [...kept, ...removed, ...added];
}

/** Adds what a path names below a message: in the deepest message that exists. */
function create(tree: PbtxtTree, message: MessageNode, path: Path, value: EditValue): TextEdit[] {
  const [name, ...rest] = path;
  const field = message.schema?.fields.get(String(name));
  if (field === undefined) throw new Error(`Conch bug: ${message.schema?.name} has no field ${name}`);
  if (!field.repeated) {
    const [existing] = occurrences(message, field.name);
    const inner = existing?.values.at(-1);
    if (rest.length > 0 && inner?.kind === "message") return create(tree, inner, rest, value);
    if (existing !== undefined && inner === undefined) {
      // A name without a value, half typed.
      return [...removeFields(tree, message, [existing]), ...insertField(tree, message, field, wrap(tree, field, rest, value), existing)];
    }
    return insertField(tree, message, field, wrap(tree, field, rest, value));
  }
  const [selector, ...inner] = rest;
  if (selector === undefined) return appendElements(tree, message, field, elementValues(field, value));
  const existing = findPath(message, [field.name, selector]);
  if (existing?.value?.kind === "message" && inner.length > 0) return create(tree, existing.value, inner, value);
  if (field.kind === "map") {
    const valueField = mapValueField(tree, field);
    if (existing?.entry?.value.kind === "message") return insertField(tree, existing.entry.value, valueField, wrap(tree, valueField, inner, value));
    return appendElements(tree, message, field, [{ key: String(selector), value: wrap(tree, valueField, inner, value) }]);
  }
  return appendElements(tree, message, field, [wrap(tree, field, inner, value)]);
}

function elementValues(field: FieldSchema, value: EditValue): readonly EditValue[] {
  if (field.kind === "map") return Object.entries(value as EditRecord).map(([key, item]) => ({ key, value: item }));
  return Array.isArray(value) ? (value as readonly EditValue[]) : [value];
}

/** The value with the messages around it that the path asks for. */
function wrap(tree: PbtxtTree, field: FieldSchema, path: Path, value: EditValue): EditValue {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  const inner = tree.schema.messages.get(field.type)?.fields.get(String(name));
  if (inner === undefined) throw new Error(`Conch bug: ${field.type} has no field ${name}`);
  const [selector, ...deeper] = rest;
  if (!inner.repeated || selector === undefined) return { [String(name)]: wrap(tree, inner, rest, value) };
  if (inner.kind === "map") return { [String(name)]: { [String(selector)]: wrap(tree, mapValueField(tree, inner), deeper, value) } };
  return { [String(name)]: [wrap(tree, inner, deeper, value)] };
}

/** Several changes as edits against one text. Where two of them touch the same place, they are made one after another. */
export function editAll(tree: PbtxtTree, changes: readonly ((tree: PbtxtTree) => TextEdit[])[]): TextEdit[] {
  const edits = changes.flatMap((change) => change(tree)).sort((a, b) => a.from - b.from || a.to - b.to);
  // Insertions at one point are in doubt too: each took the other for absent.
  if (edits.every(({ from }, index) => from > (edits[index - 1]?.to ?? -1))) return edits;
  let current = tree;
  let all: TextEdit[] = [];
  for (const change of changes) {
    all = composeEdits(tree.text, all, change(current));
    current = parsePbtxt(applyEdits(tree.text, all), tree.schema);
  }
  return all;
}
