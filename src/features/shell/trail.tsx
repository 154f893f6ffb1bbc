import { useStore } from "zustand";
import { UnstyledButton } from "@mantine/core";
import { useApp } from "../../ui/app-context.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { shellMessages } from "../../ui/catalogue/shell.messages.ts";
import { shortcutName } from "./shortcuts.ts";
import classes from "./trail.module.css";

/** The ensembles that the open model was entered from; a click goes back to one as it was left. */
export function Trail() {
  const t = useMessages(shellMessages);
  const { selection } = useApp();
  const trail = useStore(selection, (state) => state.trail);
  if (trail.length === 0) return null;
  return (
    <nav className={classes.trail} aria-label={t("trail")} data-testid="trail">
      <ol>
        {trail.map(({ model }, index) => {
          const label = t("backTo", { model });
          const keys = index === trail.length - 1 ? ` (${shortcutName("up")})` : "";
          return (
            // Models recur in a trail only where the configurations form a circle.
            <li key={`${index} ${model}`}>
              <UnstyledButton className={classes.part} aria-label={label} title={label + keys} onClick={() => selection.getState().leaveTo(index)}>
                {model}
              </UnstyledButton>
              <span aria-hidden="true">›</span>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
