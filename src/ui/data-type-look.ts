import { bytesPerElement, numpyName, type DataType } from "../tensor/data-type.ts";

/** Families of data types: one hue and one outline each. */
export type DataTypeFamily = "float" | "int" | "uint" | "bool" | "string" | "invalid";

/** How the interface shows a data type. */
export interface DataTypeLook {
  readonly family: DataTypeFamily;
  /** A CSS colour that follows the colour scheme; text in it has 4.5:1 on panes. */
  readonly color: string;
  /** How much of the glyph is filled, 0 to 1: 8 bits a quarter, 64 bits all of it. */
  readonly fill: number;
  /** Filled from the left instead of from below: bfloat16, which is as wide as float16. */
  readonly sideways: boolean;
  /** numpy's name: "float32". */
  readonly name: string;
}

/** Colour, glyph and name of a data type. */
export function dataTypeLook(type: DataType): DataTypeLook {
  const family = familyOf(type);
  const bits = bytesPerElement(type) * 8;
  const fill = bits === 0 ? 0 : type === "TYPE_BOOL" ? 0.5 : Math.log2(bits / 4) / 4;
  return { family, color: `var(--conch-type-${family})`, fill, sideways: type === "TYPE_BF16", name: numpyName(type) };
}

function familyOf(type: DataType): DataTypeFamily {
  if (type === "TYPE_BOOL") return "bool";
  if (type === "TYPE_STRING") return "string";
  if (type === "TYPE_INVALID") return "invalid";
  if (type.startsWith("TYPE_UINT")) return "uint";
  return type.startsWith("TYPE_INT") ? "int" : "float";
}
