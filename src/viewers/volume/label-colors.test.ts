import { expect, it } from "vitest";
import { labelColor } from "../label-color.ts";
import { lookupTable, TABLE_START } from "./label-colors.ts";

it("gives 64 labels 64 colours, all of which stand out from black", () => {
  const colors = Array.from({ length: 64 }, (_, n) => labelColor(n));
  expect(new Set(colors.map(String)).size).toBe(64);
  for (const color of colors) expect(Math.max(...color)).toBeGreaterThan(120);
});

it("keeps hidden labels and background transparent", () => {
  const table = lookupTable([
    { value: 1, color: [1, 2, 3], visible: true },
    { value: 2, color: [4, 5, 6], visible: false },
  ]);
  const entry = (value: number) => [...table.subarray((value - TABLE_START) * 4, (value - TABLE_START) * 4 + 4)];
  expect(entry(0)).toEqual([0, 0, 0, 0]);
  expect(entry(1)).toEqual([1, 2, 3, 255]);
  expect(entry(2)).toEqual([0, 0, 0, 0]);
  expect(table.length).toBe(260 * 4);
});
