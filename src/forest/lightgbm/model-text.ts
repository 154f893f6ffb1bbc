import { invalidForest, truncatedForest, type ForestPlace } from "../forest-error.ts";

/** A LightGBM model text, taken apart: the lines "key=value" of its head, and those of each tree. */
export interface ModelText {
  readonly head: ReadonlyMap<string, string>;
  readonly trees: readonly ReadonlyMap<string, string>[];
}

/** Lines behind the last tree. */
const AFTER_TREES = /^(end of trees|feature[ _]importances:|parameters:|pandas_categorical:)/;

/** The text taken apart. Throws FOREST_INVALID for another text, FOREST_TRUNCATED for one that ends before its trees do. */
export function parseModelText(text: string, file: string): ModelText {
  const head = new Map<string, string>();
  const trees: Map<string, string>[] = [];
  const lines = text.split("\n");
  if (lines[0]?.trim() !== "tree") throw invalidForest({ file }, `its first line is ${JSON.stringify((lines[0] ?? "").slice(0, 40))}, expected "tree"`);
  for (const line of lines.slice(1).map((one) => one.trim())) {
    if (AFTER_TREES.test(line)) break;
    const equals = line.indexOf("=");
    const [key, value] = equals < 0 ? [line, ""] : [line.slice(0, equals), line.slice(equals + 1)];
    if (key === "Tree") trees.push(new Map());
    else if (key !== "") (trees.at(-1) ?? head).set(key, value);
  }
  checkSizes(text, head, trees.length, file);
  return { head, trees };
}

/** The head lists the bytes of each tree; a text that was cut has fewer, and its last number may still look like one. */
function checkSizes(text: string, head: ReadonlyMap<string, string>, found: number, file: string): void {
  const sizes = head.get("tree_sizes")?.split(" ").filter((size) => size !== "").map(Number) ?? [];
  if (found < sizes.length) throw truncatedForest({ file }, `${sizes.length} trees are announced, and there are ${found}`);
  const start = text.indexOf("\nTree=");
  const announced = sizes.reduce((sum, size) => sum + size, 0);
  const there = start < 0 ? 0 : text.length - start - 1;
  if (announced > there) throw truncatedForest({ file }, `its trees are announced as ${announced} bytes, and ${there} are there`);
}

/** The whole number at a key. Throws FOREST_INVALID. */
export function wholeOf(fields: ReadonlyMap<string, string>, key: string, place: ForestPlace, otherwise?: number): number {
  const text = fields.get(key);
  if (text === undefined && otherwise !== undefined) return otherwise;
  const value = Number(text);
  if (text === undefined || text === "" || !Number.isSafeInteger(value)) throw invalidForest(place, `${key} is ${text === undefined ? "missing" : JSON.stringify(text.slice(0, 40))}, expected a whole number`);
  return value;
}

/** The numbers at a key. Throws FOREST_TRUNCATED and FOREST_INVALID for another count than expected, or what is no number. */
export function numbersOf(fields: ReadonlyMap<string, string>, key: string, expected: number, place: ForestPlace): Float64Array<ArrayBuffer> {
  const words = fields.get(key)?.split(" ").filter((word) => word !== "") ?? [];
  if (words.length !== expected) throw (words.length < expected ? truncatedForest : invalidForest)(place, `${key} has ${words.length} numbers, expected ${expected}`);
  return Float64Array.from(words, (word, index) => {
    const value = numberOf(word);
    if (value === undefined) throw invalidForest(place, `${key}[${index}] is ${JSON.stringify(word.slice(0, 40))}, expected a number`);
    return value;
  });
}

/** As `numbersOf`, for whole numbers from `least` to `most`. */
export function wholesOf(fields: ReadonlyMap<string, string>, key: string, expected: number, place: ForestPlace, least: number, most: number): Float64Array<ArrayBuffer> {
  const numbers = numbersOf(fields, key, expected, place);
  const wrong = numbers.findIndex((value) => !Number.isInteger(value) || value < least || value > most);
  if (wrong >= 0) throw invalidForest(place, `${key}[${wrong}] is ${numbers[wrong]}, expected a whole number from ${least} to ${most}`);
  return numbers;
}

/** A number as C++ writes it; undefined for anything else. */
function numberOf(word: string): number | undefined {
  if (/^[-+]?(\d|\.\d)/.test(word)) {
    const value = Number(word);
    return Number.isNaN(value) ? undefined : value;
  }
  const special = /^([-+]?)(inf|infinity|nan)$/i.exec(word);
  if (special === null) return undefined;
  if (special[2]?.toLowerCase() === "nan") return NaN;
  return special[1] === "-" ? -Infinity : Infinity;
}
