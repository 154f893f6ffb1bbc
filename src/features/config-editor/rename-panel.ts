import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { EditorView, keymap, showPanel, type Command, type Panel } from "@codemirror/view";
import { settings } from "../../state/settings.ts";
import { rename, renameTargetAt, type RenameTarget, type Renaming } from "../../triton/language/rename.ts";
import { renameNote } from "../../ui/rename-note.ts";
import { fileOffset } from "./document-binding.ts";
import type { LanguageHost } from "./language-host.ts";

const setTarget = StateEffect.define<{ readonly target: RenameTarget; readonly host: LanguageHost } | null>();

const panel = StateField.define<((view: EditorView) => Panel) | null>({
  create: () => null,
  update: (shown, transaction) => {
    for (const effect of transaction.effects) {
      if (!effect.is(setTarget)) continue;
      const { value } = effect;
      return value === null ? null : (view) => renamePanel(view, value.target, value.host);
    }
    // The places to change were those of the text before.
    return transaction.docChanged ? null : shown;
  },
  provide: (field) => showPanel.from(field),
});

/** F2 asks for a new name of the tensor at the caret. */
export function renaming(host: LanguageHost): Extension {
  return [panel, keymap.of([{ key: "F2", run: askForName(host) }])];
}

/** Opens the panel for the tensor at the caret; says so where there is none. */
export function askForName(host: LanguageHost): Command {
  return (view) => {
    const context = host.context();
    const offset = fileOffset(view, view.state.selection.main.head, host.text());
    const target = context === undefined ? undefined : renameTargetAt(offset, context);
    view.dispatch({ effects: target === undefined ? EditorView.announce.of(host.t("noRename")) : setTarget.of({ target, host }) });
    return true;
  };
}

function renamePanel(view: EditorView, target: RenameTarget, host: LanguageHost): Panel {
  const form = document.createElement("form");
  form.className = "cm-conch-rename";
  const input = Object.assign(document.createElement("input"), { value: target.name, className: "cm-textfield", spellcheck: false, autocomplete: "off" });
  const label = document.createElement("label");
  label.append(host.t("renameLabel", { name: target.name }), input);
  const submit = Object.assign(document.createElement("button"), { type: "submit", className: "cm-button", textContent: host.t("rename") });
  const cancel = Object.assign(document.createElement("button"), { type: "button", className: "cm-button", textContent: host.t("cancel") });
  const note = document.createElement("p");
  note.role = "status";
  form.append(label, submit, cancel, note);

  const close = (): void => {
    view.dispatch({ effects: setTarget.of(null) });
    view.focus();
  };
  const preview = (): Renaming | undefined => {
    const context = host.context();
    const result = context === undefined ? undefined : rename(target, input.value, context);
    const refused = result === undefined || "refused" in result;
    submit.disabled = refused;
    input.setAttribute("aria-invalid", String(refused));
    note.textContent = result === undefined ? "" : renameNote(result, settings.getState().language);
    return result;
  };
  input.addEventListener("input", preview);
  cancel.addEventListener("click", close);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const result = preview();
    if (result === undefined || "refused" in result) return;
    close();
    host.edit(result.edits, "rename");
  });
  return {
    dom: form,
    top: true,
    mount: () => {
      preview();
      input.focus();
      input.select();
    },
  };
}
