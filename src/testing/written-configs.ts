import * as fc from "fast-check";
import type { FieldSchema, MessageSchema, Schema } from "../triton/pbtxt/schema.ts";

/** A configuration text with what it says. */
export interface WrittenConfig {
  readonly text: string;
  /** The fields that are set, as decoding gives them; see {@link sparse}. */
  readonly value: Record<string, unknown>;
}

/**
 * Configuration texts in mixed styles: every form of scalars, messages and lists that the parser takes, separators, comments, white space,
 * repeated fields in several places. They are made from a list of numbers, so that a failing one shrinks to a short text.
 */
export function writtenConfigs(schema: Schema): fc.Arbitrary<WrittenConfig> {
  return fc.array(fc.nat(255), { maxLength: 300 }).map((choices) => createWriter(schema, choices).config());
}

/** A configuration with a path of its schema, there already or not, and a value for that path, as edits take them. */
export interface WrittenChange extends WrittenConfig {
  readonly path: readonly (string | number)[];
  readonly given: unknown;
}

/** Configurations with something to change in them: a field, an element (at most one behind the last) or a map entry. */
export function writtenChanges(schema: Schema): fc.Arbitrary<WrittenChange> {
  const numbers = fc.array(fc.nat(255), { maxLength: 40 });
  return fc.tuple(writtenConfigs(schema), numbers, numbers).map(([config, way, choices]) => {
    const { path, field, whole } = wayThrough(schema, config.value, way);
    const writer = createWriter(schema, choices);
    return { ...config, path, given: whole ? writer.value(field) : writer.element(field) };
  });
}

/** A path by a list of numbers; the last field that it names, and whether it ends there rather than on one of its elements. */
function wayThrough(schema: Schema, value: Record<string, unknown>, way: readonly number[]): { path: (string | number)[]; field: FieldSchema; whole: boolean } {
  let used = 0;
  const pick = (count: number): number => (way[used++] ?? 0) % count;
  const path: (string | number)[] = [];
  let type = schema.messages.get(schema.root);
  let at: unknown = value;
  for (;;) {
    const fields = [...(type?.fields.values() ?? [])];
    const present = fields.filter(({ name }) => name in (at as object));
    const options = present.length > 0 && pick(3) > 0 ? present : fields;
    let field = options[pick(options.length)]!;
    path.push(field.name);
    at = (at as Record<string, unknown>)[field.name];
    const ends = pick(3) === 0;
    if (field.repeated) {
      if (ends && field.kind !== "map") return { path, field, whole: true };
      if (field.kind === "map") {
        const entry = schema.messages.get(field.type)!.fields;
        const keys = [...Object.keys((at as object | undefined) ?? {}), entry.get("key")?.type === "string" ? "new" : "9"];
        const key = keys[pick(keys.length)]!;
        path.push(key);
        at = (at as Record<string, unknown> | undefined)?.[key];
        field = entry.get("value")!;
      } else {
        const items = (at as unknown[] | undefined) ?? [];
        const index = pick(items.length + 1);
        path.push(index);
        at = items[index];
      }
    }
    type = schema.messages.get(field.type);
    if (field.kind !== "message" || pick(3) === 0 || type?.fields.size === 0) return { path, field, whole: !field.repeated };
    at ??= {};
  }
}

/** A decoded message without what equals its default: scalars that do not remember being set, empty lists and maps. */
export function sparse(value: unknown, type: MessageSchema | undefined, schema: Schema): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const field of type?.fields.values() ?? []) {
    const item = (value as Record<string, unknown>)[field.name];
    if (item === undefined) continue;
    const inner = schema.messages.get(field.type);
    if (field.kind === "map") {
      const entry = inner?.fields.get("value");
      const entries = Object.entries(item as Record<string, unknown>);
      const entryType = entry?.kind === "message" ? schema.messages.get(entry.type) : undefined;
      if (entries.length > 0) result[field.name] = Object.fromEntries(entries.map(([key, one]) => [key, entryType === undefined ? one : sparse(one, entryType, schema)]));
    } else if (field.repeated) {
      const items = item as unknown[];
      if (items.length > 0) result[field.name] = field.kind === "message" ? items.map((one) => sparse(one, inner, schema)) : items;
    } else if (field.kind === "message") result[field.name] = sparse(item, inner, schema);
    else if (field.oneof !== undefined || !isDefault(item, field, schema)) result[field.name] = item;
  }
  return result;
}

function isDefault(value: unknown, field: FieldSchema, schema: Schema): boolean {
  if (field.kind === "enum") return value === schema.enums.get(field.type)?.values.keys().next().value;
  return value === "" || value === false || Object.is(value, 0);
}

const STRINGS = ["a", "INPUT__0", "", "it's", 'say "x"', "back\\slash", "é😀", "two\nlines", "\t", "# no comment", "{ [ <", "\udcff", "\0", "a, b"];
const GAPS = [" ", "\n", "\n  ", "\t", " # note\n", "\r\n", "\n\n# line\n", "  "];

/** Writes by a list of numbers; when they are used up, the first choice is taken everywhere. */
function createWriter(schema: Schema, choices: readonly number[]) {
  let used = 0;
  const pick = (count: number): number => (used < choices.length ? (choices[used++] ?? 0) % count : 0);
  const choose = <T>(options: readonly T[]): T => options[pick(options.length)]!;
  const gap = (): string => choose(GAPS);
  const mayGap = (): string => choose(["", "", " ", "\n", " # c\n"]);

  function integer(field: FieldSchema): number {
    return field.type.startsWith("u") ? choose([1, 0, 8, 1000, 2 ** 31]) : choose([1, 0, -1, 8, 1000, -(2 ** 31)]);
  }

  function value(field: FieldSchema, depth = 0): unknown {
    if (field.kind === "map") {
      const entry = schema.messages.get(field.type)!.fields;
      const key = (): string => (entry.get("key")?.type === "string" ? choose(STRINGS.slice(0, 9)) : choose(["1", "0", "7"]));
      return Object.fromEntries(Array.from({ length: pick(3) + 1 }, () => [key(), one(entry.get("value")!, depth)]));
    }
    return field.repeated ? Array.from({ length: pick(3) + 1 }, () => one(field, depth)) : one(field, depth);
  }

  function one(field: FieldSchema, depth: number): unknown {
    if (field.kind === "message") return message(schema.messages.get(field.type), depth + 1);
    if (field.kind === "enum") return choose([...(schema.enums.get(field.type)?.values.keys() ?? [])]);
    if (field.type === "string") return choose(STRINGS);
    if (field.type === "bool") return pick(2) === 0;
    if (field.type === "float" || field.type === "double") return choose([1.5, 0, -2, 0.25, 1e10, Number.POSITIVE_INFINITY, Number.NaN]);
    return integer(field);
  }

  function message(type: MessageSchema | undefined, depth: number): Record<string, unknown> {
    const fields = [...(type?.fields.values() ?? [])];
    const result: Record<string, unknown> = {};
    const oneofs = new Set<string>();
    for (let count = depth > 4 || fields.length === 0 ? 0 : pick(5); count > 0; count--) {
      const field = choose(fields);
      if (field.oneof !== undefined && (field.name in result || oneofs.has(field.oneof))) continue;
      if (field.oneof !== undefined) oneofs.add(field.oneof);
      result[field.name] = value(field, depth);
    }
    return result;
  }

  function string(text: string): string {
    const quote = choose(['"', "'"]);
    const escapes: Record<string, string> = { "\n": "\\n", "\0": "\\000", "\\": "\\\\", "\udcff": choose(["\\377", "\udcff", "\\xff"]), "é": choose(["é", "\\303\\251", "\\u00e9"]), "😀": choose(["😀", "\\U0001F600", "\\ud83d\\ude00"]) };
    const literal = (part: string): string => quote + [...part].map((character) => (character === quote ? `\\${quote}` : (escapes[character] ?? character))).join("") + quote;
    const characters = [...text];
    const half = choose([0, 0, 0, 1]) === 0 ? 0 : characters.length >> 1;
    return half === 0 ? literal(text) : literal(characters.slice(0, half).join("")) + mayGap() + literal(characters.slice(half).join(""));
  }

  function scalar(item: unknown, field: FieldSchema): string {
    if (typeof item === "string") return field.kind === "enum" ? choose([item, String(schema.enums.get(field.type)?.values.get(item))]) : string(item);
    if (typeof item === "boolean") return choose(item ? ["true", "True", "t", "1", "0x1"] : ["false", "False", "f", "0", "00"]);
    if (field.type === "float" || field.type === "double") {
      if (Number.isNaN(item)) return choose(["nan", "NaN"]);
      return item === Number.POSITIVE_INFINITY ? choose(["inf", "Infinity"]) : choose([String(item), `${String(item)}f`, `${String(item)}`]).replace("+", "");
    }
    const magnitude = Math.abs(item as number);
    const digits = choose([String(magnitude), `0x${magnitude.toString(16)}`, `0${magnitude.toString(8)}`]);
    return (item as number) < 0 ? choose(["-", "- "]) + digits : digits;
  }

  function print(item: unknown, field: FieldSchema): string {
    if (field.kind !== "message" && field.kind !== "map") return scalar(item, field);
    const [open, close] = choose([["{", "}"], ["<", ">"]] as const);
    return `${open}${mayGap()}${body(item as Record<string, unknown>, schema.messages.get(field.type))}${mayGap()}${close}`;
  }

  /** One occurrence; of a repeated field, with one or several elements. */
  function occurrence(items: readonly unknown[], field: FieldSchema, list: boolean): string {
    const block = field.kind === "message" || field.kind === "map";
    const colon = block ? choose(["", "", ":"]) : `${mayGap()}:`;
    const printed = items.map((item) => print(item, field));
    if (!list) return `${field.name}${colon}${mayGap()}${printed[0]}`;
    return `${field.name}${colon}${mayGap()}[${mayGap()}${printed.join(`${mayGap()},${mayGap()}`)}${mayGap()}]`;
  }

  function body(item: Record<string, unknown>, type: MessageSchema | undefined): string {
    const written: string[][] = [];
    for (const [name, content] of Object.entries(item)) {
      const field = type?.fields.get(name);
      if (field === undefined) continue;
      const items = !field.repeated ? [content] : field.kind === "map" ? entriesOf(content as object, field) : (content as unknown[]);
      if (!field.repeated) written.push([occurrence(items, field, false)]);
      else {
        const cut = pick(2) === 0 ? items.length : 1;
        written.push([...pieces(items.slice(0, cut), field), ...pieces(items.slice(cut), field)]);
      }
    }
    return interleave(written).map((text) => text + choose(["", "", "", ",", ";", " ,"])).reduce((all, text) => all + (all === "" ? "" : gap()) + text, "");
  }

  function entriesOf(map: object, field: FieldSchema): unknown[] {
    const textual = schema.messages.get(field.type)?.fields.get("key")?.type === "string";
    return Object.entries(map).map(([key, one]) => ({ key: textual ? key : Number(key), value: one as unknown }));
  }

  function pieces(items: readonly unknown[], field: FieldSchema): string[] {
    if (items.length === 0) return [];
    return pick(2) === 0 ? [occurrence(items, field, true)] : items.map((item) => occurrence([item], field, false));
  }

  /** Occurrences of one field stay in order; those of others may stand between them. */
  function interleave(written: readonly string[][]): string[] {
    if (pick(2) === 0) return written.flat();
    const [first = [], ...others] = written;
    return others.reduce<string[]>((all, next) => [...all.slice(0, 1), ...next, ...all.slice(1)], first);
  }

  return {
    value,
    element: (field: FieldSchema) => one(field, 0),
    config(): WrittenConfig {
      const type = schema.messages.get(schema.root);
      const content = message(type, 0);
      const text = choose(["", "# head\n", "\n"]) + body(content, type) + choose(["", "\n", " # end", "\r\n"]);
      return { text, value: sparse(content, type, schema) };
    },
  };
}
