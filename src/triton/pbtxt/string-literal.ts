import { decodeSourceText, encodeSourceText } from "../../base/source-text.ts";

/**
 * The value of adjacent string literals as C++ would store it. Bytes that are no UTF-8, written as such or by escapes, are lone
 * surrogates in it (see source-text.ts): two values are equal exactly when their bytes are.
 */
export function stringValue(literals: readonly string[]): string {
  if (literals.every((literal) => !literal.includes("\\"))) return normal(literals.map(body).join(""));
  const bytes: number[] = [];
  for (const literal of literals) appendBytes(body(literal), bytes);
  return decodeSourceText(Uint8Array.from(bytes));
}

/** Bytes of adjacent literals may together be a character. */
function normal(value: string): string {
  return value.isWellFormed() ? value : decodeSourceText(encodeSourceText(value));
}

/** The literal without its quotes; a literal that was cut off has none at its end. */
function body(literal: string): string {
  const closed = literal.length > 1 && literal.endsWith(literal.charAt(0));
  return literal.slice(1, closed ? -1 : undefined);
}

const SIMPLE: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };
const PIECE = /\\([0-7]{1,3})|\\x([0-9A-Fa-f]{1,2})|\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|\\([^])|[^\\]+|\\/g;

function appendBytes(text: string, bytes: number[]): void {
  const append = (piece: string): void => {
    for (let index = 0; index < piece.length; index++) {
      const code = piece.charCodeAt(index);
      if (code < 0x80) bytes.push(code);
      else {
        for (const byte of encodeSourceText(piece.slice(index))) bytes.push(byte);
        return;
      }
    }
  };
  let head = 0;
  for (const match of text.matchAll(PIECE)) {
    const [piece, octal, hex, short, long, simple] = match;
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 255);
    else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (long !== undefined && Number.parseInt(long, 16) > 0x10ffff) append(piece);
    else if (short !== undefined || long !== undefined) {
      let point = Number.parseInt(short ?? long ?? "0", 16);
      if (head !== 0 && point >= 0xdc00 && point < 0xe000) {
        bytes.length -= 3;
        point = 0x10000 + ((head - 0xd800) << 10) + point - 0xdc00;
        head = 0;
      } else head = point >= 0xd800 && point < 0xdc00 ? point : 0;
      appendCodePoint(point, bytes);
      continue;
    } else if (simple !== undefined && simple in SIMPLE) bytes.push(SIMPLE[simple] ?? 0);
    else append(simple ?? piece);
    head = 0;
  }
}

/** UTF-8 by the plain bit rule, for lone surrogates as well (protobuf does not check). */
function appendCodePoint(point: number, bytes: number[]): void {
  if (point < 0x80) bytes.push(point);
  else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63));
  else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
  else bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
}
