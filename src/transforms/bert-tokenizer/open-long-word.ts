import type { Tokenizer } from "@huggingface/tokenizers";
import type { IdList } from "./open-ids.ts";

/** Code units that are normalized at once, and marks in a row among which nothing is cut. */
const [SLICE, MOST_MARKS] = [2048, 1024];
const MARK = /\p{M}/u;

/**
 * Appends the ids of a stretch of a text that has no gap, as the library gives them for the whole, slice by slice: normalizers of BERT make of a text what they
 * make of its parts, unless a part begins with a mark. `pause` is awaited after each slice. Ends once there are `enough`.
 */
export async function longWordIds(library: Tokenizer, stretch: string, longestWord: number, enough: number, found: IdList, pause: () => Promise<void>): Promise<void> {
  const words = (text: string): string[] => library.pre_tokenizer?.pre_tokenize(text) ?? [text];
  const append = (complete: string[]): void => {
    for (const token of library.model?.encode(complete) ?? []) found.push(library.token_to_id(token) as number);
  };
  let open = "";
  for (let from = 0; from < stretch.length && found.length < enough; ) {
    const end = sliceEnd(stretch, from);
    const slice = stretch.slice(from, end);
    const text = open + (library.normalizer?.normalize(slice) ?? slice);
    const complete = words(text);
    const last = complete.at(-1);
    // A word that one more letter makes longer goes on in the next slice.
    const goesOn = last !== undefined && text.endsWith(last) && words(`${last}a`).length === 1;
    open = goesOn ? beginning(last, longestWord) : "";
    append(goesOn ? complete.slice(0, -1) : complete);
    from = end;
    await pause();
  }
  if (found.length < enough) append(words(open));
}

/** Where a slice ends: not before a mark, which belongs to what stands before it, and not within a character. */
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
