/** What keys do on the graph, by the name of its text in the sheet of shortcuts. */
export type CanvasKey =
  | "walk"
  | "nudge"
  | "open"
  | "chooseMore"
  | "chooseAll"
  | "connect"
  | "expose"
  | "addStep"
  | "rename"
  | "menu"
  | "remove"
  | "duplicate"
  | "copy"
  | "cut"
  | "paste";

/** The keys of each; "Mod" is ⌘ on Apple's systems, else Ctrl. */
export const CANVAS_KEYS: Readonly<Record<CanvasKey, readonly string[]>> = {
  walk: ["←↑↓→"],
  nudge: ["Shift", "←↑↓→"],
  open: ["Enter"],
  chooseMore: ["Space"],
  chooseAll: ["Mod", "A"],
  connect: ["C"],
  expose: ["E"],
  addStep: ["Insert"],
  rename: ["F2"],
  menu: ["Shift", "F10"],
  remove: ["Delete"],
  duplicate: ["Mod", "D"],
  copy: ["Mod", "C"],
  cut: ["Mod", "X"],
  paste: ["Mod", "V"],
};
