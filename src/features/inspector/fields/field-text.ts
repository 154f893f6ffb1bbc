import type { EditValue } from "../../../triton/pbtxt/print.ts";
import type { FieldSchema } from "../../../triton/pbtxt/schema.ts";

/** The value of one scalar or enum field: enum names are strings, integers of the text bigints. */
export type ScalarValue = string | number | bigint | boolean;

/** What was made of an input's text: the value to write, or what is asked for instead, as a key of the messages. */
export type ReadText<Value = EditValue> =
  | { readonly value: Value }
  | { readonly problem: "askInteger" | "askNumber" | "askBool" | "askOther"; readonly values: Readonly<Record<string, string>> };

/** The integers that a type of protobuf holds, both ends included. */
const INTEGERS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-0x8000_0000n, 0x7fff_ffffn],
  uint32: [0n, 0xffff_ffffn],
  int64: [-0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn],
  uint64: [0n, 0xffff_ffff_ffff_ffffn],
};

/** A value as an input shows it. */
export function scalarText(value: ScalarValue): string {
  if (typeof value === "number" && !Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  return String(value);
}

/** The value that a text stands for in a scalar field; strings stand for themselves. Never throws. */
export function readScalar({ kind, type }: FieldSchema, text: string): ReadText {
  if (kind === "enum" || type === "string") return { value: text };
  if (type === "bool") return readBool(text.trim());
  const range = INTEGERS[type];
  return range === undefined ? readNumber(text.trim()) : readInteger(text.trim(), range);
}

/** The elements that a text stands for in a repeated field of numbers or switches: "1, -1, 96", commas or white space between them. */
export function readScalars(field: FieldSchema, text: string): ReadText<readonly EditValue[]> {
  const values: EditValue[] = [];
  for (const part of text.split(/[\s,;]+/).filter((one) => one !== "")) {
    const read = readScalar(field, part);
    if ("problem" in read) return read;
    values.push(read.value);
  }
  return { value: values };
}

/** The key that a text stands for in a map; a key that is there already is refused. */
export function readKey(field: FieldSchema, keys: readonly string[], text: string): ReadText {
  const read = readScalar(field, text);
  if ("problem" in read) return read;
  return keys.includes(String(read.value)) ? { problem: "askOther", values: {} } : read;
}

/** The same elements as an input shows them. */
export function scalarsText(values: readonly ScalarValue[]): string {
  return values.map(scalarText).join(", ");
}

function readBool(text: string): ReadText {
  return text === "true" || text === "false" ? { value: text === "true" } : { problem: "askBool", values: {} };
}

function readInteger(text: string, [least, most]: readonly [bigint, bigint]): ReadText {
  const values = { least: String(least), most: String(most) };
  const match = /^([+-]?)\s*(\d+|0x[\da-f]+)$/i.exec(text);
  if (match === null) return { problem: "askInteger", values };
  const whole = BigInt(match[2] ?? "0") * (match[1] === "-" ? -1n : 1n);
  return whole < least || whole > most ? { problem: "askInteger", values } : { value: whole };
}

/** Adding zero takes the sign off a negative zero, which a text does not keep. */
function readNumber(text: string): ReadText {
  const named = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (named !== null) {
    const isNan = named[2]?.toLowerCase() === "nan";
    return { value: isNan ? Number.NaN : named[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY };
  }
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return { problem: "askNumber", values: {} };
  const value = Number(text) + 0;
  return Number.isFinite(value) ? { value } : { problem: "askNumber", values: {} };
}
