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

/** UTF-16 units between remembered places, so that any order of questions about a long text, even on one line, is quick. */
const APART = 1024;

/** How far counting has come. All from 0. */
interface Counted {
  at: number;
  line: number;
  lineFrom: number;
  column: number;
  character: number;
}

/** Gives the place of any offset (UTF-16; within a pair: before it; beyond the end: the end) of `text`. */
export function placesOf(text: string): (offset: number) => Place {
  const remembered: Counted[] = [{ at: 0, line: 0, lineFrom: 0, column: 0, character: 0 }];
  return (offset) => {
    const splits = text.charCodeAt(offset) >> 10 === 0x37 && text.charCodeAt(offset - 1) >> 10 === 0x36;
    const goal = Math.min(splits ? offset - 1 : offset, text.length);
    let index = Math.min(Math.floor(goal / APART), remembered.length - 1);
    if ((remembered[index]?.at ?? 0) > goal) index--;
    const counted = { ...(remembered[index] as Counted) };
    while (counted.at < goal) {
      if (counted.at >= remembered.length * APART) remembered.push({ ...counted });
      advance(text, counted);
    }
    return { line: counted.line + 1, column: counted.column + 1, unit: counted.at - counted.lineFrom + 1, character: counted.character + 1 };
  };
}

/** Counts one character more. */
function advance(text: string, counted: Counted): void {
  const code = text.codePointAt(counted.at) ?? 0;
  counted.at += code > 0xffff ? 2 : 1;
  if (code === 10) {
    counted.line++;
    counted.lineFrom = counted.at;
    counted.column = counted.character = 0;
  } else {
    counted.column = code === 9 ? counted.column + TAB - (counted.column % TAB) : counted.column + bytesOf(code);
    counted.character++;
  }
}

/** UTF-8 bytes of a code point; a lone surrogate U+DC80…U+DCFF stands for one byte that is no UTF-8, see decodeSourceText. */
function bytesOf(code: number): number {
  if (code < 0x80 || (code >= 0xdc80 && code <= 0xdcff)) return 1;
  return code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}
