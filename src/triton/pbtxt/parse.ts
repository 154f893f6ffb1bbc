import { createPositions } from "./positions.ts";
import type { EnumSchema, FieldSchema, MessageSchema, Schema } from "./schema.ts";
import { createScalarReader, isSet } from "./scalars.ts";
import { createTokenizer } from "./tokenizer.ts";
import type { FieldNode, MessageNode, PbtxtTree, ScalarNode, SyntaxErrorCode, TextRange, ValueNode } from "./tree.ts";

/** No schema nests this deep; what does is an unknown field, whose inside matters to nobody. */
const DEEPEST = 100;

/** UTF-16 units above which a text is not read: no configuration comes near, and its tree would take gigabytes. */
export const LARGEST_PBTXT = 8 * 1024 * 1024;

/** Errors that are kept: of those that Triton reports, and behind the one at which it stops. A text with more is no configuration. */
const MOST_REPORTED = 1000;
const MOST_RECOVERED = 200;

const code = (character: string): number => character.charCodeAt(0);
const COLON = code(":");
const COMMA = code(",");
const SEMICOLON = code(";");
const MINUS = code("-");
const EQUALS = code("=");
const DOT = code(".");
const OPEN_BRACE = code("{");
const CLOSE_BRACE = code("}");
const OPEN_ANGLE = code("<");
const CLOSE_ANGLE = code(">");
const OPEN_BRACKET = code("[");
const CLOSE_BRACKET = code("]");

/** A message being read, with the messages around it: where a closing brace is missing, a field may belong further out. */
interface Scope {
  readonly node: MessageNode;
  readonly depth: number;
  readonly parent?: Scope;
  /** Where its field begins. */
  readonly from: number;
  /** Singular fields that count as present. */
  readonly present: FieldNode[];
  /** Column of the line on which its field begins; unset until needed. */
  indent?: number;
}

/**
 * Reads protobuf text format. Never throws. Errors carry the text, line and column of protobuf 3.21's C++ parser
 * (google::protobuf::TextFormat), which stops at its first syntax error; this one notes where that is and goes on behind it.
 * A text beyond {@link LARGEST_PBTXT} gives an empty tree and the error PBTXT_TOO_LARGE, which is Conch's own.
 */
export function parsePbtxt(text: string, schema: Schema): PbtxtTree {
  const rootSchema = schema.messages.get(schema.root);
  const root: MessageNode = { kind: "message", from: 0, to: text.length, fields: [], innerFrom: 0, innerTo: text.length, closed: true };
  if (rootSchema !== undefined) root.schema = rootSchema;
  if (text.length > LARGEST_PBTXT) return { text, schema, root, errors: [tooLarge(text)] };
  const errors: PbtxtTree["errors"] = [];
  const positionOf = createPositions(text);
  let stopped = false;
  let recovered = 0;
  let reportedEnd = -1;

  function note(code: SyntaxErrorCode, message: string, range: TextRange, offset: number): void {
    if (stopped ? ++recovered > MOST_RECOVERED : errors.length >= MOST_REPORTED) return;
    errors.push({ code, message, from: range.from, to: range.to, ...positionOf(offset), reported: !stopped });
  }
  const tokens = createTokenizer(text, (offset, message) => {
    note("PBTXT_TOKEN", message, { from: offset, to: Math.min(offset + 1, text.length) }, offset);
  });

  const looking = (symbol: number): boolean => tokens.symbol === symbol;
  const opensMessage = (): boolean => looking(OPEN_BRACE) || looking(OPEN_ANGLE);
  const closesMessage = (): boolean => looking(CLOSE_BRACE) || looking(CLOSE_ANGLE);
  const opens = (): boolean => opensMessage() || looking(OPEN_BRACKET);
  const closes = (): boolean => closesMessage() || looking(CLOSE_BRACKET);

  /** Notes an error at the current token, the C++ parser's last word; `range` is what to underline instead of that token. */
  function fail(code: SyntaxErrorCode, message: string, range?: TextRange): false {
    // Recovery must not report the same token twice.
    if (!stopped || tokens.from !== reportedEnd) note(code, message, range ?? tokens, tokens.from);
    stopped = true;
    reportedEnd = tokens.from;
    return false;
  }
  function tryTake(symbol: number): boolean {
    if (!looking(symbol)) return false;
    tokens.next();
    return true;
  }
  function take(symbol: number): boolean {
    if (tryTake(symbol)) return true;
    return fail("PBTXT_SYNTAX", `Expected "${String.fromCharCode(symbol)}", found "${tokens.word()}".`);
  }

  function startsValue(): boolean {
    const { type } = tokens;
    return type === "string" || type === "integer" || type === "float" || looking(MINUS) || opens();
  }

  /** Goes to where the next field of this message may begin: its end, a field on a new line, or behind a separator. */
  function skipToField(): void {
    let depth = 0;
    while (tokens.type !== "end") {
      if (depth === 0) {
        if (closesMessage()) return;
        if (tokens.type === "identifier" && tokens.startsLine() && /^\s*[:{<[]/.test(text.slice(tokens.to, tokens.to + 80))) return;
        if (looking(COMMA) || looking(SEMICOLON)) {
          tokens.next();
          if (tokens.type === "identifier") return;
          continue;
        }
      }
      if (opens()) depth++;
      else if (closes()) depth = Math.max(0, depth - 1);
      tokens.next();
    }
  }

  function readFields(scope: Scope, nested: boolean): void {
    while (tokens.type !== "end") {
      if (nested && closesMessage()) return;
      const before = tokens.from;
      let result = readField(scope);
      while (pending !== undefined) {
        if (pending.owner !== scope) return;
        const { field } = pending;
        pending = undefined;
        result = readFieldRest(scope, field);
      }
      if (result === "lost") {
        skipToField();
        if (tokens.from === before || (!nested && closesMessage())) tokens.next();
      }
    }
    if (nested) fail("PBTXT_SYNTAX", "Expected identifier, got: ");
  }

  /** "lost": the caller has to find the next field. */
  function readField(scope: Scope): "read" | "lost" {
    const { node } = scope;
    if (looking(OPEN_BRACKET)) return readExtension(node);
    const { from, to } = tokens;
    if (tokens.type !== "identifier") {
      fail("PBTXT_SYNTAX", `Expected identifier, got: ${tokens.word()}`);
      return "lost";
    }
    const name = text.slice(from, to);
    const known = node.schema?.fields.get(name);
    if (known !== undefined) {
      tokens.next();
      return readFieldRest(scope, { name: known.name, from, nameTo: to, to, schema: known, values: [] });
    }
    const field: FieldNode = { name, from, nameTo: to, to, values: [] };
    const startsLine = tokens.startsLine();
    tokens.next();
    if (node.schema !== undefined) {
      fail("PBTXT_UNKNOWN_FIELD", `Message type "${schema.package}.${node.schema.name}" has no field named "${name}".`, { from, to });
      const owner = startsLine ? ownerOf(scope, name, columnOf(text, from)) : undefined;
      if (owner !== undefined) {
        // The brace was forgotten. The messages up to the owner end before this field, which the owner gets.
        const end = node.fields.at(-1)?.to ?? node.innerFrom;
        for (let inner: Scope | undefined = scope; inner !== undefined && inner !== owner; inner = inner.parent) {
          inner.node.closed = false;
          inner.node.innerTo = inner.node.to = end;
        }
        pending = { field: { ...field, ...withSchema(owner.node.schema?.fields.get(name)) }, owner };
        return "read";
      }
    }
    return readFieldRest(scope, field);
  }

  /** A field whose name was read by a message that it does not belong to: all messages up to its owner end there. */
  let pending: { field: FieldNode; owner: Scope } | undefined;

  function readFieldRest(scope: Scope, field: FieldNode): "read" | "lost" {
    const known = field.schema;
    const singular = known !== undefined && !known.repeated;
    scope.node.fields.push(field);
    if (singular) checkPresence(scope, field, known);
    const done = readFieldValue(scope, field, known);
    if (singular && !field.refused && isSet(field, enumOf(known))) scope.present.push(field);
    field.to = Math.max(field.to, endOfRead(field));
    if (!done) return "lost";
    if (looking(COMMA) || looking(SEMICOLON)) {
      field.separator = tokens.from;
      tokens.next();
    }
    return "read";
  }

  function ownerOf(scope: Scope, name: string, column: number): Scope | undefined {
    for (let outer: Scope | undefined = scope; outer?.parent !== undefined; outer = outer.parent) {
      outer.indent ??= columnOf(text, outer.from);
      if (column > outer.indent) return undefined;
      if (outer.parent.node.schema?.fields.has(name)) return outer.parent;
    }
    return undefined;
  }

  /** `[a.b]: 1`: refused, but its value is passed over. */
  function readExtension(node: MessageNode): "read" | "lost" {
    tokens.next();
    let name = "";
    do {
      if (name !== "") name += ".";
      if (tokens.type !== "identifier") {
        fail("PBTXT_SYNTAX", `Expected identifier, got: ${tokens.word()}`);
        return "lost";
      }
      name += tokens.word();
      tokens.next();
    } while (tryTake(DOT));
    if (!take(CLOSE_BRACKET)) return "lost";
    const type = `${schema.package}.${node.schema?.name ?? ""}`;
    fail("PBTXT_UNKNOWN_FIELD", `Extension "${name}" is not defined or is not an extension of "${type}".`);
    return "lost";
  }

  function checkPresence({ present }: Scope, field: FieldNode, known: FieldSchema): void {
    const range = { from: field.from, to: field.nameTo };
    if (present.some((other) => other.schema === known)) {
      field.refused = true;
      fail("PBTXT_REPEATED_SINGULAR", `Non-repeated field "${field.name}" is specified multiple times.`, range);
      return;
    }
    const { oneof } = known;
    const rival = oneof === undefined ? undefined : present.find((other) => other.schema?.oneof === oneof);
    if (rival === undefined) return;
    field.refused = true;
    fail(
      "PBTXT_ONEOF",
      `Field "${field.name}" is specified along with field "${rival.name}", another member of oneof "${oneof}".`,
      range,
    );
  }

  function enumOf(field: FieldSchema): EnumSchema | undefined {
    return field.kind === "enum" ? schema.enums.get(field.type) : undefined;
  }

  function readFieldValue(scope: Scope, field: FieldNode, known: FieldSchema | undefined): boolean {
    const isMessage = known?.kind === "message" || known?.kind === "map";
    if (looking(COLON)) {
      field.colon = tokens.from;
      tokens.next();
    } else if (known !== undefined && !isMessage) {
      take(COLON);
      if (looking(EQUALS)) tokens.next();
      else if (!startsValue() || tokens.startsLine()) return false;
    } else if (known === undefined && !startsValue()) return false;
    if (looking(OPEN_BRACKET) && (known === undefined || known.repeated)) return readList(scope, field, known);
    const value = readValue(scope, field, known);
    if (value === undefined) return false;
    field.values.push(value);
    return true;
  }

  function readList(scope: Scope, field: FieldNode, known: FieldSchema | undefined): boolean {
    const { from } = tokens;
    const list = { from, to: from + 1 };
    field.list = list;
    tokens.next();
    if (!looking(CLOSE_BRACKET)) {
      for (;;) {
        const value = readValue(scope, field, known);
        if (value !== undefined) field.values.push(value);
        list.to = Math.max(list.to, endOfRead(field));
        if (pending !== undefined) return true;
        if (looking(CLOSE_BRACKET)) break;
        if (value === undefined) return false;
        if (!take(COMMA) && !startsValue()) return false;
      }
    }
    list.to = tokens.to;
    tokens.next();
    return true;
  }

  function readValue(scope: Scope, field: FieldNode, known: FieldSchema | undefined): ValueNode | undefined {
    if (known === undefined) return readAnything(scope);
    if (known.kind === "message" || known.kind === "map") {
      if (opensMessage()) return readMessage(scope, field.from, schema.messages.get(known.type));
      take(OPEN_BRACE);
      return skipValue();
    }
    return readScalar(known);
  }

  /** Where the last thing read for a field ends: of one whose closing brace was forgotten, with the message that was closed for it. */
  function endOfRead({ to, values }: FieldNode): number {
    return pending === undefined ? tokens.previousEnd : (values.at(-1)?.to ?? to);
  }

  /** `from` is where the field begins whose value this is. */
  function readMessage(scope: Scope, from: number, type: MessageSchema | undefined): MessageNode {
    const { to } = tokens;
    const close = looking(OPEN_BRACE) ? CLOSE_BRACE : CLOSE_ANGLE;
    const node: MessageNode = { kind: "message", from: tokens.from, to, fields: [], innerFrom: to, innerTo: to, closed: false };
    if (type !== undefined) node.schema = type;
    tokens.next();
    readFields({ node, depth: scope.depth + 1, parent: scope, from, present: [] }, true);
    if (pending !== undefined) return node;
    node.innerTo = node.to = tokens.previousEnd;
    if (tokens.type === "end") return node;
    node.innerTo = tokens.from;
    node.to = tokens.to;
    node.closed = true;
    if (!take(close)) tokens.next();
    return node;
  }

  /** A value whose type is not known, by its looks. */
  function readAnything(scope: Scope): ValueNode | undefined {
    if (opensMessage() && scope.depth < DEEPEST) return readMessage(scope, tokens.from, undefined);
    return skipValue();
  }

  /** A scalar (or bracketed text) that stands where it does not fit: kept as a node without a value. */
  function skipValue(): ScalarNode | undefined {
    if (tokens.type !== "identifier" && !startsValue()) return undefined;
    const { from } = tokens;
    if (opens()) {
      let depth = 0;
      do {
        if (opens()) depth++;
        if (closes()) depth--;
        tokens.next();
      } while (depth > 0 && tokens.type !== "end");
    } else {
      tryTake(MINUS);
      if (tokens.type === "string") skipStrings();
      else if (tokens.type === "identifier" || tokens.type === "integer" || tokens.type === "float") tokens.next();
    }
    return { kind: "scalar", from, to: tokens.previousEnd };
  }

  function skipStrings(): void {
    while (tokens.type === "string") tokens.next();
  }

  const readScalar = createScalarReader({ text, tokens, schema, fail, skipValue });
  readFields({ node: root, depth: 0, from: 0, present: [] }, false);
  return { text, schema, root, errors };
}

function tooLarge(text: string): PbtxtTree["errors"][number] {
  const message = `The text has ${text.length} characters, more than the ${LARGEST_PBTXT} that are read.`;
  return { code: "PBTXT_TOO_LARGE", message, from: 0, to: 0, line: 1, column: 1, reported: true };
}

function withSchema(schema: FieldSchema | undefined): { schema?: FieldSchema } {
  return schema === undefined ? {} : { schema };
}

/** Bytes do not matter here: only whether a field stands further left than another. */
function columnOf(text: string, offset: number): number {
  let column = 0;
  for (let index = text.lastIndexOf("\n", offset - 1) + 1; index < offset; index++) {
    const character = text.charAt(index);
    if (!/\s/.test(character)) break;
    column += character === "\t" ? 8 - (column % 8) : 1;
  }
  return column;
}
