import { useEffect, useState } from "react";
import { IconDownload } from "@tabler/icons-react";
import { readDrop } from "../../repositories/dropped/read-drop.ts";
import { useApp } from "../../ui/app-context.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { shellMessages } from "../../ui/catalogue/shell.messages.ts";
import classes from "./drop-overlay.module.css";

/** The whole window takes files. What a pane takes by itself (an input's own drop target) it stops from coming here. */
export function DropOverlay() {
  const t = useMessages(shellMessages);
  const { workspace } = useApp();
  const [over, setOver] = useState(false);
  useEffect(() => {
    // Enter and leave come for every element on the way: the window is left when none is entered any more.
    let depth = 0;
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;
    const enter = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      depth++;
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      depth = Math.max(depth - 1, 0);
      if (depth === 0) setOver(false);
    };
    const allow = (event: DragEvent): void => {
      if (hasFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      depth = 0;
      setOver(false);
      if (!hasFiles(event) || event.defaultPrevented || event.dataTransfer === null) return;
      event.preventDefault();
      void workspace.openDrop(readDrop(event.dataTransfer));
    };
    // Seen even where a pane stops the event.
    const end = (): void => {
      depth = 0;
      setOver(false);
    };
    window.addEventListener("dragenter", enter);
    window.addEventListener("dragleave", leave);
    window.addEventListener("dragover", allow);
    window.addEventListener("drop", drop);
    window.addEventListener("drop", end, { capture: true });
    return () => {
      window.removeEventListener("dragenter", enter);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("dragover", allow);
      window.removeEventListener("drop", drop);
      window.removeEventListener("drop", end, { capture: true });
    };
  }, [workspace]);
  if (!over) return null;
  return (
    <div className={classes.overlay} data-testid="drop-overlay">
      <div className={classes.message}>
        <IconDownload size={24} aria-hidden="true" />
        {t("dropHere")}
      </div>
    </div>
  );
}
