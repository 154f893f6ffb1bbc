import { createPrinter, type EditValue, type PrintPlace } from "../pbtxt/print.ts";
import type { FieldSchema, Schema } from "../pbtxt/schema.ts";
import type { PbtxtTree } from "../pbtxt/tree.ts";

// A template is a text with places to fill in, numbered from 1, each written `${1:what stands there until it is}`. A `${` of the text
// itself has a backslash before its brace. Lines after the first are indented relative to it.

/** Private-use characters around a place while it goes through the printer, which takes any string. */
const [OPEN, CLOSE] = ["\uE000", "\uE001"];

/** A template of one empty place. */
export const EMPTY = "${1:}";

/** A place of a template in a value to print. A name with braces cannot be shown in one. */
export function place(shown: string): string {
  return OPEN + (/[{}]/.test(shown) ? "" : shown) + CLOSE;
}

const STEP: EditValue = {
  model_name: place(""),
  model_version: place("-1"),
  input_map: { [place("input")]: place("tensor") },
  output_map: { [place("output")]: place("tensor") },
};

const BLOCKS: Readonly<Record<string, EditValue>> = {
  ModelInput: { name: place("INPUT"), data_type: place("TYPE_FP32"), dims: [place("-1")] },
  ModelOutput: { name: place("OUTPUT"), data_type: place("TYPE_FP32"), dims: [place("-1")] },
  ModelInstanceGroup: { count: place("1"), kind: place("KIND_GPU") },
  ModelEnsembling: { step: [STEP] },
  "ModelEnsembling.Step": STEP,
  ModelVersionPolicy: { latest: { num_versions: place("1") } },
  ModelDynamicBatching: { max_queue_delay_microseconds: place("100") },
  ModelTransactionPolicy: { decoupled: place("true") },
  ModelResponseCache: { enable: place("true") },
  "ModelSequenceBatching.ControlInput": { name: place("START"), control: [{ kind: place("CONTROL_SEQUENCE_START"), fp32_false_true: [place("0"), place("1")] }] },
  "ModelConfig.ParametersEntry": { key: place("key"), value: { string_value: place("") } },
};

/** What a message or an entry of a map is begun with; undefined where an empty one will do. */
export function blockOf({ type, kind }: FieldSchema, schema: Schema): EditValue | undefined {
  if (kind !== "map" || BLOCKS[type] !== undefined) return BLOCKS[type];
  const value = schema.messages.get(type)?.fields.get("value");
  return { key: place("key"), value: value?.kind === "message" ? {} : place("value") };
}

/** Writes templates in the style of a file, as it is around an offset. */
export interface TemplateWriter {
  /** One element of a field with its name: "input_map { … }". Without a value, the delimiters around an empty place. */
  field(field: FieldSchema, value: EditValue | undefined): string;
  /** The value alone: "{ … }", an element of a list. */
  element(field: FieldSchema, value: EditValue): string;
  /** The fields of a map entry without its braces: `key: "…" value: "…"`. */
  entry(field: FieldSchema, value: { readonly key: EditValue; readonly value: EditValue }): string;
}

/** A writer that follows the neighbours of an offset. */
export function templateWriter(tree: PbtxtTree, offset: number): TemplateWriter {
  const printer = createPrinter(tree, offset);
  const { unit, newline } = printer.style;
  const at: PrintPlace = { indent: "", inline: false };
  return {
    field: (field, value) =>
      value === undefined ? `${field.name} {${newline}${unit}${EMPTY}${newline}}` : asTemplate(printer.single(field, value, at)),
    element: (field, value) => asTemplate(printer.value(field, value, at)),
    entry: (field, { key, value }) => {
      const type = tree.schema.messages.get(field.type);
      const parts = [...(type?.fields.values() ?? [])].map((one) => printer.single(one, one.name === "key" ? key : value, { indent: "", inline: true }));
      return asTemplate(parts.join(" "));
    },
  };
}

function asTemplate(printed: string): string {
  return printed
    .split(OPEN)
    .map((part, index) => {
      const [shown, rest] = index === 0 ? [undefined, part] : part.split(CLOSE, 2);
      const plain = (rest ?? "").replaceAll(/([#$])\{/g, "$1\\{");
      return shown === undefined ? plain : `\${${index}:${shown}}${plain}`;
    })
    .join("");
}
