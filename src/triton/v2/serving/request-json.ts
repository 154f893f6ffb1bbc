import { JSON_WORDS } from "../../../base/exact-json.ts";
import { JsonReader, type JsonMemberOf, type JsonProblem, type JsonShape } from "../../../base/json-reader.ts";
import { encodeSourceText } from "../../../base/source-text.ts";
import { internal } from "./protocol-error.ts";

/** A whole number that is written as a real one, "2.0": Triton does not take it for an integer. */
export class WholeReal {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** JSON of a request: integers beyond ±(2^53 - 1) are bigints. */
export type RequestJson = null | boolean | number | bigint | string | WholeReal | readonly RequestJson[] | RequestObject;

/** An object of a request. Of a name that comes twice the first value counts, as in RapidJSON. */
export type RequestObject = ReadonlyMap<string, RequestJson>;

/** True for a JSON object. */
export function isRequestObject(value: RequestJson | undefined): value is RequestObject {
  return value instanceof Map;
}

/** True for a JSON array. */
export function isRequestArray(value: RequestJson | undefined): value is readonly RequestJson[] {
  return Array.isArray(value);
}

/** The JSON of a request's text, with RapidJSON's numbers (NaN, Inf, Infinity). Throws the status 500 by which Triton says that it is none. */
export function parseRequestJson(text: string): RequestJson {
  // RapidJSON's text ends at the first NUL.
  const end = text.indexOf("\0");
  const reader = new JsonReader<RequestJson>(end < 0 ? text : text.slice(0, end), SHAPE);
  const value = reader.read();
  if (value !== undefined) return value;
  throw internal(`failed to parse the request JSON buffer: ${rapidMessage(reader.problem, text)}`);
}

/** A member that must be there. */
export function member(object: RequestJson, name: string): RequestJson {
  const value = isRequestObject(object) ? object.get(name) : undefined;
  if (value !== undefined) return value;
  throw internal(`attempt to access non-existing object member '${name}'`);
}

/** A member, or undefined. */
export function optionalMember(object: RequestJson, name: string): RequestJson | undefined {
  return isRequestObject(object) ? object.get(name) : undefined;
}

/** The value as text. */
export function asText(value: RequestJson): string {
  if (typeof value === "string") return value;
  throw mistyped("string");
}

/** The value as a boolean. */
export function asBoolean(value: RequestJson): boolean {
  if (typeof value === "boolean") return value;
  throw mistyped("boolean");
}

/** The value as an array. */
export function asArray(value: RequestJson): readonly RequestJson[] {
  if (isRequestArray(value)) return value;
  throw mistyped("array");
}

/** The value as an integer from 0 to 2^64 - 1. */
export function asUnsigned(value: RequestJson): bigint {
  const whole = integerOf(value);
  if (whole !== undefined && whole >= 0n && whole < 1n << 64n) return whole;
  throw mistyped("unsigned-integer");
}

/** The value as an integer of 64 bits. */
export function asSigned(value: RequestJson): bigint {
  const whole = integerOf(value);
  if (whole !== undefined && whole >= -(1n << 63n) && whole < 1n << 63n) return whole;
  throw mistyped("signed-integer");
}

/** The value as a real number. */
export function asReal(value: RequestJson): number {
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  if (value instanceof WholeReal) return value.value;
  throw internal("attempt to access JSON non-number as double");
}

/** What `read` gives; its refusal begins with `Unable to parse 'name': `, or another verb. */
export function named<T>(name: string, read: () => T, verb = "parse"): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Error ? internal(`Unable to ${verb} '${name}': ${error.message}`) : error;
  }
}

const SHAPE: JsonShape<RequestJson> = {
  words: JSON_WORDS,
  number(text) {
    const value = Number(text);
    if (/[.eE]/.test(text)) return Number.isInteger(value) ? new WholeReal(value) : value;
    return Number.isSafeInteger(value) ? value : BigInt(text);
  },
  string: (value) => value,
  array: (items) => items,
  object: (members) => objectOf(members),
};

function objectOf(members: readonly JsonMemberOf<RequestJson>[]): RequestObject {
  const object = new Map<string, RequestJson>();
  for (const { name, value } of members) if (!object.has(name)) object.set(name, value);
  return object;
}

function integerOf(value: RequestJson): bigint | undefined {
  if (typeof value === "bigint") return value;
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : undefined;
}

function mistyped(kind: string): Error {
  return internal(`attempt to access JSON non-${kind} as ${kind}`);
}

/** What RapidJSON says where our reader says something of its own. */
const RAPID: readonly (readonly [RegExp, string])[] = [
  [/^Expected the end/, "The document root must not be followed by other values."],
  [/^Expected a name/, "Missing a name for object member."],
  [/^Expected :/, "Missing a colon after a name of object member."],
  [/^Expected , or \]/, "Missing a comma or ] after an array element."],
  [/^Expected , or \}/, "Missing a comma or } after an object member."],
  [/^This string/, "Missing a closing quotation mark in string."],
];

function rapidMessage(problem: JsonProblem | undefined, text: string): string {
  const { message, from } = problem ?? { message: "", from: 0 };
  const at = encodeSourceText(text.slice(0, from)).byteLength;
  const said = text.trim() === "" ? "The document is empty." : (RAPID.find(([ours]) => ours.test(message))?.[1] ?? "Invalid value.");
  return `${said} at ${at}`;
}
