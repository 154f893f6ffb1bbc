import * as fc from "fast-check";
import { expect, test } from "vitest";
import { MODEL_CONFIG_SCHEMA } from "../../triton/model-config/schema.ts";
import { parsePbtxt } from "../../triton/pbtxt/parse.ts";
import { placesOf } from "./place.ts";

test.for([
  ["the beginning", "|ab", [1, 1, 1, 1]],
  ["the end", "ab|", [1, 3, 3, 3]],
  ["an empty text", "|", [1, 1, 1, 1]],
  ["behind a line", "ab\n|c", [2, 1, 1, 1]],
  ["CRLF, whose CR is a character of its line", "ab\r|\n", [1, 4, 4, 4]],
  ["a lone CR, which ends no line", "a\rb|", [1, 4, 4, 4]],
  ["a tab at the beginning", "\t|x", [1, 9, 2, 2]],
  ["a tab within", "abc\t|x", [1, 9, 5, 5]],
  ["a tab at a multiple of eight", "12345678\t|x", [1, 17, 10, 10]],
  ["two bytes", "é|", [1, 3, 2, 2]],
  ["three bytes", "€|", [1, 4, 2, 2]],
  ["four bytes in two units", "🐚|", [1, 5, 3, 2]],
  ["a byte order mark", "\ufeff|a", [1, 4, 2, 2]],
  ["a byte that is no UTF-8", "\udcff|a", [1, 2, 2, 2]],
] as const)("%s", ([, marked, expected]) => {
  const { line, column, unit, character } = placesOf(marked.replace("|", ""))(marked.indexOf("|"));
  expect([line, column, unit, character]).toEqual(expected);
});

test("an offset beyond the text is its end", () => {
  expect(placesOf("a\nb")(99)).toEqual(placesOf("a\nb")(3));
});

const texts = fc.string({ unit: fc.constantFrom("a", "\t", "\n", "\r", "é", "€", "🐚", "\udcff") });

test("any order of questions has the same answers", () => {
  fc.assert(
    fc.property(texts, fc.array(fc.nat(40)), (text, offsets) => {
      const places = placesOf(text);
      for (const offset of offsets) expect(places(offset)).toEqual(placesOf(text)(offset));
    }),
  );
});

test("a long text has the same answers in any order", () => {
  const text = "é🐚\t\nab".repeat(2000);
  const offsets = [11_000, 5, 1024, 1023, 2048, 9000, 2049, 1025, text.length, 0, 4096];
  const places = placesOf(text);
  for (const offset of offsets) expect(places(offset)).toEqual(placesOf(text.slice(0, offset + 2))(offset));
});

test("a syntax error lies where the parser says", () => {
  const junk = fc.string({ unit: fc.constantFrom("name", ": ", '"é"', "\t", "\n", "{", "}", "🐚", "\udcff", "input ") });
  fc.assert(
    fc.property(junk, (text) => {
      for (const { code, from, line, column } of parsePbtxt(text, MODEL_CONFIG_SCHEMA).errors) {
        if (code === "PBTXT_SYNTAX") expect(placesOf(text)(from)).toMatchObject({ line, column });
      }
    }),
  );
});
