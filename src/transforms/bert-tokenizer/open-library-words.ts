import type { Tokenizer } from "@huggingface/tokenizers";
import type { IdList } from "./open-ids.ts";
import type { AsciiWordPiece } from "./open-pieces.ts";

/** Code units that are normalized at once, and marks in a row among which nothing is cut. */
const [SLICE, MOST_MARKS] = [2048, 1024];
const MARK = /\p{M}/u;
// oxlint-disable-next-line no-control-regex
const ASCII = /^[\0-\x7f]*$/;

/** What words are read with that are not plain. */
export interface WordReaders {
  /** Splits what is normalized; it needs no pieces. */
  readonly settings: Tokenizer;
  readonly normalized: (text: string) => string;
  /** The library with all pieces, made when it is first asked for. */
  readonly library: () => Tokenizer;
  readonly plain: AsciiWordPiece;
  /** Characters of the longest word that is looked at. */
  readonly longestWord: number;
}

/** Appends the ids of a word between gaps and marks: the library splits it, and looks up what is not of ASCII characters alone. */
export function appendWord(readers: WordReaders, word: string, found: IdList): void {
  append(readers, split(readers, readers.normalized(word)), found);
}

/**
 * Appends the ids of a stretch of a text without gaps and marks, as the library gives them for the whole, slice by slice: normalizers of BERT make of a text
 * what they make of its parts, unless a part begins with a combining mark. `pause` is awaited after each slice. Ends once there are `enough`.
 */
export async function appendLongWord(readers: WordReaders, stretch: string, enough: number, found: IdList, pause: () => Promise<void>): Promise<void> {
  let open = "";
  for (let from = 0; from < stretch.length && found.length < enough; ) {
    const end = sliceEnd(stretch, from);
    const text = open + readers.normalized(stretch.slice(from, end));
    const words = split(readers, text);
    const last = words.at(-1);
    // A word that one more letter makes longer goes on in the next slice.
    const goesOn = last !== undefined && text.endsWith(last) && split(readers, `${last}a`).length === 1;
    open = goesOn ? beginning(last, readers.longestWord) : "";
    append(readers, goesOn ? words.slice(0, -1) : words, found);
    from = end;
    await pause();
  }
  if (found.length < enough) append(readers, split(readers, open), found);
}

function split({ settings }: WordReaders, text: string): string[] {
  return settings.pre_tokenizer?.pre_tokenize(text) ?? [text];
}

function append({ plain, library }: WordReaders, words: readonly string[], found: IdList): void {
  for (const word of words) {
    if (ASCII.test(word)) plain.ids(word, 0, word.length, found);
    else for (const piece of library().model?.encode([word]) ?? []) found.push(library().token_to_id(piece) as number);
  }
}

/** Where a slice ends: not before a combining mark, which belongs to what stands before it, and not within a character. */
function sliceEnd(text: string, from: number): number {
  let end = from + SLICE;
  const last = end + MOST_MARKS;
  while (end < text.length && end < last && MARK.test(String.fromCodePoint(text.codePointAt(end) as number))) end++;
  if (end < text.length && (text.charCodeAt(end) & 0xfc00) === 0xdc00) end++;
  return Math.min(end, text.length);
}

/** As much of a word as tells that it is too long. */
function beginning(word: string, longest: number): string {
  return word.length <= 2 * longest + 2 ? word : Array.from(word).slice(0, longest + 1).join("");
}
