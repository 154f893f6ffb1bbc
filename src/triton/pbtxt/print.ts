import type { FieldSchema, MessageSchema, Schema } from "./schema.ts";
import type { FieldNode, MessageNode, PbtxtTree, ValueNode } from "./tree.ts";

/** A value to write: enum names are strings, 64-bit integers may be bigints, messages and maps are records. */
export type EditValue = string | number | bigint | boolean | readonly EditValue[] | EditRecord;

/** A message or map to write. */
export interface EditRecord {
  readonly [name: string]: EditValue;
}

/** How a file writes things, read off what it has. */
export interface FileStyle {
  newline: string;
  /** One step of indentation. */
  unit: string;
  quote: '"' | "'";
  /** `[ 1, 2 ]` rather than `[1, 2]`. */
  spacedLists: boolean;
  /** `input [ { }, { } ]` rather than `input { } input { }`. */
  messageLists: boolean;
}

/** How a message is written. */
export interface MessageStyle {
  /** On one line. */
  inline: boolean;
  /** Between fields: "", "," or ";". */
  separator: string;
  open: "{" | "<";
  /** A colon before the delimiter. */
  colon: boolean;
}

/** Where a printed value stands. */
export interface PrintPlace {
  /** White space at the beginning of its first line. */
  indent: string;
  /** Everything on one line, whatever the neighbours do. */
  inline: boolean;
}

/** The style of a file; the usual one where it shows none. */
function fileStyle(tree: PbtxtTree): FileStyle {
  const { text } = tree;
  let unit: string | undefined;
  let spaced: boolean | undefined;
  let lists = 0;
  let blocks = 0;
  walk(tree.root, (field, parent) => {
    if (unit === undefined && parent !== tree.root && startsLine(text, field.from)) {
      const outer = indentAt(text, parent.from);
      const inner = indentAt(text, field.from);
      if (inner.startsWith(outer) && inner.length > outer.length) unit = inner.slice(outer.length);
    }
    const kind = field.schema?.kind;
    if (field.list !== undefined && kind !== "message" && kind !== "map" && field.values.length > 0) {
      spaced ??= /\s/.test(text.charAt(field.list.from + 1));
    }
    if (kind === "message" && field.schema?.repeated) {
      if (field.list === undefined) blocks++;
      else lists++;
    }
  });
  return {
    newline: text.includes("\r\n") ? "\r\n" : "\n",
    unit: unit ?? "  ",
    quote: !text.includes('"') && text.includes("'") ? "'" : '"',
    spacedLists: spaced ?? true,
    messageLists: lists > 0 && lists >= blocks,
  };
}

function walk(message: MessageNode, visit: (field: FieldNode, parent: MessageNode) => void): void {
  for (const field of message.fields) {
    visit(field, message);
    for (const value of field.values) if (value.kind === "message") walk(value, visit);
  }
}

/** A place in the text where the same field is written, the first after `near` or else the last before it. */
function cousin(tree: PbtxtTree, field: FieldSchema, near: number): { field: FieldNode; value: ValueNode } | undefined {
  let found: { field: FieldNode; value: ValueNode } | undefined;
  walk(tree.root, (node) => {
    if (node.schema !== field || node.values[0] === undefined || (found !== undefined && node.from > near)) return;
    found = { field: node, value: node.values[0] };
  });
  return found;
}

/** How the message at a node is written. */
export function styleOf(text: string, field: FieldNode, value: ValueNode): MessageStyle {
  const node = value.kind === "message" ? value : undefined;
  const separator = node?.fields.find((one) => one.separator !== undefined)?.separator;
  return {
    inline: !text.slice(value.from, value.to).includes("\n"),
    separator: separator === undefined ? "" : text.charAt(separator),
    open: text.charAt(value.from) === "<" ? "<" : "{",
    colon: field.colon !== undefined,
  };
}

const USUAL: MessageStyle = { inline: false, separator: "", open: "{", colon: false };

/** Writes values in the style of a file. */
export interface Printer {
  style: FileStyle;
  /** `name: value`, without a separator; of a repeated field or map possibly several, one per line. */
  field(field: FieldSchema, value: EditValue, place: PrintPlace): string;
  /** One element of a repeated field with its name, or a singular field. */
  single(field: FieldSchema, value: EditValue, place: PrintPlace, style?: MessageStyle): string;
  /** A value without the field's name. */
  value(field: FieldSchema, value: EditValue, place: PrintPlace, style?: MessageStyle): string;
}

/** A printer that follows the neighbours of the offset `near`. */
export function createPrinter(tree: PbtxtTree, near: number): Printer {
  const style = fileStyle(tree);
  const { schema } = tree;

  function messageStyle(field: FieldSchema, place: PrintPlace): MessageStyle {
    const model = cousin(tree, field, near);
    const base = model === undefined ? USUAL : styleOf(tree.text, model.field, model.value);
    return place.inline ? { ...base, inline: true } : base;
  }

  function value(field: FieldSchema, item: EditValue, place: PrintPlace, given?: MessageStyle): string {
    if (field.kind === "scalar" || field.kind === "enum") return printScalar(item, field, style.quote);
    const message = given ?? messageStyle(field, place);
    const close = message.open === "<" ? ">" : "}";
    const type = schema.messages.get(field.type);
    const indent = place.indent + style.unit;
    const parts = fieldsOf(type, item, schema).map(([inner, content]) =>
      printer.field(inner, content, { indent, inline: message.inline }),
    );
    if (parts.length === 0) return `${message.open} ${close}`;
    if (message.inline) return `${message.open} ${parts.join(`${message.separator} `)} ${close}`;
    const body = parts.map((part) => indent + part).join(message.separator + style.newline);
    return message.open + style.newline + body + style.newline + place.indent + close;
  }

  function single(field: FieldSchema, item: EditValue, place: PrintPlace, given?: MessageStyle): string {
    if (field.kind === "scalar" || field.kind === "enum") return `${field.name}: ${value(field, item, place)}`;
    const message = given ?? messageStyle(field, place);
    return `${field.name}${message.colon ? ":" : ""} ${value(field, item, place, message)}`;
  }

  function list(field: FieldSchema, items: readonly EditValue[], place: PrintPlace): string {
    if (field.kind === "scalar" || field.kind === "enum") {
      const body = items.map((item) => value(field, item, place)).join(", ");
      return `${field.name}: ${style.spacedLists ? `[ ${body} ]` : `[${body}]`}`;
    }
    const model = cousin(tree, field, near);
    const asList = model === undefined ? style.messageLists && field.kind === "message" : model.field.list !== undefined;
    if (!asList) {
      const glue = place.inline ? " " : style.newline + place.indent;
      return items.map((item) => single(field, item, place)).join(glue);
    }
    const message = { ...messageStyle(field, place), colon: model?.field.colon !== undefined };
    const head = `${field.name}${message.colon ? ":" : ""} [`;
    if (place.inline) return `${head} ${items.map((item) => value(field, item, place, message)).join(", ")} ]`;
    const indent = place.indent + style.unit;
    const body = items.map((item) => indent + value(field, item, { indent, inline: message.inline }, message));
    return `${head}${style.newline}${body.join(`,${style.newline}`)}${style.newline}${place.indent}]`;
  }

  const printer: Printer = {
    style,
    field(field, item, place) {
      if (field.kind === "map") return list(field, entriesOf(item), place);
      if (field.repeated) return list(field, Array.isArray(item) ? (item as readonly EditValue[]) : [item], place);
      return single(field, item, place);
    },
    single,
    value,
  };
  return printer;
}

/** A record as map entries. */
function entriesOf(value: EditValue): EditValue[] {
  return Object.entries(value as Record<string, EditValue>).map(([key, item]) => ({ key, value: item }));
}

function fieldsOf(type: MessageSchema | undefined, value: EditValue, schema: Schema): [FieldSchema, EditValue][] {
  if (typeof value !== "object") throw new Error(`Conch bug: a ${type?.name} cannot be written from ${String(value)}`);
  return Object.entries(value).map(([name, item]) => {
    const field = type?.fields.get(name);
    if (field === undefined) throw new Error(`Conch bug: ${schema.package}.${type?.name} has no field ${name}`);
    return [field, item as EditValue];
  });
}

/** A scalar or enum value as text. `quote` surrounds strings. */
export function printScalar(value: EditValue, field: FieldSchema, quote: '"' | "'"): string {
  if (field.kind === "enum" || field.type !== "string") {
    if (typeof value === "number" && !Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    return String(value);
  }
  let body = "";
  for (const character of String(value)) {
    if (character === "\\" || character === quote) body += `\\${character}`;
    else if (character === "\n") body += "\\n";
    else if (character === "\r") body += "\\r";
    else if (character === "\t") body += "\\t";
    else if (character < " ") body += octal(character.charCodeAt(0));
    // A byte that is no UTF-8 (source-text.ts): so written, it outlives any encoder.
    else if (character >= "\udc80" && character <= "\udcff") body += octal(character.charCodeAt(0) & 0xff);
    else body += character;
  }
  return quote + body + quote;
}

function octal(byte: number): string {
  return `\\${byte.toString(8).padStart(3, "0")}`;
}

/** The white space at the beginning of the line that holds an offset. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
}

/** Whether only white space stands before an offset on its line. */
export function startsLine(text: string, offset: number): boolean {
  return text.lastIndexOf("\n", offset - 1) + 1 + indentAt(text, offset).length === offset;
}
