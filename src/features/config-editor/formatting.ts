import { EditorView, type Command } from "@codemirror/view";
import { formatPbtxt } from "../../triton/pbtxt/format.ts";
import { documentOf, difference, lineEndingsOf } from "./line-endings.ts";
import type { LanguageHost } from "./language-host.ts";

/** Lays the file out anew, as one entry of the history. The caret stays at the character before it. */
export function formatDocument(host: LanguageHost): Command {
  return (view) => {
    const before = host.text();
    const parses = host.context()?.models.get(host.context()?.model ?? "")?.parsed?.valid === true;
    const after = parses ? formatPbtxt(before) : before;
    const change = difference(before, after);
    if (change === undefined) {
      view.dispatch({ effects: EditorView.announce.of(host.t(parses ? "formatted" : "notFormatted")) });
      return true;
    }
    const passed = inkIn(view.state.doc.toString().slice(0, view.state.selection.main.head));
    host.edit([{ path: host.file, edits: [change] }], "format");
    view.dispatch({ selection: { anchor: offsetBehind(documentOf(after, lineEndingsOf(after)), passed) }, scrollIntoView: true });
    return true;
  };
}

/** What formatting takes away or puts in: white space, separators, colons, and the shape of brackets. */
const LAYOUT = /[\s,;:<>{}]/;

/** Number of characters that formatting keeps. */
function inkIn(text: string): number {
  return [...text].filter((character) => !LAYOUT.test(character)).length;
}

/** The offset behind a number of such characters. */
function offsetBehind(text: string, count: number): number {
  let offset = 0;
  for (let left = count; left > 0 && offset < text.length; ) {
    const character = String.fromCodePoint(text.codePointAt(offset) ?? 0);
    if (!LAYOUT.test(character)) left--;
    offset += character.length;
  }
  return offset;
}
