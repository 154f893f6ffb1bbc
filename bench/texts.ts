import { bertTokenizerOpen } from "../src/transforms/bert-tokenizer/open.ts";
import { textFeaturesOpen } from "../src/transforms/text-features/open.ts";
import type { Opener, ReadModelFile } from "../src/transforms/transform.ts";
import { measure, type Case } from "./measure.ts";
import { cells, ratio, type Table } from "./table.ts";

const FOLDER = "/repositories/readability/preprocess/1";
/** Texts of one request, and words of each. */
const [TEXTS, WORDS] = [512, 110];

/** What opening texts costs: word pieces and features, against a copy of the same bytes. */
export async function texts(): Promise<Table[]> {
  const read: ReadModelFile = async (path) => new Uint8Array(await (await fetch(`${FOLDER}/${path}`)).arrayBuffer());
  const given = passages(new TextDecoder().decode(await read("vocab.txt")).split("\n"));
  const bytes = given.reduce((sum, { length }) => sum + length, 0);
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
  const known = await tokenizer();
  const open = async (opener: Opener): Promise<void> => {
    if ("together" in opener) await opener.together(new Map([["x", given]]));
  };
  const cases: Case<void>[] = [
    { name: "word pieces, words met before", run: () => open(known) },
    { name: "word pieces, vocabulary and words new", run: async () => open(await tokenizer()) },
    { name: "207 features", run: () => open(features) },
    { name: "the bytes copied", run: () => Promise.resolve(void given.map((text) => text.slice())) },
  ];
  const measured = await measure(cases);
  const copied = measured.at(-1)!.time.median;
  return [
    {
      title: `${TEXTS} texts of ${WORDS} words, ${(bytes / 1000).toFixed(0)} kB, in one request`,
      columns: ["what", "median ms", "p95 ms", "runs", "MB/s", "times the copy"],
      rows: measured.map(({ name, time }) => [name, ...cells(time), bytes / time.median / 1000, ratio(time.median, copied)]),
      notes: ["One thread. Ids, mask and token types are made as padded int64 arrays; a tenth of the words are two run together."],
    },
  ];
}

/** Texts of the vocabulary's words, a tenth of them run together with another one. */
function passages(vocabulary: readonly string[]): Uint8Array[] {
  const words = vocabulary.filter((piece) => /^[a-z]{2,}$/.test(piece));
  let state = 1;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const word = (): string => words[Math.floor(words.length * (next(1000) / 1000) ** 2)] ?? "";
  return Array.from({ length: TEXTS }, () => {
    const text = Array.from({ length: WORDS }, (_, index) => `${word()}${next(10) === 0 ? word() : ""}${index % 11 === 10 ? "." : ""}`).join(" ");
    return new TextEncoder().encode(text);
  });
}
