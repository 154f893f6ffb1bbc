import { PUNCTUATION, STOP, WHITE_SPACE, WIDE_STOP, WORD } from "./open-characters.ts";
import { PLAIN_FEATURES } from "./spec.ts";

/** The words of the three lists. */
export interface WordLists {
  readonly stopWords: readonly string[];
  readonly mostFrequent: readonly string[];
  readonly leastFrequent: readonly string[];
}

/** Words or stops that are found between two pauses. */
const PAUSE_AFTER = 4096;

/** The features of one text, as the spec defines them. `pause` is awaited now and then. */
export async function textNumbers(text: string, lists: WordLists, pause: () => Promise<void>): Promise<Float32Array> {
  const counts = new Map<string, number>();
  const ends = sentenceEnds(text);
  let [words, sentences, sinceEnd] = [0, 0, false];
  let end = ends.next();
  for (const match of text.matchAll(WORD)) {
    if (++words % PAUSE_AFTER === 0) await pause();
    while (end.done !== true && end.value < match.index) {
      if (sinceEnd) sentences++;
      sinceEnd = false;
      end = ends.next();
    }
    sinceEnd = true;
    const word = lowered(match[0]);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  if (sinceEnd) sentences++;
  await pause();
  const punctuation = punctuationMarks(text);
  const count = (word: string): number => counts.get(word) ?? 0;
  const stops = lists.stopWords.reduce((sum, word) => sum + count(word), 0);
  const per = (value: number, whole: number): number => value / Math.max(whole, 1);
  const plain = [words, counts.size, punctuation, sentences, per(words, sentences), stops, per(stops, sentences)];
  const numbers = new Float32Array(PLAIN_FEATURES + lists.mostFrequent.length + lists.leastFrequent.length);
  numbers.set(plain);
  [...lists.mostFrequent, ...lists.leastFrequent].forEach((word, index) => {
    numbers[PLAIN_FEATURES + index] = per(count(word), words);
  });
  return numbers;
}

/** Where the runs begin that end a sentence. */
function* sentenceEnds(text: string): Generator<number> {
  for (const { 0: run, index } of text.matchAll(STOP)) {
    const behind = index + run.length;
    WHITE_SPACE.lastIndex = behind;
    if (behind === text.length || WIDE_STOP.test(run) || WHITE_SPACE.test(text)) yield index;
  }
}

function punctuationMarks(text: string): number {
  let marks = 0;
  for (const [run] of text.matchAll(PUNCTUATION)) {
    marks += run.length;
    // A pair of surrogates is one mark.
    for (let at = 0; at < run.length; at++) if ((run.charCodeAt(at) & 0xfc00) === 0xdc00) marks--;
  }
  return marks;
}

/** Each character by itself, so that no word's last sigma becomes another. */
function lowered(word: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/^[\0-\x7f]*$/.test(word)) return word.toLowerCase();
  return Array.from(word, (character) => (character === "\u2019" ? "'" : character.toLowerCase())).join("");
}
