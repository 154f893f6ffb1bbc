import { bertTokenizerOpen } from "../src/transforms/bert-tokenizer/open.ts";
import { textFeaturesOpen } from "../src/transforms/text-features/open.ts";
import type { Opener, ReadModelFile } from "../src/transforms/transform.ts";
import { measure, type Case } from "./measure.ts";
import { cells, ratio, type Table } from "./table.ts";

const FOLDER = "/repositories/readability/preprocess/1";
/** Texts of one request, and words of each. */
const [TEXTS, WORDS] = [512, 110];
/** Requests of words that no run before had: more than there are runs. */
const REQUESTS = 24;

/** What opening texts costs: word pieces and features, against a copy of the same bytes. */
export async function texts(): Promise<Table[]> {
  const read: ReadModelFile = async (path) => new Uint8Array(await (await fetch(`${FOLDER}/${path}`)).arrayBuffer());
  const vocabulary = new TextDecoder().decode(await read("vocab.txt")).split("\n");
  const words = vocabulary.filter((piece) => /^[a-z]{2,}$/.test(piece));
  const plain = passages(words, 1, (word) => word);
  const accented = passages(words, 1, (word) => word.replace(/[aeiou]/, "$&\u0301"));
  const unmet = (mark: string): Uint8Array[][] => Array.from({ length: REQUESTS }, (_, seed) => passages(words, seed, (word, other) => `${other}${mark}${word}`));
  const tokenizer = (): Promise<Opener> =>
    bertTokenizerOpen(
      {
        vocab_file: "vocab.txt",
        tokenizer_file: null,
        do_lower_case: true,
        strip_accents: null,
        tokenize_chinese_chars: true,
        text_pair: null,
        add_special_tokens: true,
        padding: "longest",
        truncation: false,
        max_length: null,
      },
      ["x"],
      read,
    );
  const features = await textFeaturesOpen({ stop_words: "stop_words.txt", most_frequent: "most_frequent.txt", least_frequent: "least_frequent.txt", words: 100 }, ["x"], read);
  const [known, another, third] = await Promise.all([tokenizer(), tokenizer(), tokenizer()]);
  const cases = [
    opening("word pieces, words met before", known, plain),
    opening("word pieces, new words", known, ...unmet("")),
    opening("word pieces, vocabulary and words new", tokenizer, plain),
    opening("word pieces, words with accents, met before", another, accented),
    opening("word pieces, new words with accents", third, ...unmet("\u0301")),
    opening("word pieces of one text", known, plain.slice(0, 1)),
    opening("207 features", features, plain),
    opening("207 features of one text", features, plain.slice(0, 1)),
    { name: "the bytes copied", bytes: bytesOf(plain), run: () => Promise.resolve(void plain.map((text) => text.slice())) },
  ];
  const measured = await measure(cases);
  const copied = measured.at(-1)!.time.median / bytesOf(plain);
  return [
    {
      title: `${TEXTS} texts of ${WORDS} words, ${(bytesOf(plain) / 1000).toFixed(0)} kB, in one request`,
      columns: ["what", "median ms", "p95 ms", "runs", "MB/s", "times the copy"],
      rows: measured.map(({ name, time }, index) => {
        const { bytes } = cases[index]!;
        return [name, ...cells(time), bytes / time.median / 1000, ratio(time.median / bytes, copied)];
      }),
      notes: [
        "One thread. Ids, mask and token types are made as padded int64 arrays; a tenth of the words are two run together. New words are all two run together.",
        "MB are those of the texts of the line; the copy is of as many bytes.",
      ],
    },
  ];
}

/** Opens one request after the other, and the first again behind the last. */
function opening(name: string, given: Opener | (() => Promise<Opener>), ...requests: Uint8Array[][]): Case<void> & { readonly bytes: number } {
  let run = 0;
  return {
    name,
    bytes: bytesOf(requests[0]!),
    async run() {
      const opener = typeof given === "function" ? await given() : given;
      if ("together" in opener) await opener.together(new Map([["x", requests[run++ % requests.length]!]]));
    },
  };
}

function bytesOf(request: readonly Uint8Array[]): number {
  return request.reduce((sum, { length }) => sum + length, 0);
}

/** Texts of words, a tenth of them run together with another one, each written by `spelled`, which is given another word besides. */
function passages(words: readonly string[], seed: number, spelled: (word: string, other: string) => string): Uint8Array[] {
  let state = seed;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const word = (): string => words[Math.floor(words.length * (next(1000) / 1000) ** 2)] ?? "";
  return Array.from({ length: TEXTS }, () => {
    const text = Array.from({ length: WORDS }, (_, index) => `${spelled(`${word()}${next(10) === 0 ? word() : ""}`, words[next(words.length)] ?? "")}${index % 11 === 10 ? "." : ""}`).join(" ");
    return new TextEncoder().encode(text);
  });
}
