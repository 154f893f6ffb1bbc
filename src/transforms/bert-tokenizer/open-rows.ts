import { ConchError } from "../../base/errors.ts";
import { failed } from "../dictionary.ts";
import type { ArrayItem } from "../transform.ts";
import { IdList } from "./open-ids.ts";
import type { BertTokenizer, TokenTemplate } from "./open-tokenizer.ts";
import { TOKEN_KEYS, type BertTokenizerParameters } from "./spec.ts";

/** Tokens of one request, padding included: 128 MiB of each of the three arrays. */
const MOST_TOKENS = 2 ** 24;
/** Tokens that are written between two pauses. */
const WRITTEN_AT_ONCE = 2 ** 17;

/** The ids of the texts of a request, or of its pairs, without special ones. */
export interface TokenRows {
  /** Those of the first row's first text, of its second one, of the second row's first one, and so on. */
  readonly ids: IdList;
  /** How many each row's first text has, and its second one. */
  readonly first: readonly number[];
  readonly second: readonly number[];
}

/**
 * Tokenizes and cuts the texts of `key`, and `second` as their pairs. `transform` is named in messages. Throws INPUT_TOO_LARGE above 2^24 tokens, and what
 * `pause` throws.
 */
export async function tokenRows(
  tokenizer: BertTokenizer,
  template: TokenTemplate,
  { truncation, max_length }: BertTokenizerParameters,
  [transform, key]: readonly [string, string],
  texts: readonly string[],
  second: readonly string[] | undefined,
  pause: () => Promise<void>,
): Promise<TokenRows> {
  const room = truncation && max_length !== null ? max_length - specialTokens(template) : Infinity;
  const ids = new IdList();
  const counts: { first: number[]; second: number[] } = { first: [], second: [] };
  for (const [index, text] of texts.entries()) {
    await pause();
    const start = ids.length;
    // What lies behind the first `room` tokens never shows. Of a pair the whole lengths say where it is cut.
    await tokenizer.append(text, Math.min(second === undefined ? room : Infinity, MOST_TOKENS) + 1, ids, pause);
    const a = ids.length - start;
    if (second !== undefined) await tokenizer.append(second[index] ?? "", MOST_TOKENS + 1, ids, pause);
    const b = ids.length - start - a;
    if (ids.length > MOST_TOKENS && room === Infinity) throw tooLarge(transform, key, ids.length);
    const [keepA, keepB] = kept(a, b, room);
    ids.length = start + a + keepB;
    ids.remove(start + keepA, a - keepA);
    counts.first.push(keepA);
    counts.second.push(keepB);
  }
  return { ids, ...counts };
}

/** How many tokens of a row are special. */
export function specialTokens({ parts }: TokenTemplate): number {
  return parts.filter((part) => typeof part === "number").length;
}

/** Longest first, as Hugging Face's tokenizers cuts: a shorter one keeps what it has, two long ones share, the odd token to the longer. */
function kept(a: number, b: number, room: number): [number, number] {
  if (a + b <= room) return [a, b];
  const [short, long] = [Math.min(a, b), Math.max(a, b)];
  const fair = Math.floor(room / 2);
  const [keepShort, keepLong] = short <= fair ? [short, Math.min(long, room - short)] : [fair, room - fair];
  return a > b ? [keepLong, keepShort] : [keepShort, keepLong];
}

/**
 * Ids, mask and types of all rows, in the order of TOKEN_KEYS, padded as the parameters say. Throws TRANSFORM_FAILED for rows of unequal length,
 * INPUT_TOO_LARGE above 2^24 tokens, and what `pause` throws.
 */
export async function tokenArrays(
  rows: TokenRows,
  template: TokenTemplate,
  padId: number,
  { padding, max_length }: BertTokenizerParameters,
  [transform, key]: readonly [string, string],
  pause: () => Promise<void>,
): Promise<ArrayItem[]> {
  const lengths = rows.first.map((_, row) => template.parts.reduce((sum: number, part) => sum + (typeof part === "number" ? 1 : (rows[part][row] as number)), 0));
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const least = padding === "longest" ? longest : padding === "max_length" ? (max_length ?? 0) : 0;
  const width = Math.max(lengths[0] ?? 0, least);
  const odd = lengths.findIndex((length) => Math.max(length, least) !== width);
  if (odd >= 0) throw failed(transform, key, `text ${odd} has ${Math.max(lengths[odd] as number, least)} tokens, text 0 has ${width}; padding and truncation make them equal`);
  const elements = lengths.length * width;
  if (elements > MOST_TOKENS) throw tooLarge(transform, key, elements);
  const arrays = TOKEN_KEYS.map(() => new BigInt64Array(elements));
  // Little-endian: the lower words hold what is below 2^31.
  const [ids, mask, types] = arrays.map(({ buffer }) => new Int32Array(buffer)) as [Int32Array, Int32Array, Int32Array];
  let [word, start, sincePause] = [0, 0, 0];
  /** Writes what stands on so many places: an id, or ids from a place of the list on. */
  const write = async (count: number, id: number | undefined, from: number, real: number, type: number): Promise<void> => {
    for (let done = 0; done < count; ) {
      const end = Math.min(count, done + WRITTEN_AT_ONCE);
      sincePause += end - done;
      for (; done < end; done++, word += 2) {
        ids[word] = id ?? rows.ids.at(from + done);
        mask[word] = real;
        types[word] = type;
      }
      if (sincePause < WRITTEN_AT_ONCE) continue;
      sincePause = 0;
      await pause();
    }
  };
  for (const [row, length] of lengths.entries()) {
    const [first, second] = [rows.first[row] as number, rows.second[row] as number];
    for (const [index, part] of template.parts.entries()) {
      const type = template.types[index] ?? 0;
      if (typeof part === "number") await write(1, part, 0, 1, type);
      else await write(rows[part][row] as number, undefined, part === "second" ? start + first : start, 1, type);
    }
    await write(width - length, padId, 0, 0, 0);
    start += first + second;
  }
  return arrays.map((data) => ({ dataType: "TYPE_INT64", shape: [lengths.length, width], data }));
}

function tooLarge(transform: string, key: string, found: number): ConchError {
  return new ConchError("INPUT_TOO_LARGE", `${transform} of "${key}": the texts have ${found} tokens or more, padding included; at most ${MOST_TOKENS} are made. Cut them by truncation`, {
    data: { key, found, most: MOST_TOKENS },
  });
}
