import type { TextEdit } from "../../base/text-edit.ts";
import { endOf } from "./insert.ts";
import { type Element, elements, entryKey, findPath, occurrences, type Path } from "./path.ts";
import { startsLine } from "./print.ts";
import type { FieldNode, MessageNode, PbtxtTree, TextRange } from "./tree.ts";

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
  return removeFields(tree, found.message, found.fields);
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

/** Edits that take occurrences of fields out of their message. */
export function removeFields(tree: PbtxtTree, message: MessageNode, gone: readonly FieldNode[]): TextEdit[] {
  const edits = gone.flatMap((field) => removal(tree.text, field.from, endOf(field)));
  // Where separators only stand between fields, none may be left behind the last.
  const last = message.fields.findLast((field) => !gone.includes(field));
  const end = message.fields.at(-1);
  if (last?.separator !== undefined && end !== last && end?.separator === undefined) {
    edits.push({ from: last.separator, to: last.separator + 1, insert: "" });
  }
  return merged(tree.text, edits);
}

/** Edits that take elements of a repeated field out, and whole occurrences where none stays. */
export function removeElements(tree: PbtxtTree, message: MessageNode, name: string, gone: readonly Element[]): TextEdit[] {
  const { text } = tree;
  const values = new Set(gone.map(({ value }) => value));
  const edits: TextEdit[] = [];
  const emptied: FieldNode[] = [];
  for (const field of occurrences(message, name)) {
    const here = field.values.filter((value) => values.has(value));
    if (here.length === 0) continue;
    if (here.length === field.values.length) {
      emptied.push(field);
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
  return merged(text, [...edits, ...removeFields(tree, message, emptied)]);
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
    return [{ from: start, to: to + rest + (behind === "\n" ? 1 : behind === "" ? 0 : 2), insert: "" }];
  }
  const closes = rest === 0 && /[}>\]]/.test(behind);
  if (first || !(endsLine || behind === "#" || closes)) return [{ from, to: to + rest, insert: "" }];
  let start = from;
  while (/[ \t\f\v]/.test(text.charAt(start - 1))) start--;
  return [{ from: start, to, insert: "" }];
}

/** Two touching deletions as one: at the end of a line or message the white space in front of both goes, not only that between them. */
function joined(text: string, first: TextEdit, second: TextEdit): TextEdit {
  const to = Math.max(first.to, second.to);
  const tookSpaceBefore = /[ \t\f\v]/.test(text.charAt(second.from)) && !startsLine(text, second.from);
  return (tookSpaceBefore && to === second.to ? removal(text, first.from, to)[0] : undefined) ?? { ...first, to };
}

/** Deletions with overlapping and touching ranges joined. A file that ends without a line end goes on doing so. */
function merged(text: string, edits: readonly TextEdit[]): TextEdit[] {
  const result: TextEdit[] = [];
  for (const edit of [...edits].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last !== undefined && edit.from <= last.to) Object.assign(last, joined(text, last, edit));
    else result.push({ ...edit });
  }
  const end = result.at(-1);
  if (end !== undefined && end.to === text.length && !text.endsWith("\n") && text.charAt(end.from - 1) === "\n") {
    end.from -= text.charAt(end.from - 2) === "\r" ? 2 : 1;
  }
  return result;
}

