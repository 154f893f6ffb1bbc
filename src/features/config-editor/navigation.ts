import { Prec, type Extension } from "@codemirror/state";
import { EditorView, keymap, type Command } from "@codemirror/view";
import { definitionsAt, referencesAt } from "../../triton/language/definition.ts";
import type { Location } from "../../triton/language/context.ts";
import { chooseFrom } from "./choice-list.ts";
import { editorRange, fileOffset, reveal } from "./document-binding.ts";
import type { LanguageHost } from "./language-host.ts";

/** F12 and Ctrl-click lead to what a name stands for, Shift-F12 lists its uses, Alt-Left leads back. */
export function navigation(host: LanguageHost): Extension {
  return [
    Prec.high(
      keymap.of([
        { key: "F12", run: goToDefinition(host) },
        { key: "Shift-F12", run: listReferences(host) },
        { key: "Alt-ArrowLeft", run: goBack(host) },
      ]),
    ),
    EditorView.domEventHandlers({
      mousedown: (event, view) => {
        if (event.button !== 0 || !(event.ctrlKey || event.metaKey)) return false;
        const offset = view.posAtCoords({ x: event.clientX, y: event.clientY });
        if (offset === null || !go(view, host, offset)) return false;
        event.preventDefault();
        return true;
      },
    }),
  ];
}

/** Leads to what the name at the caret stands for; says so where that is nowhere. */
export function goToDefinition(host: LanguageHost): Command {
  return (view) => {
    if (!go(view, host, view.state.selection.main.head)) announce(view, host.t("noDefinition"));
    return true;
  };
}

function go(view: EditorView, host: LanguageHost, offset: number): boolean {
  const context = host.context();
  if (context === undefined) return false;
  const from = placeOf(view, host, offset);
  const [first, ...others] = definitionsAt(from.from, context);
  if (first === undefined) return false;
  if (others.length === 0) follow(view, host, first, from);
  else chooseLocation(view, host, [first, ...others], offset);
  return true;
}

/** Leads back to where the last way began; false where there was none. */
function goBack(host: LanguageHost): Command {
  return (view) => {
    const last = host.trail.last();
    if (last !== undefined) move(view, host, last);
    return last !== undefined;
  };
}

/** Takes a way, and remembers where it began. */
function follow(view: EditorView, host: LanguageHost, to: Location, from: Location): void {
  host.trail.leave(from);
  move(view, host, to);
}

function move(view: EditorView, host: LanguageHost, to: Location): void {
  if (to.file === host.file) reveal(view, editorRange(view, host.text(), to));
  else host.open(to);
}

/** Lists every place of the repository that names what the caret is on. */
export function listReferences(host: LanguageHost): Command {
  return (view) => {
    const context = host.context();
    const { head } = view.state.selection.main;
    const found = context === undefined ? [] : referencesAt(placeOf(view, host, head).from, context);
    if (found.length === 0) announce(view, host.t("noReferences"));
    else chooseLocation(view, host, found, head);
    return true;
  };
}

function chooseLocation(view: EditorView, host: LanguageHost, locations: readonly Location[], offset: number): void {
  const models = host.context()?.models;
  const from = placeOf(view, host, offset);
  const choices = locations.map((location) => {
    const text = [...(models?.values() ?? [])].find(({ parsed }) => parsed?.file === location.file)?.parsed?.text ?? "";
    const before = text.slice(0, location.from);
    const start = before.lastIndexOf("\n") + 1;
    const end = text.indexOf("\n", location.from);
    return {
      label: text.slice(start, end < 0 ? undefined : end).trim(),
      detail: `${location.file}:${before.split("\n").length}`,
      run: () => follow(view, host, location, from),
    };
  });
  chooseFrom(view, { label: host.t("references", { count: choices.length }), choices, at: offset });
}

function placeOf(view: EditorView, host: LanguageHost, offset: number): Location {
  const at = fileOffset(view, offset, host.text());
  return { file: host.file, from: at, to: at };
}

function announce(view: EditorView, text: string): void {
  view.dispatch({ effects: EditorView.announce.of(text) });
}
