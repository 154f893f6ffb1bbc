/** What an ASCII character is where texts are cut into words. */
export const CHARACTER = { gap: 0, mark: 1, plain: 2, other: 3 } as const;

const GAPS = " \t\n\r";
/** As BERT counts it: all that is printed and neither letter nor digit. */
const MARKS = /[!-/:-@[-`{-~]/;
const PLAIN = /[0-9A-Za-z]/;

/** What each of the 128 ASCII characters is; `marks` and `gaps` say whether those end a word. What is no gap, mark or plain is part of a word that needs more than looking up. */
export function asciiCharacters(gaps: boolean, marks: boolean): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => {
    const character = String.fromCharCode(code);
    if (gaps && GAPS.includes(character)) return CHARACTER.gap;
    if (!marks) return CHARACTER.other;
    return MARKS.test(character) ? CHARACTER.mark : PLAIN.test(character) ? CHARACTER.plain : CHARACTER.other;
  });
}

/** ASCII characters, in lower case where `lower`. */
export function asciiLowered(lower: boolean): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => (lower && code >= 0x41 && code <= 0x5a ? code + 32 : code));
}

/**
 * The code units of the ideograph at a place, 0 where none is: characters that BERT takes as words of their own, as Hugging Face's tokenizers has
 * them; the library misses those beyond U+FFFF.
 */
export function ideographAt(text: string, at: number): 0 | 1 | 2 {
  const unit = text.charCodeAt(at);
  if (unit < 0x3400) return 0;
  if (unit <= 0x4dbf || (unit >= 0x4e00 && unit <= 0x9fff) || (unit >= 0xf900 && unit <= 0xfaff)) return 1;
  if (unit < 0xd840 || unit > 0xd87e) return 0;
  const code = text.codePointAt(at) as number;
  const found = (code >= 0x20000 && code <= 0x2a6df) || (code >= 0x2a700 && code <= 0x2b81f) || (code >= 0x2b920 && code <= 0x2ceaf) || (code >= 0x2f800 && code <= 0x2fa1f);
  return found ? 2 : 0;
}

/** Whether an ideograph stands anywhere in the text. */
export function hasIdeograph(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (ideographAt(text, at) > 0) return true;
  return false;
}

/** A text with a space before and behind each ideograph beyond U+FFFF. */
export function spaced(text: string): string {
  return text.replace(/[\ud840-\ud87e][\udc00-\udfff]/g, (character) => (ideographAt(character, 0) === 0 ? character : ` ${character} `));
}
