import type { NamedFile } from "../../state/input-fit.ts";
import { takesAnyFile } from "../../state/input-fit.ts";
import { elementCount } from "../../tensor/tensor.ts";
import type { ModelInput } from "../../triton/model-config/model-config.ts";

/** Name of the file that holds what was typed; the JSON input kind reads it. */
const NAME = "typed.json";
/** More values than this are no matter of typing. */
const MOST_VALUES = 16;

/** What can be typed for an input: texts, numbers, or nothing. */
export function typedKind({ data_type, dims }: ModelInput): "texts" | "numbers" | undefined {
  if (data_type === "TYPE_STRING") return takesAnyFile({ data_type, dims } as ModelInput) ? "texts" : undefined;
  return elementCount(dims.map((size) => (size === -1 ? 1 : size))) <= MOST_VALUES ? "numbers" : undefined;
}

/** Whether an input takes several texts: items of a batch, or an axis of any size. */
export function takesSeveral({ dims }: ModelInput, batched: boolean): boolean {
  return batched || dims.includes(-1);
}

/** Texts as the file of an input: an item each where it is batched. */
export function typedTexts(texts: readonly string[], { dims }: ModelInput, batched: boolean): NamedFile {
  const item = (text: string): unknown => dims.reduce<unknown>((inner) => [inner], text);
  return file(batched ? texts.map(item) : dims.slice(1).reduce<unknown>((inner) => (inner as unknown[]).map((one) => [one]), texts));
}

/**
 * Numbers as the file of an input, separated by white space or commas, or written as JSON; undefined where the text is neither. NaN and Infinity are
 * numbers here. One number alone fills dims of size 1.
 */
export function typedNumbers(text: string, { dims }: ModelInput): NamedFile | undefined {
  const trimmed = text.trim();
  if (trimmed.startsWith("[")) {
    try {
      return file(JSON.parse(trimmed));
    } catch {
      return undefined;
    }
  }
  const values = trimmed.split(/[\s,]+/).map(numberOf);
  if (trimmed === "" || values.includes(undefined)) return undefined;
  return file(values.length === 1 ? dims.reduce<unknown>((inner) => [inner], values[0]) : values);
}

/** As JSON can say it: whole numbers beyond 2^53, NaN, infinities, and what no float holds as strings. */
function numberOf(word: string): number | string | boolean | undefined {
  if (/^(NaN|-?Infinity)$/.test(word)) return word;
  if (/^(true|false)$/.test(word)) return word === "true";
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)) return undefined;
  const value = Number(word);
  if (!Number.isFinite(value)) return word;
  return Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(word) ? word : value;
}

/** What a file that was typed holds, to be typed on: its texts or numbers in order; undefined for any other file. */
export async function typedBefore(files: readonly NamedFile[]): Promise<readonly string[] | undefined> {
  const [only] = files;
  if (only === undefined || files.length > 1 || only.name !== NAME) return undefined;
  return ([JSON.parse(await only.blob.text())] as unknown[]).flat(Infinity).map(String);
}

function file(value: unknown): NamedFile {
  return { name: NAME, blob: new Blob([JSON.stringify(value)], { type: "application/json" }) };
}
