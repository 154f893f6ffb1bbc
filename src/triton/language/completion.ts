import { numpyName, v2Name, type DataType } from "../../tensor/data-type.ts";
import { MODEL_CONFIG_SCHEMA } from "../model-config/schema.ts";
import type { FieldSchema } from "../pbtxt/schema.ts";
import { caretAt, type Caret } from "./caret.ts";
import type { CompletionItem } from "./completion-item.ts";
import { blockItems, fieldItems } from "./completion-fields.ts";
import { nameItems } from "./completion-names.ts";
import type { LanguageContext } from "./context.ts";

/** Suggestions for a range of the text, the likeliest first. What is typed up to the caret begins at `from`. */
export interface Completions {
  readonly from: number;
  readonly to: number;
  readonly items: readonly CompletionItem[];
}

/**
 * What may be written at an offset of a config.pbtxt: fields that are not set yet, values by their field's type, and names by what they
 * name. Works on text that does not parse; never parses all of it.
 */
export function completionsAt(text: string, offset: number, context: LanguageContext): Completions | undefined {
  const caret = caretAt(text, offset, MODEL_CONFIG_SCHEMA);
  if (caret === undefined) return undefined;
  const items = itemsAt(text, caret, context);
  // A name takes its closing quote along: the caret goes behind it.
  return items.length === 0 ? undefined : { from: caret.from, to: caret.closed ? caret.to + 1 : caret.to, items };
}

function itemsAt(text: string, caret: Caret, context: LanguageContext): readonly CompletionItem[] {
  const { field } = caret;
  if (field === undefined) return fieldItems(text, caret, context);
  if (field.kind === "message" || field.kind === "map") return caret.inList && caret.quote === undefined ? blockItems(caret, field, context) : [];
  if (field.type !== "string" && caret.quote !== undefined) return [];
  if (field.kind === "enum") return enumItems(field);
  if (field.type === "bool") return ["true", "false"].map((label) => ({ label, kind: "value", insert: label }));
  return nameItems(text, caret, field, context);
}

function enumItems({ type }: FieldSchema): CompletionItem[] {
  const { values, docs } = MODEL_CONFIG_SCHEMA.enums.get(type) ?? { values: new Map<string, number>(), docs: new Map<string, string>() };
  return [...values.keys()].map((label): CompletionItem => {
    const item = { label, kind: "value", insert: label, info: docs.get(label) ?? "" } as const;
    if (type !== "DataType" || label === "TYPE_INVALID") return item;
    const numpy = numpyName(label as DataType);
    return { ...item, detail: numpy, alias: `${numpy} ${v2Name(label as DataType)}` };
  });
}
