import { CHARACTER, ideographAt } from "./open-characters.ts";
import type { IdList } from "./open-ids.ts";
import type { AsciiWordPiece } from "./open-pieces.ts";

/** Code units that are looked at between two pauses, and what those of other words count as besides: looked up, or asked of the library, which has its price per word too. */
const [STEP, PER_LOOKED_UP, PER_UNIT, PER_WORD] = [100_000, 4, 50, 500];
/** Words whose ids are remembered at least, of twice as many at most, and the code units of the longest of them. */
const [MOST_REMEMBERED, LONGEST_REMEMBERED] = [25_000, 64];

/** How texts are cut into words, and what is known of these. */
export interface WordRules {
  /** Of the 128 ASCII characters, by CHARACTER. */
  readonly characters: Uint8Array;
  /** Whether an ideograph is a word of its own. */
  readonly ideographsApart: boolean;
  /** Contents of the tokens that are looked for at marks, the longest first, with their ids. */
  readonly marked: readonly (readonly [string, number])[];
  /** The ids of plain words and of marks; needed where `characters` has some. */
  readonly plain: AsciiWordPiece | undefined;
  /** Code units from which on a word of other characters is not looked up at once. */
  readonly longest: number;
  /** Appends the ids of the word that stands in a text from `start` to `end`, if that is quickly done; whether it was. */
  appendQuickly(text: string, start: number, end: number, found: IdList): boolean;
  /** Appends the ids of any word. */
  append(word: string, found: IdList): void;
}

/** Cuts texts into words and finds the ids of these, a stretch at a time. */
export class WordWalk {
  /** Where the word ends that the last step stopped before because it is too long to look up at once; 0 where it stopped for another reason. */
  longEnd = 0;
  private readonly rules: WordRules;
  /** Of the marks that tokens begin with 1. */
  private readonly opening = new Uint8Array(128);
  /** Words met of late, and those met before them. */
  private known = new Map<string, readonly number[]>();
  private older: ReadonlyMap<string, readonly number[]> = new Map();
  private cost = 0;

  constructor(rules: WordRules) {
    this.rules = rules;
    for (const [content] of rules.marked) this.opening[content.charCodeAt(0)] = 1;
  }

  /** Appends the ids of the words from `from` on until there are `enough`, or a good stretch is done. Where to go on. */
  step(text: string, from: number, enough: number, found: IdList): number {
    const { characters, plain } = this.rules;
    const { opening } = this;
    this.longEnd = 0;
    this.cost = 0;
    let at = from;
    while (at < text.length && found.length < enough && at - from + this.cost < STEP) {
      const unit = text.charCodeAt(at);
      const kind = unit < 128 ? characters[unit] : CHARACTER.other;
      if (kind === CHARACTER.gap) {
        at++;
        continue;
      }
      if (kind === CHARACTER.mark) {
        const token = opening[unit] === 1 ? this.tokenAt(text, at) : undefined;
        if (token !== undefined) found.push(token[1]);
        else plain?.ids(text, at, at + 1, found);
        at += token === undefined ? 1 : token[0].length;
        continue;
      }
      let end = at;
      if (kind === CHARACTER.plain) while (end < text.length && characters[text.charCodeAt(end)] === CHARACTER.plain) end++;
      if (end > at && this.endsAt(text, end)) {
        plain?.ids(text, at, end, found);
      } else {
        end = this.endOf(text, at, end);
        if (end - at > this.rules.longest) {
          this.longEnd = end;
          return at;
        }
        this.append(text, at, end, found);
      }
      at = end;
    }
    return at;
  }

  /** Whether a word of plain characters ends there. */
  private endsAt(text: string, at: number): boolean {
    if (at === text.length) return true;
    const unit = text.charCodeAt(at);
    if (unit < 128) return (this.rules.characters[unit] as number) < CHARACTER.plain;
    return this.rules.ideographsApart && ideographAt(text, at) > 0;
  }

  /** The end of the word that begins at `start` and reaches `from` at least. */
  private endOf(text: string, start: number, from: number): number {
    const { characters, ideographsApart } = this.rules;
    let at = from;
    for (; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit < 128) {
        if ((characters[unit] as number) < CHARACTER.plain) break;
      } else if (ideographsApart && unit >= 0x3400) {
        const ideograph = ideographAt(text, at);
        if (ideograph > 0) return at === start ? at + ideograph : at;
      }
    }
    return at;
  }

  private tokenAt(text: string, at: number): readonly [string, number] | undefined {
    return this.rules.marked.find(([content]) => text.startsWith(content, at));
  }

  /** Appends the ids of a word that is not plain: looked up, remembered, or asked for. */
  private append(text: string, start: number, end: number, found: IdList): void {
    this.cost += PER_LOOKED_UP * (end - start);
    if (this.rules.appendQuickly(text, start, end, found)) return;
    const word = text.slice(start, end);
    let ids = this.known.get(word);
    if (ids === undefined) {
      ids = this.older.get(word) ?? this.asked(word, found);
      if (word.length <= LONGEST_REMEMBERED) this.remember(word, ids);
    }
    for (const id of ids) found.push(id);
  }

  private asked(word: string, found: IdList): readonly number[] {
    const before = found.length;
    this.rules.append(word, found);
    this.cost += PER_WORD + PER_UNIT * word.length;
    const ids = found.from(before);
    found.length = before;
    return ids;
  }

  private remember(word: string, ids: readonly number[]): void {
    if (this.known.size >= MOST_REMEMBERED) {
      this.older = this.known;
      this.known = new Map();
    }
    // A slice would keep the whole text in memory.
    this.known.set(`${word} `.slice(0, -1), ids);
  }
}
