/** What keys do in the editor of a configuration, by the name of its text in the editor's messages. */
export type EditorCommand =
  | "complete"
  | "hover"
  | "definition"
  | "back"
  | "listReferences"
  | "renameTensor"
  | "quickFix"
  | "nextFinding"
  | "previousFinding"
  | "format";

/** The keys of each, one chord after another; "Mod" is ⌘ on Apple's systems, else Ctrl. */
export const EDITOR_KEYS: Readonly<Record<EditorCommand, readonly (readonly string[])[]>> = {
  complete: [["Ctrl", "Space"]],
  hover: [["Mod", "K"], ["Mod", "I"]],
  definition: [["F12"]],
  back: [["Alt", "←"]],
  listReferences: [["Shift", "F12"]],
  renameTensor: [["F2"]],
  quickFix: [["Mod", "."]],
  nextFinding: [["F8"]],
  previousFinding: [["Shift", "F8"]],
  format: [["Shift", "Alt", "F"]],
};
