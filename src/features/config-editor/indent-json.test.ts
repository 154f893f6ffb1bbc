import { expect, it } from "vitest";
import * as fc from "fast-check";
import { indentJson } from "./indent-json.ts";

it("puts each member on its line, and lists of numbers on one", () => {
  expect(indentJson('{"name":"a, {b}","dims":[-1,3],"input":[{"name":"x"}],"empty":{},"none":[],"names":["p","q"]}')).toBe(`{
  "name": "a, {b}",
  "dims": [-1, 3],
  "input": [
    {
      "name": "x"
    }
  ],
  "empty": {},
  "none": [],
  "names": [
    "p",
    "q"
  ]
}`);
});

it("keeps numbers as they are written", () => {
  expect(indentJson('{"count":9223372036854775807,"rate":1.0}')).toBe('{\n  "count": 9223372036854775807,\n  "rate": 1.0\n}');
});

it("says the same", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(JSON.stringify(JSON.parse(indentJson(text)))).toBe(JSON.stringify(JSON.parse(text)));
    }));
});
