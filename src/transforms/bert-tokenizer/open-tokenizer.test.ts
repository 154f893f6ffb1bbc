import { readFileSync } from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IdList } from "./open-ids.ts";
import { readTokenizerJson } from "./open-tokenizer-file.ts";
import { tokenizerOf, type BertTokenizer } from "./open-tokenizer.ts";

// What is cut and looked up here against the library, which gets each text as a whole.

const { pieces } = JSON.parse(readFileSync(new URL("tokens.json", import.meta.url), "utf8")) as { readonly pieces: readonly string[] };
/** Pieces that tell apart what a text may become: accents kept or not, both small sigmas, ideographs alone and with others, controls, upper case. */
const TELLING = [
  "é", "##é", "e", "##́", "́", "σ", "##σ", "ς", "##ς", "中", "##中", "中国", "𠀀", "##𠀀", "が", "か", "##\u3099", "İ", "i̇", "##̇", "i", "“", "##”", "—",
  "≠", "=", "A", "##B", "Dog", "AB", "\u0001", "\ufffd", "\u00a0", "a b", "a\u00a0b", "😀", "##😀", "newword", "株", "##s", "!!", "##!",
];
const VOCAB = Object.fromEntries([...new Set([...pieces, ...TELLING])].map((piece, id) => [piece, id]));

const SPECIAL = ["[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"].map((content) => ({ id: VOCAB[content]!, content, special: true, normalized: false }));
const BERT = { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true };
const SPLIT = { type: "BertPreTokenizer" };
const sequence = (...normalizers: unknown[]): object => ({ type: "Sequence", normalizers });
const preSequence = (...pretokenizers: unknown[]): object => ({ type: "Sequence", pretokenizers });

interface Settings {
  readonly normalizer: object | null;
  readonly pre_tokenizer: object | null;
  readonly added_tokens?: readonly object[];
  readonly model?: object;
}

const ofBert = [true, false].flatMap((lowercase) =>
  [true, false, null].flatMap((strip_accents) =>
    [true, false].map((handle_chinese_chars): [string, Settings] => {
      const name = `${lowercase ? "lower case" : "case kept"}, accents stripped ${strip_accents}, Chinese characters apart ${handle_chinese_chars}`;
      return [name, { normalizer: { ...BERT, lowercase, strip_accents, handle_chinese_chars }, pre_tokenizer: SPLIT }];
    }),
  ),
);
const others: [string, Settings][] = [
  ["text not cleaned", { normalizer: { ...BERT, clean_text: false }, pre_tokenizer: SPLIT }],
  ["no normalizer", { normalizer: null, pre_tokenizer: SPLIT }],
  ["no pre-tokenizer", { normalizer: BERT, pre_tokenizer: null }],
  ["neither", { normalizer: null, pre_tokenizer: null }],
  ["Lowercase, Whitespace", { normalizer: { type: "Lowercase" }, pre_tokenizer: { type: "Whitespace" } }],
  ["BertNormalizer, WhitespaceSplit", { normalizer: BERT, pre_tokenizer: { type: "WhitespaceSplit" } }],
  ["NFC and Lowercase", { normalizer: sequence({ type: "NFC" }, { type: "Lowercase" }), pre_tokenizer: SPLIT }],
  ["NFD, Lowercase and StripAccents", { normalizer: sequence({ type: "NFD" }, { type: "Lowercase" }, { type: "StripAccents" }), pre_tokenizer: SPLIT }],
  ["NFKC and BertNormalizer", { normalizer: sequence({ type: "NFKC" }, BERT), pre_tokenizer: SPLIT }],
  ["Strip and a replacement", { normalizer: sequence({ type: "Strip", strip_left: true, strip_right: true }, { type: "Replace", pattern: { String: "a" }, content: "the dog" }), pre_tokenizer: SPLIT }],
  ["a replacement of gaps", { normalizer: sequence(BERT, { type: "Replace", pattern: { String: " " }, content: "s" }), pre_tokenizer: SPLIT }],
  ["words, then punctuation", { normalizer: BERT, pre_tokenizer: preSequence({ type: "WhitespaceSplit" }, { type: "Punctuation" }) }],
  ["words, then digits", { normalizer: BERT, pre_tokenizer: preSequence({ type: "Whitespace" }, { type: "Digits", individual_digits: true }) }],
  ["punctuation alone", { normalizer: BERT, pre_tokenizer: { type: "Punctuation" } }],
  ["digits, then words", { normalizer: BERT, pre_tokenizer: preSequence({ type: "Digits" }, { type: "WhitespaceSplit" }) }],
  [
    "a token of letters",
    {
      normalizer: BERT, pre_tokenizer: SPLIT,
      added_tokens: [...SPECIAL, { id: 900, content: "newword", normalized: false }, { id: 901, content: "dog", normalized: false }],
    },
  ],
  [
    "a normalized token",
    {
      normalizer: BERT, pre_tokenizer: SPLIT,
      added_tokens: [...SPECIAL, { id: 900, content: "[Néw]", normalized: true }, { id: 901, content: "Dog" }],
    },
  ],
  [
    "tokens with white space and ideographs",
    {
      normalizer: BERT, pre_tokenizer: SPLIT,
      added_tokens: [...SPECIAL, { id: 900, content: "[A B]", normalized: false }, { id: 901, content: "[中国]", special: true }],
    },
  ],
  ["a token of an ideograph", { normalizer: BERT, pre_tokenizer: SPLIT, added_tokens: [...SPECIAL, { id: 901, content: "中国", special: true }] }],
  ["tokens that take white space", { normalizer: BERT, pre_tokenizer: SPLIT, added_tokens: SPECIAL.map((token) => ({ ...token, lstrip: true, rstrip: true })) }],
  [
    "tokens that begin alike",
    {
      normalizer: BERT, pre_tokenizer: SPLIT,
      added_tokens: [...SPECIAL, ...["[", "[[", "[MASK", "##s", "!", "##!"].map((content, at) => ({ id: 900 + at, content, special: true }))],
    },
  ],
  ["words of at most three characters", { normalizer: BERT, pre_tokenizer: SPLIT, model: { max_input_chars_per_word: 3 } }],
  ["words of no character", { normalizer: BERT, pre_tokenizer: SPLIT, model: { max_input_chars_per_word: 0 } }],
  ["another prefix", { normalizer: BERT, pre_tokenizer: SPLIT, model: { continuing_subword_prefix: "s" } }],
  ["no prefix", { normalizer: BERT, pre_tokenizer: SPLIT, model: { continuing_subword_prefix: "" } }],
];

function fileOf({ model, ...settings }: Settings): object {
  return {
    added_tokens: SPECIAL,
    post_processor: null,
    decoder: null,
    ...settings,
    model: { type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100, vocab: VOCAB, ...model },
  };
}

/** The library's ids of a whole text, in which its two differences from Hugging Face's tokenizers are made up for. */
function libraryIds(file: object): (text: string) => number[] {
  const library = new Tokenizer(file, {});
  const all = JSON.stringify(file);
  const lowers = all.includes('"lowercase":true') || all.includes('"Lowercase"');
  const apart = all.includes('"handle_chinese_chars":true');
  // Before NFKC makes characters beyond U+FFFF of some.
  const early = all.includes('"NFKC"') ? /[\uf900-\ufaff]/g : /(?!)/g;
  return (text) => {
    const lowered = lowers ? text.replaceAll("Σ", "σ") : text;
    return library.encode(apart ? lowered.replace(/[\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu, " $& ").replace(early, " $& ") : lowered, { add_special_tokens: false }).ids;
  };
}

const rest = (): Promise<void> => Promise.resolve();

async function idsOf(tokenizer: BertTokenizer, text: string, most = Infinity): Promise<number[]> {
  const found = new IdList();
  await tokenizer.append(text, most, found, rest);
  return Array.from({ length: found.length }, (_, at) => found.at(at));
}

const codes = (from: number, to: number): fc.Arbitrary<string> => fc.integer({ min: from, max: to }).map((code) => String.fromCodePoint(code));
const CHARACTERS = fc.oneof(
  { weight: 6, arbitrary: codes(0x20, 0x7e) },
  codes(0, 0x1f),
  codes(0x7f, 0x17f),
  codes(0x300, 0x345),
  codes(0x391, 0x3c9),
  codes(0x1f00, 0x1fff),
  codes(0x2000, 0x206f),
  codes(0x3000, 0x30ff),
  codes(0x4e00, 0x4eff),
  codes(0xe000, 0xe00f),
  codes(0xf900, 0xffff).filter((character) => character.isWellFormed()),
  codes(0x1f600, 0x1f64f),
  codes(0x20000, 0x2000f),
  fc.integer({ min: 0, max: 0x10ffff }).filter((code) => code < 0xd800 || code > 0xdfff).map((code) => String.fromCodePoint(code)),
);
const FRAGMENTS = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...pieces.map((piece) => piece.replace(/^##/, "")), ...TELLING) },
  { weight: 3, arbitrary: fc.string({ unit: CHARACTERS, maxLength: 8 }) },
  fc.string({ minLength: 1, maxLength: 12, unit: codes(0x61, 0x7a) }),
  fc.constantFrom(" ", "  ", "\n", "\t", "\r\n", "", "-", "'s", ".", "…", "\u00a0", "\u3000", "\u2028", "\u200b", "\ufeff", "\0", "\ufffd", "\u0085", "\v", "\u00ad"),
  fc.constantFrom("[MASK]", "[mask]", "[MAS", "[[MASK]]", "[CLS]x", "[UNK].", "[A B]", "[Néw]", "[NEW]", "newword", "中国", "[中国]", "##s", "ΟΔΟΣ.Α", "ΣΑΣ", "ΑΣ’Α", "İI", "Éé", "e\u0301", "=\u0338", "‘a’", "ﬁsh", "㈱", "⼀"),
  fc.integer({ min: 95, max: 105 }).map((count) => "a".repeat(count)),
);
const TEXT = fc.array(fc.tuple(FRAGMENTS, fc.constantFrom("", "", " ", " ", "\n")), { maxLength: 14 }).map((parts) => parts.flat().join(""));

describe.each([...ofBert, ...others])("the ids of a text: %s", (_, settings) => {
  const file = fileOf(settings);
  const tokenizer = tokenizerOf(readTokenizerJson(JSON.stringify(file), "tokenizer.json"), "tokenizer.json");
  const expected = libraryIds(file);

  it("are those of the library for the whole", async () => {
    await fc.assert(
      fc.asyncProperty(TEXT, async (text) => {
        expect(await idsOf(tokenizer, text)).toEqual(expected(text));
      }),
      { numRuns: 150 },
    );
  });
});

describe.each([ofBert[0]!, ofBert[3]!, ofBert[10]!, others[0]!, others[1]!])("a stretch without a gap, longer than is looked up at once: %s", (_, settings) => {
  const file = fileOf(settings);
  const tokenizer = tokenizerOf(readTokenizerJson(JSON.stringify(file), "tokenizer.json"), "tokenizer.json");
  const expected = libraryIds(file);
  const unit = fc.oneof(CHARACTERS, codes(0x300, 0x30f), codes(0xc0, 0xff), fc.constantFrom("“", "\u3000", "Σ", "İ", "\u200b", "\0", "중", "😀"));
  const stretch = fc
    .array(fc.tuple(fc.string({ unit, minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 400 })), { minLength: 6, maxLength: 20 })
    .map((parts) => parts.map(([part, times]) => part.repeat(times)).join(""))
    .map((text) => text.replace(/[ \t\n\r!-/:-@[-`{-~]/g, "é"));

  it("has the ids that the library gives it as a whole", async () => {
    await fc.assert(
      fc.asyncProperty(stretch, fc.constantFrom("", "the ", "dog"), async (text, before) => {
        expect(await idsOf(tokenizer, before + text)).toEqual(expected(before + text));
      }),
      { numRuns: 15 },
    );
  });
});

describe("the first ids of a text", () => {
  const file = fileOf({ normalizer: BERT, pre_tokenizer: SPLIT });
  const tokenizer = tokenizerOf(readTokenizerJson(JSON.stringify(file), "tokenizer.json"), "tokenizer.json");
  const expected = libraryIds(file);

  it("are the first of all, as many as are asked for", async () => {
    await fc.assert(
      fc.asyncProperty(TEXT, fc.integer({ min: 1, max: 12 }), async (text, most) => {
        expect((await idsOf(tokenizer, text, most)).slice(0, most)).toEqual(expected(text).slice(0, most));
      }),
    );
  });
});
