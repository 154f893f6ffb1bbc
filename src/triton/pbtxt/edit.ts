import { applyEdits, type TextEdit } from "../../base/text-edit.ts";
import { parsePbtxt } from "./parse.ts";
import { type Element, elements, entryKey, findPath, occurrences, type Path } from "./path.ts";
import { createPrinter, type EditValue, indentAt, printScalar, startsLine, styleOf } from "./print.ts";
import type { FieldSchema } from "./schema.ts";
import type { FieldNode, MessageNode, PbtxtTree, TextRange } from "./tree.ts";

/**
 * Edits that give a path a value. What exists is replaced in place; what does not is added behind its neighbours, with the messages
 * around it. A path that ends on a repeated field takes the whole list; one that ends on an index equal to its length appends; a map
 * key that does not exist yet becomes a new entry. Throws (a bug) for a path that the schema does not have.
 */
export function setValue(tree: PbtxtTree, path: Path, value: EditValue): TextEdit[] {
  const found = findPath(tree.root, path);
  const field = fieldOfPath(tree, path);
  const endsOnField = typeof path.at(-1) === "string" && lastIsField(tree, path);
  if (field.repeated && endsOnField && field.kind !== "map") {
    return setList(tree, path, field, value as readonly EditValue[]);
  }
  if (found?.value === undefined) return create(tree, tree.root, path, value);
  const target = found.value;
  const valueField = found.entry === undefined ? field : mapValueField(tree, field);
  if (target.kind === "scalar" && valueField.kind !== "message") {
    const quote = tree.text.charAt(target.from) === "'" ? "'" : '"';
    return replace(tree, target, printScalar(value, valueField, quote));
  }
  const owner = found.fields[0];
  const place = { indent: indentAt(tree.text, target.from), inline: false };
  const style = owner === undefined ? undefined : styleOf(tree.text, owner, target);
  return replace(tree, target, createPrinter(tree, target.from).value(valueField, value, place, style));
}

/** Edits that append one element to a repeated field, in the form of its last element. */
export function addValue(tree: PbtxtTree, path: Path, value: EditValue): TextEdit[] {
  const parent = findMessage(tree, path.slice(0, -1));
  const count = parent === undefined ? 0 : elements(parent, String(path.at(-1))).length;
  return create(tree, tree.root, [...path, count], value);
}

/**
 * Edits that take a path's value out: a field with its name, an element with its comma, a map entry. Comments beside it stay. Nothing
 * happens where the path leads nowhere.
 */
export function removeValue(tree: PbtxtTree, path: Path): TextEdit[] {
  const found = findPath(tree.root, path);
  if (found === undefined) return [];
  if (found.entry !== undefined) {
    // An overwritten entry with the same key would come back to life.
    const { name } = found.entry.field;
    const key = entryKey(found.entry.value);
    return removeElements(tree, found.message, name, elements(found.message, name).filter(({ value }) => entryKey(value) === key));
  }
  if (found.value !== undefined && typeof path.at(-1) === "number") {
    const element = elements(found.message, found.fields[0]?.name ?? "").find(({ value }) => value === found.value);
    return element === undefined ? [] : removeElements(tree, found.message, element.field.name, [element]);
  }
  return merged(found.fields.flatMap((field) => removal(tree.text, field.from, endOf(field))));
}

/**
 * Edits that take out the element of a repeated field, or the map entry, whose value has a range: for an entry that another one with the
 * same key hides, which no path leads to. Nothing happens where there is none.
 */
export function removeElementAt(tree: PbtxtTree, range: TextRange): TextEdit[] {
  return removeInside(tree, tree.root, range);
}

function removeInside(tree: PbtxtTree, message: MessageNode, range: TextRange): TextEdit[] {
  const around = ({ from, to }: TextRange): boolean => from <= range.from && range.to <= to;
  const field = message.fields.find(around);
  const value = field?.values.find(around);
  if (field === undefined || value === undefined) return [];
  if (value.from !== range.from || value.to !== range.to) return value.kind === "message" ? removeInside(tree, value, range) : [];
  return field.schema?.repeated === true ? removeElements(tree, message, field.name, [{ field, value }]) : [];
}

/** Edits that give a map entry another key. Nothing happens where there is no such entry; a key left out is written. */
export function renameKey(tree: PbtxtTree, path: Path, key: string): TextEdit[] {
  const entry = findPath(tree.root, path)?.entry?.value;
  if (entry?.kind !== "message") return [];
  const field = entry.schema?.fields.get("key");
  if (field === undefined) return [];
  const target = occurrences(entry, "key").at(-1)?.values.at(-1);
  if (target === undefined) return insertField(tree, entry, field, key);
  return replace(tree, target, printScalar(key, field, tree.text.charAt(target.from) === "'" ? "'" : '"'));
}

function replace(tree: PbtxtTree, range: TextRange, insert: string): TextEdit[] {
  return tree.text.slice(range.from, range.to) === insert ? [] : [{ from: range.from, to: range.to, insert }];
}

/** The schema of the last field that a path names. */
function fieldOfPath(tree: PbtxtTree, path: Path): FieldSchema {
  let type = tree.schema.messages.get(tree.schema.root);
  let field: FieldSchema | undefined;
  for (let index = 0; index < path.length; index++) {
    field = type?.fields.get(String(path[index]));
    if (field === undefined) throw new Error(`Conch bug: no field at ${path.slice(0, index + 1).join(".")}`);
    if (field.repeated) index++;
    type = tree.schema.messages.get(field.type);
    if (field.kind === "map") {
      const value = type?.fields.get("value");
      type = tree.schema.messages.get(value?.type ?? "");
    }
  }
  if (field === undefined) throw new Error("Conch bug: an empty path has no field");
  return field;
}

/** Whether the last part of a path is a field's name rather than a key or an index. */
function lastIsField(tree: PbtxtTree, path: Path): boolean {
  let type = tree.schema.messages.get(tree.schema.root);
  for (let index = 0; index < path.length; index++) {
    const field = type?.fields.get(String(path[index]));
    if (index === path.length - 1) return true;
    if (field?.repeated) index++;
    type = tree.schema.messages.get(field?.type ?? "");
    if (field?.kind === "map") type = tree.schema.messages.get(type?.fields.get("value")?.type ?? "");
  }
  return false;
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
      return [...merged(removal(tree.text, existing.from, endOf(existing))), ...insertField(tree, message, field, wrap(tree, field, rest, value), existing)];
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
  if (field.kind === "map") return Object.entries(value as Record<string, EditValue>).map(([key, item]) => ({ key, value: item }));
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

function endOf(field: FieldNode): number {
  return field.separator === undefined ? field.to : field.separator + 1;
}

/** What follows an offset on its line, when that is only white space and a comment: the offset of the line's end. */
function lineEndBehind(text: string, offset: number): number | undefined {
  const match = /^[ \t\f\v]*(?:#[^\n]*?)?(?=\r?\n|\r?$)/.exec(text.slice(offset));
  return match === null ? undefined : offset + match[0].length;
}

/** Puts a new field at the end of a message, or behind the field that it belongs to. */
function insertField(tree: PbtxtTree, message: MessageNode, field: FieldSchema, value: EditValue, except?: FieldNode): TextEdit[] {
  const anchor = occurrences(message, field.name).findLast((one) => one !== except) ?? message.fields.findLast((one) => one !== except);
  return insertAfter(tree, message, anchor, (place) => createPrinter(tree, anchor?.from ?? message.from).field(field, value, place));
}

function insertAfter(
  tree: PbtxtTree,
  message: MessageNode,
  anchor: FieldNode | undefined,
  print: (place: { indent: string; inline: boolean }) => string,
): TextEdit[] {
  const { text } = tree;
  const { newline, unit } = createPrinter(tree, message.from).style;
  if (anchor === undefined) return insertFirst(tree, message, print, newline, unit);
  const end = endOf(anchor);
  const ownLine = startsLine(text, anchor.from) || message === tree.root;
  const separatorOf = message.fields.find((one) => one.separator !== undefined)?.separator;
  const separator = separatorOf === undefined ? "" : text.charAt(separatorOf);
  const isLast = anchor === message.fields.at(-1);
  // Of fields with separators, the last one may lack it; the new last one then lacks it too.
  const before = separator !== "" && anchor.separator === undefined && isLast ? separator : "";
  const after = separator !== "" && anchor.separator !== undefined ? separator : "";
  if (!ownLine) return [{ from: end, to: end, insert: `${before} ${print({ indent: indentAt(text, anchor.from), inline: true })}${after}` }];
  const indent = startsLine(text, anchor.from) ? indentAt(text, anchor.from) : "";
  const body = newline + indent + print({ indent, inline: false }) + after;
  const position = lineEndBehind(text, end) ?? end;
  if (before === "" || position === end) return [{ from: position, to: position, insert: before + body }];
  return [
    { from: end, to: end, insert: before },
    { from: position, to: position, insert: body },
  ];
}

function insertFirst(
  tree: PbtxtTree,
  message: MessageNode,
  print: (place: { indent: string; inline: boolean }) => string,
  newline: string,
  unit: string,
): TextEdit[] {
  const { text } = tree;
  if (message === tree.root) {
    const glue = text === "" || text.endsWith("\n") ? "" : newline;
    return [{ from: text.length, to: text.length, insert: `${glue}${print({ indent: "", inline: false })}${newline}` }];
  }
  const inside = text.slice(message.innerFrom, message.innerTo);
  if (!inside.includes("\n")) {
    const insert = ` ${print({ indent: indentAt(text, message.from), inline: true })}${inside === "" ? " " : ""}`;
    return [{ from: message.innerFrom, to: message.innerFrom, insert }];
  }
  const indent = indentAt(text, message.from) + unit;
  // Before the line of the closing delimiter, behind any comment.
  const line = text.lastIndexOf("\n", message.innerTo - 1) + 1;
  return [{ from: line, to: line, insert: indent + print({ indent, inline: false }) + newline }];
}

function appendElements(tree: PbtxtTree, message: MessageNode, field: FieldSchema, values: readonly EditValue[]): TextEdit[] {
  if (values.length === 0) return [];
  const last = occurrences(message, field.name).at(-1);
  const printer = createPrinter(tree, last?.from ?? message.innerTo);
  const entries = field.kind === "map" ? Object.fromEntries(values.map((entry) => Object.values(entry as Record<string, EditValue>)) as [string, EditValue][]) : values;
  if (last === undefined) return insertAfter(tree, message, message.fields.at(-1), (place) => printer.field(field, entries, place));
  if (last.list !== undefined) return appendToList(tree, last, field, values);
  const model = last.values.at(-1);
  const style = model === undefined ? undefined : styleOf(tree.text, last, model);
  return insertAfter(tree, message, last, (place) => {
    const given = style && { ...style, inline: style.inline || place.inline };
    const glue = place.inline ? " " : printer.style.newline + place.indent;
    return values.map((value) => printer.single(field, value, place, given)).join(glue);
  });
}

function appendToList(tree: PbtxtTree, node: FieldNode, field: FieldSchema, values: readonly EditValue[]): TextEdit[] {
  const { text } = tree;
  const printer = createPrinter(tree, node.from);
  const last = node.values.at(-1);
  const list = node.list ?? { from: node.to, to: node.to };
  if (last === undefined) {
    const place = { indent: indentAt(text, node.from), inline: false };
    const space = printer.style.spacedLists || field.kind === "message" || field.kind === "map" ? " " : "";
    const insert = space + values.map((value) => printer.value(field, value, place)).join(", ") + space;
    return [{ from: list.from + 1, to: list.to - 1, insert }];
  }
  const style = styleOf(text, node, last);
  const ownLine = startsLine(text, last.from);
  const indent = indentAt(text, ownLine ? last.from : last.to);
  const printed = values.map((value) => printer.value(field, value, { indent, inline: style.inline }, style));
  if (!ownLine) return [{ from: last.to, to: last.to, insert: printed.map((value) => `, ${value}`).join("") }];
  const glue = printer.style.newline + indent;
  const body = glue + printed.join(`,${glue}`);
  const position = lineEndBehind(text, last.to) ?? last.to;
  if (position === last.to) return [{ from: position, to: position, insert: `,${body}` }];
  return [
    { from: last.to, to: last.to, insert: "," },
    { from: position, to: position, insert: body },
  ];
}

function removeElements(tree: PbtxtTree, message: MessageNode, name: string, gone: readonly Element[]): TextEdit[] {
  const { text } = tree;
  const values = new Set(gone.map(({ value }) => value));
  const edits: TextEdit[] = [];
  for (const field of occurrences(message, name)) {
    const here = field.values.filter((value) => values.has(value));
    if (here.length === 0) continue;
    if (here.length === field.values.length) {
      edits.push(...removal(text, field.from, endOf(field)));
      continue;
    }
    const stays = field.values.filter((value) => !values.has(value));
    const lastStaying = stays.at(-1);
    const tail = text.slice(lastStaying?.to, here.at(-1)?.to);
    for (const value of here) {
      const next = field.values[field.values.indexOf(value) + 1];
      if (next !== undefined && lastStaying !== undefined && value.from < lastStaying.from) {
        const comma = commaBetween(text, value.to, next.from);
        edits.push(...removal(text, value.from, /\S/.test(text.slice(value.to, comma)) ? value.to : comma + 1));
        if (/\S/.test(text.slice(value.to, comma))) edits.push({ from: comma, to: comma + 1, insert: "" });
        continue;
      }
      // Behind the last element that stays no comma may be left.
      if (!tail.includes("#") && lastStaying !== undefined) {
        edits.push({ from: lastStaying.to, to: value.to, insert: "" });
        continue;
      }
      const previous = field.values[field.values.indexOf(value) - 1];
      const comma = commaBetween(text, previous?.to ?? value.from, value.from);
      edits.push({ from: comma, to: comma + 1, insert: "" }, ...removal(text, value.from, value.to));
    }
  }
  return merged(edits);
}

/** Offset of the comma between two elements, comments skipped. */
function commaBetween(text: string, from: number, to: number): number {
  const blank = text.slice(from, to).replaceAll(/#[^\n]*/g, (comment) => " ".repeat(comment.length));
  return from + blank.indexOf(",");
}

/** Takes a range out with the white space that only it needed. */
function removal(text: string, from: number, to: number): TextEdit[] {
  const first = startsLine(text, from);
  const rest = /^[ \t\f\v]*/.exec(text.slice(to))?.[0].length ?? 0;
  const behind = text.charAt(to + rest);
  const endsLine = behind === "\n" || behind === "" || text.startsWith("\r\n", to + rest);
  if (first && endsLine) {
    const start = text.lastIndexOf("\n", from - 1) + 1;
    const newline = behind === "\n" ? 1 : behind === "" ? 0 : 2;
    return [{ from: start, to: to + rest + newline, insert: "" }];
  }
  if (first || !(endsLine || behind === "#")) return [{ from, to: to + rest, insert: "" }];
  const before = /[ \t\f\v]*$/.exec(text.slice(0, from))?.[0].length ?? 0;
  return [{ from: from - before, to, insert: "" }];
}

/** Deletions with overlapping and touching ranges joined. */
function merged(edits: readonly TextEdit[]): TextEdit[] {
  const result: TextEdit[] = [];
  for (const edit of [...edits].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last !== undefined && edit.from <= last.to) last.to = Math.max(last.to, edit.to);
    else result.push({ ...edit });
  }
  return result;
}

/**
 * Several changes as edits against one text. Where two of them touch the same place, they are made one after another and come as one
 * edit from the first difference to the last.
 */
export function editAll(tree: PbtxtTree, changes: readonly ((tree: PbtxtTree) => TextEdit[])[]): TextEdit[] {
  const edits = changes.flatMap((change) => change(tree)).sort((a, b) => a.from - b.from || a.to - b.to);
  // Insertions at one point are in doubt too: each took the other for absent.
  if (edits.every(({ from }, index) => from > (edits[index - 1]?.to ?? -1))) return edits;
  let current = tree;
  for (const change of changes) current = parsePbtxt(applyEdits(current.text, change(current)), tree.schema);
  return difference(tree.text, current.text);
}

/** The one edit that turns a text into another, without their common beginning and end. */
function difference(before: string, after: string): TextEdit[] {
  if (before === after) return [];
  let from = 0;
  while (from < before.length && before[from] === after[from]) from++;
  let tail = 0;
  while (tail < before.length - from && tail < after.length - from && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return [{ from, to: before.length - tail, insert: after.slice(from, after.length - tail) }];
}
