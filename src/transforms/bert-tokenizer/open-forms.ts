/** Characters whose forms are remembered, and code points whose forms are kept in an array. */
const [MOST_REMEMBERED, FIRST] = [65_536, 0x3000];
/** Marks that take up room: of two in a row the order may change where accents are stripped, so that a text's form is not those of its characters. */
const SPACING_MARK = /\p{Mc}/u;
/** Forms of which a word may be made that no pre-tokenizer of BERT cuts. */
const PLAIN = /^[0-9A-Za-z]*$/;

/** What becomes of a character. */
interface Form {
  /** undefined for a spacing mark. */
  readonly text: string | undefined;
  /** The same if it is of ASCII's letters and digits alone. */
  readonly plain: string | undefined;
}

/**
 * What a normalizer of BERT makes of texts, character by character: it cleans, sets apart and lowers each by itself, and where it decomposes them it drops
 * all marks that would be put in order, but spacing ones.
 */
export class CharacterForms {
  private readonly normalize: (text: string) => string;
  private readonly first: (Form | undefined)[] = Array.from({ length: FIRST });
  private readonly others = new Map<number, Form>();

  /** `normalize` is the library's. */
  constructor(normalize: (text: string) => string) {
    this.normalize = normalize;
  }

  /** The normalized text. */
  of(text: string): string {
    let normalized = "";
    for (let at = 0; at < text.length; at++) {
      const code = text.codePointAt(at) as number;
      const form = this.formOf(code).text;
      if (form === undefined) return this.normalize(text);
      normalized += form;
      if (code > 0xffff) at++;
    }
    return normalized;
  }

  /** The normalized word that stands in a text from `start` to `end`, if it is of ASCII's letters and digits alone. */
  plainOf(text: string, start: number, end: number): string | undefined {
    let normalized = "";
    for (let at = start; at < end; at++) {
      const code = text.codePointAt(at) as number;
      const form = this.formOf(code).plain;
      if (form === undefined) return undefined;
      normalized += form;
      if (code > 0xffff) at++;
    }
    return normalized;
  }

  private formOf(code: number): Form {
    return (code < FIRST ? this.first[code] : this.others.get(code)) ?? this.lookedUp(code);
  }

  private lookedUp(code: number): Form {
    const character = String.fromCodePoint(code);
    const text = SPACING_MARK.test(character) ? undefined : this.normalize(character);
    const form: Form = { text, plain: text !== undefined && PLAIN.test(text) ? text : undefined };
    if (code < FIRST) {
      this.first[code] = form;
    } else {
      if (this.others.size >= MOST_REMEMBERED) this.others.clear();
      this.others.set(code, form);
    }
    return form;
  }
}
