import { describe, expect, it } from "vitest";
import { shortcutOf, type KeyPress } from "./shortcuts.ts";

const press = (key: string, modifiers: Partial<KeyPress> = {}): KeyPress => ({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...modifiers });

describe("shortcuts", () => {
  it.each<[string, KeyPress, boolean, string | undefined]>([
    ["Ctrl+Z undoes", press("z", { ctrlKey: true }), false, "undo"],
    ["Cmd+Shift+Z redoes", press("Z", { metaKey: true, shiftKey: true }), false, "redo"],
    ["Ctrl+Y redoes", press("y", { ctrlKey: true }), false, "redo"],
    ["Ctrl+Z belongs to a text input that has the focus", press("z", { ctrlKey: true }), true, undefined],
    ["Ctrl+S saves from a text input as well", press("s", { ctrlKey: true }), true, "save"],
    ["Ctrl+Enter runs", press("Enter", { ctrlKey: true }), true, "run"],
    ["? opens the sheet", press("?", { shiftKey: true }), false, "help"],
    ["? is typed into a text input", press("?", { shiftKey: true }), true, undefined],
    ["a letter alone does nothing", press("z"), false, undefined],
    ["Ctrl+Alt+Z, a letter on some keyboards, does nothing", press("z", { ctrlKey: true, altKey: true }), false, undefined],
    ["Ctrl+Shift+S is the browser's", press("S", { ctrlKey: true, shiftKey: true }), false, undefined],
  ])("%s", (_, event, inText, shortcut) => expect(shortcutOf(event, inText)).toBe(shortcut));
});
