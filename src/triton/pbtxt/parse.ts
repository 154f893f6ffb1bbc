import type { EnumSchema, FieldSchema, MessageSchema, Schema } from "./schema.ts";
import { integerValue, isSet } from "./scalars.ts";
import { createTokenizer, stringValue, type TokenType } from "./tokenizer.ts";
import type { FieldNode, MessageNode, PbtxtTree, ScalarNode, SyntaxErrorCode, ValueNode } from "./tree.ts";

const LIMITS: Readonly<Record<string, bigint>> = {
  int32: 0x7fff_ffffn,
  uint32: 0xffff_ffffn,
  int64: 0x7fff_ffff_ffff_ffffn,
  uint64: 0xffff_ffff_ffff_ffffn,
};

/** No schema nests this deep; what does is an unknown field, whose inside matters to nobody. */
const DEEPEST = 100;

/** A message being read, with the messages around it: where a closing brace is missing, a field may belong further out. */
interface Scope {
  node: MessageNode;
  depth: number;
  column: number;
  parent?: Scope;
}

/**
 * Reads protobuf text format. Never throws. Errors carry the text, line and column of protobuf 3.21's C++ parser
 * (google::protobuf::TextFormat), which stops at its first syntax error; this one notes where that is and goes on behind it.
 */
export function parsePbtxt(text: string, schema: Schema): PbtxtTree {
  const errors: PbtxtTree["errors"] = [];
  let stopped = false;
  let reportedEnd = -1;
  const tokens = createTokenizer(text, (error) => {
    errors.push({
      code: "PBTXT_TOKEN",
      message: error.message,
      from: error.from,
      to: error.to,
      line: error.line + 1,
      column: error.column + 1,
      reported: !stopped,
    });
  });
  const rootSchema = schema.messages.get(schema.root);
  const root: MessageNode = { kind: "message", from: 0, to: text.length, fields: [], innerFrom: 0, innerTo: text.length, closed: true };
  if (rootSchema !== undefined) root.schema = rootSchema;

  const looking = (symbol: string): boolean => tokens.current.text === symbol;
  const lookingAt = (type: TokenType): boolean => tokens.current.type === type;

  /** Notes an error at the current token, the C++ parser's last word; `range` is what to underline instead of that token. */
  function fail(code: SyntaxErrorCode, message: string, range?: { from: number; to: number }): false {
    const { from, to, line, column } = tokens.current;
    // Recovery must not report the same token twice.
    if (!stopped || from !== reportedEnd) {
      errors.push({ code, message, from, to, ...range, line: line + 1, column: column + 1, reported: !stopped });
    }
    stopped = true;
    reportedEnd = from;
    return false;
  }
  function tryTake(symbol: string): boolean {
    if (!looking(symbol)) return false;
    tokens.next();
    return true;
  }
  function take(symbol: string): boolean {
    if (tryTake(symbol)) return true;
    return fail("PBTXT_SYNTAX", `Expected "${symbol}", found "${tokens.current.text}".`);
  }
  const firstOnLine = (): boolean => tokens.current.line > tokens.previousLine || tokens.current.from === 0;

  function startsValue(): boolean {
    return ["string", "integer", "float"].includes(tokens.current.type) || looking("-") || looking("{") || looking("<") || looking("[");
  }

  /** Goes to where the next field of this message may begin: its end, a field on a new line, or behind a separator. */
  function skipToField(): void {
    let depth = 0;
    while (!lookingAt("end")) {
      if (depth === 0) {
        if (looking("}") || looking(">")) return;
        if (lookingAt("identifier") && firstOnLine() && /^\s*[:{<[]/.test(text.slice(tokens.current.to, tokens.current.to + 80))) return;
        if (looking(",") || looking(";")) {
          tokens.next();
          if (lookingAt("identifier")) return;
          continue;
        }
      }
      if (looking("{") || looking("[") || looking("<")) depth++;
      else if (looking("}") || looking("]") || looking(">")) depth = Math.max(0, depth - 1);
      tokens.next();
    }
  }

  function readFields(scope: Scope, nested: boolean): void {
    while (!lookingAt("end")) {
      if (nested && (looking("}") || looking(">"))) return;
      const before = tokens.current.from;
      let result = readField(scope);
      while (pending !== undefined) {
        if (pending.owner !== scope) return;
        const { field } = pending;
        pending = undefined;
        result = readFieldRest(scope, field);
      }
      if (result === "lost") {
        skipToField();
        if (tokens.current.from === before || (!nested && (looking("}") || looking(">")))) tokens.next();
      }
    }
    if (nested) fail("PBTXT_SYNTAX", "Expected identifier, got: ");
  }

  /** "lost": the caller has to find the next field. */
  function readField(scope: Scope): "read" | "lost" {
    const { node } = scope;
    const start = tokens.current;
    if (looking("[")) return readExtension(node);
    if (!lookingAt("identifier")) {
      fail("PBTXT_SYNTAX", `Expected identifier, got: ${start.text}`);
      return "lost";
    }
    const name = start.text;
    const known = node.schema?.fields.get(name);
    const startsLine = firstOnLine();
    const field: FieldNode = { name, from: start.from, nameTo: start.to, to: start.to, values: [] };
    if (known !== undefined) field.schema = known;
    tokens.next();
    if (known === undefined && node.schema !== undefined) {
      fail("PBTXT_UNKNOWN_FIELD", `Message type "${schema.package}.${node.schema.name}" has no field named "${name}".`, {
        from: start.from,
        to: start.to,
      });
      const owner = startsLine ? ownerOf(scope, name, start.column) : undefined;
      if (owner !== undefined) {
        // The brace was forgotten. The messages up to the owner end before this field, which the owner gets.
        for (let inner: Scope | undefined = scope; inner !== undefined && inner !== owner; inner = inner.parent) {
          inner.node.closed = false;
          inner.node.innerTo = inner.node.to = node.fields.at(-1)?.to ?? inner.node.innerFrom;
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
    const { node } = scope;
    const known = field.schema;
    node.fields.push(field);
    if (known !== undefined && !known.repeated) checkPresence(node, field, known);
    const done = readFieldValue(scope, field, known);
    field.to = Math.max(field.to, tokens.previousEnd);
    if (!done) return "lost";
    if (looking(",") || looking(";")) {
      field.separator = tokens.current.from;
      tokens.next();
    }
    return "read";
  }

  function ownerOf(scope: Scope, name: string, column: number): Scope | undefined {
    for (let outer: Scope | undefined = scope; outer?.parent !== undefined; outer = outer.parent) {
      if (column > outer.column) return undefined;
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
      if (!lookingAt("identifier")) {
        fail("PBTXT_SYNTAX", `Expected identifier, got: ${tokens.current.text}`);
        return "lost";
      }
      name += tokens.current.text;
      tokens.next();
    } while (tryTake(".") || tryTake("/"));
    if (!take("]")) return "lost";
    const type = `${schema.package}.${node.schema?.name ?? ""}`;
    fail("PBTXT_UNKNOWN_FIELD", `Extension "${name}" is not defined or is not an extension of "${type}".`);
    return "lost";
  }

  function checkPresence(node: MessageNode, field: FieldNode, known: FieldSchema): void {
    const range = { from: field.from, to: field.nameTo };
    for (const other of node.fields) {
      if (other === field || other.schema === undefined || other.refused || !isSet(other, enumOf(other.schema))) continue;
      if (other.name === field.name) {
        fail("PBTXT_REPEATED_SINGULAR", `Non-repeated field "${field.name}" is specified multiple times.`, range);
        field.refused = true;
        return;
      }
      if (known.oneof !== undefined && other.schema.oneof === known.oneof) {
        fail(
          "PBTXT_ONEOF",
          `Field "${field.name}" is specified along with field "${other.name}", another member of oneof "${known.oneof}".`,
          range,
        );
        field.refused = true;
        return;
      }
    }
  }

  function enumOf(field: FieldSchema): EnumSchema | undefined {
    return field.kind === "enum" ? schema.enums.get(field.type) : undefined;
  }

  function readFieldValue(scope: Scope, field: FieldNode, known: FieldSchema | undefined): boolean {
    const isMessage = known?.kind === "message" || known?.kind === "map";
    const line = tokens.previousLine;
    if (looking(":")) {
      field.colon = tokens.current.from;
      tokens.next();
    } else if (known !== undefined && !isMessage) {
      take(":");
      if (looking("=")) tokens.next();
      else if (!startsValue() || tokens.current.line !== line) return false;
    } else if (known === undefined && !startsValue()) return false;
    if (looking("[") && (known === undefined || known.repeated)) return readList(scope, field, known);
    const value = readValue(scope, field, known);
    if (value === undefined) return false;
    field.values.push(value);
    return true;
  }

  function readList(scope: Scope, field: FieldNode, known: FieldSchema | undefined): boolean {
    const from = tokens.current.from;
    const list = { from, to: from + 1 };
    field.list = list;
    tokens.next();
    if (!looking("]")) {
      for (;;) {
        const value = readValue(scope, field, known);
        list.to = tokens.previousEnd;
        if (value !== undefined) field.values.push(value);
        if (pending !== undefined) return true;
        if (looking("]")) break;
        if (value === undefined) return false;
        if (!take(",") && !startsValue()) return false;
      }
    }
    list.to = tokens.current.to;
    tokens.next();
    return true;
  }

  function readValue(scope: Scope, field: FieldNode, known: FieldSchema | undefined): ValueNode | undefined {
    if (known === undefined) return readAnything(scope);
    if (known.kind === "message" || known.kind === "map") {
      if (!looking("{") && !looking("<")) {
        take("{");
        return startsValue() || lookingAt("identifier") ? wrongScalar() : undefined;
      }
      return readMessage(scope, field, schema.messages.get(known.type));
    }
    return readScalar(field, known);
  }

  function readMessage(scope: Scope, field: FieldNode, type: MessageSchema | undefined): MessageNode {
    const open = tokens.current;
    const node: MessageNode = { kind: "message", from: open.from, to: open.to, fields: [], innerFrom: open.to, innerTo: open.to, closed: false };
    if (type !== undefined) node.schema = type;
    const inner: Scope = { node, depth: scope.depth + 1, column: columnOf(text, field.from), parent: scope };
    tokens.next();
    readFields(inner, true);
    if (pending !== undefined) return node;
    node.innerTo = node.to = tokens.previousEnd;
    if (lookingAt("end")) return node;
    node.innerTo = tokens.current.from;
    node.to = tokens.current.to;
    node.closed = true;
    if (!take(open.text === "{" ? "}" : ">")) tokens.next();
    return node;
  }

  /** A value whose type is not known, by its looks. */
  function readAnything(scope: Scope): ValueNode | undefined {
    if ((looking("{") || looking("<")) && scope.depth < DEEPEST) return readMessage(scope, { name: "", from: tokens.current.from, nameTo: 0, to: 0, values: [] }, undefined);
    return lookingAt("identifier") || startsValue() ? wrongScalar() : undefined;
  }

  /** A scalar (or bracketed text) that stands where it does not fit: kept as a node without a value. */
  function wrongScalar(): ScalarNode {
    const { from } = tokens.current;
    if (looking("[") || looking("{") || looking("<")) {
      let depth = 0;
      do {
        if (looking("{") || looking("[") || looking("<")) depth++;
        if (looking("}") || looking("]") || looking(">")) depth--;
        tokens.next();
      } while (depth > 0 && !lookingAt("end"));
    } else {
      tryTake("-");
      const string = lookingAt("string");
      if (string) while (lookingAt("string")) tokens.next();
      else if (lookingAt("identifier") || lookingAt("integer") || lookingAt("float")) tokens.next();
    }
    return { kind: "scalar", from, to: tokens.previousEnd };
  }

  function readScalar(field: FieldNode, known: FieldSchema): ScalarNode | undefined {
    const from = tokens.current.from;
    const done = (value: ScalarNode["value"]): ScalarNode => {
      const node: ScalarNode = { kind: "scalar", from, to: tokens.previousEnd };
      if (value !== undefined) node.value = value;
      return node;
    };
    const mismatch = (message: string): ScalarNode | undefined => {
      fail("PBTXT_TYPE", message);
      const identifierOnNewLine = lookingAt("identifier") && firstOnLine();
      return (lookingAt("identifier") && !identifierOnNewLine) || startsValue() ? wrongScalar() : undefined;
    };
    if (known.kind === "enum") return readEnum(field, known, done, mismatch);
    switch (known.type) {
      case "string":
        return readString(done, mismatch);
      case "bool":
        return readBoolean(field, done, mismatch);
      case "float":
      case "double":
        return readFloat(known.type, done, mismatch);
      default:
        return readInteger(known.type, done, mismatch);
    }
  }

  type Done = (value: ScalarNode["value"]) => ScalarNode;
  type Mismatch = (message: string) => ScalarNode | undefined;

  function readString(done: Done, mismatch: Mismatch): ScalarNode | undefined {
    if (!lookingAt("string")) return mismatch(`Expected string, got: ${tokens.current.text}`);
    const literals: string[] = [];
    while (lookingAt("string")) {
      literals.push(tokens.current.text);
      tokens.next();
    }
    return done(stringValue(literals));
  }

  function readInteger(type: string, done: Done, mismatch: Mismatch): ScalarNode | undefined {
    let limit = LIMITS[type] ?? 0n;
    const negative = !type.startsWith("u") && tryTake("-");
    if (negative) limit += 1n;
    if (!lookingAt("integer")) return mismatch(`Expected integer, got: ${tokens.current.text}`);
    return readDigits(limit, negative, done);
  }

  function readDigits(limit: bigint, negative: boolean, done: Done): ScalarNode {
    const value = integerValue(tokens.current.text);
    if (value === undefined || value > limit) {
      fail("PBTXT_RANGE", `Integer out of range (${tokens.current.text})`);
      tokens.next();
      return done(undefined);
    }
    tokens.next();
    return done(negative ? -value : value);
  }

  function readBoolean(field: FieldNode, done: Done, mismatch: Mismatch): ScalarNode | undefined {
    if (lookingAt("integer")) {
      const node = readDigits(1n, false, done);
      if (node.value !== undefined) node.value = node.value === 1n;
      return node;
    }
    if (!lookingAt("identifier")) return mismatch(`Expected identifier, got: ${tokens.current.text}`);
    const { text: word, from, to } = tokens.current;
    tokens.next();
    if (["true", "True", "t"].includes(word)) return done(true);
    if (["false", "False", "f"].includes(word)) return done(false);
    fail("PBTXT_TYPE", `Invalid value for boolean field "${field.name}". Value: "${word}".`, { from, to });
    return done(undefined);
  }

  function readEnum(field: FieldNode, known: FieldSchema, done: Done, mismatch: Mismatch): ScalarNode | undefined {
    if (lookingAt("identifier")) {
      const { text: word, from, to } = tokens.current;
      tokens.next();
      if (schema.enums.get(known.type)?.values.has(word)) return done(word);
      fail("PBTXT_UNKNOWN_ENUM", `Unknown enumeration value of "${word}" for field "${field.name}".`, { from, to });
      return done(undefined);
    }
    if (lookingAt("integer") || looking("-")) return readInteger("int32", done, mismatch);
    return mismatch(`Expected integer or identifier, got: ${tokens.current.text}`);
  }

  function readFloat(type: string, done: Done, mismatch: Mismatch): ScalarNode | undefined {
    const sign = tryTake("-") ? -1 : 1;
    const { text: word } = tokens.current;
    let value: number;
    if (lookingAt("integer")) {
      if (/^0[0-7xX]/.test(word)) return mismatch(`Expect a decimal number, got: ${word}`);
      value = Number(word);
    } else if (lookingAt("float")) value = Number.parseFloat(word.replace(/[fF]$/, ""));
    else if (lookingAt("identifier") && /^(?:inf|infinity|nan)$/i.test(word)) value = /^n/i.test(word) ? Number.NaN : Number.POSITIVE_INFINITY;
    else return mismatch(`Expected double, got: ${lookingAt("identifier") ? word.toLowerCase() : word}`);
    tokens.next();
    return done(type === "float" ? Math.fround(sign * value) : sign * value);
  }

  const scope: Scope = { node: root, depth: 0, column: -1 };
  readFields(scope, false);
  return { text, schema, root, errors };
}

function withSchema(schema: FieldSchema | undefined): { schema?: FieldSchema } {
  return schema === undefined ? {} : { schema };
}

/** Bytes do not matter here: only whether a field stands further left than another. */
function columnOf(text: string, offset: number): number {
  let column = 0;
  for (let index = text.lastIndexOf("\n", offset - 1) + 1; index < offset; index++) {
    if (!/\s/.test(text.charAt(index))) break;
    column += text.charAt(index) === "\t" ? 8 - (column % 8) : 1;
  }
  return column;
}
