import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** The editor in the colours of the interface, which follow the colour scheme by themselves. */
export function editorTheme(): Extension {
  return [theme, syntaxHighlighting(highlight)];
}

const theme = EditorView.theme({
  "&": { height: "100%", color: "var(--conch-text)", backgroundColor: "var(--conch-pane)", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mantine-font-family-monospace)", lineHeight: "20px" },
  ".cm-content": { caretColor: "var(--conch-text)", padding: "8px 0" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--conch-text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--conch-selected)" },
  ".cm-gutters": { backgroundColor: "var(--conch-pane)", color: "var(--conch-text-dimmed)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--conch-sunken)" },
  ".cm-conch-selected": { backgroundColor: "var(--conch-selected)", boxShadow: "inset 2px 0 var(--conch-accent)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--conch-hover)", outline: "1px solid var(--conch-border-strong)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--conch-hover)", border: "none", color: "var(--conch-text-dimmed)", padding: "0 4px" },
  ".cm-tooltip, .cm-panels": { backgroundColor: "var(--conch-raised)", color: "var(--conch-text)", border: "1px solid var(--conch-border-strong)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--conch-selected)", color: "var(--conch-text)" },
  ".cm-completionDetail": { color: "var(--conch-text-dimmed)" },
  ".cm-diagnostic": { borderLeftWidth: "3px", whiteSpace: "pre-line", maxWidth: "480px" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--conch-error)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--conch-warning)" },
  ".cm-diagnostic-info": { borderLeftColor: "var(--conch-info)" },
  ".cm-diagnosticAction": { backgroundColor: "var(--conch-accent)", color: "var(--conch-pane)", font: "inherit", fontSize: "12px" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--conch-error) 1px", textUnderlineOffset: "3px" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--conch-warning) 1px", textUnderlineOffset: "3px" },
  ".cm-lintRange-info": { backgroundImage: "none", textDecoration: "underline dotted var(--conch-info) 1px", textUnderlineOffset: "3px" },
  ".cm-conch-first": { color: "var(--conch-error)", fontWeight: "600", fontSize: "12px" },
  ".cm-conch-code": { color: "var(--conch-text-dimmed)", fontSize: "12px" },
  ".cm-conch-hover": { maxWidth: "520px", maxHeight: "320px", overflow: "auto", padding: "8px 12px", fontSize: "13px", lineHeight: "18px" },
  ".cm-conch-hover p, .cm-conch-hover ul": { margin: "0 0 4px", padding: "0" },
  ".cm-conch-hover li": { listStyle: "none", paddingLeft: "12px" },
  ".cm-conch-hover code, .cm-conch-hover strong": { fontFamily: "var(--mantine-font-family-monospace)", fontSize: "12px" },
  ".cm-conch-hover small, .cm-conch-hover-label": { color: "var(--conch-text-dimmed)", fontSize: "12px" },
  ".cm-conch-hover p > small": { display: "block" },
  ".cm-conch-choices": { display: "flex", flexDirection: "column", maxWidth: "560px", maxHeight: "240px", overflow: "auto", padding: "4px" },
  ".cm-conch-choices button": { display: "flex", flexDirection: "column", padding: "4px 8px", border: "none", background: "none", color: "inherit", font: "inherit", textAlign: "left", cursor: "pointer" },
  ".cm-conch-choices button:focus, .cm-conch-choices button:hover": { backgroundColor: "var(--conch-selected)", outline: "none" },
  ".cm-conch-choices span": { fontFamily: "var(--mantine-font-family-monospace)", whiteSpace: "pre", overflow: "hidden", textOverflow: "ellipsis" },
  ".cm-conch-choices small": { color: "var(--conch-text-dimmed)", fontSize: "12px" },
  ".cm-conch-rename": { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "8px", padding: "8px 12px", fontSize: "13px" },
  ".cm-conch-rename label": { display: "flex", alignItems: "center", gap: "8px" },
  ".cm-conch-rename input, .cm-conch-rename button": { fontSize: "12px" },
  ".cm-conch-rename input": { width: "220px", fontFamily: "var(--mantine-font-family-monospace)" },
  ".cm-conch-rename p": { flexBasis: "100%", margin: "0", color: "var(--conch-text-dimmed)", fontSize: "12px" },
  ".cm-conch-rename input[aria-invalid=true]": { borderColor: "var(--conch-error)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mantine-font-family-monospace)", maxHeight: "260px" },
  ".cm-completionMatchedText": { textDecoration: "none", color: "var(--conch-accent)", fontWeight: "600" },
  ".cm-completionInfo": { maxWidth: "360px", padding: "8px 12px", lineHeight: "18px" },
  ".cm-snippetField": { backgroundColor: "var(--conch-selected)" },
  ".cm-textfield, .cm-button": { backgroundColor: "var(--conch-pane)", backgroundImage: "none", color: "var(--conch-text)", border: "1px solid var(--conch-border-strong)" },
  ".cm-searchMatch": { backgroundColor: "var(--conch-warning-soft)", outline: "1px solid var(--conch-warning)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--conch-selected)" },
});

const highlight = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--conch-type-float)" },
  { tag: tags.special(tags.propertyName), color: "var(--conch-type-float)", fontStyle: "italic" },
  { tag: tags.string, color: "var(--conch-done)" },
  { tag: tags.number, color: "var(--conch-type-int)" },
  { tag: [tags.atom, tags.bool, tags.null], color: "var(--conch-type-string)" },
  { tag: tags.keyword, color: "var(--conch-type-string)" },
  { tag: tags.meta, color: "var(--conch-type-bool)" },
  { tag: tags.lineComment, color: "var(--conch-text-dimmed)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.bracket], color: "var(--conch-text-dimmed)" },
]);
