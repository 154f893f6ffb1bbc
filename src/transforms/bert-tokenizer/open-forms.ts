/** Characters whose forms are remembered. */
const MOST_REMEMBERED = 65_536;
/** Marks that take up room: of two in a row the order may change where accents are stripped, so that a text's form is not those of its characters. */
const SPACING_MARK = /\p{Mc}/u;

/**
 * What a normalizer of BERT makes of texts, character by character: it cleans, sets apart and lowers each by itself, and where it decomposes them it drops
 * all marks that would be put in order, but spacing ones.
 */
export class CharacterForms {
  private readonly normalize: (text: string) => string;
  /** Code point → its form; undefined for a spacing mark. */
  private readonly known = new Map<number, string | undefined>();

  /** `normalize` is the library's. */
  constructor(normalize: (text: string) => string) {
    this.normalize = normalize;
  }

  /** The normalized text. */
  of(text: string): string {
    let normalized = "";
    for (let at = 0; at < text.length; at++) {
      const code = text.codePointAt(at) as number;
      let form = this.known.get(code);
      if (form === undefined) form = this.lookedUp(code);
      if (form === undefined) return this.normalize(text);
      normalized += form;
      if (code > 0xffff) at++;
    }
    return normalized;
  }

  private lookedUp(code: number): string | undefined {
    const character = String.fromCodePoint(code);
    const form = SPACING_MARK.test(character) ? undefined : this.normalize(character);
    if (this.known.size >= MOST_REMEMBERED) this.known.clear();
    this.known.set(code, form);
    return form;
  }
}
