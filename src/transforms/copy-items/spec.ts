import { entryOf, failed } from "../dictionary.ts";
import type { ArrayItem, ArrayType, TransformSpec } from "../transform.ts";

/** Parameters of monai.transforms.CopyItemsd. */
export interface CopyItemsParameters {
  readonly times: number;
  /** `times` groups of one new key for each of `keys`. */
  readonly names: string | readonly string[];
}

/** monai.transforms.CopyItemsd: the entries of `keys` under new keys too, affine included. A name that exists is an error. */
export const copyItemsSpec: TransformSpec<CopyItemsParameters> = {
  name: "CopyItems",
  summary: "Copies entries to new keys.",
  parameters: {
    times: { type: "integer", default: 1, doc: "How many copies of each key." },
    names: { type: "any", doc: "The new keys: for the first copy one for each of keys, then for the second copy, and so on." },
  },
  produces: ({ names }) => namesOf(names),
  check: ({ times, names }) => [
    ...(times < 1 ? ["times must be at least 1"] : []),
    ...(typeof names === "string" || (Array.isArray(names) && names.every((name) => typeof name === "string")) ? [] : ["names must be a key or a list of keys"]),
  ],
  infer: (parameters, keys, dictionary) => copiedItems(parameters, keys, dictionary),
};

/** The dictionary with the copies, which share the entries. Throws TRANSFORM_FAILED for a wrong number of names or a name that exists. */
export function copiedItems<T extends ArrayType | ArrayItem>(
  { times, names }: CopyItemsParameters,
  keys: readonly string[],
  dictionary: ReadonlyMap<string, T>,
): Map<string, T> {
  const list = namesOf(names);
  if (list.length !== keys.length * times) {
    throw failed("CopyItems", keys.join(", "), `names has ${list.length} keys, ${keys.length} × times ${times} are needed`);
  }
  const taken = list.find((name) => dictionary.has(name));
  if (taken !== undefined) throw failed("CopyItems", keys.join(", "), `there is a key "${taken}" already`);
  const result = new Map(dictionary);
  list.forEach((name, index) => result.set(name, entryOf("CopyItems", dictionary, keys[index % keys.length] ?? "")));
  return result;
}

function namesOf(names: string | readonly string[]): readonly string[] {
  return typeof names === "string" ? [names] : names;
}
