import { textOf } from "../../base/errors.ts";
import { invalidForest } from "../forest-error.ts";

/** A string, or a number that JSON does not know and XGBoost writes. */
const STRING_OR_SPECIAL = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/** The value of a JSON text as XGBoost writes it, NaN as null. Throws FOREST_INVALID. */
export function parseJsonText(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    try {
      return JSON.parse(text.replace(STRING_OR_SPECIAL, (found) => (found.startsWith('"') ? found : found === "NaN" ? "null" : found.replace("Infinity", "1e999"))));
    } catch {
      throw invalidForest({ file }, `it is no JSON: ${textOf(thrown)}`);
    }
  }
}
