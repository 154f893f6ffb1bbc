import { ConchError, textOf } from "../../base/errors.ts";
import type { BertTokenizerParameters } from "./spec.ts";

/** A tokenizer.json of a WordPiece model, as far as it is looked at here; the library reads the rest. */
export interface TokenizerFile {
  readonly model: {
    readonly type: "WordPiece";
    readonly unk_token: string;
    readonly continuing_subword_prefix: string;
    readonly max_input_chars_per_word: number;
  };
  readonly normalizer: FilePart | null;
  readonly pre_tokenizer: FilePart | null;
  readonly added_tokens: readonly AddedToken[];
  readonly post_processor: unknown;
  readonly decoder: unknown;
}

/** A token that is looked for in texts. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special?: boolean;
  /** Looked for in the normalized text; left out, special ones are not. */
  readonly normalized?: boolean;
}

/** A normalizer or a pre-tokenizer. */
export interface FilePart {
  readonly type?: unknown;
  readonly lowercase?: unknown;
  readonly handle_chinese_chars?: unknown;
  readonly normalizers?: unknown;
  readonly pretokenizers?: unknown;
}

/** Pieces and their ids. */
export interface Vocabulary {
  readonly size: number;
  idOf(piece: string): number | undefined;
  /** Hands over each piece with its id, in the order of the file. */
  each(take: (piece: string, id: number) => void): void;
}

/** What a file of a tokenizer says: its settings without the pieces, and the pieces. */
export interface ReadTokenizer {
  readonly file: TokenizerFile;
  readonly vocabulary: Vocabulary;
}

/** The library keeps a list as long as the largest id. */
const MOST_ID = 2 ** 24 - 1;

/** A vocab.txt, with transformers' settings. `file` names it in messages. Throws MODEL_FILE_INVALID. */
export function readVocabulary(text: string, { do_lower_case, strip_accents, tokenize_chinese_chars }: BertTokenizerParameters, file: string): ReadTokenizer {
  const lines = text.includes("\r") ? text.split(/\r\n|\r|\n/) : text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  if (lines.length === 0) throw invalid(file, "it is empty, expected a piece a line, [UNK], [CLS], [SEP] and [PAD] among them");
  if (text.startsWith("\ufeff")) throw invalid(file, `it begins with a byte order mark, which makes another piece of its first, ${JSON.stringify(lines[0]?.slice(1) ?? "")}: save it as UTF-8 without one`);
  const known = (piece: string): number | undefined => {
    const id = lines.lastIndexOf(piece);
    return id < 0 ? undefined : id;
  };
  const idOf = (piece: string): number => {
    const id = known(piece);
    if (id === undefined) throw lacking(piece, file, lines.length);
    return id;
  };
  const ids = Object.fromEntries(["[UNK]", "[CLS]", "[SEP]", "[PAD]"].map((piece) => [piece, idOf(piece)]));
  const added_tokens = ["[UNK]", "[SEP]", "[PAD]", "[CLS]"].map((content) => special(content, ids[content] as number));
  added_tokens.push(special("[MASK]", known("[MASK]") ?? lines.length));
  return {
    file: {
      added_tokens,
      normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: tokenize_chinese_chars, strip_accents, lowercase: do_lower_case } as FilePart,
      pre_tokenizer: { type: "BertPreTokenizer" },
      post_processor: { type: "BertProcessing", sep: ["[SEP]", ids["[SEP]"]], cls: ["[CLS]", ids["[CLS]"]] },
      decoder: null,
      model: { type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100 },
    },
    vocabulary: { size: lines.length, idOf: known, each: (take) => lines.forEach(take) },
  };
}

function special(content: string, id: number): AddedToken {
  return { id, content, special: true, normalized: false };
}

/** A tokenizer.json. `file` names it in messages. Throws MODEL_FILE_INVALID. */
export function readTokenizerJson(text: string, file: string): ReadTokenizer {
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
  // Hugging Face's WordPiece knows no fuse_unk, the library would heed it.
  const { vocab, fuse_unk: _, ...rules } = model;
  const pieces = vocab as Readonly<Record<string, unknown>>;
  const entries = Object.entries(pieces);
  for (const [piece, id] of entries) if (!isId(id)) throw invalid(file, `its piece ${JSON.stringify(piece)} has id ${JSON.stringify(id)}, expected a whole number from 0 to ${MOST_ID}`);
  const settings = {
    prefix: rules["continuing_subword_prefix"] ?? "##",
    longest: rules["max_input_chars_per_word"] ?? 100,
    added: json["added_tokens"] ?? [],
  };
  if (typeof settings.prefix !== "string") throw invalid(file, `its continuing_subword_prefix is ${JSON.stringify(settings.prefix)}, expected a string`);
  if (!isId(settings.longest)) throw invalid(file, `its max_input_chars_per_word is ${JSON.stringify(settings.longest)}, expected a whole number`);
  if (!Array.isArray(settings.added) || !settings.added.every(isAddedToken)) throw invalid(file, "its added_tokens are no list of tokens, each with a content and an id");
  const whole = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, ...json };
  return {
    file: {
      ...whole,
      added_tokens: settings.added,
      model: { ...rules, type: "WordPiece", unk_token: model["unk_token"], continuing_subword_prefix: settings.prefix, max_input_chars_per_word: settings.longest },
    },
    vocabulary: {
      size: entries.length,
      idOf: (piece) => (Object.hasOwn(pieces, piece) ? (pieces[piece] as number) : undefined),
      each: (take) => entries.forEach(([piece, id]) => take(piece, id as number)),
    },
  };
}

function isAddedToken(value: unknown): value is AddedToken {
  return isRecord(value) && typeof value["content"] === "string" && isId(value["id"]);
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MOST_ID;
}

/** The error of a piece that a tokenizer cannot do without. */
export function lacking(piece: string, file: string, pieces: number): ConchError {
  return invalid(file, `it has no ${piece} among its ${pieces} pieces; a tokenizer of BERT needs [UNK], [CLS], [SEP] and [PAD]`);
}

/** MODEL_FILE_INVALID for a file of a tokenizer. */
export function invalid(file: string, message: string, cause?: unknown): ConchError {
  return new ConchError("MODEL_FILE_INVALID", `${file}: ${message}`, { data: { file }, cause });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
