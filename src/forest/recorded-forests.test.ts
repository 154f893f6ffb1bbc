import { describe, expect, test } from "vitest";
import { forestBytes, recordedForests } from "../testing/recorded-forests.ts";
import { packForest } from "./packed-forest.ts";
import { leafIndices, predictMargins, predictRows } from "./predict.ts";
import { readForest } from "./read-forest.ts";
import { readCheckpoint } from "./treelite/read-checkpoint.ts";
import { writeCheckpoint } from "./treelite/write-checkpoint.ts";

const recorded = await recordedForests();
const VALUES = { kind: "values", threshold: 0.5 } as const;

describe.skipIf(recorded.length === 0)("recorded forests (skipped where ../shared/data/forests is not there)", () => {
  test.for(recorded.map((one) => [one.name, one] as const))("%s gives what the program that made it gave", async ([, { name, format, features, margins, predictions, leaves }]) => {
    const forest = readForest((await forestBytes(name)) ?? new Uint8Array(0), format, name);
    const packed = packForest(forest);
    const apart = (found: ArrayLike<number>, expected: readonly number[] | undefined): number =>
      (expected ?? []).reduce((most, value, index) => Math.max(most, Math.abs(value - (found[index] ?? NaN))), 0);
    const report = {
      margins: apart(predictMargins(packed, features), margins),
      predictions: apart(predictRows(forest, packed, features, VALUES), predictions),
      leaves: apart(leafIndices(packed, features), leaves),
    };
    expect(report.margins).toBeLessThanOrEqual(1e-5);
    expect(report.predictions).toBeLessThanOrEqual(1e-5);
    expect(report.leaves).toBe(0);
  });

  test.for(recorded.map((one) => [one.name, one] as const))("%s is the same forest after it was written as a checkpoint and read again", async ([, { name, format }]) => {
    const forest = readForest((await forestBytes(name)) ?? new Uint8Array(0), format, name);
    const written = writeCheckpoint(forest);
    expect(Buffer.compare(writeCheckpoint(readCheckpoint(written, "checkpoint.tl")), written)).toBe(0);
    expect(packForest(readCheckpoint(written, "checkpoint.tl"))).toEqual(packForest(forest));
  });

  test("XGBoost's old binary format is refused by name", async () => {
    const bytes = (await forestBytes("treelite_mushroom_xgb_legacy.model")) ?? new Uint8Array(0);
    expect(() => readForest(bytes, "xgboost", "xgboost.model")).toThrow(expect.objectContaining({ code: "FOREST_UNSUPPORTED" }));
  });
});
