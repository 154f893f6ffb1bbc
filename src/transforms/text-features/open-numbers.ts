import { TextCounts } from "./open-counts.ts";
import { PLAIN_FEATURES } from "./spec.ts";

/** The words of the three lists, each list's without repetition. */
export interface WordLists {
  readonly stopWords: readonly string[];
  readonly mostFrequent: readonly string[];
  readonly leastFrequent: readonly string[];
}

/** What the lists say of a word. */
interface ListedWord {
  readonly stops: boolean;
  /** Its features in the lists of frequencies. */
  readonly features: readonly number[];
}

/** How many features a text has, and the words that some of them count. */
export interface FeatureWords {
  readonly width: number;
  readonly listed: ReadonlyMap<string, ListedWord>;
}

/** The lists, ready to be looked into. */
export function featureWords({ stopWords, mostFrequent, leastFrequent }: WordLists): FeatureWords {
  const frequent = [...mostFrequent, ...leastFrequent];
  const listed = new Map<string, ListedWord>(stopWords.map((word) => [word, { stops: true, features: [] }]));
  for (const [index, word] of frequent.entries()) {
    const { stops, features } = listed.get(word) ?? { stops: false, features: [] };
    listed.set(word, { stops, features: [...features, PLAIN_FEATURES + index] });
  }
  return { width: PLAIN_FEATURES + frequent.length, listed };
}

/** Writes the features of one text, as the spec defines them, into `numbers`, which holds zeros. `pause` is awaited now and then. */
export async function textNumbers(text: string, { listed }: FeatureWords, numbers: Float32Array, pause: () => Promise<void>): Promise<void> {
  const counts = new TextCounts(text);
  while (counts.step()) await pause();
  const { words, sentences, marks, distinct, times } = counts;
  const per = (value: number, whole: number): number => value / Math.max(whole, 1);
  let stops = 0;
  for (const [word, place] of distinct) {
    const known = listed.get(word);
    if (known === undefined) continue;
    const count = times[place] as number;
    if (known.stops) stops += count;
    for (const feature of known.features) numbers[feature] = per(count, words);
  }
  numbers.set([words, distinct.size, marks, sentences, per(words, sentences), stops, per(stops, sentences)]);
}
