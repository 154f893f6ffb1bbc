import { assert } from "../../base/errors.ts";
import type { GpuTransform } from "../gpu-array.ts";
import type { CopyItemsParameters } from "./spec.ts";

/** CopyItems: the same objects under the new keys; no transform writes to its input. */
export const copyItemsGpu: GpuTransform<CopyItemsParameters> = (_context, { names }, keys, dictionary) => {
  const result = new Map(dictionary);
  [names].flat().forEach((name, i) => {
    const array = dictionary.get(keys[i % keys.length] ?? "");
    assert(array !== undefined, `the chain checked that the keys ${keys.join(", ")} exist`);
    result.set(name, array);
  });
  return Promise.resolve(result);
};
