import { entryOf } from "../dictionary.ts";
import { filePathProblem } from "../text-bytes.ts";
import type { TransformSpec } from "../transform.ts";

/** Parameters of conch.TextFeatures: files with a word a line, in UTF-8, each word once, in the version folder. */
export interface TextFeaturesParameters {
  readonly stop_words: string;
  readonly most_frequent: string;
  readonly least_frequent: string;
  /** Words of each of the two lists of frequencies. */
  readonly words: number;
}

const NAME = "conch.TextFeatures";

/** Features before those of single words. */
export const PLAIN_FEATURES = 7;

/**
 * Numbers that describe texts: `<key>_features`, TYPE_FP32 [n, 7 + 2 · words] (of an item of a batch without the first axis). In order:
 *
 * 0. words; 1. distinct words; 2. punctuation marks; 3. sentences; 4. words per sentence; 5. stop words; 6. stop words per sentence; then, for each
 * word of most_frequent and then of least_frequent, how often it stands in the text, divided by the number of words.
 *
 * - A character is a code point. Its kind is its general category in Unicode 14: letters, marks and numbers (L, M, N) are those of words, P is
 *   punctuation. What later versions added counts as neither (`open-characters.ts` lists it), whatever Unicode the browser or Python knows.
 * - A word is a longest run of characters of words, in which single apostrophes (' U+0027, ’ U+2019) between two of them stand. It is compared with each
 *   character in its lower case by itself (JavaScript's toLowerCase, Python's str.lower, of one code point) and each apostrophe as '.
 * - A run that begins with one of . ! ? … 。 ！ ？ and goes on with those and with closing " ' ’ ” ) ] », as long as it can, ends a sentence where
 *   white space or the end of the text follows it, or where it holds one of 。 ！ ？. Sentences are the stretches between such ends, and before the first
 *   and behind the last, that hold a word: a text with words and no end is one sentence.
 * - White space is U+0009 to U+000D, space, U+0085, U+00A0, U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F, U+205F, U+3000.
 * - What is divided by zero words or sentences is 0: an empty text gives zeros.
 *
 * Numbers are made in float64 and rounded to float32 once. `text_numbers` of the samples' model.py is the twin on a server, equal to the last bit.
 */
export const textFeaturesSpec: TransformSpec<TextFeaturesParameters> = {
  name: NAME,
  library: "conch",
  opens: "texts",
  summary: "Counts words, sentences, punctuation and stop words of texts, and how frequent given words are.",
  parameters: {
    stop_words: { type: "string", doc: "File of the stop words, one a line." },
    most_frequent: { type: "string", doc: "File of the most frequent words of a corpus, one a line." },
    least_frequent: { type: "string", doc: "File of its least frequent words, one a line." },
    words: { type: "integer", default: 100, doc: "How many words each of the two lists has." },
  },
  produces: (_, keys) => keys.map((key) => `${key}_features`),
  check: ({ words, stop_words, most_frequent, least_frequent }) => [
    ...(words < 0 ? [`words is ${words}, expected 0 or more`] : []),
    ...filePathProblem("stop_words", stop_words),
    ...filePathProblem("most_frequent", most_frequent),
    ...filePathProblem("least_frequent", least_frequent),
  ],
  infer({ words }, keys, dictionary) {
    const result = new Map(dictionary);
    for (const key of keys) {
      const { shape } = entryOf(NAME, dictionary, key);
      result.set(`${key}_features`, { dataType: "TYPE_FP32", shape: [...shape, PLAIN_FEATURES + 2 * words], affine: false });
    }
    return result;
  },
};
