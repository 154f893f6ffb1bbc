// JSON with positions, so that a finding can point at the text (RFC 8259). Numbers keep whether they are written as integers, which Python
// distinguishes.

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
export interface JsonMember {
  readonly name: string;
  /** Where the quoted name stands. */
  readonly from: number;
  readonly to: number;
  readonly value: JsonNode;
}

/** What is wrong with the text, and where. */
export interface JsonProblem {
  readonly message: string;
  readonly from: number;
  readonly to: number;
}

/** The value that the text holds, or the first problem. */
export function readJson(text: string): JsonNode | JsonProblem {
  const reader: Reader = { text, at: text.charCodeAt(0) === 0xfeff ? 1 : 0, problem: undefined };
  const node = value(reader, 0);
  if (node !== undefined) {
    skipSpace(reader);
    if (reader.at === text.length) return node;
    fail(reader, "Expected the end of the file");
  }
  return reader.problem ?? { message: "Expected a JSON value", from: 0, to: 0 };
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

interface Reader {
  readonly text: string;
  at: number;
  problem: JsonProblem | undefined;
}

const DEEPEST = 200;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const WORDS: Record<string, { kind: "null" } | { kind: "boolean"; value: boolean }> = {
  null: { kind: "null" },
  true: { kind: "boolean", value: true },
  false: { kind: "boolean", value: false },
};

function fail(reader: Reader, message: string, from = reader.at, to = Math.min(from + 1, reader.text.length)): undefined {
  reader.problem ??= { message, from: Math.min(from, reader.text.length), to };
  return undefined;
}

function skipSpace(reader: Reader): void {
  while (reader.at < reader.text.length && " \t\n\r".includes(reader.text.charAt(reader.at))) reader.at++;
}

function value(reader: Reader, depth: number): JsonNode | undefined {
  skipSpace(reader);
  const from = reader.at;
  const first = reader.text.charAt(from);
  if (depth > DEEPEST) return fail(reader, `Nested deeper than ${DEEPEST}`);
  if (first === "{") return object(reader, depth);
  if (first === "[") return array(reader, depth);
  if (first === '"') {
    const text = string(reader);
    return text === undefined ? undefined : { kind: "string", value: text, from, to: reader.at };
  }
  const word = /[A-Za-z]+/y;
  word.lastIndex = from;
  const name = word.exec(reader.text)?.[0];
  if (name !== undefined) {
    const known = WORDS[name];
    if (known === undefined) return fail(reader, `Expected a JSON value, found ${name}`, from, from + name.length);
    reader.at = from + name.length;
    return { ...known, from, to: reader.at };
  }
  NUMBER.lastIndex = from;
  const number = NUMBER.exec(reader.text);
  if (number === null) return fail(reader, first === "" ? "Expected a JSON value, found the end of the file" : `Expected a JSON value, found ${first}`);
  reader.at = from + number[0].length;
  return { kind: "number", value: Number(number[0]), integer: number[1] === undefined && number[2] === undefined, from, to: reader.at };
}

function string(reader: Reader): string | undefined {
  const { text, at } = reader;
  let end = at + 1;
  while (end < text.length && text.charAt(end) !== '"') end += text.charAt(end) === "\\" ? 2 : 1;
  const quoted = text.slice(at, end + 1);
  try {
    reader.at = end + 1;
    return JSON.parse(quoted) as string;
  } catch {
    return fail(reader, "This string is not closed, or has a character or escape that JSON does not allow", at, Math.min(end + 1, text.length));
  }
}

function array(reader: Reader, depth: number): JsonNode | undefined {
  const from = reader.at++;
  const items: JsonNode[] = [];
  skipSpace(reader);
  if (reader.text.charAt(reader.at) === "]") return { kind: "array", items, from, to: ++reader.at };
  for (;;) {
    const item = value(reader, depth + 1);
    if (item === undefined) return undefined;
    items.push(item);
    skipSpace(reader);
    const next = reader.text.charAt(reader.at);
    if (next === "]") return { kind: "array", items, from, to: ++reader.at };
    if (next !== ",") return fail(reader, "Expected , or ]");
    reader.at++;
  }
}

function object(reader: Reader, depth: number): JsonNode | undefined {
  const from = reader.at++;
  const members: JsonMember[] = [];
  skipSpace(reader);
  if (reader.text.charAt(reader.at) === "}") return { kind: "object", members, from, to: ++reader.at };
  for (;;) {
    skipSpace(reader);
    const start = reader.at;
    if (reader.text.charAt(start) !== '"') return fail(reader, "Expected a name in double quotes");
    const name = string(reader);
    if (name === undefined) return undefined;
    const to = reader.at;
    skipSpace(reader);
    if (reader.text.charAt(reader.at) !== ":") return fail(reader, "Expected :");
    reader.at++;
    const member = value(reader, depth + 1);
    if (member === undefined) return undefined;
    members.push({ name, from: start, to, value: member });
    skipSpace(reader);
    const next = reader.text.charAt(reader.at);
    if (next === "}") return { kind: "object", members, from, to: ++reader.at };
    if (next !== ",") return fail(reader, "Expected , or }");
    reader.at++;
  }
}
