/** Replaces the UTF-16 range [from, to) by `insert`. */
export interface TextEdit {
  from: number;
  to: number;
  insert: string;
}

/** The edited text. The edits refer to `text`, must not overlap, and may come in any order. Throws RangeError otherwise. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = "";
  let position = 0;
  for (const edit of sorted(edits)) {
    if (edit.from < position || edit.to < edit.from || edit.to > text.length) {
      throw new RangeError(`Edit ${edit.from}..${edit.to} overlaps another or leaves the text (length ${text.length})`);
    }
    result += text.slice(position, edit.from) + edit.insert;
    position = edit.to;
  }
  return result + text.slice(position);
}

/** The edits that turn `applyEdits(text, edits)` back into `text`. */
export function invertEdits(text: string, edits: readonly TextEdit[]): TextEdit[] {
  let shift = 0;
  return sorted(edits).map((edit) => {
    const from = edit.from + shift;
    shift += edit.insert.length - (edit.to - edit.from);
    return { from, to: from + edit.insert.length, insert: text.slice(edit.from, edit.to) };
  });
}

/**
 * The edits of `text` that do what `first` and then `second`, which refer to the text that `first` gives, do. Places that neither touches are
 * in none of them.
 */
export function composeEdits(text: string, first: readonly TextEdit[], second: readonly TextEdit[]): TextEdit[] {
  const between = piecesOf(text.length, first);
  const length = between.reduce((sum, piece) => sum + lengthOf(piece), 0);
  const after = piecesOf(length, second).flatMap((piece) => (typeof piece === "string" ? [piece] : cut(between, piece.from, piece.to)));
  const edits: TextEdit[] = [];
  let position = 0;
  let insert = "";
  for (const piece of [...after, { from: text.length, to: text.length }]) {
    if (typeof piece === "string") {
      insert += piece;
      continue;
    }
    if (text.slice(position, piece.from) !== insert) edits.push({ from: position, to: piece.from, insert });
    position = piece.to;
    insert = "";
  }
  return edits;
}

/** An edited text from left to right: inserted text, and ranges that were kept. */
type Piece = string | { readonly from: number; readonly to: number };

function lengthOf(piece: Piece): number {
  return typeof piece === "string" ? piece.length : piece.to - piece.from;
}

function piecesOf(length: number, edits: readonly TextEdit[]): Piece[] {
  let position = 0;
  const pieces: Piece[] = [];
  for (const { from, to, insert } of sorted(edits)) {
    pieces.push({ from: position, to: from }, insert);
    position = to;
  }
  return [...pieces, { from: position, to: length }].filter((piece) => lengthOf(piece) > 0);
}

/** The pieces between two offsets of the text that they make up. */
function cut(pieces: readonly Piece[], from: number, to: number): Piece[] {
  const found: Piece[] = [];
  let position = 0;
  for (const piece of pieces) {
    const start = Math.max(from - position, 0);
    const end = Math.min(to - position, lengthOf(piece));
    if (start < end) found.push(typeof piece === "string" ? piece.slice(start, end) : { from: piece.from + start, to: piece.from + end });
    position += lengthOf(piece);
  }
  return found;
}

function sorted(edits: readonly TextEdit[]): TextEdit[] {
  return [...edits].sort((a, b) => a.from - b.from || a.to - b.to);
}
