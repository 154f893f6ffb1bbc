import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, codeFolding, foldGutter, foldKeymap, indentOnInput, indentUnit, type LanguageSupport } from "@codemirror/language";
import { lintGutter, lintKeymap, previousDiagnostic } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { bound, markedLines, type TextSource } from "./document-binding.ts";
import { choiceLists } from "./choice-list.ts";
import { configCompletion } from "./completion.ts";
import { editorTheme } from "./editor-theme.ts";
import { formatDocument } from "./formatting.ts";
import { hovers } from "./hover.ts";
import type { LanguageHost } from "./language-host.ts";
import { documentOf, lineEndingsOf } from "./line-endings.ts";
import { navigation } from "./navigation.ts";
import { pbtxt } from "./pbtxt-language.ts";
import { json, python } from "./plain-languages.ts";
import { quickFix } from "./quick-fix.ts";
import { renaming } from "./rename-panel.ts";

/** What an editor of one file is made of. */
export interface EditorOptions {
  readonly host: LanguageHost;
  /** Name of the text area for assistive technology. */
  readonly label: string;
  readonly source: TextSource;
  undo(): void;
  redo(): void;
}

/**
 * The state of an editor of a file. Its history is the document's: undo and redo keys go there, CodeMirror keeps none of its own.
 * Tab indents; Escape, then Tab, leaves the editor.
 */
export function editorState({ host, label, source, undo, redo }: EditorOptions): EditorState {
  const { file } = host;
  const text = source.text() ?? "";
  const act = (verb: () => void) => () => {
    verb();
    return true;
  };
  return EditorState.create({
    doc: documentOf(text, lineEndingsOf(text)),
    extensions: [
      // Only "\n" breaks lines: the offsets of a text that mixes endings stay those of the file.
      EditorState.lineSeparator.of("\n"),
      EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
      EditorState.tabSize.of(2),
      indentUnit.of(file.endsWith(".py") ? "    " : "  "),
      lineNumbers(),
      codeFolding(),
      foldGutter(),
      lintGutter(),
      drawSelection(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      highlightSelectionMatches(),
      search({ top: true }),
      indentOnInput(),
      bracketMatching(),
      closeBrackets(),
      language(host),
      choiceLists(),
      markedLines,
      editorTheme(),
      bound(source),
      keymap.of([
        { key: "Mod-z", run: act(undo), preventDefault: true, stopPropagation: true },
        { key: "Mod-Shift-z", run: act(redo), preventDefault: true, stopPropagation: true },
        { key: "Mod-y", run: act(redo), preventDefault: true, stopPropagation: true },
        { key: "Mod-.", run: quickFix(host), preventDefault: true },
        { key: "Shift-F8", run: previousDiagnostic },
        ...closeBracketsKeymap,
        ...completionKeymap,
        ...searchKeymap,
        ...foldKeymap,
        ...lintKeymap,
        ...defaultKeymap,
        indentWithTab,
      ]),
    ],
  });
}

function language(host: LanguageHost): Extension {
  const { file } = host;
  if (file.endsWith(".pbtxt")) {
    return [
      pbtxt(),
      autocompletion({ override: [configCompletion(host)], icons: false }),
      navigation(host),
      hovers(host),
      renaming(host),
      keymap.of([{ key: "Shift-Alt-f", run: formatDocument(host) }]),
    ];
  }
  const support: LanguageSupport | undefined = file.endsWith(".json") ? json() : file.endsWith(".py") ? python() : undefined;
  return support ?? [];
}
