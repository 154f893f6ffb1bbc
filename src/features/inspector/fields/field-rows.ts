import type { Diagnostic } from "../../../base/diagnostic.ts";
import type { ModelVerdict } from "../../../triton/loading/verdict.ts";
import type { ParsedConfig } from "../../../triton/model-config/decode.ts";
import { MODEL_CONFIG_SCHEMA } from "../../../triton/model-config/schema.ts";
import { elements, entryKey, findPath, occurrences, type Path } from "../../../triton/pbtxt/path.ts";
import type { FieldSchema, MessageSchema } from "../../../triton/pbtxt/schema.ts";
import type { FieldNode, MessageNode, TextRange, ValueNode } from "../../../triton/pbtxt/tree.ts";
import { isDefault } from "./field-edits.ts";
import { createSearch } from "./field-search.ts";
import { scalarText, scalarsText, type ScalarValue } from "./field-text.ts";

/** Where the value that counts comes from: the file, the server's completion, or nowhere, so that the default counts. */
export type Origin = "file" | "server" | "default";

/** What every row of the form has. */
interface BaseRow {
  /** Unique within the form, and the same after an edit elsewhere. */
  readonly id: string;
  /** Depth, from 0. */
  readonly level: number;
  /** The way to it; of a choice and of a fold, to the message around it. */
  readonly path: Path;
}

/** A field, an element of a repeated message, or an entry of a map. */
export interface FieldRow extends BaseRow {
  readonly kind: "scalar" | "scalars" | "message" | "messages" | "map" | "element" | "entry";
  /** The field's name, an element's number, an entry's key. */
  readonly label: string;
  /** Of an entry the field of its value. */
  readonly field: FieldSchema;
  /** Of a map and its entries: the field of a key, and the keys that are there. */
  readonly key?: FieldSchema;
  readonly keys?: readonly string[];
  /** Name of the message that declares the field. */
  readonly owner: string;
  /** The schema's help, empty for elements and entries, and what counts where the field is absent. */
  readonly doc: string;
  readonly fallback?: string;
  readonly origin: Origin;
  /** Why the server fills it in, or makes something else of it. */
  readonly reason?: string;
  /** What the file says: of a scalar, or a repeated one. */
  readonly written: readonly ScalarValue[];
  /** What counts, as text, where that is not what is written. */
  readonly served?: string;
  /** Where the file says it, its name included. */
  readonly range?: TextRange;
  /** False for an element that only the server's completion has: no edit reaches it. */
  readonly editable: boolean;
  /** Absent for a row with nothing below it. */
  readonly open?: boolean;
  /** Elements or entries; of an element its place among those of the file. */
  readonly count: number;
  readonly index: number;
  /** What a folded element is about. */
  readonly summary: string;
  /** Findings of this row, and of those folded into it. */
  readonly findings: readonly Diagnostic[];
}

/** A oneof: which of its members is set. */
export interface ChoiceRow extends BaseRow {
  readonly kind: "choice";
  readonly label: string;
  readonly members: readonly FieldSchema[];
  readonly chosen: string | undefined;
  readonly editable: boolean;
}

/** The fields of a message that are not set, folded away. */
export interface FoldRow extends BaseRow {
  readonly kind: "fold";
  readonly open: boolean;
  readonly count: number;
}

/** One line of the form. */
export type Row = FieldRow | ChoiceRow | FoldRow;

/** What a form shows. */
export interface FormSource {
  /** Absent where the model has no config.pbtxt. */
  readonly parsed: ParsedConfig | undefined;
  readonly verdict: Pick<ModelVerdict, "config" | "completed" | "findings">;
  /** The message whose fields these are; [] is the whole configuration. */
  readonly root: Path;
}

/** How much of it is open. */
export interface FormView {
  /** By row id: folds that the user opened or closed. */
  readonly folds: ReadonlyMap<string, boolean>;
  /** Part of a field's name; with one, only what leads to such fields is shown. */
  readonly search: string;
}

/** A message of the configuration on the way down: as written, and as the server has it. */
interface Place {
  readonly type: MessageSchema | undefined;
  readonly path: Path;
  readonly level: number;
  readonly node: MessageNode | undefined;
  readonly served: Readonly<Record<string, unknown>> | undefined;
  readonly editable: boolean;
}

/** Elements up to which a list opens with all of them open. */
const FEW = 3;

/** Elements up to which a list or map opens at all by itself. */
const MANY = 20;

/** The id of the row at a path. */
export function rowId(path: Path): string {
  return JSON.stringify(path);
}

/** The rows of a form, from top to bottom. Empty where the configuration has no such message. */
export function formRows(source: FormSource, { folds, search }: FormView): Row[] {
  const { parsed, verdict } = source;
  const rows: Row[] = [];
  const sought = createSearch(search);
  const isOpen = (id: string, usual: boolean): boolean => folds.get(id) ?? usual;

  function visitMessage(place: Place, found: boolean): void {
    const fields = [...(place.type?.fields.values() ?? [])];
    const seen = new Set<string>();
    const filtering = sought !== undefined && !found;
    const all = fields.filter((field) => !filtering || sought.leadsTo(field));
    const foldId = `${rowId(place.path)} more`;
    const unset = all.filter((field) => isUnset(place, field, fields)).length;
    const open = filtering || isOpen(foldId, unset === all.length);
    for (const field of all) {
      if (!open && isUnset(place, field, fields)) continue;
      if (field.oneof === undefined) visitField(place, field, sought?.names(field) === true || found);
      else if (!seen.has(field.oneof)) {
        seen.add(field.oneof);
        visitChoice(place, field.oneof, fields, found);
      }
    }
    if (!filtering && unset > 0 && unset < all.length) rows.push({ kind: "fold", id: foldId, level: place.level, path: place.path, open, count: unset });
  }

  function visitChoice(place: Place, oneof: string, fields: readonly FieldSchema[], found: boolean): void {
    const members = fields.filter((field) => field.oneof === oneof);
    const chosen = members.find((field) => originOf(place, field) !== "default");
    const { path, level, editable } = place;
    rows.push({ kind: "choice", id: `${rowId(path)} ${oneof}`, level, path, label: oneof, members, chosen: chosen?.name, editable });
    if (chosen === undefined || (sought !== undefined && !found && !sought.leadsTo(chosen))) return;
    visitField({ ...place, level: level + 1 }, chosen, sought?.names(chosen) === true || found);
  }

  function visitField(place: Place, field: FieldSchema, found: boolean): void {
    if (field.kind === "map") return visitMap(place, field, found);
    if (field.kind === "message") return field.repeated ? visitList(place, field, found) : visitSingle(place, field, found);
    rows.push(scalarRow(place, field, verdict));
  }

  function visitSingle(place: Place, field: FieldSchema, found: boolean): void {
    const row = fieldRow(place, field, "message", verdict);
    const open = isOpen(row.id, row.origin === "file" || leads(field, found));
    const type = MODEL_CONFIG_SCHEMA.messages.get(field.type);
    rows.push(type?.fields.size === 0 ? row : { ...row, open });
    const value = place.node === undefined ? undefined : occurrences(place.node, field.name).at(-1)?.values.at(-1);
    if (open) visitMessage(below(place, type, row.path, value, place.served?.[field.name]), found);
  }

  function visitList(place: Place, field: FieldSchema, found: boolean): void {
    const written = place.node === undefined ? [] : elements(place.node, field.name);
    const served = listOf(place.served?.[field.name]);
    const count = Math.max(written.length, served.length);
    const row = fieldRow(place, field, "messages", verdict);
    const seeking = leads(field, found);
    const open = isOpen(row.id, (row.origin === "file" && count <= MANY) || seeking);
    rows.push({ ...row, count, index: written.length, ...(count === 0 ? {} : { open }) });
    if (!open) return;
    const { range: _range, reason: _reason, ...plain } = row;
    for (let index = 0; index < count; index++) {
      const element = written[index];
      const path = [...row.path, index];
      const id = rowId(path);
      const opened = isOpen(id, (element !== undefined && count <= FEW) || seeking);
      const type = MODEL_CONFIG_SCHEMA.messages.get(field.type);
      const inner = below({ ...place, editable: place.editable && element !== undefined, level: place.level + 1 }, type, path, element?.value, served[index]);
      rows.push({
        ...plain, id, path, kind: "element", label: String(index), level: place.level + 1, index, count: written.length, open: opened,
        doc: "", origin: element === undefined ? "server" : "file",
        editable: inner.editable,
        summary: summaryOf(inner),
        ...reasonAt(verdict, path, element === undefined ? "server" : "file"),
        ...(element === undefined ? {} : { range: elementRange(element.field, element.value) }),
      });
      if (opened) visitMessage(inner, found);
    }
  }

  function visitMap(place: Place, field: FieldSchema, found: boolean): void {
    const written = place.node === undefined ? [] : elements(place.node, field.name);
    const served = recordOf(place.served?.[field.name]);
    const keys = [...new Set([...written.map(({ value }) => entryKey(value)), ...Object.keys(served ?? {})])];
    const entryFields = MODEL_CONFIG_SCHEMA.messages.get(field.type)?.fields;
    const [keyField, valueField] = [entryFields?.get("key"), entryFields?.get("value")];
    if (keyField === undefined || valueField === undefined) return;
    const row: FieldRow = { ...fieldRow(place, field, "map", verdict), key: keyField, keys };
    const open = isOpen(row.id, (row.origin === "file" && keys.length <= MANY) || leads(field, found));
    rows.push({ ...row, count: keys.length, open });
    if (!open) return;
    const { range: _range, reason: _reason, ...plain } = row;
    for (const key of keys) {
      const entry = written.findLast(({ value }) => entryKey(value) === key);
      const path = [...row.path, key];
      const value = entry?.value.kind === "message" ? occurrences(entry.value, "value").at(-1)?.values.at(-1) : undefined;
      const id = rowId(path);
      const isMessage = valueField.kind === "message";
      const opened = isOpen(id, entry !== undefined);
      rows.push({
        ...plain, id, path, kind: "entry", label: key, field: valueField, level: place.level + 1, count: 0,
        doc: "", origin: entry === undefined ? "server" : "file",
        ...(isMessage ? { open: opened } : valuesOf(value === undefined ? [] : [value], served?.[key])),
        ...reasonAt(verdict, path, entry === undefined ? "server" : "file"),
        ...(entry === undefined ? {} : { range: elementRange(entry.field, entry.value) }),
      });
      if (isMessage && opened) visitMessage(below({ ...place, level: place.level + 1 }, MODEL_CONFIG_SCHEMA.messages.get(valueField.type), path, value, served?.[key]), found);
    }
  }

  /** Whether a search opens the field: it is what was looked for, or on the way there. */
  function leads(field: FieldSchema, found: boolean): boolean {
    return sought !== undefined && (!found || sought.names(field));
  }

  function isUnset(place: Place, field: FieldSchema, fields: readonly FieldSchema[]): boolean {
    return (field.oneof === undefined ? [field] : fields.filter(({ oneof }) => oneof === field.oneof)).every((one) => originOf(place, one) === "default");
  }

  function originOf(place: Place, field: FieldSchema): Origin {
    return fieldOrigin(place, field, verdict);
  }

  const start = rootPlace(source);
  if (start === undefined) return [];
  visitMessage(start, false);
  return withFindings(rows, parsed, verdict.findings);
}

/** The row that stands for a place of the text: the innermost on screen that holds it. */
export function rowAt(rows: readonly Row[], place: TextRange): FieldRow | undefined {
  let best: FieldRow | undefined;
  for (const row of rows) {
    if (row.kind === "choice" || row.kind === "fold" || row.range === undefined) continue;
    const { from, to } = row.range;
    if (from > place.from || place.to > to) continue;
    if (best?.range === undefined || to - from <= best.range.to - best.range.from) best = row;
  }
  return best;
}

function withFindings(rows: readonly Row[], parsed: ParsedConfig | undefined, findings: readonly Diagnostic[]): Row[] {
  const placed = new Map<string, Diagnostic[]>();
  for (const finding of findings) {
    if (finding.file !== parsed?.file || finding.to === 0) continue;
    const row = rowAt(rows, finding);
    if (row !== undefined) placed.set(row.id, [...(placed.get(row.id) ?? []), finding]);
  }
  return rows.map((row) => (row.kind === "choice" || row.kind === "fold" ? row : { ...row, findings: placed.get(row.id) ?? [] }));
}

function rootPlace({ parsed, verdict, root }: FormSource): Place | undefined {
  const served = valueAt(verdict.config, root);
  if (root.length === 0) return { type: MODEL_CONFIG_SCHEMA.messages.get(MODEL_CONFIG_SCHEMA.root), path: root, level: 0, node: parsed?.tree.root, served: recordOf(served), editable: true };
  const node = parsed === undefined ? undefined : findPath(parsed.tree.root, root)?.value;
  return node?.kind === "message" ? { type: node.schema, path: root, level: 0, node, served: recordOf(served), editable: true } : undefined;
}

function below(place: Place, type: MessageSchema | undefined, path: Path, node: ValueNode | undefined, served: unknown): Place {
  return { type, path, level: place.level + 1, node: node?.kind === "message" ? node : undefined, served: recordOf(served), editable: place.editable };
}

function fieldRow(place: Place, field: FieldSchema, kind: FieldRow["kind"], verdict: FormSource["verdict"]): FieldRow {
  const path = [...place.path, field.name];
  const nodes = place.node === undefined ? [] : occurrences(place.node, field.name);
  const [meaning = "", absent] = field.doc.split(/\s*When absent: /);
  const first = nodes[0];
  const origin = fieldOrigin(place, field, verdict);
  return {
    id: rowId(path), kind, level: place.level, path, field, label: field.name, owner: place.type?.name ?? "",
    doc: meaning,
    ...(absent === undefined ? {} : { fallback: absent.replace(/\.$/, "") }),
    origin,
    ...reasonAt(verdict, path, origin),
    ...(first === undefined ? {} : { range: { from: first.from, to: nodes.at(-1)?.to ?? first.to } }),
    written: [], editable: place.editable, count: 0, index: 0, summary: "", findings: [],
  };
}

function scalarRow(place: Place, field: FieldSchema, verdict: FormSource["verdict"]): FieldRow {
  const row = fieldRow(place, field, field.repeated ? "scalars" : "scalar", verdict);
  const all = place.node === undefined ? [] : occurrences(place.node, field.name).flatMap(({ values }) => values);
  return { ...row, ...valuesOf(field.repeated ? all : all.slice(-1), place.served?.[field.name]), ...(row.fallback === undefined ? implicitDefault(field) : {}) };
}

function valuesOf(nodes: readonly ValueNode[], served: unknown): Pick<FieldRow, "written" | "served"> {
  const written = nodes.flatMap((node): ScalarValue[] => (node.kind === "scalar" && node.value !== undefined ? [node.value] : []));
  if (served === undefined || (written.length > 0 && says(written, served))) return { written };
  return { written, served: Array.isArray(served) ? scalarsText(served as ScalarValue[]) : scalarText(served as ScalarValue) };
}

/** Whether that is what counts; a 64-bit integer is rounded there. An enum by its number is its name there. */
function says(written: readonly ScalarValue[], served: unknown): boolean {
  const counts: readonly unknown[] = Array.isArray(served) ? served : [served];
  return written.length === counts.length && written.every((value, index) => (typeof value === "bigint" ? typeof counts[index] === "string" || Number(value) === counts[index] : Object.is(value, counts[index])));
}

/** proto3's default of a scalar. */
function implicitDefault({ kind, type, repeated, explicit }: FieldSchema): { fallback?: string } {
  if (repeated || explicit) return {};
  const first = kind === "enum" ? MODEL_CONFIG_SCHEMA.enums.get(type)?.values.keys().next().value : undefined;
  return { fallback: first ?? (type === "string" ? '""' : type === "bool" ? "false" : "0") };
}

function fieldOrigin(place: Place, field: FieldSchema, { completed }: FormSource["verdict"]): Origin {
  if (place.node !== undefined && occurrences(place.node, field.name).length > 0) return "file";
  const path = [...place.path, field.name];
  // Of a message that the server fills in as a whole, only what is not a default is worth showing.
  const filled = completed.some((one) => startsWith(one.path, path) || (startsWith(path, one.path) && !isDefault(place.served?.[field.name], field)));
  return filled ? "server" : "default";
}

/** The reason for what the server filled in there or around it; of something that the file says, only one that is about just that. */
function reasonAt({ completed }: FormSource["verdict"], path: Path, origin: Origin): { reason?: string } {
  const reason = completed.findLast((one) => startsWith(path, one.path) && (origin === "server" || one.path.length === path.length))?.reason;
  return reason === undefined || origin === "default" ? {} : { reason };
}

function startsWith(path: Path, beginning: Path): boolean {
  return beginning.length <= path.length && beginning.every((part, index) => String(part) === String(path[index]));
}

function elementRange(field: FieldNode, value: ValueNode): TextRange {
  return field.list === undefined ? { from: field.from, to: field.to } : { from: value.from, to: value.to };
}

/** The names by which people know an element. */
const TITLES = ["name", "model_name", "input_name", "kind", "target_name"];

function summaryOf({ served, node }: Place): string {
  for (const title of TITLES) {
    const written = node === undefined ? undefined : occurrences(node, title).at(-1)?.values.at(-1);
    const value = written?.kind === "scalar" ? written.value : served?.[title];
    if (typeof value === "string" && value !== "") return value;
  }
  return "";
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}

/** What a decoded configuration has at a path. */
export function valueAt(config: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => recordOf(value)?.[part], config);
}
