import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MODEL_CONFIG_SCHEMA } from "../../../triton/model-config/schema.ts";
import type { FieldSchema } from "../../../triton/pbtxt/schema.ts";
import { readKey, readScalar, readScalars, scalarsText, scalarText, type ScalarValue } from "./field-text.ts";

const of = (type: string): FieldSchema => ({ name: "f", number: 1, kind: "scalar", type, repeated: false, explicit: false, doc: "" });

describe("reading what was typed", () => {
  it.each<[string, string, ScalarValue]>([
    ["int32", " -2147483648 ", -0x8000_0000n],
    ["int32", "+7", 7n],
    ["uint32", "0xff", 255n],
    ["int64", "9007199254740993", 9007199254740993n],
    ["uint64", "18446744073709551615", 0xffff_ffff_ffff_ffffn],
    ["double", ".5e3", 500],
    ["double", "-inf", Number.NEGATIVE_INFINITY],
    ["float", "NaN", Number.NaN],
    ["double", "-0", 0],
    ["string", " a ", " a "],
    ["bool", "true", true],
  ])("a %s from %j", (type, text, value) => {
    expect(readScalar(of(type), text)).toEqual({ value });
  });

  it.each([
    ["int32", "2147483648", "askInteger"],
    ["int32", "1.5", "askInteger"],
    ["uint32", "-1", "askInteger"],
    ["uint64", "18446744073709551616", "askInteger"],
    ["double", "0x10", "askNumber"],
    ["double", "1e999", "askNumber"],
    ["float", "", "askNumber"],
    ["bool", "1", "askBool"],
  ])("no %s from %j", (type, text, problem) => {
    expect(readScalar(of(type), text)).toMatchObject({ problem });
  });

  it("tells the range of an integer", () => {
    expect(readScalar(of("uint32"), "x")).toEqual({ problem: "askInteger", values: { least: "0", most: "4294967295" } });
  });

  it("splits lists at commas and spaces", () => {
    expect(readScalars(of("int64"), "1, -1 96,")).toEqual({ value: [1n, -1n, 96n] });
    expect(readScalars(of("int64"), "1, x")).toMatchObject({ problem: "askInteger" });
  });

  it("refuses a key that is there, however it is spelled", () => {
    expect(readKey(of("uint64"), ["16"], "0x10")).toMatchObject({ problem: "askOther" });
    expect(readKey(of("uint64"), ["16"], "17")).toEqual({ value: 17n });
  });
});

describe("a value", () => {
  const integers = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const numbers = fc.double().filter((value) => !Object.is(value, -0));

  it("is read back from its text", () => {
    const typed: fc.Arbitrary<[string, ScalarValue]> = fc.oneof(
      fc.tuple(fc.constant("int64"), integers),
      fc.tuple(fc.constant("double"), numbers),
      fc.tuple(fc.constant("bool"), fc.boolean()),
      fc.tuple(fc.constant("string"), fc.string({ unit: "binary" })),
    );
    fc.assert(fc.property(typed, ([type, value]) => {
      expect(readScalar(of(type), scalarText(value))).toEqual({ value });
    }));
  });

  it("is read back from the text of a list", () => {
    fc.assert(fc.property(fc.array(integers), (values) => {
      expect(readScalars(of("int64"), scalarsText(values))).toEqual({ value: values });
    }));
  });

  it("of an enum is its name", () => {
    const field = MODEL_CONFIG_SCHEMA.messages.get("ModelInput")!.fields.get("data_type")!;
    expect(readScalar(field, "TYPE_FP32")).toEqual({ value: "TYPE_FP32" });
  });
});
