import { entryOf } from "../dictionary.ts";
import { filePathProblem } from "../text-bytes.ts";
import type { TransformSpec } from "../transform.ts";

/** Parameters of transformers' BertTokenizerFast, of its making and of a call. */
export interface BertTokenizerParameters {
  readonly vocab_file: string | null;
  readonly tokenizer_file: string | null;
  /** The next three hold for a vocab_file; a tokenizer_file says them itself. */
  readonly do_lower_case: boolean;
  /** null: as do_lower_case. */
  readonly strip_accents: boolean | null;
  readonly tokenize_chinese_chars: boolean;
  /** Key of the second texts of pairs. */
  readonly text_pair: string | null;
  readonly add_special_tokens: boolean;
  readonly padding: "do_not_pad" | "longest" | "max_length";
  /** Longest first, of pairs. */
  readonly truncation: boolean;
  readonly max_length: number | null;
}

const NAME = "transformers.BertTokenizerFast";

/** The keys that tokens of a key go to, in transformers' names. */
export const TOKEN_KEYS = ["input_ids", "attention_mask", "token_type_ids"] as const;

/**
 * transformers' BertTokenizerFast: texts to `<key>_input_ids`, `<key>_attention_mask` and `<key>_token_type_ids`, TYPE_INT64 [n, tokens]
 * (of an item of a batch [tokens]), padded over all texts of the request.
 *
 * A tokenizer_file (tokenizer.json) is followed as it stands. For a bare vocab_file (vocab.txt) Hugging Face's ways hold, not those of Google's
 * first release: a word of more than 100 characters is [UNK] (Google: 200), special tokens written in a text are taken as such, characters of
 * private use are left out. Which characters are punctuation, marks or white space, the Unicode of the browser says. Pre-tokenizers of a tokenizer.json
 * other than BERT's are as the library has them: `Whitespace` knows ASCII's letters alone, `Punctuation` keeps marks in a row together.
 */
export const bertTokenizerSpec: TransformSpec<BertTokenizerParameters> = {
  name: NAME,
  library: "transformers",
  opens: "texts",
  summary: "Splits texts into BERT's word pieces: ids, attention mask and token types.",
  parameters: {
    vocab_file: { type: "string", nullable: true, default: null, doc: "A vocab.txt, one piece a line, in the version folder. One of vocab_file and tokenizer_file." },
    tokenizer_file: { type: "string", nullable: true, default: null, doc: "A tokenizer.json of a BERT, in the version folder." },
    do_lower_case: { type: "boolean", default: true, doc: "Of a vocab_file: whether texts become lower case." },
    strip_accents: { type: "boolean", nullable: true, default: null, doc: "Of a vocab_file: whether accents go; null is as do_lower_case." },
    tokenize_chinese_chars: { type: "boolean", default: true, doc: "Of a vocab_file: whether each Chinese character is a word." },
    text_pair: { type: "string", nullable: true, default: null, doc: "The key of the second texts, for pairs." },
    add_special_tokens: { type: "boolean", default: true, doc: "Puts [CLS] before and [SEP] behind." },
    padding: { type: "choice", choices: ["do_not_pad", "longest", "max_length"], default: "do_not_pad", doc: "Fills up to the longest text of the request, or to max_length." },
    truncation: { type: "boolean", default: false, doc: "Cuts what is longer than max_length." },
    max_length: { type: "integer", nullable: true, default: null, doc: "Tokens, special ones included." },
  },
  keyParameters: ["text_pair"],
  produces: (_, keys) => keys.flatMap((key) => TOKEN_KEYS.map((name) => `${key}_${name}`)),
  check: ({ vocab_file, tokenizer_file, padding, truncation, max_length }) => [
    ...((vocab_file === null) === (tokenizer_file === null) ? ["it needs either vocab_file or tokenizer_file"] : []),
    ...filePathProblem("vocab_file", vocab_file),
    ...filePathProblem("tokenizer_file", tokenizer_file),
    ...(max_length === null && (truncation || padding === "max_length") ? ["truncation, and padding to max_length, need max_length"] : []),
    ...(max_length !== null && max_length < 1 ? [`max_length is ${max_length}, expected at least 1`] : []),
  ],
  infer({ padding, max_length, truncation, text_pair }, keys, dictionary) {
    const result = new Map(dictionary);
    const tokens = padding === "max_length" && truncation ? max_length : null;
    if (text_pair !== null) entryOf(NAME, dictionary, text_pair);
    for (const key of keys) {
      const { shape } = entryOf(NAME, dictionary, key);
      for (const name of TOKEN_KEYS) result.set(`${key}_${name}`, { dataType: "TYPE_INT64", shape: [...shape, tokens], affine: false });
    }
    return result;
  },
};
