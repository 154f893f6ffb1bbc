import type { CSSProperties } from "react";
import { formatShape } from "../../ui/format.ts";
import type { OutlineRow } from "./rows.ts";

/** Advance of a letter of the outline's monospace font, and what stands before a name besides its level. Pixels. */
const LETTER = 7.3;
const BEFORE_NAME = 72;
const LEVEL = 16;

/** Widths of the columns of names and shapes that suit all rows, those too that are not rendered. As variables, so that a narrow pane may do without. */
export function columnWidths(rows: readonly OutlineRow[]): CSSProperties {
  let [name, shape] = [160, 40];
  for (const { subject, level, label, dims } of rows) {
    if (subject.kind === "finding" || subject.kind === "group") continue;
    name = Math.max(name, BEFORE_NAME + level * LEVEL + label.length * LETTER);
    if (dims !== undefined) shape = Math.max(shape, formatShape(dims).length * LETTER);
  }
  return { "--name-width": `${Math.ceil(Math.min(name, 420))}px`, "--shape-width": `${Math.ceil(Math.min(shape, 240))}px` } as CSSProperties;
}
