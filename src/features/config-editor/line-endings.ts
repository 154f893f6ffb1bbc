import type { TextEdit } from "../../base/text-edit.ts";

/**
 * How a file's text and the editor's document correspond. The editor has one character per line break, a file with CRLF has two; offsets of
 * such a file differ by the number of breaks before. A file that mixes CRLF and LF is shown with its CRs, offset for offset.
 */
export interface LineEndings {
  readonly crlf: boolean;
}

/** The line endings of a text. */
export function lineEndingsOf(text: string): LineEndings {
  let at = text.indexOf("\n");
  if (at < 0) return { crlf: false };
  while (at >= 0 && text[at - 1] === "\r") at = text.indexOf("\n", at + 1);
  return { crlf: at < 0 };
}

/** The editor's document for a text of a file. */
export function documentOf(text: string, { crlf }: LineEndings): string {
  return crlf ? text.replaceAll("\r\n", "\n") : text;
}

/** Offset in the editor's document of an offset in the file's text. */
export function toDocument(text: string, offset: number, { crlf }: LineEndings): number {
  return crlf ? offset - count(text.slice(0, offset), "\r\n") : offset;
}

/** Offset in the file's text of an offset in the editor's document. `breaksBefore` is the number of line breaks before it. */
export function toText(offset: number, breaksBefore: number, { crlf }: LineEndings): number {
  return crlf ? offset + breaksBefore : offset;
}

/** Typed text as the file writes it. */
export function inserted(text: string, { crlf }: LineEndings): string {
  return crlf ? text.replaceAll("\n", "\r\n") : text;
}

/** The smallest single edit that turns one text into another; undefined where they are equal. Never splits a surrogate pair. */
export function difference(before: string, after: string): TextEdit | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from++;
  if (isHigh(before, from - 1)) from--;
  let same = 0;
  while (same < shorter - from && before[before.length - 1 - same] === after[after.length - 1 - same]) same++;
  if (isLow(before, before.length - same)) same--;
  return { from, to: before.length - same, insert: after.slice(from, after.length - same) };
}

function isHigh(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 0xd800 && code <= 0xdbff;
}

function isLow(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 0xdc00 && code <= 0xdfff;
}

function count(text: string, what: string): number {
  let found = 0;
  for (let at = text.indexOf(what); at >= 0; at = text.indexOf(what, at + what.length)) found++;
  return found;
}
