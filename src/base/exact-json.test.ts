import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readExactJson, writeExactJson, type JsonObject, type JsonValue } from "./exact-json.ts";

function value(text: string): JsonValue {
  const found = readExactJson(text);
  if ("problem" in found) throw new Error(found.problem.message);
  return found.value;
}

const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double(),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 80n }),
  fc.bigInt({ min: -(2n ** 80n), max: -(2n ** 53n) }),
  fc.string({ unit: "binary" }),
);
const anyValue = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("value")), fc.dictionary(fc.string(), tie("value"))),
})).value;

describe("exact JSON", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(anyValue, (written) => {
        expect(value(writeExactJson(written))).toEqual(written);
      }),
    );
  });

  it("is what JSON.parse reads, where that loses nothing", () => {
    fc.assert(
      fc.property(fc.json().filter((text) => !/\d{16}/.test(text)), (text) => {
        expect(value(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each<[string, JsonValue]>([
    ["9007199254740991", 9007199254740991],
    ["9007199254740993", 9007199254740993n],
    ["-9223372036854775808", -9223372036854775808n],
    ["18446744073709551615", 18446744073709551615n],
    ["1e30", 1e30],
    ["-0.0", -0],
    ["[NaN,Infinity,-Infinity,Inf,-Inf]", [NaN, Infinity, -Infinity, Infinity, -Infinity]],
  ])("reads %s", (text, expected) => {
    expect(value(text)).toEqual(expected);
  });

  it("names what an object has twice, and takes the last", () => {
    const found = readExactJson('{"a":1,"b":{"a":2,"c":3},"a":4}');
    expect(found).toEqual({ value: { a: 4, b: { a: 2, c: 3 } }, repeated: new Map([[expect.anything(), ["a"]]]) });
    expect("value" in found && found.repeated.get(found.value as JsonObject)).toEqual(["a"]);
  });

  it("keeps __proto__ as a member", () => {
    expect(Object.keys(value('{"__proto__":{"a":1}}') as object)).toEqual(["__proto__"]);
  });

  it.each(["", "{", "[1,]", "nan", "+1", '{"a":1} x', "[".repeat(300), "-", "1.", '"\u0001"'])("says what is wrong with %j", (text) => {
    expect(readExactJson(text)).toEqual({ problem: { message: expect.any(String), from: expect.any(Number), to: expect.any(Number) } });
  });
});
