import { useEffect } from "react";
import { useApp } from "../../ui/app-context.ts";
import { save } from "./save.ts";
import { perform, shortcutOf, takesText } from "./shortcuts.ts";

/** Listens for the window's shortcuts. */
export function useShortcuts(): void {
  const app = useApp();
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      const shortcut = shortcutOf(event, takesText(document.activeElement));
      if (shortcut === undefined || (shortcut !== "help" && app.document.getState().origin === null)) return;
      event.preventDefault();
      perform(shortcut, app, () => void save(app));
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [app]);
}
