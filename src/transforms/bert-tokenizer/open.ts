import { ConchError } from "../../base/errors.ts";
import { foreignText } from "../../tensor/foreign-text.ts";
import { failed } from "../dictionary.ts";
import { decodeTexts, pacing } from "../text-bytes.ts";
import type { ArrayItem, OpenTransform, ReadModelFile } from "../transform.ts";
import { tokenizerOfJson, tokenizerOfVocabulary, type BertTokenizer, type TokenTemplate } from "./open-tokenizer.ts";
import { TOKEN_KEYS, type BertTokenizerParameters } from "./spec.ts";

const NAME = "transformers.BertTokenizerFast";
/** Tokens of one request, padding included: 128 MiB of each of the three arrays. */
const MOST_TOKENS = 2 ** 24;

/**
 * Token ids, attention mask and token types of texts, as transformers gives them. Throws MODEL_FILE_INVALID, TEXT_INVALID, TRANSFORM_FAILED for rows of
 * unequal length, INPUT_TOO_LARGE above 2^24 tokens.
 */
export const bertTokenizerOpen: OpenTransform<BertTokenizerParameters> = async (parameters, keys, read) => {
  const tokenizer = await readTokenizer(parameters, read);
  if (parameters.text_pair !== null && keys.length !== 1) throw failed(NAME, keys.join(", "), `text_pair goes with one key, found ${keys.length}`);
  const template = templateFor(tokenizer, parameters);
  checkRoom(template, parameters, keys[0] ?? "");
  return {
    async together(texts, signal) {
      const pause = pacing(signal, () => performance.now(), () => new Promise((resolve) => setTimeout(resolve)));
      const opened = new Map<string, ArrayItem>();
      for (const key of keys) {
        const rows = await rowsOf(tokenizer, template, parameters, key, texts, pause);
        for (const [name, item] of arraysOf(rows, tokenizer.padId, parameters, key)) opened.set(`${key}_${name}`, item);
      }
      return opened;
    },
  };
};

async function readTokenizer(parameters: BertTokenizerParameters, read: ReadModelFile): Promise<BertTokenizer> {
  const { vocab_file, tokenizer_file } = parameters;
  const file = vocab_file ?? tokenizer_file ?? "";
  const bytes = await read(file);
  if (bytes === undefined) throw new ConchError("MODEL_FILE_INVALID", `${NAME}: the version folder has no file "${file}"`, { data: { file } });
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ConchError("MODEL_FILE_INVALID", `${file}: it is no UTF-8: ${foreignText(bytes) ?? "the decoder refuses it"}`, { data: { file }, cause });
  }
  return vocab_file === null ? tokenizerOfJson(text, file) : tokenizerOfVocabulary(text, parameters, file);
}

function templateFor(tokenizer: BertTokenizer, { add_special_tokens, text_pair }: BertTokenizerParameters): TokenTemplate {
  if (add_special_tokens) return text_pair === null ? tokenizer.single : tokenizer.pair;
  return text_pair === null ? { parts: ["first"], types: [0] } : { parts: ["first", "second"], types: [0, 1] };
}

function checkRoom({ parts }: TokenTemplate, { truncation, max_length }: BertTokenizerParameters, key: string): void {
  const special = parts.filter((part) => typeof part === "number").length;
  if (!truncation || max_length === null || max_length >= special) return;
  throw failed(NAME, key, `max_length is ${max_length}, which leaves no room for the ${special} special tokens`);
}

/** Ids and types of one text or pair. */
interface TokenRow {
  readonly ids: readonly number[];
  readonly types: readonly number[];
}

async function rowsOf(
  tokenizer: BertTokenizer,
  template: TokenTemplate,
  parameters: BertTokenizerParameters,
  key: string,
  texts: ReadonlyMap<string, readonly Uint8Array[]>,
  pause: () => Promise<void>,
): Promise<TokenRow[]> {
  const first = textsOf(key, texts);
  const second = parameters.text_pair === null ? undefined : textsOf(parameters.text_pair, texts);
  if (second !== undefined && second.length !== first.length) throw failed(NAME, key, `it has ${first.length} texts, and text_pair "${parameters.text_pair}" has ${second.length}`);
  const special = template.parts.filter((part) => typeof part === "number").length;
  const room = parameters.truncation && parameters.max_length !== null ? parameters.max_length - special : Infinity;
  const rows: TokenRow[] = [];
  let total = 0;
  for (const [index, text] of first.entries()) {
    await pause();
    // What lies behind the first `room` tokens never shows. Of a pair the whole lengths say where it is cut.
    const a = await tokenizer.ids(text, Math.min(second === undefined ? room : Infinity, MOST_TOKENS) + 1, pause);
    const b = second === undefined ? [] : await tokenizer.ids(second[index] ?? "", MOST_TOKENS + 1, pause);
    total += a.length + b.length;
    if (total > MOST_TOKENS && room === Infinity) throw tooLarge(key, total);
    rows.push(assembled(template, ...cut(a, b, room)));
  }
  return rows;
}

function textsOf(key: string, texts: ReadonlyMap<string, readonly Uint8Array[]>): string[] {
  const given = texts.get(key);
  if (given === undefined) throw failed(NAME, key, "there is no text under this key; its input is missing");
  return decodeTexts(NAME, key, given);
}

/** Longest first, as Hugging Face's tokenizers cuts: a shorter one keeps what it has, two long ones share, the odd token to the longer. */
function cut(a: readonly number[], b: readonly number[], room: number): [readonly number[], readonly number[]] {
  if (a.length + b.length <= room) return [a, b];
  const [short, long] = [Math.min(a.length, b.length), Math.max(a.length, b.length)];
  const fair = Math.floor(room / 2);
  const [keepShort, keepLong] = short <= fair ? [short, Math.min(long, room - short)] : [fair, room - fair];
  return a.length > b.length ? [a.slice(0, keepLong), b.slice(0, keepShort)] : [a.slice(0, keepShort), b.slice(0, keepLong)];
}

function assembled({ parts, types }: TokenTemplate, first: readonly number[], second: readonly number[]): TokenRow {
  const ids: number[] = [];
  const kinds: number[] = [];
  parts.forEach((part, index) => {
    const given = typeof part === "number" ? [part] : part === "first" ? first : second;
    for (const id of given) {
      ids.push(id);
      kinds.push(types[index] ?? 0);
    }
  });
  return { ids, types: kinds };
}

function arraysOf(rows: readonly TokenRow[], padId: number, { padding, max_length }: BertTokenizerParameters, key: string): [string, ArrayItem][] {
  const longest = rows.reduce((most, { ids }) => Math.max(most, ids.length), 0);
  const least = padding === "longest" ? longest : padding === "max_length" ? (max_length ?? 0) : 0;
  const widths = rows.map(({ ids }) => Math.max(ids.length, least));
  const width = widths[0] ?? 0;
  const odd = widths.findIndex((each) => each !== width);
  if (odd >= 0) throw failed(NAME, key, `text ${odd} has ${widths[odd]} tokens, text 0 has ${width}; padding and truncation make them equal`);
  const elements = rows.length * width;
  if (elements > MOST_TOKENS) throw tooLarge(key, elements);
  const arrays = TOKEN_KEYS.map(() => new BigInt64Array(elements));
  // Little-endian: the lower words hold what is below 2^31.
  const [ids, mask, types] = arrays.map(({ buffer }) => new Int32Array(buffer)) as [Int32Array, Int32Array, Int32Array];
  rows.forEach((row, index) => {
    for (let at = 0; at < width; at++) {
      const word = 2 * (index * width + at);
      const real = at < row.ids.length;
      ids[word] = real ? (row.ids[at] as number) : padId;
      mask[word] = real ? 1 : 0;
      types[word] = real ? (row.types[at] as number) : 0;
    }
  });
  return TOKEN_KEYS.map((name, index) => [name, { dataType: "TYPE_INT64", shape: [rows.length, width], data: arrays[index] as BigInt64Array }]);
}

function tooLarge(key: string, found: number): ConchError {
  return new ConchError("INPUT_TOO_LARGE", `${NAME} of "${key}": the texts have ${found} tokens or more, padding included; at most ${MOST_TOKENS} are made. Cut them by truncation`, {
    data: { key, found, most: MOST_TOKENS },
  });
}
