import { JsonReader, type JsonMemberOf, type JsonProblem, type JsonShape } from "./json-reader.ts";

/** A JSON value that lost nothing: an integer beyond ±(2^53 - 1) is a bigint. NaN and the infinities occur where the dialect has them. */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject;

/** A JSON object. `__proto__` is a member like any other. */
export type JsonObject = { readonly [name: string]: JsonValue };

/** True for a JSON object, and not for a list or null. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What {@link readExactJson} found: the value, or what is wrong with the text. */
export type ExactJson =
  | {
      readonly value: JsonValue;
      /** The objects that have a name more than once, with those names. The last value counts. */
      readonly repeated: ReadonlyMap<JsonObject, readonly string[]>;
    }
  | { readonly problem: JsonProblem };

/**
 * The value of a JSON text with every digit of its integers. Besides JSON the words NaN, Infinity, -Infinity, Inf and -Inf are numbers, as
 * RapidJSON reads and writes them. Never throws.
 */
export function readExactJson(text: string): ExactJson {
  const repeated = new Map<JsonObject, readonly string[]>();
  const reader = new JsonReader(text, { ...VALUES, object: (members) => objectOf(members, repeated) });
  const value = reader.read();
  if (value !== undefined) return { value, repeated };
  return { problem: reader.problem ?? { message: "Expected a JSON value", from: 0, to: 0 } };
}

/**
 * The JSON text of a value. A bigint is written in full, a number beyond ±(2^53 - 1) with an exponent, -0 as -0.0, and NaN and the infinities as
 * the words that RapidJSON reads, which is no JSON to others.
 */
export function writeExactJson(value: JsonValue): string {
  if (typeof value === "number") return numberText(value);
  if (typeof value === "bigint") return String(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isJsonObject(value)) return `{${Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${writeExactJson(member)}`).join(",")}}`;
  return `[${value.map(writeExactJson).join(",")}]`;
}

function numberText(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value);
}

/** The words of JSON as Triton reads and writes them: those of RFC 8259, and RapidJSON's names of numbers that are not finite. */
export const JSON_WORDS: ReadonlyMap<string, () => null | boolean | number> = new Map<string, () => null | boolean | number>([
  ["null", () => null],
  ["true", () => true],
  ["false", () => false],
  ["NaN", () => NaN],
  ["Infinity", () => Infinity],
  ["-Infinity", () => -Infinity],
  ["Inf", () => Infinity],
  ["-Inf", () => -Infinity],
]);

const VALUES: Omit<JsonShape<JsonValue>, "object"> = {
  words: JSON_WORDS,
  number(text) {
    const value = Number(text);
    return Number.isSafeInteger(value) || /[.eE]/.test(text) ? value : BigInt(text);
  },
  string: (value) => value,
  array: (items) => items,
};

function objectOf(members: readonly JsonMemberOf<JsonValue>[], repeated: Map<JsonObject, readonly string[]>): JsonObject {
  const object = Object.fromEntries(members.map(({ name, value }) => [name, value]));
  if (Object.keys(object).length === members.length) return object;
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { name } of members) (seen.has(name) ? twice : seen).add(name);
  repeated.set(object, [...twice]);
  return object;
}
