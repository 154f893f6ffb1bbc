import { Tokenizer } from "@huggingface/tokenizers";
import { ConchError, textOf } from "../../base/errors.ts";
import { LONG_STRETCH, stretchIds } from "./open-stretch.ts";
import type { BertTokenizerParameters } from "./spec.ts";

/** Where the ids of a text, or of two, go among the special ones. */
export interface TokenTemplate {
  /** In order: a special id, or the text whose ids stand there. */
  readonly parts: readonly (number | "first" | "second")[];
  readonly types: readonly number[];
}

/** A tokenizer of BERT's kind. */
export interface BertTokenizer {
  readonly padId: number;
  readonly single: TokenTemplate;
  readonly pair: TokenTemplate;
  /** The ids of a text without special ones: all, or at least the first `most`. `pause` is awaited now and then. */
  ids(text: string, most: number, pause: () => Promise<void>): Promise<number[]>;
}

/** The part of a tokenizer.json that is looked at here; the library reads the rest. */
interface TokenizerJson {
  readonly model: { readonly type?: unknown; readonly vocab: Readonly<Record<string, number>>; readonly unk_token: string; readonly max_input_chars_per_word?: unknown };
  readonly normalizer: { readonly type?: unknown; readonly handle_chinese_chars?: boolean; readonly lowercase?: boolean } | null;
  readonly pre_tokenizer: { readonly type?: unknown } | null;
  readonly added_tokens: readonly { readonly id: number; readonly content: string; readonly normalized?: unknown }[];
}

/** Characters that BERT takes as words of their own, as Hugging Face's tokenizers has them; the library misses those beyond U+FFFF. */
const IDEOGRAPHS = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;
const HAS_IDEOGRAPH = new RegExp(IDEOGRAPHS, "u");
/** White space that ends a word whatever the normalizer does with the rest. */
const GAPS = /[ \t\n\r]+/;
/** Texts between gaps whose ids are remembered, and their most characters. */
const MOST_REMEMBERED = 50_000;
const LONGEST_REMEMBERED = 64;
/** The library keeps a list as long as the largest id. */
const MOST_ID = (1 << 24) - 1;
/** Texts between gaps that are tokenized between two pauses. */
const PAUSE_AFTER = 256;

/** The tokenizer of a vocab.txt, with transformers' settings. `file` names it in messages. Throws MODEL_FILE_INVALID. */
export function tokenizerOfVocabulary(text: string, { do_lower_case, strip_accents, tokenize_chinese_chars }: BertTokenizerParameters, file: string): BertTokenizer {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.at(-1) === "") lines.pop();
  const vocab = new Map(lines.map((piece, id) => [piece, id]));
  if (lines.length === 0) throw invalid(file, "it is empty, expected a piece a line, [UNK], [CLS], [SEP] and [PAD] among them");
  if (text.startsWith("\ufeff")) throw invalid(file, `it begins with a byte order mark, which makes another piece of its first, ${JSON.stringify(lines[0]?.slice(1) ?? "")}: save it as UTF-8 without one`);
  for (const piece of ["[UNK]", "[CLS]", "[SEP]", "[PAD]"]) if (!vocab.has(piece)) throw lacking(piece, file, lines.length);
  if (!vocab.has("[MASK]")) vocab.set("[MASK]", lines.length);
  const [cls, sep] = [vocab.get("[CLS]"), vocab.get("[SEP]")];
  const special = ["[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"].map((content) => ({ id: vocab.get(content), content, special: true, normalized: false }));
  return tokenizerOf(
    {
      added_tokens: special,
      normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: tokenize_chinese_chars, strip_accents, lowercase: do_lower_case },
      pre_tokenizer: { type: "BertPreTokenizer" },
      post_processor: { type: "BertProcessing", sep: ["[SEP]", sep], cls: ["[CLS]", cls] },
      model: { type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100, vocab: Object.fromEntries(vocab) },
    },
    file,
  );
}

/** The tokenizer of a tokenizer.json. `file` names it in messages. Throws MODEL_FILE_INVALID. */
export function tokenizerOfJson(text: string, file: string): BertTokenizer {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw invalid(file, `it is no JSON: ${textOf(cause)}`, cause);
  }
  const model = isRecord(json) ? json["model"] : undefined;
  if (!isRecord(json) || !isRecord(model) || !isRecord(model["vocab"])) throw invalid(file, "it has no model with a vocab, as a tokenizer.json has");
  if (model["type"] !== undefined && model["type"] !== "WordPiece") throw invalid(file, `its model is ${JSON.stringify(model["type"])}, expected "WordPiece", which BERT has`);
  if (typeof model["unk_token"] !== "string") throw invalid(file, "its model has no unk_token");
  const wrong = Object.entries(model["vocab"]).find(([, id]) => !Number.isInteger(id) || (id as number) < 0 || (id as number) > MOST_ID);
  if (wrong !== undefined) throw invalid(file, `its piece ${JSON.stringify(wrong[0])} has id ${JSON.stringify(wrong[1])}, expected a whole number from 0 to ${MOST_ID}`);
  return tokenizerOf({ ...json, model: { continuing_subword_prefix: "##", ...model } }, file);
}

function tokenizerOf(json: Record<string, unknown>, file: string): BertTokenizer {
  const whole = { added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, ...json };
  const rules = whole as unknown as TokenizerJson;
  const { model } = rules;
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer(whole, {});
  } catch (cause) {
    throw invalid(file, `it cannot be followed: ${textOf(cause)}`, cause);
  }
  const idOf = (piece: string): number => {
    const id = tokenizer.token_to_id(piece);
    if (id === undefined) throw lacking(piece, file, Object.keys(model.vocab).length);
    return id;
  };
  idOf(model.unk_token);
  return {
    padId: idOf("[PAD]"),
    single: templateOf(tokenizer, idOf, false),
    pair: templateOf(tokenizer, idOf, true),
    ids: wordIds(tokenizer, rules, file),
  };
}

/** The order that the post-processor puts two texts of one token each into. */
function templateOf(tokenizer: Tokenizer, idOf: (piece: string) => number, pair: boolean): TokenTemplate {
  const [first, second] = ["\u0000first", "\u0000second"];
  const { tokens, token_type_ids } = tokenizer.post_processor?.post_process([first], pair ? [second] : null, true) ?? { tokens: pair ? [first, second] : [first] };
  const parts = tokens.map((token) => (token === first ? "first" : token === second ? "second" : idOf(token)));
  return { parts, types: token_type_ids ?? parts.map((part) => (part === "second" ? 1 : 0)) };
}

/**
 * Tokenizes between gaps, of which the ids do not depend on what lies around them, and remembers the ids of short ones. Not so where a token that
 * is looked for in the text holds white space, or an ideograph, itself.
 */
function wordIds(tokenizer: Tokenizer, rules: TokenizerJson, file: string): BertTokenizer["ids"] {
  const { normalizer, added_tokens: added } = rules;
  const known = new Map<string, readonly number[]>();
  const apart = added.every(({ content }) => !/\s/.test(content) && !HAS_IDEOGRAPH.test(content));
  const longIds = stretchIds(tokenizer, rules);
  const idsOf = (text: string): readonly number[] => {
    try {
      return tokenizer.encode(text, { add_special_tokens: false }).ids;
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new ConchError("INPUT_TOO_LARGE", `${file}: its tokenizer takes no stretch of ${text.length} characters at once; break the text by white space`, { data: { file, found: text.length }, cause });
    }
  };
  return async (text, most, pause) => {
    // Hugging Face lowers each character by itself, the library whole words: their last sigma would become another.
    const lowered = normalizer?.lowercase === true ? text.replaceAll("Σ", "σ") : text;
    if (!apart) return [...idsOf(lowered)];
    const spaced = normalizer?.handle_chinese_chars === true ? lowered.replace(IDEOGRAPHS, " $& ") : lowered;
    const ids: number[] = [];
    let count = 0;
    for (const part of partsOf(spaced)) {
      if (++count % PAUSE_AFTER === 0) await pause();
      if (part.length > LONG_STRETCH && longIds !== undefined) {
        for (const some of longIds(part)) {
          await pause();
          for (const id of some) ids.push(id);
          if (ids.length >= most) return ids;
        }
        continue;
      }
      let found = known.get(part);
      if (found === undefined) {
        found = idsOf(part);
        if (known.size >= MOST_REMEMBERED) known.clear();
        if (part.length <= LONGEST_REMEMBERED) known.set(part, found);
      }
      for (const id of found) ids.push(id);
      if (ids.length >= most) break;
    }
    return ids;
  };
}

/** What lies between the gaps, one after the other: a text of megabytes is not split as a whole where its first tokens are enough. */
function* partsOf(text: string): Generator<string> {
  const gaps = new RegExp(GAPS, "g");
  let from = 0;
  for (let gap = gaps.exec(text); gap !== null; gap = gaps.exec(text)) {
    if (gap.index > from) yield text.slice(from, gap.index);
    from = gaps.lastIndex;
  }
  if (from < text.length) yield text.slice(from);
}

function lacking(piece: string, file: string, pieces: number): ConchError {
  return invalid(file, `it has no ${piece} among its ${pieces} pieces; a tokenizer of BERT needs [UNK], [CLS], [SEP] and [PAD]`);
}

function invalid(file: string, message: string, cause?: unknown): ConchError {
  return new ConchError("MODEL_FILE_INVALID", `${file}: ${message}`, { data: { file }, cause });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
