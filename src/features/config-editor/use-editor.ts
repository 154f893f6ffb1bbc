import { setDiagnostics } from "@codemirror/lint";
import { EditorView } from "@codemirror/view";
import { useEffect, useRef, type RefObject } from "react";
import { useStore } from "zustand";
import type { EditorState } from "@codemirror/state";
import { openModelOf } from "../../state/open-model.ts";
import { useApp } from "../../ui/app-context.ts";
import { useDiagnostics, useOpenModel } from "../../ui/open-model.ts";
import { editorRange, markRanges, synchronise, type TextSource } from "./document-binding.ts";
import { editorState } from "./editor-state.ts";
import { editorDiagnostics, findingsOfFile } from "./findings.ts";
import { rangesOf, selectedAt } from "./selection-ranges.ts";

type App = ReturnType<typeof useApp>;

/** An editor of a file within an element: text, findings and marks come from the stores, and go back there. Undo goes to the document. */
export function useEditor(parent: RefObject<HTMLElement | null>, file: string, label: string): void {
  const app = useApp();
  const view = useRef<EditorView>(undefined);
  const states = useRef(new Map<string, EditorState>());
  /** What the cursor selected last: the text need not jump to where it is already. */
  const ownRef = useRef("");

  useEffect(() => {
    if (parent.current === null) return;
    const create = () => createState(app, file, label, ownRef);
    const editor = new EditorView({ state: states.current.get(file) ?? create(), parent: parent.current });
    const text = textOf(app, file);
    if (text !== undefined) synchronise(editor, text);
    view.current = editor;
    const kept = states.current;
    const stop = app.document.subscribe(() => {
      const next = textOf(app, file);
      if (next !== undefined) synchronise(editor, next);
    });
    return () => {
      stop();
      kept.set(file, editor.state);
      view.current = undefined;
      editor.destroy();
    };
  }, [app, parent, file, label]);

  useFindings(view, file);
  useMarks(view, file, ownRef);
  useFocus(view, file);
}

function textOf({ document }: App, file: string): string | undefined {
  return document.getState().files.get(file)?.text;
}

function createState(app: App, file: string, label: string, ownRef: { current: string }): EditorState {
  const { document, derivation, selection } = app;
  const repository = () => derivation.repository(document.getState().files, document.getState().origin?.emptyFolders);
  const open = () => openModelOf(derivation, repository(), selection.getState().model);
  const source: TextSource = {
    text: () => textOf(app, file),
    edit: (edits) => document.getState().edit([{ path: file, edits }], "typing", Date.now()),
    onCursor: (offset) => {
      const model = open();
      if (model?.view.parsed?.file !== file) return;
      const found = selectedAt(model, model.view.parsed.pathAt(offset));
      if (found === undefined) return;
      ownRef.current = keyOf(found.node, found.tensor);
      if (found.tensor !== null) selection.getState().selectTensor(found.tensor);
      else selection.getState().selectNode(found.node);
    },
  };
  return editorState({
    file,
    label,
    source,
    names: {
      models: () => [...repository().models.keys()],
      tensors: () => open()?.graph.tensors.map(({ name }) => name) ?? [],
    },
    undo: () => document.getState().undo(),
    redo: () => document.getState().redo(),
  });
}

function keyOf(node: string | null, tensor: string | null): string {
  return JSON.stringify([node, tensor]);
}

/** Underlines the file's findings. */
function useFindings(view: { readonly current: EditorView | undefined }, file: string): void {
  const { document } = useApp();
  const text = useStore(document, ({ files }) => files.get(file)?.text);
  const diagnostics = useDiagnostics();
  useEffect(() => {
    const editor = view.current;
    if (editor === undefined || text === undefined) return;
    const findings = findingsOfFile(diagnostics, file, text);
    editor.dispatch(setDiagnostics(editor.state, editorDiagnostics(editor, text, findings, (fix) => document.getState().edit(fix.edits, "fix"))));
  }, [view, file, text, diagnostics, document]);
}

/** Marks the lines of what is selected on the canvas, and scrolls there unless the cursor selected it. */
function useMarks(view: { readonly current: EditorView | undefined }, file: string, ownRef: { current: string }): void {
  const { selection } = useApp();
  const model = useOpenModel();
  const node = useStore(selection, (state) => state.node);
  const tensor = useStore(selection, (state) => state.tensor);
  const shown = useRef("");
  useEffect(() => {
    const editor = view.current;
    const text = model?.view.parsed?.text;
    if (editor === undefined || model === undefined || text === undefined) return;
    const ranges = model.view.parsed?.file === file ? rangesOf(model, { node, tensor }).map((range) => editorRange(editor, text, range)) : [];
    const key = keyOf(node, tensor);
    const reveal = key !== shown.current && key !== ownRef.current;
    shown.current = key;
    ownRef.current = "";
    markRanges(editor, ranges, reveal);
  }, [view, file, model, node, tensor, ownRef]);
}

/** Puts the cursor at a finding that was clicked anywhere. */
function useFocus(view: { readonly current: EditorView | undefined }, file: string): void {
  const { selection, document } = useApp();
  const focus = useStore(selection, (state) => state.focus);
  const diagnostics = useDiagnostics();
  const done = useRef<typeof focus>(null);
  useEffect(() => {
    const editor = view.current;
    const text = document.getState().files.get(file)?.text;
    if (focus === null || focus === done.current || editor === undefined || text === undefined) return;
    const finding = findingsOfFile(diagnostics, file, text).find(({ id }) => id === focus.diagnostic);
    if (finding === undefined) return;
    done.current = focus;
    const { from, to } = editorRange(editor, text, finding);
    editor.dispatch({ selection: { anchor: from, head: to }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
    editor.focus();
  }, [view, file, focus, diagnostics, document]);
}
