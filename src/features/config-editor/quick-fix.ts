import { EditorView, type Command } from "@codemirror/view";
import { chooseFrom } from "./choice-list.ts";
import { editorRange } from "./document-binding.ts";
import type { LanguageHost } from "./language-host.ts";

/** Lists the fixes of the findings on the caret's line, first those whose finding the caret is in, the narrowest before: Enter applies the first. */
export function quickFix(host: LanguageHost): Command {
  return (view) => {
    const { head } = view.state.selection.main;
    const line = view.state.doc.lineAt(head);
    const text = host.text();
    const near = host.findings().flatMap(({ fix, from, to, message }) => {
      const range = editorRange(view, text, { from, to });
      return fix === undefined || range.from > line.to || range.to < line.from ? [] : [{ fix, message, holds: range.from <= head && head <= range.to, length: range.to - range.from }];
    });
    if (near.length === 0) {
      view.dispatch({ effects: EditorView.announce.of(host.t("noFix")) });
      return true;
    }
    near.sort((a, b) => Number(b.holds) - Number(a.holds) || a.length - b.length);
    const choices = near.map(({ fix, message }) => ({ label: fix.title, detail: message, run: () => host.edit(fix.edits, "fix") }));
    chooseFrom(view, { label: host.t("fixes"), choices, at: head });
    return true;
  };
}
