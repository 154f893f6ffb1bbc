import { ConchError } from "../../base/errors.ts";
import { foreignText } from "../../tensor/foreign-text.ts";
import { failed } from "../dictionary.ts";
import { decodeTexts, pacing } from "../text-bytes.ts";
import type { ArrayItem, OpenTransform, ReadModelFile } from "../transform.ts";
import { featureWords, textNumbers } from "./open-numbers.ts";
import type { TextFeaturesParameters } from "./spec.ts";

const NAME = "conch.TextFeatures";

/** The features of texts, as the spec defines them. Throws MODEL_FILE_INVALID, TEXT_INVALID, TRANSFORM_FAILED. */
export const textFeaturesOpen: OpenTransform<TextFeaturesParameters> = async (parameters, keys, read) => {
  const { words, stop_words, most_frequent, least_frequent } = parameters;
  const lists = featureWords({
    stopWords: await readWords(read, stop_words),
    mostFrequent: await readWords(read, most_frequent, words),
    leastFrequent: await readWords(read, least_frequent, words),
  });
  const { width } = lists;
  return {
    async together(texts, signal) {
      const pause = pacing(signal, () => performance.now(), () => new Promise((resolve) => setTimeout(resolve)));
      const opened = new Map<string, ArrayItem>();
      for (const key of keys) {
        const given = texts.get(key);
        if (given === undefined) throw failed(NAME, key, "there is no text under this key; its input is missing");
        const data = new Float32Array(given.length * width);
        for (const [row, text] of decodeTexts(NAME, key, given).entries()) {
          await pause();
          await textNumbers(text, lists, data.subarray(row * width, (row + 1) * width), pause);
        }
        opened.set(`${key}_features`, { dataType: "TYPE_FP32", shape: [given.length, width], data });
      }
      return opened;
    },
  };
};

/** The lines of a list that are not empty; `count` of them where given. */
async function readWords(read: ReadModelFile, file: string, count?: number): Promise<string[]> {
  const bytes = await read(file);
  if (bytes === undefined) throw new ConchError("MODEL_FILE_INVALID", `${NAME}: the version folder has no file "${file}"`, { data: { file } });
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ConchError("MODEL_FILE_INVALID", `${file}: it is no UTF-8: ${foreignText(bytes) ?? "the decoder refuses it"}`, { data: { file }, cause });
  }
  const words = text.split(/\r?\n/).filter((line) => line !== "");
  const twice = words.find((word, index) => words.indexOf(word) !== index);
  if (twice !== undefined) throw new ConchError("MODEL_FILE_INVALID", `${file}: it has "${twice}" twice, expected each word once`, { data: { file, word: twice } });
  if (count !== undefined && words.length !== count) {
    throw new ConchError("MODEL_FILE_INVALID", `${file}: it has ${words.length} words, expected ${count} as the parameter words says`, { data: { file, found: words.length, expected: count } });
  }
  return words;
}
