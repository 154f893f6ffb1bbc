import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isJsonProblem, memberOf, plainValue, readJson } from "./json-text.ts";

function plain(text: string): unknown {
  const node = readJson(text);
  return isJsonProblem(node) ? node : plainValue(node);
}

describe("readJson", () => {
  it("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 2), (text, indent) => {
        const formatted = JSON.stringify(JSON.parse(text), undefined, indent);
        expect(JSON.stringify(plain(formatted))).toBe(JSON.stringify(JSON.parse(formatted)));
      }),
    );
  });

  it.each([
    ["{", 1, "name"],
    ['{"a" 1}', 5, "Expected :"],
    ["[1, 2", 5, "Expected , or ]"],
    ["[1,]", 3, "found ]"],
    ['{"a": nul}', 6, "nul"],
    ['"ab', 0, "not closed"],
    ["[1] 2", 4, "end of the file"],
    ["[01]", 2, "Expected , or ]"],
    ["[NaN]", 1, "NaN"],
    ["", 0, "end of the file"],
    ["[".repeat(400), 201, "deeper"],
  ])("finds the problem of %j", (text, from, message) => {
    expect(readJson(text)).toMatchObject({ from, message: expect.stringContaining(message) });
  });

  it.each([
    ["-57", true],
    ["-57.0", false],
    ["1e3", false],
  ])("knows whether %s is an integer to Python", (text, integer) => {
    expect(readJson(text)).toMatchObject({ kind: "number", integer });
  });

  it("keeps where values stand, and takes the last of equal names", () => {
    const text = '{ "a": 1, "a": [true] }';
    const node = readJson(text);
    const value = isJsonProblem(node) ? undefined : memberOf(node, "a");
    expect(text.slice(value?.from, value?.to)).toBe("[true]");
  });
});
