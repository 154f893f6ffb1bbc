import { Tokenizer } from "@huggingface/tokenizers";
import { textOf } from "../../base/errors.ts";
import { asciiCharacters, asciiLowered, spaced } from "./open-characters.ts";
import { cutsOf, lowers, setsIdeographsApart } from "./open-cuts.ts";
import { CharacterForms } from "./open-forms.ts";
import type { IdList } from "./open-ids.ts";
import { appendLongWord, appendWord, type WordReaders } from "./open-library-words.ts";
import { AsciiWordPiece } from "./open-pieces.ts";
import { invalid, lacking, type ReadTokenizer, type TokenizerFile, type Vocabulary } from "./open-tokenizer-file.ts";
import { WordWalk } from "./open-words.ts";

/** Where the ids of a text, or of two, go among the special ones. */
export interface TokenTemplate {
  /** In order: a special id, or the text whose ids stand there. */
  readonly parts: readonly (number | "first" | "second")[];
  readonly types: readonly number[];
}

/** A tokenizer of BERT's kind. */
export interface BertTokenizer {
  readonly padId: number;
  readonly single: TokenTemplate;
  readonly pair: TokenTemplate;
  /** Appends the ids of a text without special ones: all, or at least the first `most`. `pause` is awaited now and then. */
  append(text: string, most: number, found: IdList, pause: () => Promise<void>): Promise<void>;
}

/** Code units of the longest word without a gap that the library gets at once where it may be cut. */
const LONGEST_AT_ONCE = 2048;

/** The tokenizer of what was read. `name` is that of its file, for messages. Throws MODEL_FILE_INVALID. */
export function tokenizerOf({ file, vocabulary }: ReadTokenizer, name: string): BertTokenizer {
  // The library reads the pieces once a word needs it; what it makes of the rest shows without them.
  const settings = libraryOf(file, {}, name);
  let whole: Tokenizer | undefined;
  const library = (): Tokenizer => (whole ??= libraryOf(file, recordOf(vocabulary), name));
  const idOf = (piece: string): number => {
    const id = file.added_tokens.findLast(({ content }) => content === piece)?.id ?? vocabulary.idOf(piece);
    if (id === undefined) throw lacking(piece, name, vocabulary.size);
    return id;
  };
  const unknownId = idOf(file.model.unk_token);
  return {
    padId: idOf("[PAD]"),
    single: templateOf(settings, idOf, false),
    pair: templateOf(settings, idOf, true),
    append: cutsOf(file) === "words" ? wordByWord(file, vocabulary, settings, library, unknownId) : asWholes(file, library),
  };
}

function libraryOf(file: TokenizerFile, vocab: Readonly<Record<string, number>>, name: string): Tokenizer {
  try {
    return new Tokenizer({ ...file, model: { ...file.model, vocab } }, {});
  } catch (cause) {
    throw invalid(name, `it cannot be followed: ${textOf(cause)}`, cause);
  }
}

/** The order that the post-processor puts two texts of one token each into. */
function templateOf(tokenizer: Tokenizer, idOf: (piece: string) => number, pair: boolean): TokenTemplate {
  const [first, second] = ["\u0000first", "\u0000second"];
  const { tokens, token_type_ids } = tokenizer.post_processor?.post_process([first], pair ? [second] : null, true) ?? { tokens: pair ? [first, second] : [first] };
  const parts = tokens.map((token) => (token === first ? "first" : token === second ? "second" : idOf(token)));
  return { parts, types: token_type_ids ?? parts.map((part) => (part === "second" ? 1 : 0)) };
}

/** Plain words are looked up here, all others with the library, a long stretch without white space and punctuation in slices. */
function wordByWord(file: TokenizerFile, vocabulary: Vocabulary, settings: Tokenizer, library: () => Tokenizer, unknownId: number): BertTokenizer["append"] {
  const plain = plainWords(file, vocabulary, unknownId);
  const forms = formsOf(file, settings);
  const normalized = (text: string): string => forms?.of(text) ?? text;
  const readers: WordReaders = { settings, library, plain, normalized, longestWord: file.model.max_input_chars_per_word };
  const walk = new WordWalk({
    characters: asciiCharacters(true, true),
    ideographsApart: setsIdeographsApart(file.normalizer),
    marked: markedTokens(file),
    plain,
    longest: LONGEST_AT_ONCE,
    appendQuickly(text, start, end, found) {
      const word = forms?.plainOf(text, start, end);
      if (word !== undefined) plain.ids(word, 0, word.length, found);
      return word !== undefined;
    },
    append: (word, found) => appendWord(readers, word, found),
  });
  return async (text, most, found, pause) => {
    const enough = found.length + most;
    for (let at = 0; at < text.length && found.length < enough; ) {
      at = walk.step(text, at, enough, found);
      const end = walk.longEnd;
      if (end > at) {
        await appendLongWord(readers, text.slice(at, end), enough, found, pause);
        at = end;
      } else if (at < text.length) {
        await pause();
      }
    }
  };
}

/** The library gets what lies between gaps as it stands; where not even that may be cut, the whole text. */
function asWholes(file: TokenizerFile, library: () => Tokenizer): BertTokenizer["append"] {
  const cut = cutsOf(file) === "gaps";
  const prepared = preparation(file);
  const walk = new WordWalk({
    characters: asciiCharacters(cut, false),
    ideographsApart: cut && setsIdeographsApart(file.normalizer),
    marked: [],
    plain: undefined,
    longest: Infinity,
    appendQuickly: () => false,
    append: (word, found) => {
      for (const id of library().encode(prepared(word), { add_special_tokens: false }).ids) found.push(id);
    },
  });
  return async (text, most, found, pause) => {
    const enough = found.length + most;
    for (let at = 0; at < text.length && found.length < enough; ) {
      at = walk.step(text, at, enough, found);
      if (at < text.length) await pause();
    }
  };
}

/** What the normalizer makes of characters, sigma as Hugging Face has it; nothing where there is none. */
function formsOf({ normalizer }: TokenizerFile, settings: Tokenizer): CharacterForms | undefined {
  if (normalizer === null) return undefined;
  return new CharacterForms((text) => settings.normalizer?.normalize(lowers(normalizer) ? text.replaceAll("Σ", "σ") : text) ?? text);
}

/** What the library does otherwise than Hugging Face's tokenizers, done before it sees a text. */
function preparation({ normalizer, added_tokens }: TokenizerFile): (text: string) => string {
  // Hugging Face lowers each character by itself, the library whole words: their last sigma would become another.
  const sigma = lowers(normalizer) && !added_tokens.some(({ content }) => content.includes("Σ"));
  const apart = setsIdeographsApart(normalizer) && added_tokens.every(({ content }) => spaced(content) === content);
  return (text) => {
    const lowered = sigma && text.includes("Σ") ? text.replaceAll("Σ", "σ") : text;
    return apart ? spaced(lowered) : lowered;
  };
}

function markedTokens({ added_tokens }: TokenizerFile): [string, number][] {
  const ids = new Map(added_tokens.map(({ content, id }) => [content, id]));
  return [...ids].sort(([a], [b]) => b.length - a.length);
}

function plainWords({ model, normalizer, added_tokens }: TokenizerFile, vocabulary: Vocabulary, unknownId: number): AsciiWordPiece {
  const rules = { prefix: model.continuing_subword_prefix, longestWord: model.max_input_chars_per_word, unknownId, lowered: asciiLowered(lowers(normalizer)) };
  const words = new AsciiWordPiece(vocabulary.size, rules);
  vocabulary.each((piece, id) => words.add(piece, id));
  for (const { content, id } of added_tokens) words.add(content, id);
  return words;
}

function recordOf(vocabulary: Vocabulary): Record<string, number> {
  const pieces: [string, number][] = [];
  vocabulary.each((piece, id) => pieces.push([piece, id]));
  return Object.fromEntries(pieces);
}
