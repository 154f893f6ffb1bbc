import type { Diagnostic } from "../../base/diagnostic.ts";
import { type Finding, withIds } from "../findings.ts";
import { parsePbtxt } from "../pbtxt/parse.ts";
import { entryKey, type Path, pathAt, rangeOfPath } from "../pbtxt/path.ts";
import type { FieldSchema, Schema } from "../pbtxt/schema.ts";
import type { MessageNode, PbtxtTree, ScalarNode, TextRange, ValueNode } from "../pbtxt/tree.ts";
import { keepExact } from "./exact.ts";
import type { ModelConfig } from "./model-config.ts";
import { MODEL_CONFIG_SCHEMA } from "./schema.ts";
import { syntaxFinding, UNFILLED } from "./syntax-finding.ts";
import { placeholders } from "./template.ts";

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
  const templates = placeholders(text);
  const findings: Finding[] = tree.errors.map((error) => syntaxFinding(error, tree, templates, file));
  const model = modelOfFile(file);
  const base = { stage: "load", ...(model === undefined ? {} : { model }), file } as const;
  const config = decodeMessage(tree.root, tree.schema, ({ from, to }, message, hint) => {
    findings.push({ ...base, code: "CONFIG_DUPLICATE_KEY", severity: "warning", from, to, message, hint });
  }) as unknown as ModelConfig;
  for (const { from, to } of templates.filter((range) => isInString(tree.root, range))) {
    const message = `the placeholder ${text.slice(from, to)} stands in a string, and so is text to Triton`;
    findings.push({ ...base, code: "CONFIG_TEMPLATE", severity: "info", from, to, message, hint: UNFILLED });
  }
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

function isInString(message: MessageNode, range: TextRange): boolean {
  const holds = (node: TextRange): boolean => node.from <= range.from && range.to <= node.to;
  return message.fields.some(({ schema, values }) => {
    return values.some((value) => holds(value) && (value.kind === "message" ? isInString(value, range) : schema?.type === "string" && value.value !== undefined));
  });
}

/** The directory that a repository path lies in: its model. */
export function modelOfFile(file: string): string | undefined {
  const slash = file.indexOf("/");
  return slash < 0 ? undefined : file.slice(0, slash);
}

type Report = (range: TextRange, message: string, hint: string) => void;

function decodeMessage(node: MessageNode, schema: Schema, report: Report): Record<string, unknown> {
  const written = writtenValues(node);
  const result: Record<string, unknown> = {};
  for (const field of node.schema?.fields.values() ?? []) {
    const values = written(field);
    const value = values === undefined ? unset(field, schema) : decodeField(values, field, schema, report);
    if (value === undefined) continue;
    result[field.name] = value;
    if (values !== undefined && LONG.has(field.type)) keepExact(result, field.name, longs(values, field));
  }
  return result;
}

/** Fields up to which looking through them is quicker than a table. */
const FEW = 16;

/** Tells the values of a field, in text order over all its occurrences that count; undefined for one that is not there. */
function writtenValues(node: MessageNode): (field: FieldSchema) => readonly ValueNode[] | undefined {
  const { fields } = node;
  if (fields.length <= FEW) {
    return (field) => {
      let found: readonly ValueNode[] | undefined;
      for (const { schema, refused, values } of fields) if (schema === field && !refused) found = found === undefined ? values : [...found, ...values];
      return found;
    };
  }
  const table = new Map<FieldSchema, ValueNode[]>();
  for (const { schema, refused, values } of fields) {
    if (schema === undefined || refused) continue;
    const known = table.get(schema);
    if (known === undefined) table.set(schema, [...values]);
    else for (const value of values) known.push(value);
  }
  return (field) => table.get(field);
}

const LONG: ReadonlySet<string> = new Set(["int64", "uint64"]);

function longs(values: readonly ValueNode[], field: FieldSchema): readonly bigint[] {
  const whole = values.flatMap((node) => (node.kind === "scalar" && typeof node.value === "bigint" ? [node.value] : []));
  return field.repeated ? whole : whole.slice(-1);
}

function decodeField(values: readonly ValueNode[], field: FieldSchema, schema: Schema, report: Report): unknown {
  if (field.kind === "map") return decodeMap(values, field, schema, report);
  if (field.repeated) return values.map((value) => decodeValue(value, field, schema, report)).filter((value) => value !== undefined);
  const value = values.at(-1);
  return (value === undefined ? undefined : decodeValue(value, field, schema, report)) ?? unset(field, schema);
}

/** What a field is that nobody set; undefined for a message and a member of a oneof. */
function unset(field: FieldSchema, schema: Schema): unknown {
  if (field.kind === "map") return {};
  if (field.repeated) return [];
  return field.oneof === undefined ? defaultOf(field, schema) : undefined;
}

function decodeMap(values: readonly ValueNode[], field: FieldSchema, schema: Schema, report: Report): Record<string, unknown> {
  const value = schema.messages.get(field.type)?.fields.get("value");
  if (value === undefined) return {};
  const valueOf = (entry: MessageNode): unknown => decodeField(writtenValues(entry)(value) ?? [], value, schema, report) ?? emptyMessage(value.type);
  const [only] = values;
  // Most maps of an ensemble have one entry.
  if (values.length === 1 && only?.kind === "message") return Object.fromEntries([[entryKey(only), valueOf(only)]]);
  const entries = new Map<string, { value: unknown; range: TextRange }>();
  for (const entry of values) {
    if (entry.kind !== "message") continue;
    const key = entryKey(entry);
    const former = entries.get(key);
    if (former !== undefined) {
      report(
        former.range,
        `${field.name} has more than one entry with key "${key}": the last one counts, this one is lost`,
        "Remove this entry or give it another key.",
      );
    }
    const decoded = valueOf(entry);
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
