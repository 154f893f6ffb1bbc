import { ConchError } from "../base/errors.ts";
import type { ArrayItem, ArrayType } from "./transform.ts";

/** The entry of a key. Throws TRANSFORM_FAILED, naming the keys there are, when it is missing. */
export function entryOf<T extends ArrayType | ArrayItem>(transform: string, dictionary: ReadonlyMap<string, T>, key: string): T {
  const entry = dictionary.get(key);
  if (entry !== undefined) return entry;
  const known = [...dictionary.keys()].join(", ");
  throw new ConchError("TRANSFORM_FAILED", `${transform}: there is no key "${key}"; the dictionary has ${known === "" ? "no keys" : known}`, {
    data: { transform, key },
  });
}

/** The TRANSFORM_FAILED error of a transform at a key. `message` goes on after "transform, key: ". */
export function failed(transform: string, key: string, message: string): ConchError {
  return new ConchError("TRANSFORM_FAILED", `${transform} of "${key}": ${message}`, { data: { transform, key } });
}

/** The dictionary with the entries of `keys` replaced by what `change` makes of them. */
export function mapEntries<T extends ArrayType | ArrayItem>(
  transform: string,
  keys: readonly string[],
  dictionary: ReadonlyMap<string, T>,
  change: (entry: T, key: string) => T,
): Map<string, T> {
  const result = new Map(dictionary);
  for (const key of keys) result.set(key, change(entryOf(transform, result, key), key));
  return result;
}

/** A shape for messages: "[1, 96, ?, 96]". */
export function shapeText(shape: readonly (number | null)[]): string {
  return `[${shape.map((size) => size ?? "?").join(", ")}]`;
}
