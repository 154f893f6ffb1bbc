// JSON with positions, so that a finding can point at the text (RFC 8259). Numbers keep whether they are written as integers, which Python
// distinguishes.
import { JsonReader, type JsonMemberOf, type JsonProblem, type JsonShape } from "../base/json-reader.ts";

/** A JSON value and where it stands: UTF-16 offsets, `from` at its first character, `to` after its last. */
export type JsonNode = { readonly from: number; readonly to: number } & (
  | { readonly kind: "null" }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "number"; readonly value: number; readonly integer: boolean }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "array"; readonly items: readonly JsonNode[] }
  | { readonly kind: "object"; readonly members: readonly JsonMember[] }
);

/** A member of an object, in file order; a name may come twice. */
export type JsonMember = JsonMemberOf<JsonNode>;

/** The value that the text holds, or the first problem. */
export function readJson(text: string): JsonNode | JsonProblem {
  const reader = new JsonReader(text, NODES);
  return reader.read() ?? reader.problem ?? { message: "Expected a JSON value", from: 0, to: 0 };
}

/** Whether {@link readJson} found a problem. */
export function isJsonProblem(result: JsonNode | JsonProblem): result is JsonProblem {
  return "message" in result;
}

/** The value of the last member with a name, as Python's json reads it. */
export function memberOf(node: JsonNode, name: string): JsonNode | undefined {
  return node.kind === "object" ? node.members.findLast((member) => member.name === name)?.value : undefined;
}

/** The plain value of a node. */
export function plainValue(node: JsonNode): unknown {
  if (node.kind === "null") return null;
  if (node.kind === "array") return node.items.map(plainValue);
  if (node.kind === "object") return Object.fromEntries(node.members.map((member) => [member.name, plainValue(member.value)]));
  return node.value;
}

const NODES: JsonShape<JsonNode> = {
  words: new Map<string, (from: number, to: number) => JsonNode>([
    ["null", (from, to) => ({ kind: "null", from, to })],
    ["true", (from, to) => ({ kind: "boolean", value: true, from, to })],
    ["false", (from, to) => ({ kind: "boolean", value: false, from, to })],
  ]),
  number: (text, from, to) => ({ kind: "number", value: Number(text), integer: !/[.eE]/.test(text), from, to }),
  string: (value, from, to) => ({ kind: "string", value, from, to }),
  array: (items, from, to) => ({ kind: "array", items, from, to }),
  object: (members, from, to) => ({ kind: "object", members, from, to }),
};
