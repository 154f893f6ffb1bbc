import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readCheckpoint } from "./read-checkpoint.ts";
import { writeCheckpoint } from "./write-checkpoint.ts";

// training/treelite_writer.py wrote it.
const FILE = new URL("../../../public/repositories/readability/cuml/1/checkpoint.tl", import.meta.url);

it("reads and writes the readability sample's forest byte for byte", () => {
  const bytes = new Uint8Array(readFileSync(FILE));
  const forest = readCheckpoint(bytes, "checkpoint.tl");
  expect([forest.trees.length, forest.featureCount, forest.averageTreeOutput, forest.postprocessor, forest.task]).toEqual([100, 207, true, "identity", "regressor"]);
  expect(Buffer.compare(writeCheckpoint(forest), bytes)).toBe(0);
});
