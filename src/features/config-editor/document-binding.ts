import { Annotation, StateEffect, StateField, type ChangeSet, type Extension, type Text } from "@codemirror/state";
import { Decoration, EditorView, type DecorationSet, type ViewUpdate } from "@codemirror/view";
import type { TextEdit } from "../../base/text-edit.ts";
import { difference, documentOf, inserted, lineEndingsOf, toDocument, toText, type LineEndings } from "./line-endings.ts";

/** Marks a change of the editor that came from the document store, and must not go back there. */
const fromStore = Annotation.define<true>();

/** One file's text, of which the editor is a view. */
export interface TextSource {
  /** The present text; undefined where the file is gone. */
  text(): string | undefined;
  /** Takes over what was typed, as edits of the present text. */
  edit(edits: readonly TextEdit[]): void;
  /** The user put the cursor somewhere, as an offset of the text. */
  onCursor(offset: number): void;
}

/** Sends what the user types, and where the cursor is put, to the source. */
export function bound(source: TextSource): Extension {
  return EditorView.updateListener.of((update) => {
    if (update.docChanged) {
      if (update.transactions.some((one) => one.annotation(fromStore) === true)) return;
      const endings = lineEndingsOf(source.text() ?? "");
      source.edit(textEdits(update.startState.doc, update.changes, endings));
    } else if (movedByUser(update)) {
      source.onCursor(fileOffset(update.view, update.state.selection.main.head, source.text() ?? ""));
    }
  });
}

function movedByUser({ selectionSet, transactions }: ViewUpdate): boolean {
  return selectionSet && transactions.some((one) => one.isUserEvent("select"));
}

function textEdits(before: Text, changes: ChangeSet, endings: LineEndings): TextEdit[] {
  const edits: TextEdit[] = [];
  const at = (offset: number): number => toText(offset, before.lineAt(offset).number - 1, endings);
  changes.iterChanges((from, to, _fromNew, _toNew, text) => {
    edits.push({ from: at(from), to: at(to), insert: inserted(text.toString(), endings) });
  });
  return edits;
}

/** Offset in the file's text of an offset in the editor. */
export function fileOffset(view: EditorView, offset: number, text: string): number {
  return toText(offset, view.state.doc.lineAt(offset).number - 1, lineEndingsOf(text));
}

/** Brings the editor to the source's text by the smallest change. With `follow` the cursor goes to where it changed. */
export function synchronise(view: EditorView, text: string, follow = false): void {
  const change = difference(view.state.doc.toString(), documentOf(text, lineEndingsOf(text)));
  if (change === undefined) return;
  view.dispatch({
    changes: change,
    annotations: fromStore.of(true),
    ...(follow ? { selection: { anchor: change.from + change.insert.length }, scrollIntoView: true } : {}),
  });
}

/** A range of the file's text as a range of the editor, within its document. */
export function editorRange(view: EditorView, text: string, range: { from: number; to: number }): { from: number; to: number } {
  return editorRanges(view, text)(range);
}

/** The same for many ranges of one text, which is looked through once. */
export function editorRanges(view: EditorView, text: string): (range: { from: number; to: number }) => { from: number; to: number } {
  const endings = lineEndingsOf(text);
  const { length } = view.state.doc;
  const at = (offset: number): number => Math.min(length, toDocument(text, offset, endings));
  return ({ from, to }) => ({ from: at(from), to: at(to) });
}

/** Selects a range of the editor, scrolls there and takes the focus. */
export function reveal(view: EditorView, { from, to }: { from: number; to: number }): void {
  view.dispatch({ selection: { anchor: from, head: to }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
  view.focus();
}

const setMarked = StateEffect.define<readonly { from: number; to: number }[]>();
const mark = Decoration.line({ class: "cm-conch-selected" });

/** The lines that speak of what is selected on the canvas. */
export const markedLines = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marked, transaction) => {
    let next = marked.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setMarked)) continue;
      const { doc } = transaction.state;
      const lines = new Set<number>();
      for (const { from, to } of effect.value) {
        for (let line = doc.lineAt(from); ; line = doc.line(line.number + 1)) {
          lines.add(line.from);
          if (line.to >= to) break;
        }
      }
      next = Decoration.set([...lines].sort((a, b) => a - b).map((from) => mark.range(from)));
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Marks ranges of the editor; with `reveal` the first is scrolled into view. */
export function markRanges(view: EditorView, ranges: readonly { from: number; to: number }[], reveal: boolean): void {
  const [first] = ranges;
  const scroll = reveal && first !== undefined ? [EditorView.scrollIntoView(first.from, { y: "nearest", yMargin: 48 })] : [];
  view.dispatch({ effects: [setMarked.of(ranges), ...scroll] });
}
