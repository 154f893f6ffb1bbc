import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { EditorView, hoverTooltip, keymap, showTooltip, type Command, type Tooltip } from "@codemirror/view";
import { hoverAt } from "../../triton/language/hover.ts";
import { editorRange, fileOffset } from "./document-binding.ts";
import { hoverElement } from "./hover-view.ts";
import type { LanguageHost } from "./language-host.ts";

/** Milliseconds that the pointer rests before a box opens. */
const DELAY = 350;

const setBox = StateEffect.define<Tooltip | null>();

const box = StateField.define<Tooltip | null>({
  create: () => null,
  update: (tooltip, transaction) => {
    for (const effect of transaction.effects) if (effect.is(setBox)) return effect.value;
    return transaction.docChanged || transaction.selection !== undefined ? null : tooltip;
  },
  provide: (field) => showTooltip.from(field),
});

/** A box with what is known of the text under the pointer; by keys, of the text at the caret, until Escape. */
export function hovers(host: LanguageHost): Extension {
  return [
    box,
    hoverTooltip((view, offset) => boxAt(view, host, offset), { hoverTime: DELAY }),
    keymap.of([{ key: "Mod-k Mod-i", run: showHover(host), preventDefault: true }, { key: "Escape", run: hideHover }]),
  ];
}

/** Shows, and tells assistive technology, what is known of the text at the caret. */
export function showHover(host: LanguageHost): Command {
  return (view) => {
    const found = boxAt(view, host, view.state.selection.main.head);
    const said = found?.create(view).dom.textContent ?? host.t("noHover");
    view.dispatch({ effects: [setBox.of(found), EditorView.announce.of(said)] });
    return true;
  };
}

function hideHover(view: EditorView): boolean {
  if (view.state.field(box, false) === null) return false;
  view.dispatch({ effects: setBox.of(null) });
  return true;
}

function boxAt(view: EditorView, host: LanguageHost, offset: number): Tooltip | null {
  const context = host.context();
  const text = host.text();
  const found = context === undefined ? undefined : hoverAt(fileOffset(view, offset, text), context);
  if (found === undefined) return null;
  const { from, to } = editorRange(view, text, found);
  return { pos: from, end: to, above: true, create: () => ({ dom: hoverElement(found, host.t) }) };
}
