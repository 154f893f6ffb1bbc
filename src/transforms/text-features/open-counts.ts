import { KIND, kindsOf } from "./open-characters.ts";

/** Code units that are read between two pauses. */
const STEP = 100_000;

/** What is counted in one text, from its beginning to its end, a stretch at a time. */
export class TextCounts {
  words = 0;
  sentences = 0;
  /** Punctuation marks. */
  marks = 0;
  /** Each distinct word and its place in `times`. */
  readonly distinct = new Map<string, number>();
  /** How often each distinct word stands in the text. */
  readonly times: number[] = [];
  private at = 0;
  /** Whether a word was met since the last end of a sentence. */
  private open = false;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Reads a stretch; false once the text is at its end. */
  step(): boolean {
    const { text } = this;
    for (const until = this.at + STEP; this.at < text.length && this.at < until; ) {
      const kind = kindsAt(text, this.at);
      if ((kind & KIND.word) !== 0) {
        this.word();
      } else if ((kind & KIND.stop) !== 0) {
        this.run();
      } else {
        if ((kind & KIND.punctuation) !== 0) this.marks++;
        this.at += widthAt(text, this.at);
      }
    }
    if (this.at < text.length) return true;
    if (this.open) this.sentences++;
    this.open = false;
    return false;
  }

  /** A word that begins here: characters of words, with single apostrophes between two of them. */
  private word(): void {
    const { text } = this;
    const start = this.at;
    let [at, bits, units] = [start, 0, 0];
    for (; at < text.length; at += widthAt(text, at)) {
      const unit = text.charCodeAt(at);
      const kind = kindsAt(text, at);
      if ((kind & KIND.word) === 0) {
        if ((kind & KIND.apostrophe) === 0 || at + 1 >= text.length || (kindsAt(text, at + 1) & KIND.word) === 0) break;
        this.marks++;
      }
      bits |= kind;
      units |= unit;
    }
    this.at = at;
    this.words++;
    this.open = true;
    const written = text.slice(start, at);
    const word = units > 127 ? lowered(written) : (bits & KIND.capital) === 0 ? written : written.toLowerCase();
    const place = this.distinct.get(word);
    if (place === undefined) this.distinct.set(word, this.times.push(1) - 1);
    else this.times[place] = (this.times[place] as number) + 1;
  }

  /** Stops and what closes behind them, from here on: the end of a sentence, or not. */
  private run(): void {
    const { text } = this;
    let [at, bits] = [this.at, 0];
    for (; at < text.length; at++) {
      const kind = kindsAt(text, at);
      if ((kind & (KIND.stop | KIND.closer)) === 0) break;
      if ((kind & KIND.punctuation) !== 0) this.marks++;
      bits |= kind;
    }
    this.at = at;
    if (at < text.length && (bits & KIND.wideStop) === 0 && (kindsAt(text, at) & KIND.whiteSpace) === 0) return;
    if (this.open) this.sentences++;
    this.open = false;
  }
}

function kindsAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return kindsOf((unit & 0xfc00) === 0xd800 ? (text.codePointAt(at) as number) : unit);
}

function widthAt(text: string, at: number): 1 | 2 {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 ? 2 : 1;
}

/** Each character by itself, so that no word's last sigma becomes another. */
function lowered(word: string): string {
  return Array.from(word, (character) => (character === "\u2019" ? "'" : character.toLowerCase())).join("");
}
