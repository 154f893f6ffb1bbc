import * as v from "valibot";
import { ConchError } from "../../base/errors.ts";
import { isJsonObject, readExactJson, writeExactJson, type JsonObject, type JsonValue } from "../../base/exact-json.ts";
import { tooLarge } from "./body-source.ts";
import { announcedBytes, type Incoming } from "./connection.ts";
import { exchangeError } from "./failure.ts";
import type { BodyParts } from "./transport.ts";

const JSON_TYPE = /^application\/(?:json|[\w.-]+\+json)$/;

/** Whether an object of a document may have a name twice. */
export type MayRepeat = (root: JsonValue, object: JsonObject) => boolean;

/** The JSON document that an answer is. Throws V2_RESPONSE_INVALID for another content type and for what is no JSON. */
export async function readDocument(incoming: Incoming, mayRepeat?: MayRepeat): Promise<JsonValue> {
  expectType(incoming, JSON_TYPE, "application/json");
  return parseDocument(await documentText(incoming), incoming, mayRepeat);
}

/** The text of an answer that is a document. Throws V2_RESPONSE_TOO_LARGE as soon as it is known to be too large for one. */
export async function documentText(incoming: Incoming): Promise<string> {
  const { request, source, limits } = incoming;
  const announced = announcedBytes(incoming);
  if (announced !== undefined && announced > limits.documentBytes) throw tooLarge(request, limits.documentBytes, announced);
  return source.text(limits.documentBytes);
}

/**
 * The value of a JSON text. A name that comes twice in an object is refused, for the two readers of it would disagree, but for objects that
 * `mayRepeat` knows: Triton itself repeats parameters of an ensemble's answer, and the last counts.
 */
export function parseDocument(text: string, { request }: Incoming, mayRepeat: MayRepeat = () => false): JsonValue {
  const found = readExactJson(text);
  if ("problem" in found) {
    const { message, from } = found.problem;
    const near = text.slice(Math.max(0, from - 20), from + 20);
    throw exchangeError("V2_RESPONSE_INVALID", request, `the answer is no JSON: ${message} at ${from}, near ${JSON.stringify(near)}`, { data: { at: from } });
  }
  for (const [object, names] of found.repeated) {
    if (mayRepeat(found.value, object)) continue;
    throw exchangeError("V2_RESPONSE_INVALID", request, `the answer has ${names.map((name) => JSON.stringify(name)).join(", ")} twice in one object`, { data: { names } });
  }
  return found.value;
}

/** Throws V2_RESPONSE_INVALID where an answer has a content type that does not fit; one without any passes. */
export function expectType({ header, request }: Incoming, fits: RegExp, expected: string): void {
  const type = header("content-type");
  const media = type?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (media === "" || fits.test(media)) return;
  throw exchangeError("V2_RESPONSE_INVALID", request, `expected an answer of type ${expected}, found ${media}: is this a v2 server?`, {
    data: { expected, found: media },
  });
}

/** A value as what a schema says. Throws V2_RESPONSE_INVALID, which names the first place that does not fit. */
export function conform<T>(schema: v.GenericSchema<unknown, T>, value: JsonValue, request: string): T {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  const place = path === null ? "the document" : path;
  throw exchangeError("V2_RESPONSE_INVALID", request, `expected ${issue.expected ?? "another value"} at ${place}, found ${issue.received}`, { data: { place } });
}

/** Reads an answer as a document that a schema describes. */
export function documentOf<T>(schema: v.GenericSchema<unknown, T>): (incoming: Incoming) => Promise<T> {
  return async (incoming) => conform(schema, await readDocument(incoming), incoming.request);
}

/** For an answer that says all by its status. Only its type is looked at, by which a page of another server is known. */
export async function expectNothing(incoming: Incoming): Promise<void> {
  expectType(incoming, JSON_TYPE, "application/json");
}

/** Reads an answer that is a JSON object, of whatever members. */
export async function readObject(incoming: Incoming): Promise<JsonObject> {
  return asObject(await readDocument(incoming), incoming.request);
}

/** A value that must be a JSON object. */
export function asObject(value: JsonValue | undefined, request: string, place = "the document"): JsonObject {
  if (isJsonObject(value)) return value;
  throw exchangeError("V2_RESPONSE_INVALID", request, `expected ${place} to be a JSON object`);
}

/** A JSON document as the body of a request. */
export function documentBody(value: JsonObject): BodyParts {
  return [new TextEncoder().encode(writeExactJson(value))];
}

/** The error for a request that is not sent. */
export function unsendable(message: string): ConchError {
  return new ConchError("V2_REQUEST_INVALID", message);
}
