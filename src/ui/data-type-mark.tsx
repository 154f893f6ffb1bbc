import { useId } from "react";
import type { DataType } from "../tensor/data-type.ts";
import { dataTypeLook, type DataTypeFamily } from "./data-type-look.ts";
import classes from "./data-type-mark.module.css";

/** Outlines in a 12 × 12 box: told apart without colour. */
const OUTLINES: Readonly<Record<DataTypeFamily, string>> = {
  float: "M6 1a5 5 0 1 1 0 10a5 5 0 1 1 0-10z",
  int: "M1.5 1.5h9v9h-9z",
  uint: "M6 1.2l5 9.3h-10z",
  bool: "M6 .8l5.2 5.2l-5.2 5.2l-5.2-5.2z",
  string: "M1 3.2h10v5.6h-10z",
  invalid: "M2 2l8 8M10 2l-8 8",
};

/** The glyph of a data type, 12 px by default. Decorative: the name stands beside it, or is given by `label`. */
export function DataTypeGlyph({ type, size = 12, label }: { type: DataType; size?: number; label?: string }) {
  const { family, color, fill, sideways } = dataTypeLook(type);
  const clip = useId();
  const named = label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label };
  return (
    <svg {...named} className={classes.glyph} width={size} height={size} viewBox="0 0 12 12" style={{ color }}>
      <clipPath id={clip}>
        <rect x="0" y={sideways ? 0 : 12 - 12 * fill} width={sideways ? 6 : 12} height={sideways ? 12 : 12 * fill} />
      </clipPath>
      <path d={OUTLINES[family]} fill="currentColor" clipPath={`url(#${clip})`} />
      <path d={OUTLINES[family]} fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinejoin="round" />
      {family === "string" && <path d="M3.2 6h1M5.5 6h1M7.8 6h1" stroke="currentColor" strokeWidth="1.6" />}
    </svg>
  );
}

/** Glyph, colour and numpy name of a data type, in the monospace font. */
export function DataTypeMark({ type, size = 12 }: { type: DataType; size?: number }) {
  const { color, name } = dataTypeLook(type);
  return (
    <span className={classes.mark} style={{ color }} title={type}>
      <DataTypeGlyph type={type} size={size} />
      {name}
    </span>
  );
}
