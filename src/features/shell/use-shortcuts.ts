import { useEffect } from "react";
import { commandOf } from "../../state/commands.ts";
import { useApp } from "../../ui/app-context.ts";
import { takesText } from "./shortcuts.ts";

/** Listens for the keys of the window's commands. Keys of one that is not possible now are left to the browser. */
export function useShortcuts(): void {
  const { commands, panes } = useApp();
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      const command = commandOf(commands.getState().commands.values(), event, takesText(document.activeElement));
      // Behind a dialog nothing changes.
      if (command === undefined || (panes.getState().dialog !== null && command.id !== "palette")) return;
      if (command.problem?.() !== undefined) return;
      event.preventDefault();
      command.run();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [commands, panes]);
}
