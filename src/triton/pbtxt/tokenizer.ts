import { readableText } from "../../base/source-text.ts";

/** Kinds of protobuf's text tokens (google::protobuf::io::Tokenizer). */
export type TokenType = "identifier" | "integer" | "float" | "string" | "symbol" | "end";

/** A problem that the tokenizer met at an offset; it goes on all the same. */
export type TokenProblem = (offset: number, message: string) => void;

/**
 * Reads tokens one at a time, so that its errors and the parser's come in the order of the C++ parser. What it stands on is told by
 * `type`, `from` and `to`, which `next` changes: no object per token.
 */
export interface Tokenizer {
  type: TokenType;
  /** Character code of a symbol; 0 for any other token. */
  symbol: number;
  /** UTF-16 offsets of the token. */
  from: number;
  to: number;
  /** End offset of the token before it; 0 at the start. */
  previousEnd: number;
  next(): void;
  /** The token as messages show it; bytes beyond ASCII outside strings as U+FFFD, for the C++ parser takes them one by one. */
  word(): string;
  /** Whether the token is the first on its line. */
  startsLine(): boolean;
}

const SPACE = 1;
const LETTER = 2;
const DIGIT = 4;
const OCTAL = 8;
const HEX = 16;
const ESCAPE = 32;
const CONTROL = 64;
const ALPHANUMERIC = LETTER | DIGIT;

/** Character code → the sets it belongs to; beyond ASCII to none. */
const SETS = new Uint8Array(128);
const SET_MEMBERS: readonly (readonly [number, RegExp])[] = [
  [SPACE, /[ \n\t\r\v\f]/],
  [LETTER, /[A-Za-z_]/],
  [DIGIT, /[0-9]/],
  [OCTAL, /[0-7]/],
  [HEX, /[0-9A-Fa-f]/],
  [ESCAPE, /[abfnrtv\\?'"]/],
  // oxlint-disable-next-line no-control-regex
  [CONTROL, /[\0-\x1f]/],
];
for (let code = 0; code < SETS.length; code++) {
  for (const [set, members] of SET_MEMBERS) if (members.test(String.fromCharCode(code))) SETS[code]! |= set;
}

/** A character's code, for comparisons. */
const code = (character: string): number => character.charCodeAt(0);
const NEWLINE = code("\n");
const HASH = code("#");
const DOT = code(".");
const ZERO = code("0");
const BACKSLASH = code("\\");
const DOUBLE_QUOTE = code('"');
const SINGLE_QUOTE = code("'");
const BEYOND_ASCII = 0xfffd;

/**
 * A tokenizer standing on the first token of `text`, by the rules that TextFormat sets: `#` comments, `f` after floats, no
 * multi-line strings, a space between a number and an identifier.
 */
export function createTokenizer(text: string, report: TokenProblem): Tokenizer {
  const { length } = text;
  let position = 0;

  /** NaN at the end, which equals and belongs to nothing. */
  const at = (): number => text.charCodeAt(position);
  const looking = (set: number): boolean => ((SETS[text.charCodeAt(position)] ?? 0) & set) !== 0;

  function take(character: string): boolean {
    if (text[position] !== character) return false;
    position++;
    return true;
  }
  function takeOne(set: number): boolean {
    if (!looking(set)) return false;
    position++;
    return true;
  }
  function takeAll(set: number): void {
    while (looking(set)) position++;
  }
  function error(message: string): void {
    report(position, message);
  }
  function takeSome(set: number, message: string): void {
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
    else if (at() === DOT) {
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

  function string(delimiter: number): void {
    for (;;) {
      const character = at();
      if (character === delimiter) {
        position++;
        return;
      }
      if (position >= length || character === 0) {
        error("Unexpected end of string.");
        return;
      }
      if (character === NEWLINE) {
        error("String literals cannot cross line boundaries.");
        return;
      }
      position++;
      if (character === BACKSLASH) escape();
    }
  }

  /** Goes to the next token. A NUL ends a comment, and is then a control character like any other. */
  function skipBlank(): void {
    for (;;) {
      takeAll(SPACE);
      if (at() === HASH) while (position < length && at() !== NEWLINE && at() !== 0) position++;
      else if (looking(CONTROL)) {
        error("Invalid control characters encountered in text.");
        // Tabs and line ends among them are no error of their own.
        takeAll(CONTROL);
      } else return;
    }
  }

  function readType(): TokenType {
    const { type: previous, to: previousEnd } = tokenizer;
    const from = position;
    if (takeOne(LETTER)) {
      takeAll(ALPHANUMERIC);
      return "identifier";
    }
    if (position >= length) return "end";
    const character = at();
    position++;
    if (character === ZERO) return number(true, false);
    if (character === DOT) {
      if (!takeOne(DIGIT)) return "symbol";
      if (previous === "identifier" && previousEnd === from) report(from, "Need space between identifier and decimal point.");
      return number(false, true);
    }
    if (((SETS[character] ?? 0) & DIGIT) !== 0) return number(false, false);
    if (character === DOUBLE_QUOTE || character === SINGLE_QUOTE) {
      string(character);
      return "string";
    }
    if (character >= 0x80) {
      const point = text.codePointAt(from) ?? 0;
      report(from, `Interpreting non ascii codepoint ${firstByte(point)}.`);
      if (point > 0xffff) position++;
    }
    return "symbol";
  }

  const tokenizer: Tokenizer = {
    type: "symbol",
    symbol: 0,
    from: 0,
    to: 0,
    previousEnd: 0,
    next() {
      tokenizer.previousEnd = tokenizer.to;
      skipBlank();
      tokenizer.from = position;
      const type = readType();
      const character = type === "symbol" ? text.charCodeAt(tokenizer.from) : 0;
      tokenizer.symbol = character < 0x80 ? character : BEYOND_ASCII;
      tokenizer.type = type;
      tokenizer.to = position;
    },
    word: () => (tokenizer.symbol === BEYOND_ASCII ? "\uFFFD" : readableText(text.slice(tokenizer.from, tokenizer.to))),
    startsLine: () => tokenizer.previousEnd === 0 || text.slice(tokenizer.previousEnd, tokenizer.from).includes("\n"),
  };
  tokenizer.next();
  return tokenizer;
}

/** First byte of a code point's UTF-8 form; of a lone surrogate, of the byte that it stands for. */
function firstByte(point: number): number {
  if (point < 0x800) return 0xc0 | (point >> 6);
  if (point >= 0xdc80 && point <= 0xdcff) return point & 0xff;
  if (point < 0x10000) return 0xe0 | (point >> 12);
  return 0xf0 | (point >> 18);
}
