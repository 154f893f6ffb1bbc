import type { Forest } from "./forest.ts";
import { invalidForest, truncatedForest, unsupportedForest } from "./forest-error.ts";
import { readLightgbm } from "./lightgbm/read-lightgbm.ts";
import { readCheckpoint } from "./treelite/read-checkpoint.ts";
import { readXgboostJson, readXgboostUbjson } from "./xgboost/read-xgboost.ts";

/** The formats of forests, by the names that FIL's `model_type` has for them. */
export const FOREST_FORMATS = ["xgboost", "xgboost_json", "xgboost_ubj", "lightgbm", "treelite_checkpoint"] as const;
export type ForestFormat = (typeof FOREST_FORMATS)[number];

/** A forest from the bytes of its file. `file` names it in messages. Throws FOREST_INVALID, FOREST_TRUNCATED, FOREST_UNSUPPORTED. */
export function readForest(bytes: Uint8Array, format: ForestFormat, file: string): Forest {
  const found = lookOf(bytes);
  if (bytes.length === 0) throw truncatedForest({ file }, `the file is empty, expected a forest by model_type "${format}"`);
  switch (format) {
    case "xgboost":
      throw unsupportedForest({ file }, `model_type "xgboost" is XGBoost's old binary format, which Conch does not read: ${found === undefined ? "save the model as JSON or UBJSON" : `the file is ${found.title}`}, and write model_type "${found?.format ?? "xgboost_json"}"`);
    case "xgboost_json":
    case "xgboost_ubj":
      if (found !== undefined && found.format !== format && found.format.startsWith("xgboost")) {
        throw unsupportedForest({ file }, `model_type is "${format}", and the file is ${found.title}: write model_type "${found.format}"`);
      }
      return format === "xgboost_json" ? readXgboostJson(bytes, file) : readXgboostUbjson(bytes, file);
    case "lightgbm":
      return readLightgbm(bytes, file);
    case "treelite_checkpoint":
      if (found !== undefined) throw invalidForest({ file }, `the file is ${found.title}, expected a Treelite checkpoint: a forest of XGBoost goes with model_type "${found.format}"`);
      return readCheckpoint(bytes, file);
  }
}

/** Which of XGBoost's formats the first bytes look like. */
function lookOf(bytes: Uint8Array): { format: ForestFormat; title: string } | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  if (/^\s*\{\s*["}]/.test(start)) return { format: "xgboost_json", title: "JSON" };
  return /^\{[#$iUIlL]/.test(start) ? { format: "xgboost_ubj", title: "UBJSON" } : undefined;
}
