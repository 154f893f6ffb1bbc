import { describe, expect, it } from "vitest";
import { DATA_TYPES } from "../tensor/data-type.ts";
import { dataTypeLook } from "./data-type-look.ts";

describe("the look of a data type", () => {
  it.each([
    ["TYPE_FP32", "float", 0.75],
    ["TYPE_FP64", "float", 1],
    ["TYPE_INT8", "int", 0.25],
    ["TYPE_UINT16", "uint", 0.5],
    ["TYPE_STRING", "string", 0],
  ] as const)("%s is of the family %s, filled to %d", (type, family, fill) => {
    expect(dataTypeLook(type)).toMatchObject({ family, fill, color: `var(--conch-type-${family})` });
  });

  it("tells every data type from every other without colour", () => {
    const glyphs = DATA_TYPES.map((type) => {
      const { family, fill, sideways } = dataTypeLook(type);
      return `${family} ${fill} ${sideways}`;
    });
    expect(new Set(glyphs).size).toBe(DATA_TYPES.length);
  });
});
