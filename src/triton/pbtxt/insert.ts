import type { TextEdit } from "../../base/text-edit.ts";
import { occurrences } from "./path.ts";
import { createPrinter, type EditValue, indentAt, startsLine, styleOf } from "./print.ts";
import type { FieldSchema } from "./schema.ts";
import type { FieldNode, MessageNode, PbtxtTree } from "./tree.ts";

/** Offset behind a field and its separator. */
export function endOf(field: FieldNode): number {
  return field.separator === undefined ? field.to : field.separator + 1;
}

/** What follows an offset on its line, when that is only white space and a comment: the offset of the line's end. */
function lineEndBehind(text: string, offset: number): number | undefined {
  const match = /^[ \t\f\v]*(?:#[^\n]*?)?(?=\r?\n|\r?$)/.exec(text.slice(offset));
  return match === null ? undefined : offset + match[0].length;
}

/**
 * The field that a new one goes behind: another of its name, else the last of those that the schema declares before it (a step's model_version
 * stands behind its model_name), else the last of all.
 */
function anchorOf(message: MessageNode, field: FieldSchema, except?: FieldNode): FieldNode | undefined {
  const others = message.fields.filter((one) => one !== except);
  return (
    occurrences(message, field.name).findLast((one) => one !== except) ??
    others.findLast(({ schema, refused }) => refused === undefined && schema !== undefined && schema.number < field.number) ??
    others.at(-1)
  );
}

/** Edits that put a new field into a message, behind the one that it belongs behind, or in place of another member of its oneof. */
export function insertField(tree: PbtxtTree, message: MessageNode, field: FieldSchema, value: EditValue, except?: FieldNode): TextEdit[] {
  const { oneof } = field;
  const rival = oneof === undefined ? undefined : message.fields.find((one) => one !== except && !one.refused && one.schema?.oneof === oneof);
  if (rival !== undefined) {
    const place = { indent: indentAt(tree.text, rival.from), inline: !startsLine(tree.text, rival.from) && message !== tree.root };
    return [{ from: rival.from, to: rival.to, insert: createPrinter(tree, rival.from).field(field, value, place) }];
  }
  const anchor = anchorOf(message, field, except);
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
  const lineEnd = lineEndBehind(text, end);
  const ownLine = lineEnd !== undefined && (startsLine(text, anchor.from) || message === tree.root);
  const separatorOf = message.fields.find((one) => one.separator !== undefined)?.separator;
  const separator = separatorOf === undefined ? "" : text.charAt(separatorOf);
  const isLast = anchor === message.fields.at(-1);
  // Of fields with separators, the last one may lack it; the new last one then lacks it too.
  const before = separator !== "" && anchor.separator === undefined && isLast ? separator : "";
  const after = separator !== "" && anchor.separator !== undefined ? separator : "";
  if (!ownLine) return [{ from: end, to: end, insert: `${before} ${print({ indent: indentAt(text, anchor.from), inline: true })}${after}` }];
  const indent = startsLine(text, anchor.from) ? indentAt(text, anchor.from) : "";
  const body = newline + indent + print({ indent, inline: false }) + after;
  if (before === "" || lineEnd === end) return [{ from: lineEnd, to: lineEnd, insert: before + body }];
  return [
    { from: end, to: end, insert: before },
    { from: lineEnd, to: lineEnd, insert: body },
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
    const ended = text === "" || text.endsWith("\n");
    const printed = print({ indent: "", inline: false });
    return [{ from: text.length, to: text.length, insert: ended ? printed + newline : newline + printed }];
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

export function appendElements(tree: PbtxtTree, message: MessageNode, field: FieldSchema, values: readonly EditValue[]): TextEdit[] {
  if (values.length === 0) return [];
  const last = occurrences(message, field.name).at(-1);
  const printer = createPrinter(tree, last?.from ?? message.innerTo);
  const entries = field.kind === "map" ? Object.fromEntries(values.map((entry) => Object.values(entry as Record<string, EditValue>)) as [string, EditValue][]) : values;
  if (last === undefined) return insertAfter(tree, message, anchorOf(message, field), (place) => printer.field(field, entries, place));
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

