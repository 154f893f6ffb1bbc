import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { ConchError } from "../../base/errors.ts";
import { readRecorded, readRecordedJson } from "../../testing/recorded.ts";
import { parseChain } from "../chain.ts";
import { inferChain } from "../chain-infer.ts";
import type { ArrayItem, Opener } from "../transform.ts";
import type { ModelConfig } from "../../triton/model-config/model-config.ts";
import { bertTokenizerOpen } from "./open.ts";
import type { BertTokenizerParameters } from "./spec.ts";

const vectors = JSON.parse(readFileSync(new URL("tokens.json", import.meta.url), "utf8")) as {
  readonly pieces: readonly string[];
  readonly texts: readonly string[];
  readonly cases: readonly { readonly do_lower_case: boolean; readonly strip_accents: boolean | null; readonly tokenize_chinese_chars: boolean; readonly ids: readonly (readonly number[])[] }[];
  readonly pairs: readonly { readonly texts: readonly number[]; readonly max_length: number; readonly input_ids: readonly number[]; readonly token_type_ids: readonly number[] }[];
};

const DEFAULTS: BertTokenizerParameters = {
  vocab_file: "vocab.txt",
  tokenizer_file: null,
  do_lower_case: true,
  strip_accents: null,
  tokenize_chinese_chars: true,
  text_pair: null,
  add_special_tokens: true,
  padding: "do_not_pad",
  truncation: false,
  max_length: null,
};
const SMALL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##a", "dog", "##s", "."];

type Given = string | Uint8Array;
type Tokens = Readonly<Record<"ids" | "mask" | "types", readonly (readonly number[])[]>>;

function rowsOf({ shape: [rows = 0, width = 0], data }: ArrayItem): number[][] {
  return Array.from({ length: rows }, (_, row) => Array.from({ length: width }, (_, at) => Number((data as BigInt64Array)[row * width + at])));
}

/** Openers by their file and parameters: a vocabulary of 30,000 pieces is read once. */
const openers = new Map<string, Promise<Opener>>();

function openerOf(file: string, parameters: Partial<BertTokenizerParameters>): Promise<Opener> {
  const key = JSON.stringify(parameters) + file;
  const known = openers.get(key) ?? bertTokenizerOpen({ ...DEFAULTS, ...parameters }, ["x"], () => Promise.resolve(new TextEncoder().encode(file)));
  openers.set(key, known);
  return known;
}

/** Ids, mask and types of the texts of "x", with those of "y" where pairs are made. */
async function tokenized(file: string, texts: readonly Given[], parameters: Partial<BertTokenizerParameters> = {}, second?: readonly Given[], signal?: AbortSignal): Promise<Tokens> {
  const opener = await openerOf(file, parameters);
  if (!("together" in opener)) throw new Error("texts are opened together");
  const bytes = (all: readonly Given[]): Uint8Array[] => all.map((text) => (typeof text === "string" ? new TextEncoder().encode(text) : text));
  const opened = await opener.together(new Map([["x", bytes(texts)], ...(second === undefined ? [] : [["y", bytes(second)] as const])]), signal);
  const of = (name: string): number[][] => rowsOf(opened.get(`x_${name}`)!);
  return { ids: of("input_ids"), mask: of("attention_mask"), types: of("token_type_ids") };
}

async function idsOf(file: string, text: string, parameters: Partial<BertTokenizerParameters> = {}): Promise<readonly number[]> {
  return (await tokenized(file, [text], parameters)).ids[0] ?? [];
}

describe("ids as Hugging Face's tokenizers gives them (training/make_token_vectors.py)", () => {
  const vocabulary = vectors.pieces.join("\n");

  it.each(vectors.cases)("lower case $do_lower_case, accents stripped $strip_accents, Chinese characters apart $tokenize_chinese_chars", async ({ ids, ...settings }) => {
    for (const [index, expected] of ids.entries()) {
      const text = vectors.texts[index] ?? "";
      expect(await idsOf(vocabulary, text, settings), JSON.stringify(text)).toEqual(expected);
    }
  });

  it("cuts pairs as it does, the longer one first", async () => {
    for (const { texts: [a = 0, b = 0], max_length, input_ids, token_type_ids } of vectors.pairs) {
      const found = await tokenized(vocabulary, [vectors.texts[a] ?? ""], { text_pair: "y", truncation: true, max_length }, [vectors.texts[b] ?? ""]);
      expect([found.ids[0], found.types[0]], `${a}, ${b} in ${max_length}`).toEqual([input_ids, token_type_ids]);
    }
  });
});

interface Recorded {
  readonly cases: readonly { readonly text: string; readonly ids: readonly number[] }[];
  readonly pairs: readonly { readonly max_len: number; readonly input_ids: number[]; readonly segment_ids: number[]; readonly input_mask: number[] }[];
}
interface Crosscheck {
  readonly config: string;
  readonly disagreements: readonly { readonly text: string; readonly hfjs: readonly number[] }[];
}

const vocabFile = await readRecorded("text/bert-base-uncased-vocab.txt");
const google = await readRecordedJson<Recorded>("text/wordpiece_bert_base_uncased.json");
const crosscheck = await readRecordedJson<Crosscheck[]>("text/crosscheck_transformers_js.json");
const huggingFace = await readRecordedJson<{ cases: { text: string; text_pair: string | null; hf_ids: number[] }[] }>("text/hf_bert_base_uncased_expected.json");

describe.skipIf(vocabFile === undefined || google === undefined || crosscheck === undefined || huggingFace === undefined)("ids as they were recorded for bert-base-uncased", () => {
  const vocabulary = new TextDecoder().decode(vocabFile);
  const without = { add_special_tokens: false };

  /** A tokenizer.json with Google's limit, which looks for no special token in a text. */
  function asGoogle(): string {
    const vocab = Object.fromEntries(vocabulary.trimEnd().split("\n").map((piece, id) => [piece, id]));
    return JSON.stringify({
      normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
      pre_tokenizer: { type: "BertPreTokenizer" },
      post_processor: { type: "BertProcessing", sep: ["[SEP]", 102], cls: ["[CLS]", 101] },
      model: { type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 200, vocab },
    });
  }
  const json = { vocab_file: null, tokenizer_file: "tokenizer.json" };

  it("equals Hugging Face's in every case, pairs included", async () => {
    for (const { text, text_pair, hf_ids } of huggingFace!.cases) {
      const { ids } = await tokenized(vocabulary, [text], text_pair === null ? {} : { text_pair: "y" }, text_pair === null ? undefined : [text_pair]);
      expect(ids[0], JSON.stringify(text)).toEqual(hf_ids);
    }
  });

  it("equals Google's in every case by a tokenizer.json with its limit, but for private use, which Hugging Face leaves out", async () => {
    const file = asGoogle();
    const differing: string[] = [];
    for (const { text, ids } of google!.cases) {
      if ((await idsOf(file, text, { ...json, ...without })).join() !== ids.join()) differing.push(text);
    }
    expect(differing).toEqual(["\ue000private use"]);
    expect(await idsOf(file, "\ue000private use", { ...json, ...without })).toEqual([2797, 2224]);
  });

  it("differs from Google's by a bare vocab.txt where Hugging Face does, and nowhere else", async () => {
    const known = crosscheck!.find(({ config }) => config === "hf_default_max100_special")!.disagreements;
    const beginnings = new Set(known.map(({ text }) => text));
    for (const { text, ids } of google!.cases) {
      const found = await idsOf(vocabulary, text, without);
      // The recording names a text by its first 80 characters.
      if (found.join() !== ids.join()) expect(beginnings, JSON.stringify(text)).toContain(text.slice(0, 80));
    }
  });

  it("equals Google's padded pairs, but for two that are both cut: Hugging Face gives the odd token to the second", async () => {
    const file = asGoogle();
    let found = 0;
    for (const { max_len, input_ids, segment_ids, input_mask } of google!.pairs) {
      // The recording numbers texts of which some were set aside; whole ones are known by their ids.
      const [first, second] = [0, 1].map((segment) => {
        const ids = input_ids.filter((id, at) => input_mask[at] === 1 && segment_ids[at] === segment && id !== 101 && id !== 102);
        return google!.cases.find(({ ids: whole }) => whole.slice(0, ids.length).join() === ids.join() && (whole.length === ids.length || whole.length > max_len / 3));
      });
      if (first === undefined || second === undefined) continue;
      const count = (segment: number): number => segment_ids.filter((kind, at) => input_mask[at] === 1 && kind === segment).length;
      // [CLS] and [SEP] belong to the first.
      if (count(0) + count(1) === max_len && count(0) - 2 === count(1)) continue;
      found++;
      const made = await tokenized(file, [first.text], { ...json, text_pair: "y", padding: "max_length", truncation: true, max_length: max_len }, [second.text]);
      expect([made.ids[0], made.types[0], made.mask[0]], first.text).toEqual([input_ids, segment_ids, input_mask]);
    }
    expect(found).toBeGreaterThan(4);
  });
});

describe("rows of a request", () => {
  const file = SMALL.join("\n");

  it("are padded to the longest", async () => {
    const { ids, mask, types } = await tokenized(file, ["dogs.", "", "a a"], { padding: "longest" });
    expect(ids).toEqual([[2, 7, 8, 9, 3], [2, 3, 0, 0, 0], [2, 5, 5, 3, 0]]);
    expect(mask).toEqual([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [1, 1, 1, 1, 0]]);
    expect(types.flat().every((type) => type === 0)).toBe(true);
  });

  it("are cut and padded to max_length", async () => {
    const { ids } = await tokenized(file, ["dogs. dogs.", "a"], { padding: "max_length", truncation: true, max_length: 4 });
    expect(ids).toEqual([[2, 7, 8, 3], [2, 5, 3, 0]]);
  });

  it.each([
    ["unequal rows", ["a", "a a"], {}, "TRANSFORM_FAILED", "text 1 has 4 tokens, text 0 has 3"],
    ["a row beyond max_length beside a padded one", ["a a a", "a"], { padding: "max_length", max_length: 4 } as const, "TRANSFORM_FAILED", "text 1 has 4 tokens, text 0 has 5"],
    ["bytes that are no UTF-8", ["a", Uint8Array.of(0x61, 0xff)], {}, "TEXT_INVALID", "text 1 (2 bytes) is no UTF-8"],
    ["more tokens than fit", ["a", "a", "a"], { padding: "max_length", max_length: 2 ** 23 } as const, "INPUT_TOO_LARGE", "at most 16777216"],
    ["a max_length without room", ["a"], { truncation: true, max_length: 1 } as const, "TRANSFORM_FAILED", "leaves no room for the 2 special tokens"],
    ["pairs of unequal count", ["a"], { text_pair: "y" } as const, "TRANSFORM_FAILED", "there is no text under this key"],
  ] as const)("are refused for %s", async (_, texts, parameters, code, message) => {
    await expect(tokenized(file, texts, parameters)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it("take the first tokens of ten megabytes", async () => {
    const { ids } = await tokenized(file, ["dogs. a ".repeat(1_250_000)], { truncation: true, max_length: 6 });
    expect(ids).toEqual([[2, 7, 8, 9, 5, 3]]);
  });

  it.each([
    ["one word", "a".repeat(10_000_000), [2, 1, 3]],
    ["one word with accents", "\u00e1".repeat(100_000), [2, 1, 3]],
    ["nothing but combining marks", "\u0301\u0316".repeat(50_000), [2, 3]],
    ["nothing that stays", "\0".repeat(1_000_000), [2, 3]],
  ])("take a text without a gap: %s", async (_, text, expected) => {
    expect((await tokenized(file, [text])).ids).toEqual([expected]);
  });

  it.each([
    ["one word", "a".repeat(6_000_000), [2, 1, 3]],
    ["one with accents", "e\u0301".repeat(2_000_000), [2, 1, 3]],
    ["accents alone", "\u0301".repeat(3_000_000), [2, 3]],
    ["full stops", ".".repeat(5_000_000), [2, 9, 9, 9, 9, 3]],
    ["brackets", "[".repeat(5_000_000), [2, 1, 1, 1, 1, 3]],
    ["special tokens", "[MASK]".repeat(1_000_000), [2, 4, 4, 4, 4, 3]],
    ["a word behind one that is too long", `${"a".repeat(5_000_000)}.dogs`, [2, 1, 9, 7, 8, 3]],
  ] as const)("are cut of megabytes without white space: %s", async (_, text, expected) => {
    expect((await tokenized(file, [text], { truncation: true, max_length: 6 })).ids).toEqual([expected]);
  });

  it("take a million different words", async () => {
    const { ids } = await tokenized(file, [Array.from({ length: 1_000_000 }, (_, at) => `a${at}`).join(" ")]);
    expect(ids[0]).toHaveLength(1_000_002);
    expect(new Set(ids[0])).toEqual(new Set([1, 2, 3]));
  });

  it("take more different words with accents than are remembered, and the first of them again", async () => {
    const words = Array.from({ length: 60_000 }, (_, at) => `${"a".repeat(1 + (at % 3))}${at % 2 === 0 ? "\u0301" : "s\u0301"}${String.fromCodePoint(0xe000 + (at % 6400))}`);
    const pieces = (word: string): number[] => [5, ...[...word].slice(1).flatMap((letter) => (letter === "a" ? [6] : letter === "s" ? [8] : []))];
    // Private use is left out, so that the words differ and their ids repeat.
    const { ids } = await tokenized(file, [[...words, words[0]!].join(" ")], { add_special_tokens: false });
    expect(ids[0]).toEqual([...words, words[0]!].flatMap(pieces));
  });

  it.each([
    ["words", "dogs. a ".repeat(1_250_000)],
    ["marks", ".".repeat(10_000_000)],
    ["words with accents", "d\u00f3gs. \u00e1 ".repeat(1_000_000)],
    ["a stretch without a gap", "\u00e1".repeat(5_000_000)],
  ])("end with the signal, in %s", async (_, text) => {
    const controller = new AbortController();
    const running = tokenized(file, [text], {}, undefined, controller.signal);
    setTimeout(() => controller.abort(new ConchError("CANCELLED", "stop")));
    await expect(running).rejects.toMatchObject({ code: "CANCELLED" });
  });
});

describe("a file that makes no tokenizer", () => {
  const json = { vocab_file: null, tokenizer_file: "tokenizer.json" };
  const model = { type: "WordPiece", unk_token: "[UNK]", vocab: { "[UNK]": 0, "[PAD]": 1 } };

  test.each([
    ["a vocabulary without [UNK]", SMALL.filter((piece) => piece !== "[UNK]").join("\n"), {}, "vocab.txt: it has no [UNK] among its 9 pieces"],
    ["one without [SEP]", SMALL.filter((piece) => piece !== "[SEP]").join("\n"), {}, "it has no [SEP]"],
    ["an empty one", "", {}, "vocab.txt: it is empty"],
    ["one with a byte order mark", `\ufeff${SMALL.join("\n")}`, {}, 'begins with a byte order mark, which makes another piece of its first, "[PAD]"'],
    ["a negative id", JSON.stringify({ model: { ...model, vocab: { "[UNK]": 0, "[PAD]": -1 } } }), json, 'its piece "[PAD]" has id -1, expected a whole number from 0'],
    ["an id that is a text", JSON.stringify({ model: { ...model, vocab: { "[UNK]": "0", "[PAD]": 1 } } }), json, 'its piece "[UNK]" has id "0"'],
    ["an id of 2^40", JSON.stringify({ model: { ...model, vocab: { "[UNK]": 0, "[PAD]": 2 ** 40 } } }), json, "has id 1099511627776"],
    ["what is no JSON", "{", json, "tokenizer.json: it is no JSON"],
    ["JSON of something else", "[1]", json, "it has no model with a vocab"],
    ["another model", JSON.stringify({ model: { ...model, type: "BPE" } }), json, 'its model is "BPE", expected "WordPiece"'],
    ["a piece without an id", JSON.stringify({ model: { ...model, vocab: { "[UNK]": 0, "[PAD]": 1, a: 1.5 } } }), json, 'its piece "a" has id 1.5, expected a whole number'],
    ["a prefix that is no string", JSON.stringify({ model: { ...model, continuing_subword_prefix: 2 } }), json, "its continuing_subword_prefix is 2, expected a string"],
    ["a longest word of no length", JSON.stringify({ model: { ...model, max_input_chars_per_word: "long" } }), json, 'its max_input_chars_per_word is "long", expected a whole number'],
    ["tokens without ids", JSON.stringify({ added_tokens: [{ content: "[X]" }], model }), json, "its added_tokens are no list of tokens"],
    ["a model whose unk_token is no piece", JSON.stringify({ model: { ...model, unk_token: "<unk>" } }), json, "it has no <unk>"],
    ["a model without [PAD]", JSON.stringify({ model: { ...model, vocab: { "[UNK]": 0 } } }), json, "it has no [PAD]"],
    ["a normalizer that nobody knows", JSON.stringify({ normalizer: { type: "Magic" }, model }), json, "it cannot be followed"],
  ] as const)("is refused: %s", async (_, file, parameters, message) => {
    await expect(tokenized(file, ["a"], parameters)).rejects.toMatchObject({ code: "MODEL_FILE_INVALID", message: expect.stringContaining(message) });
  });

  it("is missed by its name", async () => {
    const making = bertTokenizerOpen(DEFAULTS, ["x"], () => Promise.resolve(undefined));
    await expect(making).rejects.toMatchObject({ code: "MODEL_FILE_INVALID", message: 'transformers.BertTokenizerFast: the version folder has no file "vocab.txt"' });
  });
});

describe("in a chain", () => {
  const step = { _target_: "transformers.BertTokenizerFast", keys: "x", vocab_file: "vocab.txt" };
  const parse = (...transforms: unknown[]): ReturnType<typeof parseChain> =>
    parseChain(JSON.stringify({ inputs: { x: "TEXT" }, transforms, outputs: { IDS: "x_input_ids" } }), { model: "m", file: "transforms.json" });
  const configOf = (max_batch_size: number, dims: readonly number[]): ModelConfig =>
    ({ max_batch_size, input: [{ name: "TEXT", data_type: "TYPE_STRING", dims }], output: [{ name: "IDS", data_type: "TYPE_INT64", dims: [-1] }] }) as unknown as ModelConfig;

  it.each([
    [0, [-1], [null, null]],
    [8, [1], [null, null]],
    [0, [3], [3, null]],
  ] as const)("gives ids behind the texts, with max_batch_size %s and dims %s", (batch, dims, expected) => {
    expect(inferChain(parse(step).chain!, configOf(batch, dims)).outputs.get("IDS")).toMatchObject({ dataType: "TYPE_INT64", shape: expected });
  });

  it("knows the width that it pads and cuts to", () => {
    const { chain } = parse({ ...step, padding: "max_length", truncation: true, max_length: 32 });
    expect(inferChain(chain!, configOf(0, [-1])).outputs.get("IDS")?.shape).toEqual([null, 32]);
  });

  it.each([
    ["no file", { vocab_file: null }, "either vocab_file or tokenizer_file"],
    ["a file outside of the model", { vocab_file: "../../other/vocab.txt" }, "a path from the version folder"],
    ["truncation without a length", { truncation: true }, "need max_length"],
    ["a pair without its key", { text_pair: "z" }, 'There is no key "z"'],
  ])("is refused with %s", (_, more, message) => {
    expect(parse({ ...step, ...more }).diagnostics[0]).toMatchObject({ severity: "error", message: expect.stringContaining(message) });
  });

  it("is refused on texts of two axes", () => {
    expect(() => inferChain(parse(step).chain!, configOf(0, [2, 2]))).toThrow(/the chain opens texts/);
  });
});
