import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ModelConfig } from "../../triton/model-config/model-config.ts";
import { ConchError } from "../../base/errors.ts";
import { parseChain } from "../chain.ts";
import { inferChain } from "../chain-infer.ts";
import { LATER_CLASS } from "./open-characters.ts";
import { textFeaturesOpen } from "./open.ts";

/** See training/make_feature_vectors.py. */
const vectors = JSON.parse(readFileSync(new URL("features.json", import.meta.url), "utf8")) as {
  readonly lists: Readonly<Record<"stop_words" | "most_frequent" | "least_frequent", readonly string[]>>;
  readonly texts: readonly string[];
  readonly features: readonly (readonly number[])[];
};

const PARAMETERS = { stop_words: "stop_words.txt", most_frequent: "most_frequent.txt", least_frequent: "least_frequent.txt", words: 3 };
const FILES: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(vectors.lists).map(([name, words]) => [`${name}.txt`, `${words.join("\n")}\n`]));

async function featuresOf(texts: readonly (string | Uint8Array)[], files: Readonly<Record<string, string>> = FILES, signal?: AbortSignal): Promise<number[][]> {
  const read = (path: string) => Promise.resolve(files[path] === undefined ? undefined : new TextEncoder().encode(files[path]));
  const opener = await textFeaturesOpen(PARAMETERS, ["x"], read);
  if (!("together" in opener)) throw new Error("texts are opened together");
  const opened = await opener.together(new Map([["x", texts.map((text) => (typeof text === "string" ? new TextEncoder().encode(text) : text))]]), signal);
  const { shape: [rows = 0, width = 0] = [], data } = opened.get("x_features")!;
  return Array.from({ length: rows }, (_, row) => [...(data as Float32Array).subarray(row * width, (row + 1) * width)]);
}

describe("features of a text", () => {
  it("equal those of model.py to the last bit, for every text of many scripts", async () => {
    const found = await featuresOf(vectors.texts);
    for (const [index, expected] of vectors.features.entries()) expect(found[index], JSON.stringify(vectors.texts[index])).toEqual(expected);
  });

  it.each([
    ["an empty text", "", [0, 0, 0, 0, 0, 0, 0]],
    ["white space", " \n", [0, 0, 0, 0, 0, 0, 0]],
    ["words without a sentence end", "the dog and the cat", [5, 4, 0, 1, 5, 2, 2]],
    ["two sentences and a quotation", 'It ran. "Stop!"', [3, 3, 4, 2, 1.5, 1, 0.5]],
    ["dots in numbers and names", "3.14 and a.b", [5, 5, 2, 1, 5, 1, 1]],
    ["an apostrophe of either form", "don't don’t", [2, 1, 2, 1, 2, 2, 2]],
    ["a run of marks", "What?! No...", [2, 2, 5, 2, 1, 0, 0]],
    ["Chinese sentences", "一二。三四！", [2, 2, 2, 2, 1, 0, 0]],
    ["a letter of Unicode 16", "a\u{10d50}b", [2, 2, 0, 1, 2, 1, 1]],
  ])("are as defined: %s", async (_, text, expected) => {
    expect((await featuresOf([text]))[0]?.slice(0, 7)).toEqual(expected);
  });

  it("tell how frequent the words of the lists are", async () => {
    expect((await featuresOf(["The dog, the dog; a Σ."]))[0]?.slice(7)).toEqual([2 / 6, 2 / 6, 1 / 6, 0, 0, 0].map(Math.fround));
  });

  it("take time in proportion to a text of stops that end nothing", async () => {
    expect((await featuresOf([`a${".".repeat(2_000_000)}b`]))[0]?.slice(0, 4)).toEqual([2, 2, 2_000_000, 1]);
  });

  it.each([
    ["one word of ten million letters", "abcdefghij".repeat(1_000_000), [1, 1, 0, 1]],
    ["one of letters with marks", "e\u0301".repeat(2_000_000), [1, 1, 0, 1]],
    ["one with apostrophes", `${"a'".repeat(2_000_000)}a`, [1, 1, 2_000_000, 1]],
    ["a word that is longer than its parts, twice", `${"ab".repeat(3000)} ${"AB".repeat(3000)}`, [2, 1, 0, 1]],
    ["ten million full stops", ".".repeat(10_000_000), [0, 0, 10_000_000, 0]],
    ["ten million brackets behind a sentence", `It ran.${"]".repeat(10_000_000)}`, [2, 2, 10_000_001, 1]],
    ["marks beyond U+FFFF", "\u{10100}".repeat(1_000_000), [0, 0, 1_000_000, 0]],
  ] as const)("count %s", async (_, text, expected) => {
    expect((await featuresOf([text]))[0]?.slice(0, 4)).toEqual(expected.map(Math.fround));
  });

  it.each([
    ["many words", "The dog ran. ".repeat(800_000)],
    ["one word", "a".repeat(10_000_000)],
    ["marks alone", ".".repeat(10_000_000)],
  ])("end with the signal: %s", async (_, text) => {
    const controller = new AbortController();
    const running = featuresOf([text], FILES, controller.signal);
    controller.abort(new ConchError("CANCELLED", "stop"));
    await expect(running).rejects.toMatchObject({ code: "CANCELLED" });
  });
});

/** The plain features of a text by the regular expressions that say what words, marks and ends of sentences are. */
function byExpressions(text: string): number[] {
  const letter = `(?:[0-9A-Za-z]|(?![${LATER_CLASS}])[\\p{L}\\p{M}\\p{N}])`;
  const found = [...text.matchAll(new RegExp(`${letter}+(?:['\u2019]${letter}+)*`, "gu"))];
  const words = found.map(([word]) => Array.from(word.replaceAll("\u2019", "'"), (character) => character.toLowerCase()).join(""));
  const ends = [...text.matchAll(/[.!?\u2026\u3002\uff01\uff1f][.!?\u2026\u3002\uff01\uff1f"'\u2019\u201d)\]\u00bb]*/g)].filter(({ 0: run, index }) => {
    const behind = text.slice(index + run.length);
    return behind === "" || /[\u3002\uff01\uff1f]/.test(run) || /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/.test(behind);
  });
  const bounds = [0, ...ends.map(({ index }) => index), text.length];
  const sentences = bounds.slice(1).filter((bound, at) => found.some(({ index }) => index >= (bounds[at] as number) && index < bound)).length;
  const marks = Array.from(text).filter((character) => new RegExp(`^(?![${LATER_CLASS}])\\p{P}$`, "u").test(character)).length;
  const stops = words.filter((word) => vectors.lists.stop_words.includes(word)).length;
  return [words.length, new Set(words).size, marks, sentences, words.length / Math.max(sentences, 1), stops, stops / Math.max(sentences, 1)].map(Math.fround);
}

it("counts of any text are those of the expressions that define words, marks and sentences", async () => {
  const fragment = fc.oneof(
    fc.constantFrom(...vectors.lists.stop_words, "don't", "Don\u2019t", "''", "a'b'c", "\u212a", "k", "\u03a3", "\u0130", "3.14", "\u{10d50}", "\u0301"),
    fc.constantFrom(" ", " ", "\n", "\u00a0", "\u200b", "\u0085"),
    fc.constantFrom(".", "...", "?!", '."', ".'", "\u3002", "\u3002\u2019", "\u2026", ".)", "\u00bb", "\u2019", ",", "\u{10100}"),
    fc.string({ unit: "binary", maxLength: 5 }),
    fc.string({ unit: "grapheme-ascii", maxLength: 5 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fragment, { maxLength: 30 }).map((parts) => parts.join("")), async (text) => {
      expect((await featuresOf([text]))[0]?.slice(0, 7)).toEqual(byExpressions(text));
    }),
    { numRuns: 300 },
  );
});

describe("what is refused", () => {
  it.each([
    ["a text that is no UTF-8", [Uint8Array.of(0xc3)], FILES, "TEXT_INVALID", "text 0 (1 bytes) is no UTF-8"],
    ["a list that is not there", ["a"], { ...FILES, "stop_words.txt": undefined as unknown as string }, "MODEL_FILE_INVALID", 'has no file "stop_words.txt"'],
    ["a list of another length", ["a"], { ...FILES, "most_frequent.txt": "a\nb\n" }, "MODEL_FILE_INVALID", "most_frequent.txt: it has 2 words, expected 3"],
    ["a word twice", ["a"], { ...FILES, "least_frequent.txt": "a\nb\r\na" }, "MODEL_FILE_INVALID", 'it has "a" twice'],
  ])("%s", async (_, texts, files, code, message) => {
    await expect(featuresOf(texts, files)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });
});

describe("in a chain", () => {
  const step = { _target_: "conch.TextFeatures", keys: "x", ...PARAMETERS, words: 100 };
  const chain = parseChain(JSON.stringify({ inputs: { x: "TEXT" }, transforms: [step], outputs: { FEATS: "x_features" } }), { model: "m", file: "transforms.json" }).chain!;

  it.each([
    [0, -1, [null, 207]],
    [8, 1, [null, 207]],
  ])("207 features stand behind the texts, with max_batch_size %s", (max_batch_size, dims, expected) => {
    const config = { max_batch_size, input: [{ name: "TEXT", data_type: "TYPE_STRING", dims: [dims] }], output: [{ name: "FEATS", data_type: "TYPE_FP32", dims: [-1] }] } as unknown as ModelConfig;
    expect(inferChain(chain, config).outputs.get("FEATS")).toMatchObject({ dataType: "TYPE_FP32", shape: expected });
  });
});
