import type { Tokenizer } from "@huggingface/tokenizers";

/** Characters of a text without white space from which on it is tokenized piece by piece. */
export const LONG_STRETCH = 4096;
/** Characters of a piece. */
const PIECE = 1024;
/** What ends a word once a text is normalized: white space, and BERT's punctuation. */
const ENDS_WORD = /[\s\p{P}\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e]/u;

/** What of a tokenizer.json decides whether its long stretches can be taken apart. */
interface StretchRules {
  readonly normalizer: { readonly type?: unknown } | null;
  readonly pre_tokenizer: { readonly type?: unknown } | null;
  readonly added_tokens: readonly { readonly id: number; readonly content: string; readonly normalized?: unknown }[];
  readonly model: { readonly max_input_chars_per_word?: unknown };
}

/** The ids of a stretch without white space, some at a time; memory and the time between two do not grow with its length. */
export type StretchIds = (text: string) => Generator<readonly number[]>;

/**
 * Tokenizes stretches piece by piece: the library's patterns keep a place for every character of a run, and their stack ends at some millions. A word
 * goes on from piece to piece, and what is longer than any known word is cut: it is unknown either way. undefined for a tokenizer that is not put
 * together as BERT's are, of which nobody knows where a text may be cut.
 */
export function stretchIds(tokenizer: Tokenizer, { normalizer, pre_tokenizer, added_tokens, model }: StretchRules): StretchIds | undefined {
  const { normalizer: normalize, pre_tokenizer: split, model: pieces } = tokenizer;
  if (split === null || pieces === null || pre_tokenizer?.type !== "BertPreTokenizer") return undefined;
  if ((normalizer !== null && normalizer.type !== "BertNormalizer") || added_tokens.some(({ normalized }) => normalized !== false)) return undefined;
  const most = Number(model.max_input_chars_per_word ?? 100);
  const idOf = new Map(added_tokens.map(({ id, content }) => [content, id]));
  const idsOf = (normalized: string): number[] => pieces.encode(split.pre_tokenize(normalized)).map((piece) => tokenizer.token_to_id(piece) ?? 0);

  return function* (text) {
    for (const section of sectionsOf(text, [...idOf.keys()])) {
      const id = idOf.get(section);
      if (id !== undefined) {
        yield [id];
        continue;
      }
      let word = "";
      for (const piece of piecesOf(section)) {
        const normalized = word + (normalize?.normalize(piece) ?? piece);
        const from = wordStart(normalized);
        yield idsOf(normalized.slice(0, from));
        word = Array.from(normalized.slice(from)).slice(0, most + 1).join("");
      }
      yield idsOf(word);
    }
  };
}

/** The added tokens of a text, and what lies between them. */
function* sectionsOf(text: string, tokens: readonly string[]): Generator<string> {
  const wanted = [...tokens].filter((token) => token !== "").sort((a, b) => b.length - a.length).map((token) => token.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  let from = 0;
  const pattern = new RegExp(wanted.join("|") || "(?!)", "g");
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    if (found.index > from) yield text.slice(from, found.index);
    yield found[0];
    from = pattern.lastIndex;
  }
  if (from < text.length) yield text.slice(from);
}

/** A text in pieces that end with whole characters. */
function* piecesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const to = from + PIECE;
    const end = (text.charCodeAt(to - 1) & 0xfc00) === 0xd800 ? to + 1 : to;
    yield text.slice(from, end);
    from = end;
  }
}

/** Where the last word of a text begins; its length where it ends with none. */
function wordStart(text: string): number {
  let at = text.length;
  while (at > 0) {
    const before = (text.charCodeAt(at - 1) & 0xfc00) === 0xdc00 && at > 1 ? at - 2 : at - 1;
    if (ENDS_WORD.test(text.slice(before, at))) break;
    at = before;
  }
  return at;
}
