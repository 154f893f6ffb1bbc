import type { Diagnostic } from "../../base/diagnostic.ts";
import { type Finding, withIds } from "../findings.ts";
import { parsePbtxt } from "../pbtxt/parse.ts";
import { elements, entryKey, occurrences, type Path, pathAt, rangeOfPath } from "../pbtxt/path.ts";
import type { FieldSchema, Schema } from "../pbtxt/schema.ts";
import type { MessageNode, PbtxtTree, ScalarNode, TextRange, ValueNode } from "../pbtxt/tree.ts";
import { keepExact } from "./exact.ts";
import type { ModelConfig } from "./model-config.ts";
import { MODEL_CONFIG_SCHEMA } from "./schema.ts";
import { syntaxFinding } from "./syntax-finding.ts";

/** A config.pbtxt as text, tree and plain data. */
export interface ParsedConfig {
  /** Repository path of the file. */
  readonly file: string;
  readonly text: string;
  readonly tree: PbtxtTree;
  /** What could be read. Where the text has errors, fields may be missing. */
  readonly config: ModelConfig;
  /** False where Triton's parser refuses the file. */
  readonly valid: boolean;
  /** Parse errors and overwritten map entries. */
  readonly diagnostics: readonly Diagnostic[];
  /** UTF-16 range of the value at a path; undefined where the text has none. Of a repeated field: all of it. */
  rangeOf(path: Path): TextRange | undefined;
  /** The innermost path at an offset, for a cursor. */
  pathAt(offset: number): Path;
}

/** Reads a config.pbtxt. Never throws. `file` is its repository path: "spleen_ct/config.pbtxt". */
export function parseConfig(text: string, file: string): ParsedConfig {
  const tree = parsePbtxt(text, MODEL_CONFIG_SCHEMA);
  const findings: Finding[] = tree.errors.map((error) => syntaxFinding(error, tree, file));
  const config = decodeMessage(tree.root, tree.schema, (range, message, hint) => {
    const model = modelOfFile(file);
    findings.push({
      code: "CONFIG_DUPLICATE_KEY",
      severity: "warning",
      stage: "load",
      ...(model === undefined ? {} : { model }),
      file,
      from: range.from,
      to: range.to,
      message,
      hint,
    });
  }) as unknown as ModelConfig;
  return {
    file,
    text,
    tree,
    config,
    valid: !tree.errors.some((error) => error.reported),
    diagnostics: withIds(findings),
    rangeOf: (path) => rangeOfPath(tree, path),
    pathAt: (offset) => pathAt(tree, offset),
  };
}

/** The directory that a repository path lies in: its model. */
export function modelOfFile(file: string): string | undefined {
  const slash = file.indexOf("/");
  return slash < 0 ? undefined : file.slice(0, slash);
}

type Report = (range: TextRange, message: string, hint: string) => void;

function decodeMessage(node: MessageNode, schema: Schema, report: Report): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const field of node.schema?.fields.values() ?? []) {
    const value = decodeField(node, field, schema, report);
    if (value === undefined) continue;
    result[field.name] = value;
    if (LONG.has(field.type)) keepExact(result, field.name, longs(node, field));
  }
  return result;
}

const LONG: ReadonlySet<string> = new Set(["int64", "uint64"]);

function longs(node: MessageNode, field: FieldSchema): readonly bigint[] {
  const values = elements(node, field.name).map(({ value }) => (value.kind === "scalar" ? value.value : undefined));
  const whole = values.filter((value) => typeof value === "bigint");
  return field.repeated ? whole : whole.slice(-1);
}

function decodeField(node: MessageNode, field: FieldSchema, schema: Schema, report: Report): unknown {
  if (field.kind === "map") return decodeMap(node, field, schema, report);
  if (field.repeated) {
    return elements(node, field.name)
      .map(({ value }) => decodeValue(value, field, schema, report))
      .filter((value) => value !== undefined);
  }
  const value = occurrences(node, field.name).at(-1)?.values.at(-1);
  const decoded = value === undefined ? undefined : decodeValue(value, field, schema, report);
  if (decoded !== undefined || field.oneof !== undefined) return decoded;
  return defaultOf(field, schema);
}

function decodeMap(node: MessageNode, field: FieldSchema, schema: Schema, report: Report): Record<string, unknown> {
  const value = schema.messages.get(field.type)?.fields.get("value");
  const entries = new Map<string, { value: unknown; range: TextRange }>();
  for (const { value: entry } of elements(node, field.name)) {
    if (entry.kind !== "message" || value === undefined) continue;
    const key = entryKey(entry);
    const former = entries.get(key);
    if (former !== undefined) {
      report(
        former.range,
        `${field.name} has more than one entry with key "${key}": the last one counts, this one is lost`,
        "Remove this entry or give it another key.",
      );
    }
    const decoded = decodeField(entry, value, schema, report) ?? emptyMessage(value.type);
    entries.delete(key);
    entries.set(key, { value: decoded, range: { from: entry.from, to: entry.to } });
  }
  return Object.fromEntries([...entries].map(([key, entry]) => [key, entry.value]));
}

/** The message of that name with nothing set: every scalar, list and map at its default. */
export function emptyMessage(type: string): Record<string, unknown> {
  const node: MessageNode = { kind: "message", from: 0, to: 0, fields: [], innerFrom: 0, innerTo: 0, closed: true };
  const schema = MODEL_CONFIG_SCHEMA.messages.get(type);
  return decodeMessage(schema === undefined ? node : { ...node, schema }, MODEL_CONFIG_SCHEMA, () => {});
}

function defaultOf(field: FieldSchema, schema: Schema): unknown {
  if (field.kind === "message") return undefined;
  if (field.kind === "enum") return schema.enums.get(field.type)?.values.keys().next().value;
  if (field.type === "string") return "";
  return field.type === "bool" ? false : 0;
}

function decodeValue(node: ValueNode, field: FieldSchema, schema: Schema, report: Report): unknown {
  if (node.kind === "message") return field.kind === "message" ? decodeMessage(node, schema, report) : undefined;
  return decodeScalar(node, field, schema);
}

/** Integers as numbers: what is counted or measured with them is below 2^53 wherever it means something. `keepExact` has the rest. */
function decodeScalar(node: ScalarNode, field: FieldSchema, schema: Schema): unknown {
  if (typeof node.value !== "bigint") return node.value;
  const number = Number(node.value);
  if (field.kind !== "enum") return number;
  for (const [name, value] of schema.enums.get(field.type)?.values ?? []) if (value === number) return name;
  return number;
}
