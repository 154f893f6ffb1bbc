/** A place in a text, 1-based, in the columns that its readers count. */
export interface Place {
  /** Lines end with "\n" alone, as for Triton's parser. */
  readonly line: number;
  /** As Triton's parser counts: UTF-8 bytes, a tab goes on to the next multiple of 8. */
  readonly column: number;
  /** UTF-16 code units. */
  readonly unit: number;
  /** Characters, a tab being one. */
  readonly character: number;
}

/** Where a file begins: the place of a finding that no text has. */
export const FILE_START: Place = { line: 1, column: 1, unit: 1, character: 1 };

const TAB = 8;

/** Gives the place of any offset (UTF-16; within a pair: before it; beyond the end: the end) of `text`. Fastest for ascending offsets. */
export function placesOf(text: string): (offset: number) => Place {
  let at = 0;
  let line = 0;
  let lineFrom = 0;
  let column = 0;
  let character = 0;
  return (offset) => {
    const splits = text.charCodeAt(offset) >> 10 === 0x37 && text.charCodeAt(offset - 1) >> 10 === 0x36;
    const goal = Math.min(splits ? offset - 1 : offset, text.length);
    if (goal < at) at = line = lineFrom = column = character = 0;
    while (at < goal) {
      const code = text.codePointAt(at) ?? 0;
      at += code > 0xffff ? 2 : 1;
      if (code === 10) {
        line++;
        lineFrom = at;
        column = character = 0;
      } else {
        column = code === 9 ? column + TAB - (column % TAB) : column + bytesOf(code);
        character++;
      }
    }
    return { line: line + 1, column: column + 1, unit: at - lineFrom + 1, character: character + 1 };
  };
}

/** UTF-8 bytes of a code point; a lone surrogate U+DC80…U+DCFF stands for one byte that is no UTF-8, see decodeSourceText. */
function bytesOf(code: number): number {
  if (code < 0x80 || (code >= 0xdc80 && code <= 0xdcff)) return 1;
  return code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}
