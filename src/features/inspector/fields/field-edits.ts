import type { FileEdits } from "../../../base/diagnostic.ts";
import { applyEdits, type TextEdit } from "../../../base/text-edit.ts";
import type { ParsedConfig } from "../../../triton/model-config/decode.ts";
import { MODEL_CONFIG_SCHEMA } from "../../../triton/model-config/schema.ts";
import { addValue, editAll, removeValue, renameKey, setValue } from "../../../triton/pbtxt/edit.ts";
import { parsePbtxt } from "../../../triton/pbtxt/parse.ts";
import { findPath, type Path } from "../../../triton/pbtxt/path.ts";
import type { EditRecord, EditValue } from "../../../triton/pbtxt/print.ts";
import type { FieldSchema, MessageSchema } from "../../../triton/pbtxt/schema.ts";
import type { PbtxtTree } from "../../../triton/pbtxt/tree.ts";

/** What one action of the form does to a configuration. */
export type FieldChange =
  | { readonly kind: "set"; readonly path: Path; readonly value: EditValue }
  /** Takes a field, an element or an entry out: its default counts again. */
  | { readonly kind: "remove"; readonly path: Path }
  /** Appends elements to a repeated field. */
  | { readonly kind: "add"; readonly path: Path; readonly values: readonly EditValue[] }
  | { readonly kind: "rename-key"; readonly path: Path; readonly key: string }
  /** Puts an element before the one in front of it (-1), or behind the next (1). */
  | { readonly kind: "move"; readonly path: Path; readonly by: -1 | 1 }
  /** Makes a field the one member of its oneof that is set; without a member none is. */
  | { readonly kind: "choose"; readonly message: Path; readonly members: readonly FieldSchema[]; readonly member: FieldSchema | undefined };

/** The edits that a change means. They touch nothing but what it names. */
export function fieldEdits(tree: PbtxtTree, change: FieldChange): TextEdit[] {
  switch (change.kind) {
    case "set":
      return isEmptyList(change.value) ? removeValue(tree, change.path) : setValue(tree, change.path, change.value);
    case "remove":
      return removeValue(tree, change.path);
    case "add":
      return editAll(tree, change.values.map((value) => (current: PbtxtTree) => addValue(current, change.path, value)));
    case "rename-key":
      return renameKey(tree, change.path, change.key);
    case "move":
      return moveElement(tree, change.path, change.by);
    case "choose":
      return choose(tree, change);
  }
}

/** The same as edits of a model's file; a model without one gets it. */
export function fileEdits(model: string, parsed: ParsedConfig | undefined, change: FieldChange): FileEdits {
  if (parsed !== undefined) return { path: parsed.file, edits: fieldEdits(parsed.tree, change) };
  return { path: `${model}/config.pbtxt`, create: applyEdits("", fieldEdits(parsePbtxt("", MODEL_CONFIG_SCHEMA), change)) };
}

function isEmptyList(value: EditValue): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** Two neighbours change places as they are written, with the comments inside of them. */
function moveElement(tree: PbtxtTree, path: Path, by: -1 | 1): TextEdit[] {
  const index = Number(path.at(-1));
  const one = findPath(tree.root, path)?.value;
  const other = findPath(tree.root, [...path.slice(0, -1), index + by])?.value;
  if (one === undefined || other === undefined) return [];
  const textOf = ({ from, to }: { from: number; to: number }): string => tree.text.slice(from, to);
  const [first, second] = one.from < other.from ? [one, other] : [other, one];
  return [
    { from: first.from, to: first.to, insert: textOf(second) },
    { from: second.from, to: second.to, insert: textOf(first) },
  ];
}

function choose(tree: PbtxtTree, { message, members, member }: Extract<FieldChange, { kind: "choose" }>): TextEdit[] {
  if (member !== undefined) return setValue(tree, [...message, member.name], firstValue(member));
  return editAll(tree, members.map(({ name }) => (current: PbtxtTree) => removeValue(current, [...message, name])));
}

/** What a field holds at first when it is chosen: a switch is on. */
function firstValue({ kind, type }: FieldSchema): EditValue {
  if (kind === "message") return {};
  return type === "bool" ? true : type === "string" ? "" : 0;
}

/** A decoded value of a field as edits write it: nothing that is a default anyway. */
export function editValueOf(value: unknown, field: FieldSchema): EditValue {
  if (Array.isArray(value)) return value.map((item) => editValueOf(item, field));
  if (field.kind === "map") {
    const inner = MODEL_CONFIG_SCHEMA.messages.get(field.type)?.fields.get("value");
    const entries = Object.entries(value as Record<string, unknown>);
    return Object.fromEntries(entries.map(([key, item]) => [key, inner === undefined ? (item as EditValue) : editValueOf(item, inner)]));
  }
  if (field.kind !== "message") return value as EditValue;
  return editRecordOf(value as Record<string, unknown>, MODEL_CONFIG_SCHEMA.messages.get(field.type));
}

function editRecordOf(message: Record<string, unknown>, type: MessageSchema | undefined): EditRecord {
  const fields = [...(type?.fields.values() ?? [])].filter((field) => !isDefault(message[field.name], field));
  return Object.fromEntries(fields.map((field) => [field.name, editValueOf(message[field.name], field)]));
}

/** Whether a decoded value is what counts where its field is absent. */
export function isDefault(value: unknown, field: FieldSchema): boolean {
  if (value === undefined) return true;
  if (field.repeated) return Object.keys(value as object).length === 0;
  if (field.kind === "message" || field.explicit) return false;
  if (field.kind === "enum") return value === MODEL_CONFIG_SCHEMA.enums.get(field.type)?.values.keys().next().value;
  return value === "" || value === false || value === 0;
}
