import { ConchError } from "../../base/errors.ts";
import { foreignText } from "../../tensor/foreign-text.ts";
import { failed } from "../dictionary.ts";
import { decodeTexts, pacing } from "../text-bytes.ts";
import type { ArrayItem, OpenTransform, ReadModelFile } from "../transform.ts";
import { specialTokens, tokenArrays, tokenRows } from "./open-rows.ts";
import { readTokenizerJson, readVocabulary } from "./open-tokenizer-file.ts";
import { tokenizerOf, type BertTokenizer, type TokenTemplate } from "./open-tokenizer.ts";
import { TOKEN_KEYS, type BertTokenizerParameters } from "./spec.ts";

const NAME = "transformers.BertTokenizerFast";

/**
 * Token ids, attention mask and token types of texts, as transformers gives them. Throws MODEL_FILE_INVALID, TEXT_INVALID, TRANSFORM_FAILED for rows of
 * unequal length, INPUT_TOO_LARGE above 2^24 tokens.
 */
export const bertTokenizerOpen: OpenTransform<BertTokenizerParameters> = async (parameters, keys, read) => {
  const tokenizer = await readTokenizer(parameters, read);
  if (parameters.text_pair !== null && keys.length !== 1) throw failed(NAME, keys.join(", "), `text_pair goes with one key, found ${keys.length}`);
  const template = templateFor(tokenizer, parameters);
  checkRoom(template, parameters, keys[0] ?? "");
  return {
    async together(texts, signal) {
      const pause = pacing(signal, () => performance.now(), () => new Promise((resolve) => setTimeout(resolve)));
      const opened = new Map<string, ArrayItem>();
      for (const key of keys) {
        const first = textsOf(key, texts);
        const second = parameters.text_pair === null ? undefined : textsOf(parameters.text_pair, texts);
        if (second !== undefined && second.length !== first.length) throw failed(NAME, key, `it has ${first.length} texts, and text_pair "${parameters.text_pair}" has ${second.length}`);
        const rows = await tokenRows(tokenizer, template, parameters, [NAME, key], first, second, pause);
        const arrays = await tokenArrays(rows, template, tokenizer.padId, parameters, [NAME, key], pause);
        TOKEN_KEYS.forEach((name, index) => opened.set(`${key}_${name}`, arrays[index] as ArrayItem));
      }
      return opened;
    },
  };
};

async function readTokenizer(parameters: BertTokenizerParameters, read: ReadModelFile): Promise<BertTokenizer> {
  const { vocab_file, tokenizer_file } = parameters;
  const file = vocab_file ?? tokenizer_file ?? "";
  const bytes = await read(file);
  if (bytes === undefined) throw new ConchError("MODEL_FILE_INVALID", `${NAME}: the version folder has no file "${file}"`, { data: { file } });
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ConchError("MODEL_FILE_INVALID", `${file}: it is no UTF-8: ${foreignText(bytes) ?? "the decoder refuses it"}`, { data: { file }, cause });
  }
  return tokenizerOf(vocab_file === null ? readTokenizerJson(text, file) : readVocabulary(text, parameters, file), file);
}

function templateFor(tokenizer: BertTokenizer, { add_special_tokens, text_pair }: BertTokenizerParameters): TokenTemplate {
  if (add_special_tokens) return text_pair === null ? tokenizer.single : tokenizer.pair;
  return text_pair === null ? { parts: ["first"], types: [0] } : { parts: ["first", "second"], types: [0, 1] };
}

function checkRoom(template: TokenTemplate, { truncation, max_length }: BertTokenizerParameters, key: string): void {
  const special = specialTokens(template);
  if (!truncation || max_length === null || max_length >= special) return;
  throw failed(NAME, key, `max_length is ${max_length}, which leaves no room for the ${special} special tokens`);
}

function textsOf(key: string, texts: ReadonlyMap<string, readonly Uint8Array[]>): string[] {
  const given = texts.get(key);
  if (given === undefined) throw failed(NAME, key, "there is no text under this key; its input is missing");
  return decodeTexts(NAME, key, given);
}
