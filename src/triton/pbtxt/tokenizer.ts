/** Kinds of protobuf's text tokens (google::protobuf::io::Tokenizer). */
export type TokenType = "identifier" | "integer" | "float" | "string" | "symbol" | "end";

/** One token. `line` and `column` are 0-based; a column counts UTF-8 bytes, a tab goes on to the next multiple of 8. */
export interface Token {
  readonly type: TokenType;
  readonly text: string;
  /** UTF-16 offsets. */
  readonly from: number;
  readonly to: number;
  readonly line: number;
  readonly column: number;
}

/** A problem that the tokenizer met; it goes on all the same. */
export interface TokenError {
  from: number;
  to: number;
  line: number;
  column: number;
  message: string;
}

/** Reads tokens one at a time, so that its errors and the parser's come in the order of the C++ parser. */
export interface Tokenizer {
  current: Token;
  /** End offset of the token before the current one; 0 at the start. */
  previousEnd: number;
  /** Line on which the token before the current one ended. */
  previousLine: number;
  next(): void;
}

const TAB = 8;
const WHITESPACE = /[ \n\t\r\v\f]/;
const LETTER = /[A-Za-z_]/;
const ALPHANUMERIC = /[A-Za-z0-9_]/;
const DIGIT = /[0-9]/;
const OCTAL = /[0-7]/;
const HEX = /[0-9A-Fa-f]/;
const ESCAPE = /[abfnrtv\\?'"]/;

/**
 * A tokenizer standing on the first token of `text`, by the rules that TextFormat sets: `#` comments, `f` after floats, no
 * multi-line strings, a space between a number and an identifier.
 */
export function createTokenizer(text: string, report: (error: TokenError) => void): Tokenizer {
  let position = 0;
  let line = 0;
  let column = 0;

  const at = (): string => text.charAt(position);
  const looking = (set: RegExp): boolean => position < text.length && set.test(at());

  function advance(): void {
    const code = text.charCodeAt(position);
    if (code === 10) {
      line++;
      column = 0;
    } else if (code === 9) column += TAB - (column % TAB);
    // A surrogate half counts two: the pair is four bytes.
    else if (code < 0x80) column += 1;
    else if (code < 0x800 || (code >= 0xd800 && code < 0xe000)) column += 2;
    else column += 3;
    position++;
  }
  function take(character: string): boolean {
    if (position >= text.length || at() !== character) return false;
    advance();
    return true;
  }
  function takeOne(set: RegExp): boolean {
    if (!looking(set)) return false;
    advance();
    return true;
  }
  function takeAll(set: RegExp): void {
    while (looking(set)) advance();
  }
  function error(message: string): void {
    report({ from: position, to: Math.min(position + 1, text.length), line, column, message });
  }
  function takeSome(set: RegExp, message: string): void {
    if (looking(set)) takeAll(set);
    else error(message);
  }

  function number(zero: boolean, dot: boolean): "integer" | "float" {
    let float = dot;
    if (zero && (take("x") || take("X"))) takeSome(HEX, '"0x" must be followed by hex digits.');
    else if (zero && looking(DIGIT)) {
      takeAll(OCTAL);
      if (looking(DIGIT)) {
        error("Numbers starting with leading zero must be in octal.");
        takeAll(DIGIT);
      }
    } else {
      takeAll(DIGIT);
      if (!dot && take(".")) {
        float = true;
        takeAll(DIGIT);
      }
      if (take("e") || take("E")) {
        float = true;
        if (!take("-")) take("+");
        takeSome(DIGIT, '"e" must be followed by exponent.');
      }
      if (take("f") || take("F")) float = true;
    }
    if (looking(LETTER)) error("Need space between number and identifier.");
    else if (at() === ".") {
      error(
        float ? "Already saw decimal point or exponent; can't have another one." : "Hex and octal numbers must be integers.",
      );
    }
    return float ? "float" : "integer";
  }

  function hexDigits(count: number): boolean {
    for (let index = 0; index < count; index++) if (!takeOne(HEX)) return false;
    return true;
  }

  function escape(): void {
    if (takeOne(ESCAPE) || takeOne(OCTAL)) return;
    if (take("x")) {
      if (!takeOne(HEX)) error("Expected hex digits for escape sequence.");
    } else if (take("u")) {
      if (!hexDigits(4)) error("Expected four hex digits for \\u escape sequence.");
    } else if (take("U")) {
      if (!(take("0") && take("0") && (take("0") || take("1")) && hexDigits(5))) {
        error("Expected eight hex digits up to 10ffff for \\U escape sequence");
      }
    } else error("Invalid escape sequence in string literal.");
  }

  function string(delimiter: string): void {
    for (;;) {
      if (position >= text.length || at() === "\0") {
        error("Unexpected end of string.");
        return;
      }
      if (at() === "\n") {
        error("String literals cannot cross line boundaries.");
        return;
      }
      if (take(delimiter)) return;
      if (take("\\")) escape();
      else advance();
    }
  }

  function controlCharacter(): boolean {
    return position < text.length && text.charCodeAt(position) < 32;
  }

  function read(previous: Token | undefined): Token {
    for (;;) {
      takeAll(WHITESPACE);
      if (at() === "#") {
        while (position < text.length && at() !== "\n") advance();
        continue;
      }
      if (position >= text.length) return { type: "end", text: "", from: position, to: position, line, column };
      if (!controlCharacter()) break;
      error("Invalid control characters encountered in text.");
      while (controlCharacter()) advance();
    }
    const start = { from: position, line, column };
    const type = readType(previous, start.from);
    const word = text.slice(start.from, position);
    // The C++ parser reads bytes: a character beyond ASCII is no text to it.
    return { type, text: type === "symbol" && word > "\x7f" ? "\uFFFD" : word, to: position, ...start };
  }

  function readType(previous: Token | undefined, from: number): TokenType {
    if (takeOne(LETTER)) {
      takeAll(ALPHANUMERIC);
      return "identifier";
    }
    if (take("0")) return number(true, false);
    if (take(".")) {
      if (!takeOne(DIGIT)) return "symbol";
      if (previous?.type === "identifier" && previous.to === from) {
        report({ from, to: from + 1, line, column: column - 2, message: "Need space between identifier and decimal point." });
      }
      return number(false, true);
    }
    if (takeOne(DIGIT)) return number(false, false);
    for (const quote of ['"', "'"]) {
      if (take(quote)) {
        string(quote);
        return "string";
      }
    }
    const code = text.codePointAt(position) ?? 0;
    if (code >= 0x80) error(`Interpreting non ascii codepoint ${firstByte(code)}.`);
    advance();
    if (code > 0xffff) advance();
    return "symbol";
  }

  const tokenizer: Tokenizer = {
    current: read(undefined),
    previousEnd: 0,
    previousLine: 0,
    next() {
      const previous = tokenizer.current;
      tokenizer.previousEnd = previous.to;
      tokenizer.previousLine = previous.line;
      tokenizer.current = read(previous);
    },
  };
  return tokenizer;
}

/** First byte of a code point's UTF-8 form. */
function firstByte(code: number): number {
  if (code < 0x800) return 0xc0 | (code >> 6);
  if (code < 0x10000) return 0xe0 | (code >> 12);
  return 0xf0 | (code >> 18);
}

/** The value of adjacent string literals as C++ would store it; bytes that are no UTF-8 become U+FFFD. */
export function stringValue(literals: readonly string[]): string {
  if (literals.every((literal) => !literal.includes("\\"))) return literals.map(body).join("");
  const bytes: number[] = [];
  for (const literal of literals) appendBytes(body(literal), bytes);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array(bytes));
}

/** The literal without its quotes; a literal that was cut off has none at its end. */
function body(literal: string): string {
  const closed = literal.length > 1 && literal.endsWith(literal.charAt(0));
  return literal.slice(1, closed ? -1 : undefined);
}

const SIMPLE: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };
const PIECE = /\\([0-7]{1,3})|\\x([0-9A-Fa-f]{1,2})|\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|\\([^])|[^\\]+|\\/g;

function appendBytes(text: string, bytes: number[]): void {
  const encoder = new TextEncoder();
  let head = 0;
  for (const match of text.matchAll(PIECE)) {
    const [piece, octal, hex, short, long, simple] = match;
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 255);
    else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (long !== undefined && Number.parseInt(long, 16) > 0x10ffff) bytes.push(...encoder.encode(piece));
    else if (short !== undefined || long !== undefined) {
      let code = Number.parseInt(short ?? long ?? "0", 16);
      if (head !== 0 && code >= 0xdc00 && code < 0xe000) {
        bytes.splice(-3);
        code = 0x10000 + ((head - 0xd800) << 10) + code - 0xdc00;
        head = 0;
      } else head = code >= 0xd800 && code < 0xdc00 ? code : 0;
      appendCodePoint(code, bytes);
      continue;
    } else if (simple !== undefined) bytes.push(...(simple in SIMPLE ? [SIMPLE[simple] ?? 0] : encoder.encode(simple)));
    else bytes.push(...encoder.encode(piece));
    head = 0;
  }
}

/** UTF-8 by the plain bit rule, for lone surrogates as well (protobuf does not check). */
function appendCodePoint(code: number, bytes: number[]): void {
  if (code < 0x80) bytes.push(code);
  else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
  else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
}
