import { describe, expect, it } from "vitest";
import { floatToHalf } from "../tensor/half.ts";
import { elementText, numberReader, numberText } from "./element-values.ts";

describe("numberReader", () => {
  it("decodes halves and rounds 64-bit integers", () => {
    expect(numberReader("TYPE_FP16", Uint16Array.of(floatToHalf(1.5)))(0)).toBe(1.5);
    expect(numberReader("TYPE_BF16", Uint16Array.of(0x3fc0))(0)).toBe(1.5);
    expect(numberReader("TYPE_INT64", BigInt64Array.of(-7n))(0)).toBe(-7);
    expect(numberReader("TYPE_STRING", [new Uint8Array(1)])(0)).toBeNaN();
  });
});

describe("elementText", () => {
  it.each([
    ["TYPE_FP32", Float32Array.of(0.1), "0.1"],
    ["TYPE_FP32", Float32Array.of(-57), "−57"],
    ["TYPE_FP64", Float64Array.of(0.1), "0.1"],
    ["TYPE_FP16", Uint16Array.of(floatToHalf(0.1)), "0.099976"],
    ["TYPE_INT64", BigInt64Array.of(9007199254740993n), "9007199254740993"],
    ["TYPE_BOOL", Uint8Array.of(1), "true"],
    ["TYPE_STRING", [new TextEncoder().encode("脾")], "脾"],
  ] as const)("writes %s %o as %s", (type, data, text) => {
    expect(elementText(type, data, 0)).toBe(text);
  });
});

describe("numberText", () => {
  it.each([
    [NaN, "NaN"],
    [Infinity, "∞"],
    [-Infinity, "−∞"],
    [1234.56789, "1234.57"],
    [1e-9, "1e-9"],
    [-0.25, "−0.25"],
  ])("writes %o as %s", (value, text) => {
    expect(numberText(value)).toBe(text);
  });
});
