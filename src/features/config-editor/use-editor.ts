import { setDiagnostics } from "@codemirror/lint";
import { EditorView } from "@codemirror/view";
import { useEffect, useRef, type RefObject } from "react";
import { useStore } from "zustand";
import type { EditorState } from "@codemirror/state";
import { SEVERITIES, type Diagnostic } from "../../base/diagnostic.ts";
import { openModelOf } from "../../state/open-model.ts";
import { settings } from "../../state/settings.ts";
import { useApp, type App } from "../../ui/app-context.ts";
import { problemMessages } from "../../ui/catalogue/problems.messages.ts";
import { translator } from "../../ui/catalogue/section.ts";
import { useDiagnostics, useOpenModel, useRepository } from "../../ui/open-model.ts";
import { editorRange, markRanges, reveal, synchronise, type TextSource } from "./document-binding.ts";
import { editorState } from "./editor-state.ts";
import { editorDiagnostics, findingsOfFile } from "./findings.ts";
import { languageHost, type LanguageHost } from "./language-host.ts";
import { rangesOf, selectedAt } from "./selection-ranges.ts";
import type { Trail } from "./trail.ts";

/** An editor that is on screen: what commands from outside need. */
export interface OpenEditor {
  readonly view: EditorView;
  readonly host: LanguageHost;
}

/** Where an editor stands, and what it shares with the others of the window. */
export interface EditorPlace {
  readonly parent: RefObject<HTMLElement | null>;
  /** Gets the editor once it is there, and null when it goes. */
  onEditor(editor: OpenEditor | null): void;
  readonly trail: Trail;
}

/** An editor of a file within an element: text, findings and marks come from the stores, and go back there. Undo goes to the document. */
export function useEditor({ parent, onEditor, trail }: EditorPlace, file: string, label: string): void {
  const app = useApp();
  const view = useRef<EditorView>(undefined);
  const states = useRef(new Map<string, EditorState>());
  /** What the cursor selected last: the text need not jump to where it is already. */
  const ownRef = useRef("");

  useEffect(() => {
    if (parent.current === null) return;
    const host = languageHost(app, file, trail);
    const create = () => createState(app, host, label, ownRef);
    const editor = new EditorView({ state: states.current.get(file) ?? create(), parent: parent.current });
    const text = textOf(app, file);
    if (text !== undefined) synchronise(editor, text);
    view.current = editor;
    onEditor({ view: editor, host });
    const kept = states.current;
    const stop = app.document.subscribe((state, before) => {
      const next = textOf(app, file);
      if (next !== undefined && next !== before.files.get(file)?.text) synchronise(editor, next);
    });
    return () => {
      stop();
      kept.set(file, editor.state);
      view.current = undefined;
      onEditor(null);
      editor.destroy();
    };
  }, [app, parent, onEditor, trail, file, label]);

  usePending(view, file, trail);
  useFindings(view, file);
  useMarks(view, file, ownRef);
  useFocus(view, file);
  usePlace(view, file);
}

function textOf({ document }: App, file: string): string | undefined {
  return document.getState().files.get(file)?.text;
}

function createState(app: App, host: LanguageHost, label: string, ownRef: { current: string }): EditorState {
  const { document, derivation, selection } = app;
  const { file } = host;
  const repository = () => derivation.repository(document.getState().files, document.getState().origin?.emptyFolders);
  const open = () => openModelOf(derivation, repository(), selection.getState().model);
  /** The worst finding whose range has an offset, and of several the narrowest. */
  const findingAt = (offset: number): string | undefined => {
    const here = findingsOfFile(repository().diagnostics, file, textOf(app, file) ?? "").filter(({ from, to }) => from <= offset && offset <= to && from < to);
    const rank = ({ severity, first }: Diagnostic): number => SEVERITIES.indexOf(severity) * 2 - (first === true ? 1 : 0);
    return here.sort((a, b) => rank(a) - rank(b) || a.to - a.from - (b.to - b.from))[0]?.id;
  };
  const source: TextSource = {
    text: () => textOf(app, file),
    edit: (edits) => document.getState().edit([{ path: file, edits }], "typing", { typedAt: Date.now() }),
    onCursor: (offset) => {
      selection.getState().placeCaret(file, offset);
      const finding = findingAt(offset);
      if (finding !== undefined && finding !== selection.getState().focus?.diagnostic) selection.getState().focusDiagnostic(finding, true);
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
    host,
    label,
    source,
    undo: () => document.getState().undo(),
    redo: () => document.getState().redo(),
  });
}

function keyOf(node: string | null, tensor: string | null): string {
  return JSON.stringify([node, tensor]);
}

/** Puts the cursor where a way through the files leads, once this file is there. */
function usePending(view: { readonly current: EditorView | undefined }, file: string, trail: Trail): void {
  const { document } = useApp();
  useEffect(() => {
    const text = document.getState().files.get(file)?.text;
    const place = view.current === undefined || text === undefined ? undefined : trail.arrive(file);
    if (view.current !== undefined && text !== undefined && place !== undefined) reveal(view.current, editorRange(view.current, text, place));
  }, [view, file, trail, document]);
}

/** Underlines the file's findings, once those of the present text are there: until then the editor moves the last ones with what is typed. */
function useFindings(view: { readonly current: EditorView | undefined }, file: string): void {
  const { document, derivation } = useApp();
  const language = useStore(settings, (state) => state.language);
  const { diagnostics, files } = useRepository();
  const text = files.get(file)?.text;
  useEffect(() => {
    const editor = view.current;
    if (editor === undefined || text === undefined || text !== document.getState().files.get(file)?.text) return;
    const findings = findingsOfFile(diagnostics, file, text);
    const t = translator(problemMessages, language);
    const apply = (id: string): void => {
      const { files: present, origin } = document.getState();
      const now = findingsOfFile(derivation.repository(present, origin?.emptyFolders).diagnostics, file, present.get(file)?.text ?? "");
      const fix = now.find((each) => each.id === id)?.fix;
      if (fix !== undefined) document.getState().edit(fix.edits, "fix");
    };
    editor.dispatch(setDiagnostics(editor.state, editorDiagnostics(editor, text, findings, t, apply)));
  }, [view, file, text, diagnostics, document, derivation, language]);
}

/** Marks the lines of what is selected on the canvas, and scrolls there unless the cursor selected it. */
function useMarks(view: { readonly current: EditorView | undefined }, file: string, ownRef: { current: string }): void {
  const { document, selection } = useApp();
  const model = useOpenModel();
  const node = useStore(selection, (state) => state.node);
  const tensor = useStore(selection, (state) => state.tensor);
  const shown = useRef("");
  useEffect(() => {
    const editor = view.current;
    const text = model?.view.parsed?.text;
    if (editor === undefined || model === undefined || text === undefined) return;
    // An older text's ranges would mark other lines; the marks that are there move with what is typed.
    if (model.view.parsed?.file === file && text !== document.getState().files.get(file)?.text) return;
    const ranges = model.view.parsed?.file === file ? rangesOf(model, { node, tensor }).map((range) => editorRange(editor, text, range)) : [];
    const key = keyOf(node, tensor);
    const reveal = key !== shown.current && key !== ownRef.current;
    shown.current = key;
    ownRef.current = "";
    markRanges(editor, ranges, reveal);
  }, [view, file, model, node, tensor, ownRef, document]);
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
    if (focus === null || focus.fromText || focus === done.current || editor === undefined || text === undefined) return;
    const finding = findingsOfFile(diagnostics, file, text).find(({ id }) => id === focus.diagnostic);
    if (finding === undefined) return;
    done.current = focus;
    const { from, to } = editorRange(editor, text, finding);
    reveal(editor, { from, to });
  }, [view, file, focus, diagnostics, document]);
}

/** Puts the cursor at a place that was asked for anywhere. */
function usePlace(view: { readonly current: EditorView | undefined }, file: string): void {
  const { selection, document } = useApp();
  const place = useStore(selection, (state) => state.place);
  const done = useRef<typeof place>(null);
  useEffect(() => {
    const editor = view.current;
    const text = document.getState().files.get(file)?.text;
    if (place === null || place === done.current || place.file !== file || editor === undefined || text === undefined) return;
    done.current = place;
    reveal(editor, editorRange(editor, text, place));
  }, [view, file, place, document]);
}
