import { hasIdeograph } from "./open-characters.ts";
import type { FilePart, TokenizerFile } from "./open-tokenizer-file.ts";

/**
 * Where a text may be cut without its ids becoming others: "words", at white space, at ASCII punctuation and at tokens that are looked for; "gaps", at
 * white space alone; "nowhere".
 */
export type Cuts = "words" | "gaps" | "nowhere";

/** Normalizers that make of a text what they make of its parts between gaps. */
const NORMALIZERS = new Set<unknown>(["BertNormalizer", "Lowercase", "StripAccents", "NFC", "NFD", "NFKC", "NFKD"]);
/** Pre-tokenizers that end a word at each gap, and those that only cut words further. */
const [AT_GAPS, FURTHER] = [new Set<unknown>(["BertPreTokenizer", "Whitespace", "WhitespaceSplit"]), new Set<unknown>(["Punctuation", "Digits"])];
/** Words of a tokenizer.json beyond which only the library looks them up. */
const LONGEST_WORD = 1000;

/** Where texts may be cut for the tokenizer of a file. */
export function cutsOf({ model, normalizer, pre_tokenizer, added_tokens }: TokenizerFile): Cuts {
  const ofBert = (normalizer === null || normalizer.type === "BertNormalizer") && pre_tokenizer?.type === "BertPreTokenizer";
  // A token that begins with ASCII punctuation begins where a word would end anyway.
  const marked = added_tokens.every(({ content, special, normalized }) => /^[!-/:-@[-`{-~]/.test(content) && !(normalized ?? special !== true));
  if (ofBert && marked && model.max_input_chars_per_word <= LONGEST_WORD) return "words";
  const whole = added_tokens.every(({ content }) => !/\s/.test(content.normalize("NFKC")) && !hasIdeograph(content) && !hasIdeograph(content.normalize("NFKC")));
  return whole && normalizesParts(normalizer) && endsAtGaps(pre_tokenizer) ? "gaps" : "nowhere";
}

function normalizesParts(normalizer: FilePart | null): boolean {
  if (normalizer === null || NORMALIZERS.has(normalizer.type)) return true;
  const parts = normalizer.type === "Sequence" ? normalizer.normalizers : undefined;
  return Array.isArray(parts) && parts.every((part: FilePart | null) => normalizesParts(part));
}

function endsAtGaps(preTokenizer: FilePart | null): boolean {
  if (preTokenizer === null) return false;
  if (AT_GAPS.has(preTokenizer.type)) return true;
  if (preTokenizer.type !== "Sequence" || !Array.isArray(preTokenizer.pretokenizers)) return false;
  const [first, ...rest] = preTokenizer.pretokenizers as readonly (FilePart | null)[];
  return first !== undefined && endsAtGaps(first) && rest.every((part) => AT_GAPS.has(part?.type) || FURTHER.has(part?.type));
}

/** Whether a normalizer, or one of a sequence, makes letters small. */
export function lowers(normalizer: FilePart | null): boolean {
  return anyOf(normalizer, ({ type, lowercase }) => type === "Lowercase" || (type === "BertNormalizer" && Boolean(lowercase)));
}

/** Whether a normalizer, or one of a sequence, makes ideographs words of their own. */
export function setsIdeographsApart(normalizer: FilePart | null): boolean {
  return anyOf(normalizer, ({ type, handle_chinese_chars }) => type === "BertNormalizer" && Boolean(handle_chinese_chars));
}

function anyOf(normalizer: FilePart | null, does: (part: FilePart) => boolean): boolean {
  if (normalizer === null) return false;
  if (normalizer.type !== "Sequence") return does(normalizer);
  return Array.isArray(normalizer.normalizers) && normalizer.normalizers.some((part: FilePart | null) => anyOf(part, does));
}
