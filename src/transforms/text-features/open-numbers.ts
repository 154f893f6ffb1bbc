import { APOSTROPHES, PUNCTUATION, STOP, STOP_MORE, WHITE_SPACE, WIDE_STOP, WORD_PART } from "./open-characters.ts";
import { PLAIN_FEATURES } from "./spec.ts";

/** The words of the three lists. */
export interface WordLists {
  readonly stopWords: readonly string[];
  readonly mostFrequent: readonly string[];
  readonly leastFrequent: readonly string[];
}

/** Parts of words, runs of marks or stops that are found between two pauses. */
const PAUSE_AFTER = 4096;

/** The features of one text, as the spec defines them. `pause` is awaited now and then. */
export async function textNumbers(text: string, lists: WordLists, pause: () => Promise<void>): Promise<Float32Array> {
  const counts = new Map<string, number>();
  const ends = await sentenceEnds(text, pause);
  let [words, sentences, sinceEnd] = [0, 0, false];
  let [end, behind, letters] = [0, -1, ""];
  const finish = (): void => {
    if (behind >= 0) counts.set(letters, (counts.get(letters) ?? 0) + 1);
  };
  let parts = 0;
  for (const { 0: part, index } of text.matchAll(WORD_PART)) {
    if (++parts % PAUSE_AFTER === 0) await pause();
    if (index === behind || (index === behind + 1 && APOSTROPHES.includes(text[behind] as string))) letters += (index === behind ? "" : "'") + lowered(part);
    else {
      finish();
      letters = lowered(part);
      words++;
      while (end < ends.length && (ends[end] as number) < index) {
        if (sinceEnd) sentences++;
        sinceEnd = false;
        end++;
      }
      sinceEnd = true;
    }
    behind = index + part.length;
  }
  finish();
  if (sinceEnd) sentences++;
  const punctuation = await punctuationMarks(text, pause);
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
async function sentenceEnds(text: string, pause: () => Promise<void>): Promise<number[]> {
  const ends: number[] = [];
  const stop = new RegExp(STOP);
  let found = 0;
  for (let match = stop.exec(text); match !== null; match = stop.exec(text)) {
    if (++found % PAUSE_AFTER === 0) await pause();
    const { index } = match;
    let [behind, wide] = [index + 1, WIDE_STOP.test(match[0])];
    STOP_MORE.lastIndex = behind;
    for (let more = STOP_MORE.exec(text); more !== null; more = STOP_MORE.exec(text)) {
      behind = STOP_MORE.lastIndex;
      wide ||= WIDE_STOP.test(more[0]);
    }
    WHITE_SPACE.lastIndex = behind;
    if (behind === text.length || wide || WHITE_SPACE.test(text)) ends.push(index);
    stop.lastIndex = behind;
  }
  return ends;
}

async function punctuationMarks(text: string, pause: () => Promise<void>): Promise<number> {
  let [marks, runs] = [0, 0];
  for (const [run] of text.matchAll(PUNCTUATION)) {
    if (++runs % PAUSE_AFTER === 0) await pause();
    marks += run.length;
    // A pair of surrogates is one mark.
    for (let at = 0; at < run.length; at++) if ((run.charCodeAt(at) & 0xfc00) === 0xdc00) marks--;
  }
  return marks;
}

/** Each character by itself, so that no word's last sigma becomes another. */
function lowered(part: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/^[\0-\x7f]*$/.test(part)) return part.toLowerCase();
  return Array.from(part, (character) => character.toLowerCase()).join("");
}
