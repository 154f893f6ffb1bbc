import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyEdits, composeEdits, invertEdits, type TextEdit } from "./text-edit.ts";

/** Edits of a text of that length, from numbers. */
function editsOf(length: number, cuts: readonly number[], inserts: readonly string[]): TextEdit[] {
  const places = cuts.map((cut) => cut % (length + 1)).sort((a, b) => a - b);
  const edits: TextEdit[] = [];
  for (let index = 0; index + 1 < places.length; index += 2) edits.push({ from: places[index]!, to: places[index + 1]!, insert: inserts[index % Math.max(inserts.length, 1)] ?? "" });
  return edits;
}

const choices = fc.tuple(fc.array(fc.nat(99), { maxLength: 6 }), fc.array(fc.string({ maxLength: 3 }), { maxLength: 3 }));

describe("composing edits", () => {
  it.each<[string, TextEdit[], TextEdit[], TextEdit[]]>([
    ["two places apart", [{ from: 0, to: 1, insert: "A" }], [{ from: 4, to: 5, insert: "E" }], [{ from: 0, to: 1, insert: "A" }, { from: 4, to: 5, insert: "E" }]],
    ["a place behind one that grew", [{ from: 1, to: 1, insert: "xxx" }], [{ from: 6, to: 7, insert: "" }], [{ from: 1, to: 1, insert: "xxx" }, { from: 3, to: 4, insert: "" }]],
    ["a change of what was inserted", [{ from: 2, to: 2, insert: "one two" }], [{ from: 6, to: 9, insert: "three" }], [{ from: 2, to: 2, insert: "one three" }]],
    ["what is taken back", [{ from: 2, to: 2, insert: "xy" }], [{ from: 2, to: 4, insert: "" }], []],
    ["a deletion across an insertion", [{ from: 2, to: 2, insert: "xy" }], [{ from: 1, to: 5, insert: "" }], [{ from: 1, to: 3, insert: "" }]],
  ])("gives %s", (_, first, second, expected) => {
    expect(composeEdits("abcdef", first, second)).toEqual(expected);
  });

  it("does what both do, one after the other, and can be undone", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), choices, choices, (text, one, other) => {
        const first = editsOf(text.length, ...one);
        const between = applyEdits(text, first);
        const second = editsOf(between.length, ...other);
        const both = composeEdits(text, first, second);
        const after = applyEdits(between, second);
        expect(applyEdits(text, both)).toBe(after);
        expect(applyEdits(after, invertEdits(text, both))).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });
});
