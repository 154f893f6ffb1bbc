import { Button } from "@mantine/core";
import { IconPlus, IconSitemap } from "@tabler/icons-react";
import { emptyCanvasMessages } from "../../ui/catalogue/graph-editor.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { PaneNotice } from "../../ui/pane-notice.tsx";
import classes from "./empty-canvas.module.css";

/** Lies over the canvas of an ensemble without anything in it. Drops go through it. `onAdd` opens the list of models for a step. */
export function EmptyCanvas({ onAdd }: { onAdd(): void }) {
  const t = useMessages(emptyCanvasMessages);
  const action = (
    <Button className={classes.action} leftSection={<IconPlus size={14} />} onClick={onAdd}>
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
