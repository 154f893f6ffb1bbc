import type { ForestFormat } from "../forest/read-forest.ts";
import { readNpz } from "../tensor/npy.ts";
import { readRecorded, readRecordedJson } from "./recorded.ts";

/** A recorded forest with rows and what the program that made it gave for them; absent where it recorded no such thing. */
export interface RecordedForest {
  readonly name: string;
  readonly format: ForestFormat;
  /** Rows of features, NaN where missing. */
  readonly features: Float32Array<ArrayBuffer>;
  readonly margins?: readonly number[];
  readonly predictions?: readonly number[];
  /** Node ids: [rows, trees]. */
  readonly leaves?: readonly number[];
}

interface XgboostExpectation {
  readonly X: readonly (readonly (number | null)[])[];
  readonly margin: readonly (number | readonly number[])[];
  readonly pred: readonly (number | readonly number[])[];
  readonly leaf: readonly (readonly number[])[];
}

const XGBOOST = ["xgb_agaricus_binary", "xgb_multiclass_softprob", "xgb_regression", "xgb_rf_binary", "xgb_dart_binary", "xgb_poisson"];

/** The recorded forests that are there; none where the recorded data are not. */
export async function recordedForests(): Promise<RecordedForest[]> {
  const found: RecordedForest[] = [];
  for (const name of XGBOOST) {
    const expected = await readRecordedJson<XgboostExpectation>(`forests/${name}_expected_first64.json`);
    if (expected === undefined) continue;
    const values = { features: Float32Array.from(expected.X.flat(), (value) => value ?? NaN), margins: expected.margin.flat(), predictions: expected.pred.flat(), leaves: expected.leaf.flat() };
    for (const [extension, format] of [["json", "xgboost_json"], ["ubj", "xgboost_ubj"]] as const) {
      if ((await forestBytes(`${name}.${extension}`)) !== undefined) found.push({ name: `${name}.${extension}`, format, ...values });
    }
  }
  const toy = await recordedText("lgbm_toy_categorical.test");
  const predicted = await recordedText("lgbm_toy_categorical.test.pred");
  if (toy !== undefined && predicted !== undefined) {
    found.push({ name: "lgbm_toy_categorical_model.txt", format: "lightgbm", features: sparseRows(toy, 2, 0), predictions: predicted.trim().split("\n").map(Number) });
  }
  const mushrooms = await recordedText("agaricus.txt.test");
  const expected = await readRecorded("forests/treelite_mushroom_expected.npz");
  const margins = expected === undefined ? undefined : readNpz(expected).get("margin")?.data;
  if (mushrooms !== undefined && margins instanceof Float32Array) {
    found.push({ name: "treelite_mushroom_xgb.json", format: "xgboost_json", features: sparseRows(mushrooms, 127, NaN), margins: [...margins] });
  }
  return found;
}

/** The bytes of a recorded file. */
export function forestBytes(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return readRecorded(`forests/${name}`);
}

async function recordedText(name: string): Promise<string | undefined> {
  const bytes = await forestBytes(name);
  return bytes && new TextDecoder().decode(bytes);
}

/** Rows of "label feature:value …"; features that a row does not name are `absent`. */
function sparseRows(text: string, width: number, absent: number): Float32Array<ArrayBuffer> {
  const lines = text.trim().split("\n");
  const rows = new Float32Array(lines.length * width).fill(absent);
  lines.forEach((line, row) => {
    for (const entry of line.trim().split(/\s+/).slice(1)) {
      const [feature, value] = entry.split(":").map(Number);
      rows[row * width + (feature ?? 0)] = value ?? NaN;
    }
  });
  return rows;
}
