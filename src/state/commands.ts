import { createStore } from "zustand/vanilla";
import { persist } from "zustand/middleware";
import type { Language } from "./settings.ts";

/** Keys that are pressed together, as they are shown: modifiers first. "Mod" is ⌘ on Apple's systems, else Ctrl. */
export type Chord = readonly string[];

/** A text of the interface in a language. */
export type Wording = (language: Language) => string;

/** Something that the user can do, by a key or from the palette. */
export interface Command {
  /** Stable and unique while registered: "undo", "new-ensemble". */
  readonly id: string;
  /** What it does, in the imperative. */
  readonly title: Wording;
  /** Where its keys work. The window listens for those of "window"; on the canvas the graph does so itself. */
  readonly where: "window" | "canvas";
  /** Each chord runs it; the first is the one that buttons name. */
  readonly keys?: readonly Chord[];
  /** The keys belong to a text input while one has the focus. */
  readonly leavesText?: true;
  /** False for what the palette does not list: the palette itself. */
  readonly listed?: false;
  /** Why it is not possible now; undefined where it is. */
  problem?(): Wording | undefined;
  run(): void;
}

/** What can be done in the window as it is now. */
export interface CommandsState {
  /** By id, in the order of registration. */
  readonly commands: ReadonlyMap<string, Command>;
  /** Ids of what was chosen in the palette, the latest first. Kept in localStorage. */
  readonly recent: readonly string[];
  /** Adds commands until the returned function is called. A taken id throws. */
  register(commands: readonly Command[]): () => void;
  /** Remembers a choice in the palette. */
  used(id: string): void;
}

const MOST_RECENT = 8;

/** A window without any command yet. */
export function createCommandsStore() {
  return createStore<CommandsState>()(
    persist(
      (set) => ({
        commands: new Map(),
        recent: [],
        register: (added) => {
          set(({ commands }) => {
            const next = new Map(commands);
            for (const command of added) {
              if (next.has(command.id)) throw new Error(`The command ${command.id} is registered already`);
              next.set(command.id, command);
            }
            return { commands: next };
          });
          return () =>
            set(({ commands }) => {
              const next = new Map(commands);
              for (const { id } of added) next.delete(id);
              return { commands: next };
            });
        },
        used: (id) => set(({ recent }) => ({ recent: [id, ...recent.filter((each) => each !== id)].slice(0, MOST_RECENT) })),
      }),
      { name: "conch-commands", partialize: ({ recent }) => ({ recent }) },
    ),
  );
}

/** The commands store. */
export type CommandsStore = ReturnType<typeof createCommandsStore>;

/** The parts of a KeyboardEvent that matter. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** The window's command of a key press, possible or not. `inText`: the focus is in a text input. */
export function commandOf(commands: Iterable<Command>, press: KeyPress, inText: boolean): Command | undefined {
  for (const command of commands) {
    if (command.where === "window" && !(inText && command.leavesText === true) && command.keys?.some((chord) => isPressed(chord, press)) === true) return command;
  }
  return undefined;
}

const EVENT_KEYS: Readonly<Record<string, string>> = { "↑": "ArrowUp", "↓": "ArrowDown", "←": "ArrowLeft", "→": "ArrowRight" };

function isPressed(chord: Chord, { key, ctrlKey, metaKey, shiftKey, altKey }: KeyPress): boolean {
  const wanted = chord.at(-1) ?? "";
  // Which modifiers a sign such as "?" takes is the keyboard's affair.
  const isSign = wanted.length === 1 && !/[\p{L}\p{N}]/u.test(wanted) && EVENT_KEYS[wanted] === undefined;
  return (
    key.toLowerCase() === (EVENT_KEYS[wanted] ?? wanted).toLowerCase() &&
    (ctrlKey || metaKey) === chord.includes("Mod") &&
    altKey === chord.includes("Alt") &&
    (isSign || shiftKey === chord.includes("Shift"))
  );
}
