import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";

/** Two texts to compare, and what screen readers call them. */
export interface ComparedTexts {
  readonly theirs: string;
  readonly mine: string;
  /** In one column, what goes above what comes. */
  readonly unified: boolean;
  readonly labels: { readonly theirs: string; readonly mine: string };
}

/** Beyond this effort a difference is shown coarsely: the page has to answer. */
const DIFF = { scanLimit: 5000, timeout: 500 };

const theme = EditorView.theme({
  "&": { color: "var(--conch-text)", backgroundColor: "var(--conch-pane)", fontSize: "12px" },
  ".cm-scroller": { fontFamily: "var(--mantine-font-family-monospace)", lineHeight: "18px" },
  ".cm-gutters": { backgroundColor: "var(--conch-pane)", color: "var(--conch-text-dimmed)", border: "none" },
  "&.cm-merge-a .cm-changedLine, .cm-deletedChunk": { backgroundColor: "var(--conch-error-soft)" },
  "&.cm-merge-b .cm-changedLine, .cm-insertedLine": { backgroundColor: "var(--conch-done-soft)" },
  "&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText": { background: "none", textDecoration: "underline var(--conch-error) 2px" },
  "&.cm-merge-b .cm-changedText": { background: "none", textDecoration: "underline var(--conch-done) 2px" },
  ".cm-collapsedLines": { color: "var(--conch-text-dimmed)", background: "var(--conch-sunken)" },
});

/** Shows both texts within `parent`, read only. Returns how to take them away. */
export function showTexts(parent: HTMLElement, { theirs, mine, unified, labels }: ComparedTexts): () => void {
  if (unified) {
    const view = new EditorView({
      parent,
      doc: mine,
      extensions: [...readOnly(labels.mine), unifiedMergeView({ original: theirs, mergeControls: false, collapseUnchanged: {}, diffConfig: DIFF })],
    });
    return () => view.destroy();
  }
  const view = new MergeView({
    parent,
    a: { doc: theirs, extensions: readOnly(labels.theirs) },
    b: { doc: mine, extensions: readOnly(labels.mine) },
    collapseUnchanged: {},
    diffConfig: DIFF,
  });
  return () => view.destroy();
}

function readOnly(label: string): Extension[] {
  return [
    lineNumbers(),
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", role: "textbox", "aria-multiline": "true", tabindex: "0" }),
    theme,
  ];
}
