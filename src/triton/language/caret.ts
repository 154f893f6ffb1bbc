import type { FieldSchema, MessageSchema, Schema } from "../pbtxt/schema.ts";
import { stringValue } from "../pbtxt/string-literal.ts";

/** One message around the caret, as far as its text goes. */
export interface CaretMessage {
  /** Absent below an unknown field. */
  readonly type?: MessageSchema;
  /** The field whose value it is; absent for the file itself. */
  readonly field?: FieldSchema;
  /** Names of its fields, the half-written one at the caret left out. */
  readonly present: ReadonlySet<string>;
  /** Its string fields, decoded: model_name, name. */
  readonly strings: ReadonlyMap<string, string>;
  /** The entries of its maps with string keys; a value that is no string is "". */
  readonly entries: ReadonlyMap<string, readonly CaretEntry[]>;
}

/** One entry of a map. */
export interface CaretEntry {
  readonly key: string;
  readonly value: string;
}

/** What may be written at the caret, read off the text alone: it need not parse. */
export interface Caret {
  /** The innermost message. */
  readonly message: CaretMessage;
  /** The message that holds the map in whose entry the caret is, else the innermost one. */
  readonly record: CaretMessage;
  /** The field whose value belongs here; absent where a field's name does. */
  readonly field?: FieldSchema;
  /** Within the brackets of a list. */
  readonly inList: boolean;
  /** In a list, behind an element without a comma. */
  readonly needsComma: boolean;
  /** The word or the inside of the string at the caret: what a completion replaces. */
  readonly from: number;
  readonly to: number;
  /** The opening quote before `from`, where there is one, and whether the closing one stands at `to`. */
  readonly quote?: '"' | "'";
  readonly closed: boolean;
}

interface Token {
  kind: "word" | "string" | "comment" | "symbol";
  from: number;
  to: number;
  /** Of a string: its end is there. */
  closed: boolean;
}

interface Frame {
  type: MessageSchema | undefined;
  field: FieldSchema | undefined;
  list: boolean;
  present: Set<string>;
  strings: Map<string, string>;
  entries: Map<string, CaretEntry[]>;
  /** The last word, which is a name if a colon or a delimiter follows. */
  word: string | undefined;
  /** The field whose colon was read and whose value was not. */
  pending: string | undefined;
  /** Of a list: an element was read since its last comma. */
  filled: boolean;
}

/** How far beyond the caret an unclosed string is taken to go: the name that is being changed, not the rest of the line. */
const NAME = /^[\w./:-]*/;

/**
 * What stands around an offset of a text. Reads delimiters, names and strings only, so that it takes no more than a few milliseconds
 * for 10,000 lines. Undefined in a comment, in a quoted text that is no value, and where no schema is known.
 */
export function caretAt(text: string, offset: number, schema: Schema): Caret | undefined {
  const frames: Frame[] = [newFrame(schema.messages.get(schema.root), undefined, false)];
  let position = 0;
  let at: Token | undefined;
  for (;;) {
    const token = nextToken(text, position);
    if (token === undefined || token.from >= offset) break;
    if (holds(token, offset)) {
      at = token;
      break;
    }
    read(text, token, frames, schema);
    position = token.to;
  }
  if (at?.kind === "comment") return undefined;
  const frame = frames.at(-1)!;
  const name = frame.list ? undefined : frame.pending;
  const field = frame.list ? frame.field : name === undefined ? undefined : frame.type?.fields.get(name);
  const quote = at?.kind === "string" ? (text.charAt(at.from) as '"' | "'") : undefined;
  if ((name !== undefined || frame.list || quote !== undefined) && field === undefined) return undefined;
  const { from, to, closed } = extent(text, offset, at);
  const { inList, needsComma } = { inList: frame.list, needsComma: frame.list && frame.filled };
  const messages = frames.filter(({ list }) => !list);
  const message = messages.at(-1)!;
  const record = message.type !== undefined && isEntry(message) ? (messages.at(-2) ?? message) : message;
  readRest(text, closed ? to + 1 : to, frames, frames.indexOf(record), schema);
  const around = known(message);
  return {
    message: around,
    record: record === message ? around : known(record),
    ...(field === undefined ? {} : { field }),
    inList,
    needsComma,
    from,
    to,
    ...(quote === undefined ? {} : { quote }),
    closed,
  };
}

function known({ type, field, present, strings, entries }: Frame): CaretMessage {
  return { ...(type === undefined ? {} : { type }), ...(field === undefined ? {} : { field }), present, strings, entries };
}

function newFrame(type: MessageSchema | undefined, field: FieldSchema | undefined, list: boolean): Frame {
  return { type, field, list, present: new Set(), strings: new Map(), entries: new Map(), word: undefined, pending: undefined, filled: false };
}

function isEntry({ field }: Frame): boolean {
  return field?.kind === "map";
}

/** Whether the caret is in a token, or touches the end of one that goes on as it types. */
function holds({ kind, to, closed }: Token, offset: number): boolean {
  if (kind === "symbol") return false;
  return offset < to || (offset === to && (kind !== "string" || !closed));
}

function extent(text: string, offset: number, token: Token | undefined): { from: number; to: number; closed: boolean } {
  if (token === undefined) return { from: offset, to: offset, closed: false };
  if (token.kind === "word") return { from: token.from, to: token.to, closed: false };
  const rest = text.slice(offset, token.closed ? token.to - 1 : token.to);
  const to = offset + NAME.exec(rest)![0].length;
  // A quote further off opens the next string: this one's is missing.
  return { from: token.from + 1, to, closed: token.closed && to === token.to - 1 };
}

/** Goes on behind the caret until the message at a depth ends, to know its other fields. */
function readRest(text: string, start: number, frames: Frame[], depth: number, schema: Schema): void {
  for (let token = nextToken(text, start); token !== undefined && frames.length > depth; token = nextToken(text, token.to)) {
    read(text, token, frames, schema);
  }
}

function read(text: string, token: Token, frames: Frame[], schema: Schema): void {
  const frame = frames.at(-1);
  if (frame === undefined || token.kind === "comment") return;
  if (token.kind === "word") {
    frame.word = text.slice(token.from, token.to);
    frame.pending = undefined;
    frame.filled = true;
    return;
  }
  if (token.kind === "string") {
    if (frame.pending !== undefined) frame.strings.set(frame.pending, stringValue([text.slice(token.from, token.to)]));
    frame.word = frame.pending = undefined;
    frame.filled = true;
    return;
  }
  readSymbol(text.charAt(token.from), frame, frames, schema);
}

function readSymbol(symbol: string, frame: Frame, frames: Frame[], schema: Schema): void {
  switch (symbol) {
    case ":":
      frame.pending = frame.word;
      if (frame.word !== undefined) frame.present.add(frame.word);
      return;
    case ",":
    case ";":
      frame.word = frame.pending = undefined;
      frame.filled = false;
      return;
    case "{":
    case "<":
    case "[": {
      const name = frame.pending ?? frame.word;
      const field = frame.list ? frame.field : name === undefined ? undefined : frame.type?.fields.get(name);
      if (!frame.list && name !== undefined) frame.present.add(name);
      frame.word = frame.pending = undefined;
      frame.filled = true;
      const type = symbol === "[" || field === undefined ? undefined : schema.messages.get(field.type);
      frames.push(newFrame(type, field, symbol === "["));
      return;
    }
    case "]":
      if (frame.list) frames.pop();
      return;
    case "}":
    case ">":
      close(frames);
  }
}

/** Ends the innermost message; a list that was left open ends with it. The file never ends. */
function close(frames: Frame[]): void {
  const index = frames.findLastIndex(({ list }) => !list);
  const message = frames[index];
  if (index <= 0 || message === undefined) return;
  frames.length = index;
  const { field } = message;
  if (field?.kind !== "map") return;
  const owner = frames.findLast(({ list }) => !list);
  const entries = owner?.entries.get(field.name) ?? [];
  entries.push({ key: message.strings.get("key") ?? "", value: message.strings.get("value") ?? "" });
  owner?.entries.set(field.name, entries);
}

const [NEWLINE, SPACE, HASH, DOUBLE, SINGLE, BACKSLASH] = [10, 32, 35, 34, 39, 92];

function nextToken(text: string, start: number): Token | undefined {
  let from = start;
  while (from < text.length && text.charCodeAt(from) <= SPACE) from++;
  if (from >= text.length) return undefined;
  const code = text.charCodeAt(from);
  if (code === HASH) return { kind: "comment", from, to: lineEnd(text, from), closed: true };
  if (code === DOUBLE || code === SINGLE) return readString(text, from, code);
  let to = from;
  while (to < text.length && isWord(text.charCodeAt(to))) to++;
  return to > from ? { kind: "word", from, to, closed: true } : { kind: "symbol", from, to: from + 1, closed: true };
}

function readString(text: string, from: number, quote: number): Token {
  let to = from + 1;
  for (; to < text.length; to++) {
    const code = text.charCodeAt(to);
    if (code === NEWLINE) break;
    if (code === quote) return { kind: "string", from, to: to + 1, closed: true };
    if (code === BACKSLASH) to++;
  }
  return { kind: "string", from, to: Math.min(to, text.length), closed: false };
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

/** Letters, digits, "_", ".", "+" and "-": names and numbers. */
function isWord(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95 || code === 45 || code === 46 || code === 43
  );
}
