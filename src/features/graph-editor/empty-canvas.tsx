import { Button } from "@mantine/core";
import { IconPlus, IconSitemap } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { emptyCanvasMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import classes from "./empty-canvas.module.css";

/** Lies over the canvas of an ensemble without anything in it. Drops go through it. `onAdd` opens the list of models for a step. */
export function EmptyCanvas({ onAdd }: { onAdd(): void }) {
  const t = useMessages(emptyCanvasMessages);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // A new ensemble leaves the focus on the pane: the keys of the canvas are to work at once.
    if (document.activeElement?.id === "centre") button.current?.focus();
  }, []);
  const action = (
    <Button ref={button} className={classes.action} leftSection={<IconPlus size={14} />} onClick={onAdd}>
      {t("addStep")}
    </Button>
  );
  return (
    <div className={classes.empty} data-testid="empty-canvas">
      <PaneNotice icon={<IconSitemap size={24} />} action={action}>
        {t("empty")}
      </PaneNotice>
    </div>
  );
}
