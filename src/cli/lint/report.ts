import type { PlacedFinding } from "./lint.ts";

/** What a report is made of. */
export interface ReportInput {
  readonly findings: readonly PlacedFinding[];
  /** True where several folders were given: a repository path alone then says too little. */
  readonly several: boolean;
  /** Conch's own version. */
  readonly version: string;
  /** True where the reader is a terminal that shows colours. */
  readonly colour: boolean;
}

/** The findings in one format, as text that ends with a line break or is empty. */
export type Report = (input: ReportInput) => string;

/** What a terminal, a log or a page must not take literally: control characters, marks that turn the direction of writing, lone bytes. */
// oxlint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|[\ud800-\udfff]/gu;

/** A text from the user's files on one line, what cannot be shown as \xNN or \u{NNNN}. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const byte = code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : code;
    return byte < 0x100 ? `\\x${byte.toString(16).padStart(2, "0")}` : `\\u{${byte.toString(16)}}`;
  });
}
