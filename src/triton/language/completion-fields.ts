import type { EditValue } from "../pbtxt/print.ts";
import { parsePbtxt } from "../pbtxt/parse.ts";
import type { FieldSchema } from "../pbtxt/schema.ts";
import { MODEL_CONFIG_SCHEMA } from "../model-config/schema.ts";
import { blockOf, EMPTY, place, templateWriter, type TemplateWriter } from "./blocks.ts";
import type { Caret, CaretMessage } from "./caret.ts";
import type { CompletionItem } from "./completion-item.ts";
import type { LanguageContext } from "./context.ts";
import { roleOf, type Side } from "./roles.ts";
import { candidates, signature, tensorsOf, wiringOf } from "./wiring.ts";

/** More models than this are not offered as ready-made steps. */
const MOST_STEPS = 50;

/** The fields that a message does not have yet, and blocks filled in as far as the repository tells. */
export function fieldItems(text: string, caret: Caret, context: LanguageContext): CompletionItem[] {
  const { message, to } = caret;
  const { type, present } = message;
  if (type === undefined) return [];
  const taken = new Set([...present].map((name) => type.fields.get(name)?.oneof));
  const open = [...type.fields.values()].filter(({ name, repeated, oneof }) => repeated || (!present.has(name) && (oneof === undefined || !taken.has(oneof))));
  // The name of a field that is there already is being changed.
  if (/^\s*[:{<[]/.test(text.slice(to, to + 40))) return open.map((field) => ({ ...described(field), insert: field.name }));
  const writer = writerFor(caret, context);
  const ready = message === caret.record ? mapItems(caret, context, writer) : entryItems(caret, context, writer);
  return [...ready, ...open.flatMap((field) => [fieldItem(field, writer), ...(field.type === "ModelEnsembling.Step" ? stepItems(field, caret, context, writer) : [])])];
}

/** Elements of a list of messages or map entries, with the comma that the element before lacks. */
export function blockItems(caret: Caret, field: FieldSchema, context: LanguageContext): CompletionItem[] {
  const writer = writerFor(caret, context);
  const write = (value: EditValue): string => (caret.needsComma ? ", " : "") + writer.element(field, value);
  const side = sideOfMap(caret.message, field);
  const block = blockOf(field, MODEL_CONFIG_SCHEMA);
  const empty: CompletionItem = { label: field.name, kind: "block", detail: "{ … }", info: field.doc, insert: `${caret.needsComma ? ", " : ""}{ ${EMPTY} }`, template: true };
  const item = block === undefined ? empty : { ...empty, insert: write(block) };
  const ready = side === undefined ? [] : unmapped(caret, side, context).map(({ label, detail, entry }): CompletionItem => ({ label, detail, kind: "tensor", insert: write({ ...entry }), template: true }));
  const steps = field.type === "ModelEnsembling.Step" ? stepValues(caret, context).map(({ model, value }): CompletionItem => ({ label: model, kind: "model", insert: write(value), template: true })) : [];
  return [...ready, ...steps, item];
}

function writerFor({ from }: Caret, { model, models }: LanguageContext): TemplateWriter {
  const tree = models.get(model)?.parsed?.tree ?? parsePbtxt("", MODEL_CONFIG_SCHEMA);
  return templateWriter(tree, from);
}

function described({ name, kind, type, repeated, doc }: FieldSchema): Omit<CompletionItem, "insert"> {
  const detail = kind === "map" ? "map" : `${repeated ? "repeated " : ""}${type.slice(type.lastIndexOf(".") + 1)}`;
  return { label: name, kind: kind === "message" || kind === "map" ? "block" : "field", detail, info: doc };
}

function fieldItem(field: FieldSchema, writer: TemplateWriter): CompletionItem {
  const item = described(field);
  if (field.kind === "message" || field.kind === "map") {
    return { ...item, insert: writer.field(field, blockOf(field, MODEL_CONFIG_SCHEMA)), template: true };
  }
  const again = field.kind === "enum" || field.type === "bool" || field.type === "string";
  const value = field.type === "string" ? `"${EMPTY}"` : EMPTY;
  return { ...item, insert: field.repeated ? `${field.name}: [ ${value} ]` : `${field.name}: ${value}`, template: true, ...(again ? { again } : {}) };
}

/** The side of a step that a map field speaks of. */
function sideOfMap({ type }: CaretMessage, { name }: FieldSchema): Side | undefined {
  if (type?.name !== "ModelEnsembling.Step") return undefined;
  return name === "input_map" ? "input" : name === "output_map" ? "output" : undefined;
}

/** In a step: its maps with an entry for each tensor of its model that has none. */
function mapItems(caret: Caret, context: LanguageContext, writer: TemplateWriter): CompletionItem[] {
  return [...(caret.message.type?.fields.values() ?? [])].flatMap((field) => {
    const side = sideOfMap(caret.message, field);
    if (side === undefined) return [];
    return unmapped(caret, side, context).map(({ label, detail, entry }): CompletionItem => ({
      label: `${field.name} ${label}`,
      kind: "tensor",
      detail,
      insert: writer.field(field, { ...entry }),
      template: true,
    }));
  });
}

/** In an empty entry of a step's map: key and value together. */
function entryItems(caret: Caret, context: LanguageContext, writer: TemplateWriter): CompletionItem[] {
  const { message, record } = caret;
  const role = roleOf(message.type?.name, "key");
  if (role?.kind !== "port" || message.field === undefined || message.present.size > 0) return [];
  const { field } = message;
  return unmapped(caret, role.side, context).map(({ label, detail, entry }): CompletionItem => ({
    label,
    kind: "tensor",
    detail,
    info: record.strings.get("model_name") ?? "",
    insert: writer.entry(field, entry),
    template: true,
  }));
}

interface ReadyEntry {
  readonly label: string;
  readonly detail: string;
  readonly entry: { readonly key: string; readonly value: string };
}

/** An entry for each tensor of the step's model that its map leaves out, with the likeliest ensemble tensor. */
function unmapped(caret: Caret, side: Side, context: LanguageContext): ReadyEntry[] {
  const { record } = caret;
  const mapped = new Set(record.entries.get(`${side}_map`)?.map(({ key }) => key));
  const wiring = wiringOf(context);
  return tensorsOf(context, record.strings.get("model_name") ?? "", side)
    .filter(({ name }) => !mapped.has(name))
    .map((port) => {
      const [best] = candidates(context, record, side, port, wiring);
      const value = place(best?.fits === true ? best.name : "");
      return { label: port.name, detail: signature(port), entry: { key: port.name, value } };
    });
}

function stepItems(field: FieldSchema, caret: Caret, context: LanguageContext, writer: TemplateWriter): CompletionItem[] {
  return stepValues(caret, context).map(({ model, value }) => ({ label: `step ${model}`, kind: "model", insert: writer.field(field, value), template: true }));
}

/** A step per model of the repository, its maps filled in. */
function stepValues(caret: Caret, context: LanguageContext): { model: string; value: EditValue }[] {
  const wiring = wiringOf(context);
  const others = [...context.models.keys()].filter((name) => name !== context.model);
  if (others.length > MOST_STEPS) return [];
  return others.map((model) => {
    const step: CaretMessage = { ...caret.message, strings: new Map([["model_name", model]]), entries: new Map() };
    const mapOf = (side: Side): EditValue =>
      Object.fromEntries(
        tensorsOf(context, model, side)
          .filter(({ optional }) => !optional)
          .map((port) => {
            const [best] = candidates(context, step, side, port, wiring);
            return [port.name, place(best?.fits === true ? best.name : "")];
          }),
      );
    return { model, value: { model_name: model, model_version: -1, input_map: mapOf("input"), output_map: mapOf("output") } };
  });
}
