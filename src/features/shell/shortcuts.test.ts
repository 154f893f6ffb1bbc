import { describe, expect, it } from "vitest";
import { commandOf, type KeyPress } from "../../state/commands.ts";
import type { App } from "../../ui/app-context.ts";
import { windowCommands } from "./window-commands.ts";

/** Only keys and places are looked at. */
const commands = windowCommands({} as App, () => undefined);

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
    ["Ctrl+Shift+P opens the palette, from a text input as well", press("P", { ctrlKey: true, shiftKey: true }), true, "palette"],
    ["F1 opens it too", press("F1"), true, "palette"],
    ["Alt+↑ goes up", press("ArrowUp", { altKey: true }), false, "up"],
    ["Alt+↑ moves a line in a text", press("ArrowUp", { altKey: true }), true, undefined],
    ["↑ alone does nothing", press("ArrowUp"), false, undefined],
  ])("%s", (_, event, inText, command) => expect(commandOf(commands, event, inText)?.id).toBe(command));

  it("are each those of one command", () => {
    const chords = commands.flatMap(({ keys = [] }) => keys.map((chord) => chord.join("+")));
    expect(chords).toEqual([...new Set(chords)]);
    expect(commands.map(({ id }) => id)).toEqual([...new Set(commands.map(({ id }) => id))]);
  });
});
