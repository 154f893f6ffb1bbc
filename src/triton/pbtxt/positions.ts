/** Where an offset stands as protobuf counts: both 1-based; a column counts UTF-8 bytes, a tab goes on to the next multiple of 8. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const TAB = 8;

/** Tells positions in a text; quickest for offsets that ascend. An offset beyond the end counts as the end. */
export function createPositions(text: string): (offset: number) => Position {
  let lineStarts: number[] | undefined;
  // How far the last call came, for the next one on the same line.
  let reached = { start: -1, offset: 0, column: 0 };

  function startOfLine(offset: number): number {
    lineStarts ??= startsOfLines(text);
    let low = 0;
    let high = lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  return (wanted) => {
    const offset = Math.min(wanted, text.length);
    const line = startOfLine(offset);
    const start = lineStarts?.[line] ?? 0;
    const known = reached.start === start && reached.offset <= offset;
    let column = known ? reached.column : 0;
    for (let index = known ? reached.offset : start; index < offset; index++) {
      const code = text.charCodeAt(index);
      if (code === 9) column += TAB - (column % TAB);
      else column += byteCount(text, index, code);
    }
    reached = { start, offset, column };
    return { line: line + 1, column: column + 1 };
  };
}

function startsOfLines(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** UTF-8 bytes that a UTF-16 unit stands for: each half of a pair for two, a lone one of source-text.ts for one. */
function byteCount(text: string, index: number, code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  if (code < 0xd800 || code > 0xdfff) return 3;
  if (code < 0xdc00) return isTail(text.charCodeAt(index + 1)) ? 2 : 3;
  if (index > 0 && isHead(text.charCodeAt(index - 1))) return 2;
  return code >= 0xdc80 && code <= 0xdcff ? 1 : 3;
}

const isHead = (code: number): boolean => code >= 0xd800 && code < 0xdc00;
const isTail = (code: number): boolean => code >= 0xdc00 && code < 0xe000;
