import { describe, expect, it } from "vitest";
import { bfloatToNumber, floatToBfloat, floatToHalf, halfToNumber } from "./half.ts";

describe("half", () => {
  it("gives every binary16 pattern back", () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = halfToNumber(bits);
      if (Number.isNaN(value)) expect((bits >> 10) & 31).toBe(31);
      else expect(floatToHalf(value)).toBe(bits);
    }
  });

  it.each([
    [0.1, 0x2e66],
    [65519, 0x7bff],
    [65520, 0x7c00],
    [-65520, 0xfc00],
    [2049, 0x6800],
    [2051, 0x6802],
    [2 ** -25, 0x0000],
    [1.5 * 2 ** -25, 0x0001],
    [-(2 ** -24), 0x8001],
    [2 ** -14 - 2 ** -26, 0x0400],
    [NaN, 0x7e00],
  ])("rounds %d to the nearest, ties to even", (value, bits) => {
    expect(floatToHalf(value)).toBe(bits);
  });

  it("rounds halfway values between neighbours to the even pattern", () => {
    for (let bits = 0; bits < 0x7bff; bits++) {
      const middle = (halfToNumber(bits) + halfToNumber(bits + 1)) / 2;
      expect(floatToHalf(middle)).toBe(bits + (bits & 1));
    }
  });

  it.each([
    [1, 0x3f80],
    [-2.5, 0xc020],
    [1 + 2 ** -8, 0x3f80],
    [1 + 3 * 2 ** -8, 0x3f82],
    [NaN, 0x7fc0],
  ])("rounds %d to bfloat16", (value, bits) => {
    expect(floatToBfloat(value)).toBe(bits);
    expect(Math.abs(bfloatToNumber(bits) - value) <= Math.abs(value) / 128 || Number.isNaN(value)).toBe(true);
  });
});
