import type { Chord } from "../../state/commands.ts";
import { keyNames } from "../../ui/key-names.ts";

/** The commands of the window that have keys, with all of them. The first chord is the one that buttons name. */
export const SHORTCUT_KEYS = {
  palette: [["Mod", "Shift", "P"], ["F1"]],
  run: [["Mod", "Enter"]],
  undo: [["Mod", "Z"]],
  redo: [["Mod", "Shift", "Z"], ["Mod", "Y"]],
  save: [["Mod", "S"]],
  explorer: [["Mod", "B"]],
  inspector: [["Mod", "I"]],
  dock: [["Mod", "J"]],
  centre: [["Mod", "E"]],
  problems: [["Mod", "Shift", "M"]],
  up: [["Alt", "↑"]],
  help: [["?"]],
} as const satisfies Readonly<Record<string, readonly Chord[]>>;

/** The keys of a command as buttons name them: "Ctrl+Shift+Z". */
export function shortcutName(command: keyof typeof SHORTCUT_KEYS): string {
  return keyNames(SHORTCUT_KEYS[command][0]);
}

/** Whether an element takes typed text; CodeMirror's content is contenteditable. */
export function takesText(element: Element | null): boolean {
  if (element === null) return false;
  if (element.closest("[contenteditable='true'], [contenteditable='']") !== null) return true;
  if (element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement) return true;
  return element instanceof HTMLInputElement && !["button", "checkbox", "radio", "range", "submit", "file", "color"].includes(element.type);
}
