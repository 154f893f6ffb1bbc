import { type Block, type CommentedElement, type CommentedField, type CommentedValue, type CommentLine, readCommented } from "./commented.ts";
import { LARGEST_PBTXT } from "./parse.ts";

/** Columns that a message or list on one line may reach. */
const WIDTH = 100;
const UNIT = "  ";

/**
 * The text laid out anew: one field per line, two spaces a level, `name: scalar`, `name { … }`, lists with their commas; separators
 * between lines, colons before `{` and angle brackets go. What the author wrote on one line stays there while it fits into 100 columns.
 * Comments, single blank lines, the order and every value stay as written. Formatting twice is formatting once. A text that is no text
 * format, or is too large for one, comes back as it is.
 */
export function formatPbtxt(text: string): string {
  const file = text.length > LARGEST_PBTXT ? undefined : readCommented(text);
  if (file === undefined) return text;
  const lines = bodyLines(file.items, "");
  if (lines.length === 0) return "";
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  return lines.join(newline) + newline;
}

type Lines = string[];

/** The items one below another; blank lines only between them. */
function itemLines<Item extends { blank: boolean }>(items: readonly Item[], print: (item: Item, index: number) => Lines): Lines {
  return items.flatMap((item, index) => (item.blank && index > 0 ? ["", ...print(item, index)] : print(item, index)));
}

function bodyLines(items: readonly (CommentedField | CommentLine)[], indent: string): Lines {
  return itemLines(items, (item) => (item.kind === "comment" ? [indent + item.text] : withTrailing(fieldLines(item, indent), item.trailing)));
}

function withTrailing(lines: Lines, comment: string | undefined): Lines {
  return comment === undefined ? lines : [...lines.slice(0, -1), `${lines.at(-1)} ${comment}`];
}

function head(field: CommentedField): string {
  if (field.value.kind === "message") return field.name;
  const messages = field.value.kind === "list" && elementsOf(field.value.block).some(({ value }) => value.kind === "message");
  return messages ? field.name : `${field.name}:`;
}

function fieldLines(field: CommentedField, indent: string): Lines {
  const { value } = field;
  const start = `${indent}${head(field)}`;
  const inline = inlineValue(value);
  if (inline !== undefined && (value.kind === "scalar" || start.length + 1 + inline.length <= WIDTH)) return [`${start} ${inline}`];
  if (value.kind === "strings") return [start, ...elementLines(value.block.items, indent + UNIT, "")];
  const [first = "", ...rest] = valueLines(value, indent);
  return [`${start} ${first.trimStart()}`, ...rest];
}

function elementsOf(block: Block<CommentedElement>): CommentedElement[] {
  return block.items.filter((item) => item.kind === "element");
}

/** The value on one line, where it was on one or is a list of scalars; undefined where a comment or the author's line ends forbid it. */
function inlineValue(value: CommentedValue): string | undefined {
  if (value.kind === "scalar") return value.text;
  const { block } = value;
  if (block.opening !== undefined || block.items.some((item) => item.kind === "comment" || item.trailing !== undefined)) return undefined;
  if (value.kind === "message") {
    const fields = value.block.items.filter((item) => item.kind === "field");
    if (fields.length === 0) return "{ }";
    if (!block.oneLine) return undefined;
    const parts = fields.map((field, index) => {
      const inner = inlineValue(field.value);
      return inner === undefined ? undefined : `${head(field)} ${inner}${index === fields.length - 1 ? "" : field.separator}`;
    });
    return parts.includes(undefined) ? undefined : `{ ${parts.join(" ")} }`;
  }
  const elements = elementsOf(value.block);
  if (!block.oneLine && (value.kind === "strings" || elements.some((element) => element.value.kind === "message"))) return undefined;
  if (elements.length === 0) return "[ ]";
  const parts = elements.map((element) => inlineValue(element.value));
  if (parts.includes(undefined)) return undefined;
  return value.kind === "strings" ? parts.join(" ") : `[ ${parts.join(", ")} ]`;
}

/** The value over several lines; the first one begins with the indent too. */
function valueLines(value: CommentedValue, indent: string): Lines {
  const inline = inlineValue(value);
  if (value.kind === "scalar" || (inline !== undefined && indent.length + inline.length <= WIDTH)) return [indent + inline];
  if (value.kind === "strings") return elementLines(value.block.items, indent, "");
  const inner = indent + UNIT;
  if (value.kind === "message") {
    return [...withTrailing([`${indent}{`], value.block.opening), ...bodyLines(value.block.items, inner), `${indent}}`];
  }
  return [...withTrailing([`${indent}[`], value.block.opening), ...elementLines(value.block.items, inner, ","), `${indent}]`];
}

function elementLines(items: readonly (CommentedElement | CommentLine)[], indent: string, comma: string): Lines {
  const last = items.findLastIndex((item) => item.kind === "element");
  return itemLines(items, (item, index) => {
    if (item.kind === "comment") return [indent + item.text];
    const lines = valueLines(item.value, indent);
    if (index !== last) lines.push(`${lines.pop()}${comma}`);
    return withTrailing(lines, item.trailing);
  });
}
