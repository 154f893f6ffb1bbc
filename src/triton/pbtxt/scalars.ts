import type { EnumSchema, FieldSchema, Schema } from "./schema.ts";
import { stringValue } from "./string-literal.ts";
import type { Tokenizer } from "./tokenizer.ts";
import type { FieldNode, ScalarNode, SyntaxErrorCode, TextRange } from "./tree.ts";

/** What reading a scalar needs of the parser. */
interface ScalarSource {
  readonly text: string;
  readonly tokens: Tokenizer;
  readonly schema: Schema;
  /** Notes an error at the current token; `range` is what to underline instead of that token. */
  fail(code: SyntaxErrorCode, message: string, range?: TextRange): void;
  /** Passes over a value that does not fit, where one stands here. */
  skipValue(): ScalarNode | undefined;
}

const LIMITS: Readonly<Record<string, bigint>> = {
  int32: 0x7fff_ffffn,
  uint32: 0xffff_ffffn,
  int64: 0x7fff_ffff_ffff_ffffn,
  uint64: 0xffff_ffff_ffff_ffffn,
};

const MINUS = "-".charCodeAt(0);

/** A function that reads the scalar or enum value of a field, as protobuf's ConsumeFieldValue does; undefined where nothing like a value stands. */
export function createScalarReader(source: ScalarSource): (field: FieldSchema) => ScalarNode | undefined {
  const { text, tokens, schema, fail } = source;
  const word = (): string => text.slice(tokens.from, tokens.to);

  function done(from: number, value: ScalarNode["value"]): ScalarNode {
    return value === undefined ? { kind: "scalar", from, to: tokens.previousEnd } : { kind: "scalar", from, to: tokens.previousEnd, value };
  }

  function mismatch(message: string): ScalarNode | undefined {
    fail("PBTXT_TYPE", message);
    return tokens.type === "identifier" && tokens.startsLine() ? undefined : source.skipValue();
  }

  function takeMinus(): boolean {
    if (tokens.symbol !== MINUS) return false;
    tokens.next();
    return true;
  }

  function readString(from: number): ScalarNode | undefined {
    if (tokens.type !== "string") return mismatch(`Expected string, got: ${tokens.word()}`);
    const literals: string[] = [];
    while (tokens.type === "string") {
      literals.push(word());
      tokens.next();
    }
    return done(from, stringValue(literals));
  }

  function readInteger(from: number, type: string): ScalarNode | undefined {
    let limit = LIMITS[type] ?? 0n;
    const negative = !type.startsWith("u") && takeMinus();
    if (negative) limit += 1n;
    if (tokens.type !== "integer") return mismatch(`Expected integer, got: ${tokens.word()}`);
    const value = readDigits(limit);
    return done(from, negative && value !== undefined ? -value : value);
  }

  function readDigits(limit: bigint): bigint | undefined {
    const value = integerValue(word());
    const fits = value !== undefined && value <= limit;
    if (!fits) fail("PBTXT_RANGE", `Integer out of range (${word()})`);
    tokens.next();
    return fits ? value : undefined;
  }

  function readBoolean(from: number, field: FieldSchema): ScalarNode | undefined {
    if (tokens.type === "integer") {
      const value = readDigits(1n);
      return done(from, value === undefined ? undefined : value === 1n);
    }
    if (tokens.type !== "identifier") return mismatch(`Expected identifier, got: ${tokens.word()}`);
    const name = word();
    const range = { from, to: tokens.to };
    tokens.next();
    if (name === "true" || name === "True" || name === "t") return done(from, true);
    if (name === "false" || name === "False" || name === "f") return done(from, false);
    fail("PBTXT_TYPE", `Invalid value for boolean field "${field.name}". Value: "${name}".`, range);
    return done(from, undefined);
  }

  function readEnum(from: number, field: FieldSchema): ScalarNode | undefined {
    if (tokens.type === "identifier") {
      const name = word();
      const range = { from, to: tokens.to };
      tokens.next();
      if (schema.enums.get(field.type)?.values.has(name)) return done(from, name);
      fail("PBTXT_UNKNOWN_ENUM", `Unknown enumeration value of "${name}" for field "${field.name}".`, range);
      return done(from, undefined);
    }
    if (tokens.type === "integer" || tokens.symbol === MINUS) return readInteger(from, "int32");
    return mismatch(`Expected integer or identifier, got: ${tokens.word()}`);
  }

  function readFloat(from: number, type: string): ScalarNode | undefined {
    const sign = takeMinus() ? -1 : 1;
    let value: number;
    if (tokens.type === "integer") {
      if (/^0[0-7xX]/.test(word())) return mismatch(`Expect a decimal number, got: ${word()}`);
      value = Number(word());
    } else if (tokens.type === "float") value = Number.parseFloat(word());
    else if (tokens.type === "identifier") {
      const name = word().toLowerCase();
      if (name !== "inf" && name !== "infinity" && name !== "nan") return mismatch(`Expected double, got: ${name}`);
      value = name === "nan" ? Number.NaN : Number.POSITIVE_INFINITY;
    } else return mismatch(`Expected double, got: ${tokens.word()}`);
    tokens.next();
    return done(from, type === "float" ? Math.fround(sign * value) : sign * value);
  }

  return (field) => {
    const { from } = tokens;
    if (field.kind === "enum") return readEnum(from, field);
    switch (field.type) {
      case "string":
        return readString(from);
      case "bool":
        return readBoolean(from, field);
      case "float":
      case "double":
        return readFloat(from, field.type);
      default:
        return readInteger(from, field.type);
    }
  };
}

/** Decimal, 0x hexadecimal (of no digits: 0, as C++ reads it) or 0-prefixed octal; undefined for a malformed one. */
function integerValue(text: string): bigint | undefined {
  if (text.charCodeAt(0) !== 48 || text.length === 1) return /^[0-9]+$/.test(text) ? BigInt(text) : undefined;
  if (/^0[xX]/.test(text)) return /^..[0-9a-fA-F]*$/.test(text) ? BigInt(`${text}${text.length === 2 ? "0" : ""}`) : undefined;
  return /^[0-7]+$/.test(text) ? BigInt(`0o${text.slice(1)}`) : undefined;
}

/** Whether protobuf counts the field as present (Reflection::HasField): an implicit scalar is, once it differs from its default. */
export function isSet(field: FieldNode, type: EnumSchema | undefined): boolean {
  const value = field.values.at(-1);
  if (field.schema?.explicit || field.schema?.kind === "message") return true;
  if (value?.kind !== "scalar" || value.value === undefined) return false;
  if (typeof value.value === "string" && type !== undefined) return (type.values.get(value.value) ?? 0) !== 0;
  return value.value !== "" && value.value !== 0n && !Object.is(value.value, 0) && value.value !== false;
}
