import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyEdits } from "../../base/text-edit.ts";
import { difference, documentOf, inserted, lineEndingsOf, toDocument, toText } from "./line-endings.ts";

describe("line endings", () => {
  it.each([
    ["", false],
    ["one line", false],
    ["a\nb\n", false],
    ["a\r\nb\r\n", true],
    ["a\r\nb\n", false],
  ])("of %j: CRLF is %s", (text, crlf) => {
    expect(lineEndingsOf(text)).toEqual({ crlf });
  });

  it("map offsets there and back", () => {
    const lines = fc.array(fc.string({ unit: fc.constantFrom("a", "{", " ", "ä") }), { minLength: 2 });
    fc.assert(
      fc.property(lines, fc.nat(), fc.boolean(), (parts, seed, crlf) => {
        const text = parts.join(crlf ? "\r\n" : "\n");
        const endings = lineEndingsOf(text);
        const document = documentOf(text, endings);
        const at = seed % (document.length + 1);
        const offset = toText(at, document.slice(0, at).split("\n").length - 1, endings);
        expect(toDocument(text, offset, endings)).toBe(at);
        expect(documentOf(text.slice(0, offset), endings)).toBe(document.slice(0, at));
      }),
    );
  });

  it("turn what is typed into the file's own", () => {
    expect(inserted("a\nb", { crlf: true })).toBe("a\r\nb");
    expect(inserted("a\nb", { crlf: false })).toBe("a\nb");
  });
});

describe("the difference of two texts", () => {
  it.each([
    ["same", "same", undefined],
    ["dims: [ 1 ]", "dims: [ 12 ]", { from: 9, to: 9, insert: "2" }],
    ["aaa", "aa", { from: 2, to: 3, insert: "" }],
    ["", "x", { from: 0, to: 0, insert: "x" }],
    ["😀", "😁", { from: 0, to: 2, insert: "😁" }],
  ])("from %j to %j", (before, after, expected) => {
    expect(difference(before, after)).toEqual(expected);
  });

  it("applied to the first gives the second", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "\n", "😀", "😁") });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const edit = difference(before, after);
        expect(edit === undefined ? before : applyEdits(before, [edit])).toBe(after);
      }),
    );
  });
});
