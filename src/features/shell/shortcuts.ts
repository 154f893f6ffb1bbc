import type { App } from "../../ui/app-context.ts";

/** What a key combination does anywhere in the window. */
export type Shortcut = "undo" | "redo" | "save" | "run" | "explorer" | "inspector" | "dock" | "centre" | "problems" | "help";

/** The keys of each shortcut as the sheet shows them; "Mod" is ⌘ on Apple's systems, else Ctrl. */
export const SHORTCUT_KEYS: Readonly<Record<Shortcut, readonly string[]>> = {
  run: ["Mod", "Enter"],
  undo: ["Mod", "Z"],
  redo: ["Mod", "Shift", "Z"],
  save: ["Mod", "S"],
  explorer: ["Mod", "B"],
  inspector: ["Mod", "I"],
  dock: ["Mod", "J"],
  centre: ["Mod", "E"],
  problems: ["Mod", "Shift", "M"],
  help: ["?"],
};

/** The parts of a KeyboardEvent that matter. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** The shortcut of a key press, or undefined. `inText`: the focus is in a text input, which keeps undo, redo and "?" for itself. */
export function shortcutOf({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyPress, inText: boolean): Shortcut | undefined {
  if (altKey) return undefined;
  const letter = key.toLowerCase();
  if (!ctrlKey && !metaKey) return letter === "?" && !inText ? "help" : undefined;
  if (letter === "z" && !inText) return shiftKey ? "redo" : "undo";
  if (letter === "y" && !inText && !shiftKey) return "redo";
  if (letter === "m" && shiftKey) return "problems";
  if (shiftKey) return undefined;
  const plain: Readonly<Record<string, Shortcut>> = { s: "save", enter: "run", b: "explorer", i: "inspector", j: "dock", e: "centre" };
  return plain[letter];
}

/** Whether an element takes typed text; CodeMirror's content is contenteditable. */
export function takesText(element: Element | null): boolean {
  if (element === null) return false;
  if (element.closest("[contenteditable='true'], [contenteditable='']") !== null) return true;
  if (element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement) return true;
  return element instanceof HTMLInputElement && !["button", "checkbox", "radio", "range", "submit", "file", "color"].includes(element.type);
}

const NEXT_CENTRE = { graph: "outline", outline: "split", split: "text", text: "graph" } as const;

/** Does what a shortcut says. */
export function perform(shortcut: Shortcut, app: App, save: () => void): void {
  const { document, panes, selection, session } = app;
  const state = panes.getState();
  switch (shortcut) {
    case "undo":
      document.getState().undo();
      return;
    case "redo":
      document.getState().redo();
      return;
    case "save":
      save();
      return;
    case "run": {
      const { model } = selection.getState();
      if (model === null) return;
      state.showTab("run");
      void session.execute(model);
      return;
    }
    case "explorer":
    case "inspector":
    case "dock":
      state.toggle(shortcut);
      return;
    case "centre":
      state.setCentre(NEXT_CENTRE[state.centre]);
      return;
    case "problems":
      state.showTab("problems");
      return;
    case "help":
      state.showDialog("shortcuts");
  }
}
